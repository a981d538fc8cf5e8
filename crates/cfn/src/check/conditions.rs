//! Conditional resources: whoever refers to one exists, or is made, under its condition too.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

use super::problem::Findings;
use super::view::{View, entries, mentioned};

/// Conditions, and whether each is true.
type Held<'a> = BTreeSet<(&'a str, bool)>;

/// Beyond so many combinations of parameters nothing is said.
const MOST_COMBINATIONS: usize = 10_000;

pub(super) fn check(view: &View<'_>, findings: &mut Findings<'_>) {
    for (section, path) in [("Resources", "Properties"), ("Outputs", "Value")] {
        for (id, entry) in entries(&view.json[section]) {
            let held: Held<'_> = entry["Condition"].as_str().map(|name| (name, true)).into_iter().collect();
            let mut missing = BTreeSet::new();
            visit(view, &entry[path], &held, &mut missing);
            for (named, condition) in missing {
                let text = format!(
                    "it refers to `{named}`, which is not there unless `{condition}`: put the reference into an \
                     `Fn::If` of that condition, or give the whole that `Condition`"
                );
                findings.error(id, text);
            }
        }
    }
}

fn visit<'a>(view: &View<'a>, value: &'a Json, held: &Held<'a>, missing: &mut BTreeSet<(&'a str, &'a str)>) {
    match value {
        Json::Array(items) => items.iter().for_each(|item| visit(view, item, held, missing)),
        Json::Object(object) => {
            if let Some(Json::Array(parts)) = object.get("Fn::If") {
                let condition = parts.first().and_then(Json::as_str).unwrap_or_default();
                for (part, is_true) in parts.iter().skip(1).zip([true, false]) {
                    let mut inside = held.clone();
                    inside.insert((condition, is_true));
                    visit(view, part, &inside, missing);
                }
                return;
            }
            if ["Ref", "Fn::GetAtt", "Fn::Sub"].iter().any(|name| object.contains_key(*name)) {
                // The variables of a text may be put together by an `Fn::If` of their own.
                let variables = value["Fn::Sub"].get(1).unwrap_or(&Json::Null);
                visit(view, variables, held, missing);
                let inner = mentioned(variables);
                let own = mentioned(value).into_iter().filter(|id| !inner.contains(id));
                for target in own.filter_map(|id| view.named(id)) {
                    let condition = target.json["Condition"].as_str();
                    if let Some(condition) = condition.filter(|name| is_possible(view, held, (name, false))) {
                        missing.insert((target.id, condition));
                    }
                }
                return;
            }
            object.values().for_each(|value| visit(view, value, held, missing));
        }
        _ => {}
    }
}

/// Whether some choice of parameters makes all of this so.
fn is_possible<'a>(view: &View<'a>, held: &Held<'a>, and: (&'a str, bool)) -> bool {
    if held.contains(&and) {
        return true;
    }
    if held.contains(&(and.0, !and.1)) {
        return false;
    }
    let facts: Vec<(&str, bool)> = held.iter().copied().chain([and]).collect();
    let mut choices: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (name, _) in &facts {
        gather(view, &view.json["Conditions"][*name], &mut choices, 0);
    }
    let choices: Vec<(&String, Vec<&String>)> =
        choices.iter().map(|(name, values)| (name, values.iter().collect())).collect();
    let count: usize = choices.iter().map(|(_, values)| values.len()).product();
    if count > MOST_COMBINATIONS {
        return false;
    }
    (0..count).any(|at| {
        let mut rest = at;
        let chosen: BTreeMap<&str, &str> = choices
            .iter()
            .map(|(name, values)| {
                let value = values[rest % values.len()].as_str();
                rest /= values.len();
                (name.as_str(), value)
            })
            .collect();
        facts
            .iter()
            .all(|(name, wanted)| is_true(view, &view.json["Conditions"][*name], &chosen, 0) == *wanted)
    })
}

/// What each parameter of a condition is compared with, and something else; what is no parameter is free.
fn gather(view: &View<'_>, test: &Json, choices: &mut BTreeMap<String, BTreeSet<String>>, depth: usize) {
    if depth > 20 {
        return;
    }
    if let Some(sides) = test["Fn::Equals"].as_array() {
        let literals = sides.iter().filter_map(literal);
        for name in sides.iter().filter_map(unknown) {
            let values = choices.entry(name.clone()).or_default();
            values.extend(literals.clone());
            let allowed = &view.json["Parameters"][name.as_str()]["AllowedValues"];
            match allowed.as_array() {
                Some(allowed) => values.extend(allowed.iter().filter_map(literal)),
                None => drop(values.insert("\0".to_owned())),
            }
        }
    }
    if let Some(name) = test["Condition"].as_str() {
        gather(view, &view.json["Conditions"][name], choices, depth + 1);
    }
    for operator in ["Fn::And", "Fn::Or", "Fn::Not"] {
        for part in test[operator].as_array().into_iter().flatten() {
            gather(view, part, choices, depth + 1);
        }
    }
}

fn is_true(view: &View<'_>, test: &Json, chosen: &BTreeMap<&str, &str>, depth: usize) -> bool {
    if depth > 20 {
        return false;
    }
    let value = |side: &Json| {
        literal(side).or_else(|| chosen.get(unknown(side)?.as_str()).map(|value| (*value).to_owned()))
    };
    let parts = |operator: &str| {
        let parts = test[operator].as_array();
        parts.map(|parts| parts.iter().map(|part| is_true(view, part, chosen, depth + 1)).collect::<Vec<_>>())
    };
    if let Some(all) = parts("Fn::And") {
        return all.into_iter().all(|one| one);
    }
    if let Some(any) = parts("Fn::Or") {
        return any.into_iter().any(|one| one);
    }
    if let Some(not) = parts("Fn::Not") {
        return !not.into_iter().all(|one| one);
    }
    match (test["Condition"].as_str(), test["Fn::Equals"].as_array()) {
        (Some(name), _) => is_true(view, &view.json["Conditions"][name], chosen, depth + 1),
        (_, Some(sides)) => sides.len() == 2 && value(&sides[0]) == value(&sides[1]),
        _ => false,
    }
}

fn literal(side: &Json) -> Option<String> {
    match side {
        Json::String(text) => Some(text.clone()),
        Json::Number(_) | Json::Bool(_) => Some(side.to_string()),
        _ => None,
    }
}

/// What only the deployment knows: a parameter's name, or the expression itself.
fn unknown(side: &Json) -> Option<String> {
    match side {
        Json::Object(object) if !object.is_empty() => {
            Some(side["Ref"].as_str().map_or_else(|| side.to_string(), str::to_owned))
        }
        _ => None,
    }
}
