//! A picture as an SVG document.

use super::layout::{Layout, NODE_HEIGHT, Rectangle, text_width};
use super::route::{self, Line};
use super::service::Category;
use super::{Edge, Graph, Node, symbol};

/// The page's own scheme decides; whatever draws it without styles of that kind gets the light one.
const STYLE: &str = "\
svg{--page:#fff;--line:#d4dae1;--part:#f5f7f9;--card:#fff;--text:#1c2430;--quiet:#56616d;--edge:#7b8794}\
@media(prefers-color-scheme:dark){svg{--page:#12161c;--line:#333c47;--part:#181e26;--card:#202832;--text:#e8edf2;--quiet:#a3afbb;--edge:#7f8c99}}\
text{font-family:system-ui,-apple-system,'Segoe UI',Roboto,'Noto Sans','Liberation Sans',Arial,sans-serif;fill:var(--text)}\
.page{fill:var(--page);stroke:var(--line)}.part{fill:var(--part);stroke:var(--line)}\
.part-name{font-size:12px;font-weight:600;letter-spacing:.04em;fill:var(--quiet)}\
.card{fill:var(--card);stroke-width:1.4}.name{font-size:13.5px;font-weight:600}.what{font-size:11px;fill:var(--quiet)}\
.edge{fill:none;stroke:var(--edge);stroke-width:1.4}.tip{fill:var(--edge)}\
.label{font-size:11px;text-anchor:middle}.back{fill:var(--page)}.in-part{fill:var(--part)}\
.conditional{stroke-dasharray:5 4}\
.symbol{fill:none;stroke:#fff;stroke-width:1.6;stroke-linecap:round;stroke-linejoin:round}";

pub(super) fn document(graph: &Graph, layout: &Layout) -> String {
    let (width, height) = (layout.width.ceil(), layout.height.ceil());
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" aria-labelledby=\"title desc\" \
         width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\">\n\
         <title id=\"title\">{}</title>\n<desc id=\"desc\">{}</desc>\n<style>{STYLE}{}</style>\n\
         <defs><marker id=\"tip\" viewBox=\"0 0 10 10\" refX=\"9\" refY=\"5\" markerWidth=\"7\" markerHeight=\"7\" \
         orient=\"auto-start-reverse\"><path class=\"tip\" d=\"M0 1 10 5 0 9z\"/></marker></defs>\n\
         <rect class=\"page\" x=\".5\" y=\".5\" width=\"{}\" height=\"{}\" rx=\"12\"/>\n",
        escaped(&graph.description),
        escaped(&described(graph)),
        colors(),
        width - 1.0,
        height - 1.0,
    );
    for (name, part) in &layout.parts {
        svg += &format!(
            "<rect class=\"part\" {} rx=\"10\"/>\n<text class=\"part-name\" x=\"{}\" y=\"{}\">{}</text>\n",
            place(*part),
            short(part.left + 12.0),
            short(part.top + 17.0),
            escaped(name)
        );
    }
    for (edge, line) in graph.edges.iter().zip(&layout.edges) {
        svg += &arrow(graph, edge, line);
    }
    for (node, rectangle) in graph.nodes.iter().zip(&layout.nodes) {
        svg += &card(node, *rectangle);
    }
    // Above all lines.
    for (edge, line) in graph.edges.iter().zip(&layout.edges).filter(|(edge, _)| !edge.label.is_empty()) {
        let (from, to) = (&graph.nodes[edge.from], &graph.nodes[edge.to]);
        let inside = if from.part.is_some() && from.part == to.part { " in-part" } else { "" };
        let ((x, y), width) = (line.label, text_width(&edge.label, 11.0));
        let back = Rectangle { left: x - width / 2.0, top: y - 7.0, width, height: 14.0 };
        svg += &format!(
            "<rect class=\"back{inside}\" {} rx=\"5\"/><text class=\"label\" x=\"{}\" y=\"{}\">{}</text>\n",
            place(back),
            short(x),
            short(y + 4.0),
            escaped(&edge.label)
        );
    }
    svg + "</svg>\n"
}

fn colors() -> String {
    let color = |category: Category| {
        format!(".is-{0}{{stroke:{1}}}.is-{0}-tile{{fill:{1}}}", category.name(), category.color())
    };
    Category::ALL.map(color).concat()
}

/// For whoever cannot see it: the same in words.
fn described(graph: &Graph) -> String {
    let edges = graph.edges.iter().map(|edge| {
        let (from, to) = (&graph.nodes[edge.from].name, &graph.nodes[edge.to].name);
        let verb = if edge.label.is_empty() { "uses" } else { edge.label.as_str() };
        format!("{from} → {to} ({verb}).")
    });
    edges.collect::<Vec<_>>().join(" ")
}

fn card(node: &Node, at: Rectangle) -> String {
    let category = node.service.category;
    let conditional = if node.is_conditional { " conditional" } else { "" };
    let grouped = match node.grouped.len() {
        0 => String::new(),
        _ => format!("; with {}", node.grouped.join(", ")),
    };
    format!(
        "<g><title>{title}</title><rect class=\"card is-{kind}{conditional}\" {place} rx=\"9\"/>\
         <rect class=\"is-{kind}-tile\" x=\"{tile_x}\" y=\"{tile_y}\" width=\"34\" height=\"34\" rx=\"7\"/>\
         <path class=\"symbol\" transform=\"translate({symbol_x} {symbol_y})\" d=\"{path}\"/>\
         <text class=\"name\" x=\"{text_x}\" y=\"{name_y}\">{name}</text>\
         <text class=\"what\" x=\"{text_x}\" y=\"{what_y}\">{what}</text></g>\n",
        title = escaped(&format!("{}, {}{grouped}", node.id, node.service.name)),
        kind = category.name(),
        place = place(at),
        tile_x = short(at.left + 9.0),
        tile_y = short(at.top + (NODE_HEIGHT - 34.0) / 2.0),
        symbol_x = short(at.left + 16.0),
        symbol_y = short(at.top + (NODE_HEIGHT - 20.0) / 2.0),
        path = symbol::of(category),
        text_x = short(at.left + 52.0),
        name_y = short(at.top + 24.0),
        what_y = short(at.top + 40.0),
        name = escaped(&node.name),
        what = escaped(&node.service.name),
    )
}

fn arrow(graph: &Graph, edge: &Edge, line: &Line) -> String {
    let mut path = String::new();
    for [from, out, into, to] in route::curve(&line.points) {
        if path.is_empty() {
            path = format!("M{} {}", short(from.0), short(from.1));
        }
        let numbers = [out, into, to].map(|point| format!("{} {}", short(point.0), short(point.1)));
        path += &format!("C{}", numbers.join(" "));
    }
    let tip = if line.is_backward { "marker-start" } else { "marker-end" };
    let (from, to) = (&graph.nodes[edge.from], &graph.nodes[edge.to]);
    let conditional = if from.is_conditional || to.is_conditional { " conditional" } else { "" };
    format!("<path class=\"edge{conditional}\" {tip}=\"url(#tip)\" d=\"{path}\"/>\n")
}

fn place(at: Rectangle) -> String {
    let [x, y, width, height] = [at.left, at.top, at.width, at.height].map(short);
    format!("x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\"")
}

/// Tenths of a pixel are enough.
fn short(number: f64) -> String {
    let rounded = (number * 10.0).round() / 10.0;
    if rounded == 0.0 { "0".to_owned() } else { rounded.to_string() }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
