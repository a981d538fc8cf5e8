//! What happens to each resource: updated as it stands, replaced, made, removed.

use std::collections::{BTreeMap, BTreeSet};

use cfn::specification::{self, Replacement};
use serde_json::Value as Json;

use super::refused;
use super::values::{self, Change};

/// What happens to a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Action {
    Add,
    Remove,
    Change,
}

/// A resource that is not as it was.
#[derive(Clone, Debug)]
pub(crate) struct Resource {
    pub(crate) id: String,
    pub(super) kind: String,
    pub(super) action: Action,
    /// What becomes of the resource; `Never` for what is made or removed.
    pub(super) replacement: Replacement,
    /// Each change with what it does; `None` where the specification does not say.
    pub(super) changes: Vec<(Change, Option<Replacement>)>,
    /// The replaced resources because of which this one changes, and the property that says so.
    pub(crate) because: Vec<(String, String)>,
    /// What AWS will refuse: the path of each such change, and why.
    pub(super) refused: Vec<(String, &'static str)>,
    /// It holds data.
    pub(super) is_stateful: bool,
    /// The old one outlives its removal, or its replacement.
    pub(super) is_retained: bool,
}

impl Resource {
    /// Whether the resource as it is may be gone afterwards.
    pub(crate) fn is_lost(&self) -> bool {
        match self.action {
            Action::Add => false,
            Action::Remove => true,
            Action::Change => self.replacement != Replacement::Never,
        }
    }

    /// Whether data is lost, or left behind, by this.
    pub(crate) fn endangers_data(&self) -> bool {
        self.is_stateful && self.is_lost()
    }
}

/// The resources that differ, in the new template's order, the removed ones last.
pub(super) fn changes(old: &Json, new: &Json) -> Vec<Resource> {
    let (before, after) = (&old["Resources"], &new["Resources"]);
    let mut found = Vec::new();
    for (id, json) in after.as_object().into_iter().flatten() {
        match before.get(id) {
            None => found.push(one(id, json, Action::Add)),
            Some(was) if was["Type"] != json["Type"] => {
                found.push(one(id, was, Action::Remove));
                found.push(one(id, json, Action::Add));
            }
            Some(was) => found.extend(changed(id, was, json)),
        }
    }
    let removed = before.as_object().into_iter().flatten().filter(|(id, _)| after.get(id.as_str()).is_none());
    found.extend(removed.map(|(id, json)| one(id, json, Action::Remove)));
    spread(after, &mut found);
    found
}

fn one(id: &str, json: &Json, action: Action) -> Resource {
    let kind = json["Type"].as_str().unwrap_or_default();
    Resource {
        id: id.to_owned(),
        kind: kind.to_owned(),
        action,
        replacement: Replacement::Never,
        changes: Vec::new(),
        because: Vec::new(),
        refused: Vec::new(),
        is_stateful: specification::is_stateful(kind),
        is_retained: keeps(&json["DeletionPolicy"]),
    }
}

fn keeps(policy: &Json) -> bool {
    matches!(policy.as_str(), Some("Retain" | "Snapshot" | "RetainExceptOnCreate"))
}

fn changed(id: &str, old: &Json, new: &Json) -> Option<Resource> {
    let mut resource = one(id, new, Action::Change);
    // The new template's policy is in force by the time the old resource is cleaned up.
    resource.is_retained = keeps(&new["UpdateReplacePolicy"]);
    for change in values::members(old, new) {
        let effect = effect(&resource.kind, &change, old, new);
        resource.replacement = resource.replacement.max(effect.unwrap_or(Replacement::Never));
        let property = change.property.strip_prefix("Properties.").unwrap_or_default();
        if let Some(why) = refused::why(&resource.kind, property, &change) {
            let path = change.path.strip_prefix("Properties.").unwrap_or(&change.path);
            resource.refused.push((path.to_owned(), why));
        }
        resource.changes.push((change, effect));
    }
    (!resource.changes.is_empty()).then_some(resource)
}

fn effect(kind: &str, change: &Change, old: &Json, new: &Json) -> Option<Replacement> {
    let Some(path) = change.property.strip_prefix("Properties") else {
        // Metadata, policies, DependsOn: nothing is done to the resource. A condition may make or remove it.
        let is_condition = change.property == "Condition";
        return Some(if is_condition { Replacement::Conditional } else { Replacement::Never });
    };
    let path = path.trim_start_matches('.');
    if kind == "AWS::DynamoDB::Table" && path.starts_with("AttributeDefinitions") {
        return Some(attribute_definitions(&old["Properties"], &new["Properties"]));
    }
    specification::property(kind, path).map(|property| property.replacement)
}

/// Definitions may come and go with the indexes; the type of one that stays replaces the table.
fn attribute_definitions(old: &Json, new: &Json) -> Replacement {
    let types = |properties: &Json| -> BTreeMap<String, String> {
        let all = properties["AttributeDefinitions"].as_array().into_iter().flatten();
        all.map(|one| (one["AttributeName"].to_string(), one["AttributeType"].to_string())).collect()
    };
    let (old, new) = (types(old), types(new));
    let stays = old.iter().all(|(name, kind)| new.get(name).is_none_or(|now| now == kind));
    if stays { Replacement::Never } else { Replacement::Always }
}

/// A replaced resource has another id, so that whoever refers to it changes as well, and may be replaced.
fn spread(after: &Json, found: &mut Vec<Resource>) {
    let replaced =
        |resource: &Resource| resource.action == Action::Change && resource.replacement != Replacement::Never;
    let mut open: Vec<(String, Replacement)> =
        found.iter().filter(|one| replaced(one)).map(|one| (one.id.clone(), one.replacement)).collect();
    let mut done = BTreeSet::new();
    while let Some((target, cause)) = open.pop() {
        if !done.insert((target.clone(), cause)) {
            continue;
        }
        for (id, json) in after.as_object().into_iter().flatten().filter(|(id, _)| **id != target) {
            let kind = json["Type"].as_str().unwrap_or_default();
            for (name, value) in json["Properties"].as_object().into_iter().flatten() {
                if !refers(value, &target) {
                    continue;
                }
                let own = specification::property(kind, name).map(|property| property.replacement);
                let effect = own.unwrap_or(Replacement::Never).min(cause);
                let at = found.iter().position(|one| one.id == *id && one.action != Action::Remove);
                let at = at.unwrap_or_else(|| {
                    found.push(one(id, json, Action::Change));
                    found.len() - 1
                });
                let resource = &mut found[at];
                if resource.action == Action::Add {
                    continue;
                }
                resource.is_retained = keeps(&json["UpdateReplacePolicy"]);
                let reason = (name.clone(), target.clone());
                if !resource.because.contains(&reason) {
                    resource.because.push(reason);
                }
                if effect > resource.replacement {
                    resource.replacement = effect;
                    open.push((id.clone(), effect));
                }
            }
        }
    }
}

fn refers(value: &Json, target: &str) -> bool {
    match value {
        Json::Array(items) => items.iter().any(|item| refers(item, target)),
        Json::Object(object) => object.iter().any(|(key, inner)| match (key.as_str(), inner) {
            ("Ref", Json::String(id)) => id == target,
            ("Fn::GetAtt", Json::String(path)) => path.split('.').next() == Some(target),
            ("Fn::GetAtt", Json::Array(parts)) => parts.first().is_some_and(|id| id == target),
            ("Fn::Sub", Json::String(text)) => in_text(text, target),
            ("Fn::Sub", Json::Array(parts)) => {
                parts.first().and_then(Json::as_str).is_some_and(|text| in_text(text, target))
                    || parts.iter().skip(1).any(|part| refers(part, target))
            }
            _ => refers(inner, target),
        }),
        _ => false,
    }
}

fn in_text(text: &str, target: &str) -> bool {
    text.contains(&format!("${{{target}}}")) || text.contains(&format!("${{{target}."))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn template(key: &str, attributes: &[(&str, &str)]) -> Json {
        let definitions: Vec<Json> = attributes
            .iter()
            .map(|(name, kind)| json!({ "AttributeName": name, "AttributeType": kind }))
            .collect();
        json!({ "Resources": {
            "T": { "Type": "AWS::DynamoDB::Table", "Properties": {
                "AttributeDefinitions": definitions,
                "KeySchema": [{ "AttributeName": key, "KeyType": "HASH" }],
            } },
            "P": { "Type": "AWS::IAM::Role", "Properties": { "Description": { "Ref": "T" } } },
            "S": { "Type": "AWS::AppSync::DataSource", "Properties": { "Name": { "Ref": "T" } } },
        } })
    }

    #[test]
    fn another_key_replaces_a_table_and_reaches_whoever_refers_to_it() {
        let found = changes(&template("a", &[("a", "S")]), &template("b", &[("a", "S")]));
        let told: Vec<(&str, Replacement)> =
            found.iter().map(|one| (one.id.as_str(), one.replacement)).collect();
        assert_eq!(told, [("T", Replacement::Always), ("P", Replacement::Never), ("S", Replacement::Always)]);
        assert!(found[0].endangers_data() && !found[2].endangers_data());
        assert_eq!(found[2].because, [("Name".to_owned(), "T".to_owned())]);
    }

    #[test]
    fn a_table_keeps_its_data_when_an_attribute_is_defined_for_a_new_index() {
        let found = changes(&template("a", &[("a", "S")]), &template("a", &[("a", "S"), ("b", "S")]));
        assert!(found.len() == 1 && !found[0].endangers_data(), "{found:?}");
        let found = changes(&template("a", &[("a", "S")]), &template("a", &[("a", "N")]));
        assert!(found[0].endangers_data());
    }

    #[test]
    fn how_people_sign_in_is_never_changed_and_attributes_are_only_added() {
        let pool = |properties: Json| json!({ "Resources": { "P": { "Type": "AWS::Cognito::UserPool", "Properties": properties } } });
        let refused = |old: Json, new: Json| -> Vec<String> {
            let found = changes(&pool(old), &pool(new));
            found[0].refused.iter().map(|(path, _)| path.clone()).collect()
        };
        let schema = |attributes: &[(&str, bool)]| -> Json {
            let all = attributes.iter().map(|(name, required)| json!({ "Name": name, "Required": required }));
            json!({ "Schema": all.collect::<Vec<_>>() })
        };
        let before = schema(&[("email", true), ("name", false)]);
        let none: [&str; 0] = [];
        assert_eq!(refused(json!({ "UsernameAttributes": ["email"] }), json!({})), ["UsernameAttributes"]);
        assert_eq!(refused(json!({}), json!({ "AliasAttributes": ["email"] })), ["AliasAttributes"]);
        assert_eq!(refused(before.clone(), schema(&[("email", true)])), ["Schema[name]"]);
        assert_eq!(
            refused(before.clone(), schema(&[("email", false), ("name", false)])),
            ["Schema[email].Required"]
        );
        let more = schema(&[("email", true), ("name", false), ("age", false)]);
        assert_eq!(refused(before.clone(), more), none);
        assert_eq!(refused(before, schema(&[("name", false), ("email", true)])), none);
        assert_eq!(refused(json!({ "MfaConfiguration": "OFF" }), json!({ "MfaConfiguration": "ON" })), none);
    }

    #[test]
    fn what_is_removed_with_its_data_endangers_it_even_if_retained() {
        let old = template("a", &[("a", "S")]);
        let found = changes(&old, &json!({ "Resources": {} }));
        assert!(found.iter().any(|one| one.id == "T" && one.endangers_data() && !one.is_retained));
    }
}
