//! Where everything goes: layers from left to right, parts kept together.

use dagre::graph::{Graph as Layered, GraphOptions};
use dagre::layout::types::LabelPos;
use dagre::{EdgeLabel, GraphLabel, LayoutOptions, NodeLabel, RankDir, layout};

use super::{Graph, route};

pub(super) const NODE_HEIGHT: f64 = 54.0;
const LABEL_HEIGHT: f64 = 18.0;
/// Between a part's edge and its nodes; above them is its name.
const PADDING: f64 = 16.0;
pub(super) const PART_NAME: f64 = 26.0;
const MARGIN: f64 = 20.0;

#[derive(Clone, Copy, Debug)]
pub(super) struct Rectangle {
    pub(super) left: f64,
    pub(super) top: f64,
    pub(super) width: f64,
    pub(super) height: f64,
}

/// In pixels, from the upper left corner.
#[derive(Debug)]
pub(super) struct Layout {
    pub(super) width: f64,
    pub(super) height: f64,
    /// In the graph's order, as are the others.
    pub(super) nodes: Vec<Rectangle>,
    pub(super) parts: Vec<(String, Rectangle)>,
    pub(super) edges: Vec<route::Line>,
}

pub(super) fn of(graph: &Graph) -> Layout {
    let options = GraphOptions { directed: true, multigraph: true, compound: true };
    let mut layered: Layered<NodeLabel, EdgeLabel> = Layered::with_options(options);
    layered.set_graph_label(GraphLabel::default());
    for part in graph.parts() {
        layered.set_node(part_name(part), Some(NodeLabel::default()));
    }
    for (at, node) in graph.nodes.iter().enumerate() {
        let width = 64.0 + text_width(&node.name, 13.5).max(text_width(&node.service.name, 11.0));
        let label = NodeLabel { width: width.ceil(), height: NODE_HEIGHT, ..NodeLabel::default() };
        layered.set_node(at.to_string(), Some(label));
        if let Some(part) = &node.part {
            layered.set_parent(&at.to_string(), Some(&part_name(part)));
        }
    }
    for (at, edge) in graph.edges.iter().enumerate() {
        let has_label = !edge.label.is_empty();
        let label = EdgeLabel {
            width: if has_label { text_width(&edge.label, 11.0).ceil() + 8.0 } else { 0.0 },
            height: if has_label { LABEL_HEIGHT } else { 0.0 },
            labelpos: LabelPos::Center,
            ..EdgeLabel::default()
        };
        let (from, to) = (edge.from.to_string(), edge.to.to_string());
        layered.set_edge(from, to, Some(label), Some(&at.to_string()));
    }
    let options = LayoutOptions {
        rankdir: RankDir::LR,
        nodesep: 34.0,
        edgesep: 14.0,
        ranksep: 64.0,
        ..LayoutOptions::default()
    };
    layout(&mut layered, Some(options));
    read(graph, &layered)
}

fn read(graph: &Graph, layered: &Layered<NodeLabel, EdgeLabel>) -> Layout {
    let rectangle = |name: &str| {
        let node = layered.node(name).cloned().unwrap_or_default();
        let (width, height) = (node.width, node.height);
        let left = node.x.unwrap_or_default() - width / 2.0;
        Rectangle { left, top: node.y.unwrap_or_default() - height / 2.0, width, height }
    };
    let mut nodes: Vec<Rectangle> = (0..graph.nodes.len()).map(|at| rectangle(&at.to_string())).collect();
    let mut parts: Vec<(String, Rectangle)> = graph
        .parts()
        .into_iter()
        .map(|part| {
            let inside =
                graph.nodes.iter().zip(&nodes).filter(|(node, _)| node.part.as_deref() == Some(part));
            (part.to_owned(), around(inside.map(|(_, rectangle)| *rectangle)))
        })
        .collect();
    let mut edges = route::lines(graph, &nodes, layered);

    // Parts grew after the layout: all is moved until it is within the margin.
    let everything = nodes.iter().chain(parts.iter().map(|(_, part)| part));
    let corners =
        everything.flat_map(|one| [(one.left, one.top), (one.left + one.width, one.top + one.height)]);
    let points: Vec<(f64, f64)> =
        corners.chain(edges.iter().flat_map(|line| line.points.iter().copied())).collect();
    let Some(&first) = points.first() else {
        return Layout { width: 2.0 * MARGIN, height: 2.0 * MARGIN, nodes, parts, edges };
    };
    let least = |of: fn(&(f64, f64)) -> f64| points.iter().map(of).fold(of(&first), f64::min);
    let most = |of: fn(&(f64, f64)) -> f64| points.iter().map(of).fold(of(&first), f64::max);
    let (left, top) = (least(|point| point.0) - MARGIN, least(|point| point.1) - MARGIN);
    let (width, height) = (most(|point| point.0) - left + MARGIN, most(|point| point.1) - top + MARGIN);
    for one in nodes.iter_mut().chain(parts.iter_mut().map(|(_, part)| part)) {
        one.left -= left;
        one.top -= top;
    }
    for line in &mut edges {
        for point in line.points.iter_mut().chain([&mut line.label]) {
            *point = (point.0 - left, point.1 - top);
        }
    }
    Layout { width, height, nodes, parts, edges }
}

/// The part's frame around its nodes.
fn around(nodes: impl Iterator<Item = Rectangle>) -> Rectangle {
    let (mut left, mut top, mut right, mut bottom) = (f64::INFINITY, f64::INFINITY, 0.0_f64, 0.0_f64);
    for node in nodes {
        left = left.min(node.left);
        top = top.min(node.top);
        right = right.max(node.left + node.width);
        bottom = bottom.max(node.top + node.height);
    }
    Rectangle {
        left: left - PADDING,
        top: top - PART_NAME,
        width: right - left + 2.0 * PADDING,
        height: bottom - top + PART_NAME + PADDING,
    }
}

fn part_name(part: &str) -> String {
    format!("part {part}")
}

/// About how wide a text is in a sans-serif font of this size: rather more than less.
pub(super) fn text_width(text: &str, size: f64) -> f64 {
    let ems: f64 = text
        .chars()
        .map(|letter| match letter {
            'i' | 'j' | 'l' | 'I' | '.' | ',' | '\'' => 0.36,
            'f' | 't' | 'r' | ' ' | '-' => 0.46,
            'm' | 'w' | 'M' | 'W' | '×' => 1.0,
            'A'..='Z' => 0.78,
            _ => 0.68,
        })
        .sum();
    ems * size
}
