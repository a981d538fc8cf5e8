//! The lines between nodes: out at one side, in at the other, level past the nodes between them.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use dagre::graph::Graph as Layered;
use dagre::{EdgeLabel, NodeLabel};

use super::Graph;
use super::layout::Rectangle;

/// How far before and behind a node a line that passes it is level.
const CLEARANCE: f64 = 6.0;

/// A line, always from left to right.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) points: Vec<(f64, f64)>,
    /// Whether the arrow's tip is at the left end.
    pub(super) is_backward: bool,
    /// The middle of the label.
    pub(super) label: (f64, f64),
}

pub(super) fn lines(
    graph: &Graph,
    nodes: &[Rectangle],
    layered: &Layered<NodeLabel, EdgeLabel>,
) -> Vec<Line> {
    let mut lines: Vec<Line> = graph
        .edges
        .iter()
        .enumerate()
        .map(|(at, edge)| {
            let name = at.to_string();
            let laid = layered.edge(&edge.from.to_string(), &edge.to.to_string(), Some(&name));
            let laid = laid.cloned().unwrap_or_default();
            let inner = laid.points.len().saturating_sub(2);
            let mut points: Vec<(f64, f64)> =
                laid.points.iter().skip(1).take(inner).map(|point| (point.x, point.y)).collect();
            let is_backward = nodes[edge.to].left < nodes[edge.from].left;
            if is_backward {
                points.reverse();
            }
            let points = points.into_iter().flat_map(|point| past(point, nodes)).collect();
            Line { points, is_backward, label: (laid.x.unwrap_or_default(), laid.y.unwrap_or_default()) }
        })
        .collect();
    add_ends(graph, nodes, &mut lines);
    for line in &mut lines {
        line.points.dedup_by(|next, previous| next.0 <= previous.0 + 0.5);
    }
    lines
}

/// Where a line passes nodes above or below it, it is level for as long as they are wide.
fn past(point: (f64, f64), nodes: &[Rectangle]) -> Vec<(f64, f64)> {
    let (x, y) = point;
    let beside = nodes.iter().filter(|node| node.left <= x && x <= node.left + node.width);
    let (left, right) = beside.fold((x, x), |(left, right), node| {
        (left.min(node.left - CLEARANCE), right.max(node.left + node.width + CLEARANCE))
    });
    if left < right { vec![(left, y), (right, y)] } else { vec![point] }
}

/// Lines that meet at one side of a node are spread over it, in the order in which they come.
fn add_ends(graph: &Graph, nodes: &[Rectangle], lines: &mut [Line]) {
    let mut sides: BTreeMap<(usize, bool), Vec<(usize, f64)>> = BTreeMap::new();
    for (at, (edge, line)) in graph.edges.iter().zip(lines.iter()).enumerate() {
        let (left, right) = if line.is_backward { (edge.to, edge.from) } else { (edge.from, edge.to) };
        let middle = |node: usize| nodes[node].top + nodes[node].height / 2.0;
        let toward = line.points.first().map_or(middle(right), |point| point.1);
        sides.entry((left, true)).or_default().push((at, toward));
        let toward = line.points.last().map_or(middle(left), |point| point.1);
        sides.entry((right, false)).or_default().push((at, toward));
    }
    for ((node, is_right_side), mut ends) in sides {
        ends.sort_by(|left, right| left.1.partial_cmp(&right.1).unwrap_or(Ordering::Equal));
        let (node, share) = (nodes[node], ends.len() as f64 + 1.0);
        for (place, (at, _)) in ends.iter().enumerate() {
            let y = node.top + node.height * (place as f64 + 1.0) / share;
            let points = &mut lines[*at].points;
            // Level past the wider nodes above and below it, too.
            let column = past((node.left + node.width / 2.0, y), nodes);
            if is_right_side {
                points.splice(0..0, [(node.left + node.width, y)].into_iter().chain(column.last().copied()));
            } else {
                points.extend(column.first().copied().into_iter().chain([(node.left, y)]));
            }
        }
    }
}

/// A curve through the points that neither turns back nor swings out, level at both ends.
///
/// Source: M. Steffen, "A simple method for monotonic interpolation in one dimension" (1990).
pub(super) fn curve(points: &[(f64, f64)]) -> Vec<[(f64, f64); 4]> {
    let slope = |from: (f64, f64), to: (f64, f64)| (to.1 - from.1) / (to.0 - from.0).max(0.1);
    let tangent = |at: usize| {
        if at == 0 || at + 1 == points.len() {
            return 0.0;
        }
        let (before, here, after) = (points[at - 1], points[at], points[at + 1]);
        let (left, right) = (slope(before, here), slope(here, after));
        let (left_width, right_width) = (here.0 - before.0, after.0 - here.0);
        let mean = (left * right_width + right * left_width) / (left_width + right_width);
        (left.signum() + right.signum()) * left.abs().min(right.abs()).min(mean.abs() / 2.0)
    };
    points
        .windows(2)
        .enumerate()
        .map(|(at, pair)| {
            let (from, to) = (pair[0], pair[1]);
            let third = (to.0 - from.0) / 3.0;
            // Level ends may reach further: the curve is softer.
            let reach = |is_end: bool| if is_end { third * 1.5 } else { third };
            let (out, into) = (reach(at == 0), reach(at + 2 == points.len()));
            [
                from,
                (from.0 + out, from.1 + tangent(at) * out),
                (to.0 - into, to.1 - tangent(at + 1) * into),
                to,
            ]
        })
        .collect()
}
