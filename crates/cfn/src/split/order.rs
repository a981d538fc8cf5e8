//! Parts that need each other: as stacks, each would wait for the other.

use std::collections::BTreeMap;

use super::problem;
use super::whole::Whole;
use crate::check::Problem;
use crate::check::view::{entries, mentioned};

/// What becomes of a resource in the root: a part's stack, or itself.
type Unit<'a> = &'a str;

/// Who needs whom, with the first reference that makes it so: from this resource to that one.
type Needs<'a> = BTreeMap<Unit<'a>, BTreeMap<Unit<'a>, (&'a str, &'a str)>>;

/// Reports one cycle, if there is any: breaking it shows the next.
pub(super) fn cycle(whole: &Whole<'_>) -> Option<Problem> {
    let mut waiting = needs(whole);
    loop {
        // A stack that waits for nothing any more can be made; what remains hangs on a cycle.
        let ready: Vec<Unit<'_>> =
            waiting.iter().filter(|(_, needs)| needs.is_empty()).map(|(unit, _)| *unit).collect();
        if ready.is_empty() {
            break;
        }
        waiting.retain(|unit, _| !ready.contains(unit));
        waiting.values_mut().for_each(|needs| needs.retain(|unit, _| !ready.contains(unit)));
    }
    let (&start, _) = waiting.first_key_value()?;
    let mut path = vec![start];
    let around = loop {
        let (&next, _) = waiting[path[path.len() - 1]].first_key_value()?;
        if let Some(at) = path.iter().position(|unit| *unit == next) {
            break path.split_off(at);
        }
        path.push(next);
    };
    let references: Vec<(&str, &str)> =
        around.iter().enumerate().map(|(at, unit)| waiting[unit][around[(at + 1) % around.len()]]).collect();
    let said: Vec<String> = references
        .iter()
        .map(|(from, to)| format!("`{from}`{} needs `{to}`{}", of_part(whole, from), of_part(whole, to)))
        .collect();
    let text = format!(
        "as stacks, the parts would wait for each other: {}; move a resource into the part that it needs",
        said.join(", ")
    );
    Some(problem(references[0].0, text))
}

fn needs<'a>(whole: &'a Whole<'a>) -> Needs<'a> {
    let unit = |id: &'a str| -> Option<Unit<'a>> {
        Some(whole.place(id)?.map_or(id, |part| whole.parts[part].stack.as_str()))
    };
    let mut needs = Needs::new();
    for (id, resource) in entries(&whole.json["Resources"]) {
        let Some(here) = unit(id) else { continue };
        let of_unit = needs.entry(here).or_default();
        for other in mentioned(resource) {
            if let Some(there) = unit(other).filter(|there| *there != here) {
                of_unit.entry(there).or_insert((id, other));
            }
        }
    }
    needs
}

fn of_part(whole: &Whole<'_>, id: &str) -> String {
    let part = whole.place(id).flatten();
    part.map_or(String::new(), |part| format!(" ({})", whole.parts[part].name))
}
