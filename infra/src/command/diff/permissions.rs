//! Who may do what: the statements of every policy, one action at a time.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json};

use super::values::short;

/// A permission that is there on one side only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Change {
    pub(super) is_added: bool,
    /// The resource that holds the policy.
    pub(super) id: String,
    /// What it says: `Allow dynamodb:GetItem on ${ChatTable.Arn}`.
    pub(super) text: String,
}

/// The permissions that come and go, a line for all actions that share the rest.
pub(super) fn changes(old: &Json, new: &Json) -> Vec<Change> {
    let (old, new) = (permissions(old), permissions(new));
    let gone = old.iter().filter(|(permission, count)| new.get(*permission).copied().unwrap_or(0) < **count);
    let come = new.iter().filter(|(permission, count)| old.get(*permission).copied().unwrap_or(0) < **count);
    let mut grouped: BTreeMap<(String, bool, String, String), Vec<String>> = BTreeMap::new();
    for (permission, is_added) in gone.map(|(p, _)| (p, false)).chain(come.map(|(p, _)| (p, true))) {
        let Permission { id, effect, action, rest } = permission.clone();
        grouped.entry((id, is_added, effect, rest)).or_default().push(action);
    }
    grouped
        .into_iter()
        .map(|((id, is_added, effect, rest), actions)| Change {
            is_added,
            id,
            text: format!("{effect} {}{rest}", actions.join(", ")),
        })
        .collect()
}

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Permission {
    id: String,
    effect: String,
    action: String,
    rest: String,
}

fn permissions(template: &Json) -> BTreeMap<Permission, usize> {
    let mut found = BTreeMap::new();
    for (id, resource) in template["Resources"].as_object().into_iter().flatten() {
        let mut add = |effect: &str, action: String, rest: String| {
            let permission = Permission { id: id.clone(), effect: effect.to_owned(), action, rest };
            *found.entry(permission).or_insert(0) += 1;
        };
        let properties = &resource["Properties"];
        if resource["Type"] == "AWS::Lambda::Permission" {
            let mut rest =
                format!(" on {} to {}", short(&properties["FunctionName"]), short(&properties["Principal"]));
            if let Some(source) = properties.get("SourceArn") {
                rest.push_str(&format!(" for {}", short(source)));
            }
            add("Allow", short(&properties["Action"]), rest);
        }
        for arn in properties["ManagedPolicyArns"].as_array().into_iter().flatten() {
            add("Allow", format!("what {} allows", short(arn)), String::new());
        }
        walk(properties, &mut |statement| {
            let effect = statement["Effect"].as_str().unwrap_or("Allow").to_owned();
            for action in actions(statement) {
                add(&effect, action, rest(statement));
            }
        });
    }
    found
}

/// Calls `found` with each statement of each policy document.
fn walk(value: &Json, found: &mut impl FnMut(&Map<String, Json>)) {
    match value {
        Json::Array(items) => items.iter().for_each(|item| walk(item, found)),
        Json::Object(object) => {
            for (key, value) in object {
                let statements = one_or_many(value).into_iter().filter_map(Json::as_object);
                if key == "Statement" {
                    statements.filter(|one| one.contains_key("Effect")).for_each(&mut *found);
                } else {
                    walk(value, found);
                }
            }
        }
        _ => {}
    }
}

fn actions(statement: &Map<String, Json>) -> Vec<String> {
    let of = |name: &str| statement.get(name).map(one_or_many).unwrap_or_default();
    let not = of("NotAction").into_iter().map(|action| format!("all but {}", short(action)));
    of("Action").into_iter().map(short).chain(not).collect()
}

fn rest(statement: &Map<String, Json>) -> String {
    let members = [
        ("Resource", " on "),
        ("NotResource", " on all but "),
        ("Principal", " to "),
        ("NotPrincipal", " to all but "),
        ("Condition", " if "),
    ];
    let mut text = String::new();
    for (name, says) in members {
        if let Some(value) = statement.get(name) {
            let values: Vec<String> = one_or_many(value).into_iter().map(short).collect();
            text.push_str(&format!("{says}{}", values.join(", ")));
        }
    }
    text
}

fn one_or_many(value: &Json) -> Vec<&Json> {
    match value {
        Json::Array(items) => items.iter().collect(),
        one => vec![one],
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn role(actions: &[&str]) -> Json {
        let statement = json!({ "Effect": "Allow", "Action": actions, "Resource": { "Ref": "T" } });
        let policies = json!([{ "PolicyName": "p", "PolicyDocument": { "Statement": [statement] } }]);
        json!({ "Resources": { "R": { "Type": "AWS::IAM::Role", "Properties": { "Policies": policies } } } })
    }

    #[test]
    fn only_the_action_that_came_and_the_one_that_went_are_told() {
        let found =
            changes(&role(&["s3:GetObject", "s3:ListBucket"]), &role(&["s3:PutObject", "s3:GetObject"]));
        let told: Vec<(bool, &str)> =
            found.iter().map(|change| (change.is_added, change.text.as_str())).collect();
        assert_eq!(told, [(false, "Allow s3:ListBucket on ${T}"), (true, "Allow s3:PutObject on ${T}")]);
    }

    #[test]
    fn a_list_in_another_order_permits_the_same() {
        assert_eq!(
            changes(&role(&["s3:GetObject", "s3:PutObject"]), &role(&["s3:PutObject", "s3:GetObject"])),
            []
        );
    }
}
