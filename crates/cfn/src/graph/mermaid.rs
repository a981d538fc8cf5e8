//! A picture as a Mermaid flow chart.

use std::collections::BTreeSet;

use super::service::Category;
use super::{Graph, Node};

pub(super) fn text(graph: &Graph) -> String {
    let mut text = "flowchart LR\n".to_owned();
    for part in graph.parts() {
        text += &format!("  subgraph part_{} [\"{}\"]\n", plain(part), escaped(part));
        for node in graph.nodes.iter().filter(|node| node.part.as_deref() == Some(part)) {
            text += &format!("    {}\n", shape(node));
        }
        text += "  end\n";
    }
    for node in graph.nodes.iter().filter(|node| node.part.is_none()) {
        text += &format!("  {}\n", shape(node));
    }
    for edge in &graph.edges {
        let (from, to) = (&graph.nodes[edge.from], &graph.nodes[edge.to]);
        let arrow = if from.is_conditional || to.is_conditional { "-.->" } else { "-->" };
        let label =
            if edge.label.is_empty() { String::new() } else { format!("|\"{}\"|", escaped(&edge.label)) };
        text += &format!("  {} {arrow}{label} {}\n", name(from), name(to));
    }
    let used: BTreeSet<Category> = graph.nodes.iter().map(|node| node.service.category).collect();
    for category in used {
        text += &format!("  classDef {} fill:none,stroke:{}\n", category.name(), category.color());
    }
    if graph.nodes.iter().any(|node| node.is_conditional) {
        text += "  classDef conditional stroke-dasharray:5 4\n";
        let conditional = graph.nodes.iter().filter(|node| node.is_conditional).map(name);
        text += &format!("  class {} conditional\n", conditional.collect::<Vec<_>>().join(","));
    }
    text
}

fn shape(node: &Node) -> String {
    let (open, close) = match node.service.category {
        Category::Database => ("[(", ")]"),
        Category::Compute => ("[[", "]]"),
        Category::Api | Category::Edge => ("([", "])"),
        Category::Messaging => ("[/", "/]"),
        _ => ("[", "]"),
    };
    let label = format!("<b>{}</b><br/>{}", escaped(&node.name), escaped(&node.service.name));
    format!("{}{open}\"{label}\"{close}:::{}", name(node), node.service.category.name())
}

/// A name of our own: `end` and others mean something to Mermaid.
fn name(node: &Node) -> String {
    format!("n_{}", plain(&node.id))
}

fn plain(text: &str) -> String {
    text.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '_' }).collect()
}

fn escaped(text: &str) -> String {
    text.replace('&', "#amp;").replace('"', "#quot;").replace('<', "#lt;").replace('>', "#gt;")
}
