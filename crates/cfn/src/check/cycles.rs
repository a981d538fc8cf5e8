//! Resources that wait for themselves.

use super::problem::Findings;
use super::view::View;

/// Reports one cycle, if there is any: breaking it shows the next.
pub(super) fn check(view: &View<'_>, findings: &mut Findings<'_>) {
    // What has no dependency left is created first; what remains hangs on a cycle.
    let mut waiting = view.edges.clone();
    loop {
        let ready: Vec<&str> =
            waiting.iter().filter(|(_, targets)| targets.is_empty()).map(|(id, _)| *id).collect();
        if ready.is_empty() {
            break;
        }
        for id in &ready {
            waiting.remove(id);
        }
        for targets in waiting.values_mut() {
            for id in &ready {
                targets.remove(id);
            }
        }
    }
    let Some((&start, _)) = waiting.first_key_value() else {
        return;
    };
    // Every resource that remains has a target that remains: following them comes back sooner or later.
    let mut path = vec![start];
    let around = loop {
        let next = path.last().and_then(|last| waiting[last].first()).copied().unwrap_or(start);
        if let Some(at) = path.iter().position(|id| *id == next) {
            break &path[at..];
        }
        path.push(next);
    };
    findings.error(
        around[0],
        format!("it depends on itself: {} → {}; cut one of these references", around.join(" → "), around[0]),
    );
}
