//! Two values compared, member by member and item by item.

use std::fmt::Write as _;

use serde_json::{Map, Value as Json};

use super::align;

/// A value that is another one now.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Change {
    /// Where, for people: `GlobalSecondaryIndexes[gsi1].Projection`.
    pub(super) path: String,
    /// Where, for the specification: without what tells items apart.
    pub(super) property: String,
    pub(super) old: Option<Json>,
    pub(super) new: Option<Json>,
}

impl Change {
    /// Of a whole entry; `Null` is none.
    pub(super) fn whole(old: &Json, new: &Json) -> Self {
        let given = |value: &Json| (!value.is_null()).then(|| value.clone());
        Self { path: String::new(), property: String::new(), old: given(old), new: given(new) }
    }
}

/// The changes from one object's members to another's.
pub(super) fn members(old: &Json, new: &Json) -> Vec<Change> {
    let mut changes = Vec::new();
    let empty = Map::new();
    let old = old.as_object().unwrap_or(&empty);
    let new = new.as_object().unwrap_or(&empty);
    compare_members(&Place::default(), old, new, &mut changes);
    changes
}

#[derive(Clone, Default)]
struct Place {
    path: String,
    property: String,
}

impl Place {
    fn member(&self, name: &str) -> Self {
        let dot = |path: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
        Self { path: dot(&self.path), property: dot(&self.property) }
    }

    fn item(&self, label: &str) -> Self {
        Self { path: format!("{}[{label}]", self.path), property: self.property.clone() }
    }

    fn change(&self, old: Option<&Json>, new: Option<&Json>) -> Change {
        let (path, property) = (self.path.clone(), self.property.clone());
        Change { path, property, old: old.cloned(), new: new.cloned() }
    }
}

fn compare_members(at: &Place, old: &Map<String, Json>, new: &Map<String, Json>, changes: &mut Vec<Change>) {
    for (name, value) in old {
        compare(&at.member(name), Some(value), new.get(name), changes);
    }
    for (name, value) in new.iter().filter(|(name, _)| !old.contains_key(*name)) {
        compare(&at.member(name), None, Some(value), changes);
    }
}

fn compare(at: &Place, old: Option<&Json>, new: Option<&Json>, changes: &mut Vec<Change>) {
    match (old, new) {
        _ if old == new => {}
        (Some(left @ Json::Object(old_map)), Some(right @ Json::Object(new_map))) => {
            match (branches(left), branches(right)) {
                (Some((condition, old)), Some((other, new))) if condition == other => {
                    compare(&at.item(&format!("if {condition}")), old.first(), new.first(), changes);
                    compare(&at.item(&format!("unless {condition}")), old.get(1), new.get(1), changes);
                }
                _ if is_intrinsic(old_map) || is_intrinsic(new_map) => changes.push(at.change(old, new)),
                _ => compare_members(at, old_map, new_map, changes),
            }
        }
        (Some(Json::Array(old)), Some(Json::Array(new))) => compare_items(at, old, new, changes),
        _ => changes.push(at.change(old, new)),
    }
}

fn compare_items(at: &Place, old: &[Json], new: &[Json], changes: &mut Vec<Change>) {
    let before = changes.len();
    for (left, right) in align::items(old, new) {
        let (left_item, right_item) = (left.map(|at| &old[at]), right.map(|at| &new[at]));
        let name = right_item.or(left_item).and_then(align::name).map(str::to_owned);
        let label = name.or_else(|| right.or(left).map(|at| at.to_string())).unwrap_or_default();
        compare(&at.item(&label), left_item, right_item, changes);
    }
    if changes.len() == before {
        // The same items in another order, which means something to some properties.
        changes.push(at.change(Some(&Json::Array(old.to_vec())), Some(&Json::Array(new.to_vec()))));
    }
}

fn branches(value: &Json) -> Option<(&str, &[Json])> {
    match value["Fn::If"].as_array()?.as_slice() {
        [Json::String(condition), branches @ ..] => Some((condition, branches)),
        _ => None,
    }
}

fn is_intrinsic(object: &Map<String, Json>) -> bool {
    object.len() == 1
        && object.keys().all(|key| key == "Ref" || key == "Condition" || key.starts_with("Fn::"))
}

/// A value as people read it: references as in `Fn::Sub`.
pub(crate) fn short(value: &Json) -> String {
    let Json::Object(object) = value else {
        return match value {
            Json::String(text) => text.clone(),
            Json::Array(items) => format!("[{}]", items.iter().map(short).collect::<Vec<_>>().join(", ")),
            other => other.to_string(),
        };
    };
    let (key, inner) = match object.iter().next() {
        Some((key, inner)) if is_intrinsic(object) => (key.as_str(), inner),
        _ => {
            let mut text = String::from("{");
            for (at, (key, value)) in object.iter().enumerate() {
                let _ = write!(text, "{}{key}: {}", if at == 0 { " " } else { ", " }, short(value));
            }
            return text + if object.is_empty() { "}" } else { " }" };
        }
    };
    match (key, inner) {
        ("Ref", Json::String(id)) => format!("${{{id}}}"),
        ("Fn::GetAtt", Json::Array(parts)) => {
            format!("${{{}}}", parts.iter().map(short).collect::<Vec<_>>().join("."))
        }
        ("Fn::GetAtt", Json::String(path)) => format!("${{{path}}}"),
        ("Fn::Sub", Json::String(text)) => text.clone(),
        ("Fn::Join", Json::Array(parts)) => match parts.as_slice() {
            [Json::String(between), Json::Array(items)] => {
                items.iter().map(short).collect::<Vec<_>>().join(between)
            }
            _ => inner.to_string(),
        },
        ("Fn::If", Json::Array(parts)) => match parts.as_slice() {
            [condition, yes, no] => format!("if {} then {} else {}", short(condition), short(yes), short(no)),
            _ => inner.to_string(),
        },
        (key, inner) => format!("{}({})", key.trim_start_matches("Fn::"), short(inner)),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn paths(old: &Json, new: &Json) -> Vec<String> {
        members(old, new).into_iter().map(|change| change.path).collect()
    }

    #[test]
    fn a_nested_change_is_named_by_its_path_alone() {
        let old = json!({ "Indexes": [{ "IndexName": "a", "Projection": { "Type": "ALL" } }, { "IndexName": "b" }] });
        let mut new = old.clone();
        new["Indexes"][0]["Projection"]["Type"] = json!("KEYS_ONLY");
        let changes = members(&old, &new);
        assert_eq!(changes.len(), 1);
        assert_eq!(changes[0].path, "Indexes[a].Projection.Type");
        assert_eq!(changes[0].property, "Indexes.Projection.Type");
    }

    #[test]
    fn a_branch_of_a_condition_is_compared_with_the_same_branch() {
        let old = json!({ "A": { "Fn::If": ["IsProduction", 90, 14] } });
        let new = json!({ "A": { "Fn::If": ["IsProduction", 90, 7] } });
        assert_eq!(paths(&old, &new), ["A[unless IsProduction]"]);
    }

    #[test]
    fn another_order_is_a_change() {
        assert_eq!(paths(&json!({ "A": [1, 2] }), &json!({ "A": [2, 1] })), ["A"]);
    }

    #[test]
    fn references_read_as_they_do_in_sub() {
        assert_eq!(short(&json!({ "Fn::GetAtt": ["T", "Arn"] })), "${T.Arn}");
        assert_eq!(short(&json!({ "Fn::Join": ["", [{ "Ref": "B" }, "/x"]] })), "${B}/x");
        assert_eq!(short(&json!({ "a": 1, "b": [true, "x"] })), "{ a: 1, b: [true, x] }");
    }
}
