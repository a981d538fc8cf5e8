//! IAM policy documents: actions that do not exist, and permissions for everything.

use serde_json::Value as Json;

use super::problem::{Findings, Judgement, quoted};
use super::view::{Resource, View, alternatives};
use crate::generated::actions;

pub(super) fn check(view: &View<'_>, findings: &mut Findings<'_>) {
    for resource in view.all() {
        for statement in statements(&resource.json["Properties"]) {
            effect(resource, statement, findings);
            names(resource, statement, findings);
            wildcards(resource, statement, findings);
        }
        let of_identity =
            ["AWS::IAM::Policy", "AWS::IAM::ManagedPolicy", "AWS::IAM::RolePolicy"].contains(&resource.kind);
        let own = of_identity.then(|| resource.get("PolicyDocument"));
        for statement in own.into_iter().chain([resource.get("Policies")]).flat_map(statements) {
            parties(resource, statement, findings);
        }
    }
}

/// The statements of every policy document inside a value.
pub(super) fn statements(value: &Json) -> Vec<&Json> {
    let mut found = Vec::new();
    gather(value, &mut found);
    found
}

fn gather<'a>(value: &'a Json, found: &mut Vec<&'a Json>) {
    match value {
        Json::Array(items) => items.iter().for_each(|item| gather(item, found)),
        Json::Object(object) => {
            for (key, value) in object {
                if key == "Statement" {
                    found.extend(list(value).into_iter().filter(|item| item["Effect"].is_string()));
                } else {
                    gather(value, found);
                }
            }
        }
        _ => {}
    }
}

/// IAM takes one where it takes several; the items, whichever way they are written.
pub(super) fn list(value: &Json) -> Vec<&Json> {
    alternatives(value)
        .into_iter()
        .flat_map(|value| match value {
            Json::Array(items) => items.iter().flat_map(alternatives).collect(),
            other => vec![other],
        })
        .collect()
}

fn effect(resource: Resource<'_>, statement: &Json, findings: &mut Findings<'_>) {
    if statement["Effect"] != "Allow" && statement["Effect"] != "Deny" {
        let effect = quoted(&statement["Effect"]);
        findings.error(resource.id, format!("a statement's effect is {effect}: write `Allow` or `Deny`"));
    }
}

fn names(resource: Resource<'_>, statement: &Json, findings: &mut Findings<'_>) {
    let both = [&statement["Action"], &statement["NotAction"]];
    if both.iter().all(|value| value.is_null()) {
        findings.error(resource.id, "a statement has no `Action`: say what it allows or denies");
    }
    for action in both.into_iter().flat_map(list).filter_map(Json::as_str) {
        if action == "*" {
            continue;
        }
        let Some((service, name)) = action.split_once(':') else {
            findings.error(resource.id, format!("`{action}` is no IAM action: write it as `service:Action`"));
            continue;
        };
        let (service, name) = (service.to_lowercase(), name.to_lowercase());
        let known = actions::BY_SERVICE.iter().find(|(known, _)| *known == service);
        let exists = match known {
            // No action of IAM's, but SNS writes it into the policies of its own that others copy.
            Some(("sns", _)) if name == "receive" => true,
            Some((_, names)) => names.iter().any(|known| matches(&name, known)),
            None => {
                actions::SERVICES.binary_search(&service.as_str()).is_ok() || service.contains(['*', '?'])
            }
        };
        if !exists {
            let near = known.and_then(|(_, names)| nearest(&name, names));
            let hint = near.map_or(String::new(), |near| format!("; the nearest is `{service}:{near}`"));
            findings.error(
                resource.id,
                format!("the IAM action `{action}` does not exist, so it allows nothing{hint}: correct it"),
            );
        }
    }
}

fn parties(resource: Resource<'_>, statement: &Json, findings: &mut Findings<'_>) {
    let has = |name: &str| !statement[name].is_null();
    if !has("Resource") && !has("NotResource") {
        findings.error(resource.id, "a statement has no `Resource`: name the ARNs that it is about");
    }
    if has("Principal") {
        findings.error(resource.id, "a policy of a role or user has no `Principal`: remove it");
    }
}

fn wildcards(resource: Resource<'_>, statement: &Json, findings: &mut Findings<'_>) {
    // A statement's name is read where the statement is: it is the natural place for the reason.
    if statement["Effect"] != "Allow" || statement["Sid"].is_string() {
        return;
    }
    for action in list(&statement["Action"]).into_iter().filter_map(Json::as_str) {
        if action.contains('*') {
            let text = format!(
                "it allows the actions `{action}`: name those that are needed, give the statement a `Sid` that says why"
            );
            findings.judge(resource, Judgement::Wildcard, text);
        }
    }
    if !statement["NotAction"].is_null() {
        let text = "it allows all actions but some (`NotAction`): name those that are needed";
        findings.judge(resource, Judgement::Wildcard, text);
    }
    // In the policy of a key, and in that of a topic or queue, `*` is the thing itself.
    let is_own = resource.kind == "AWS::KMS::Key";
    for target in list(&statement["Resource"]).into_iter().filter_map(Json::as_str) {
        if !is_own
            && (target == "*"
                || target.starts_with("arn:") && target.ends_with(":*") && target.matches('*').count() > 1)
        {
            let action = list(&statement["Action"]).first().map_or_else(String::new, |action| quoted(action));
            let text = format!(
                "it allows {action} on `{target}`: name the ARNs, give the statement a `Sid` that says why"
            );
            findings.judge(resource, Judgement::Wildcard, text);
        }
    }
}

/// Whether a pattern of IAM, with `*` and `?`, fits a text.
pub(super) fn matches(pattern: &str, text: &str) -> bool {
    let (pattern, text) = (pattern.as_bytes(), text.as_bytes());
    let (mut p, mut t, mut back) = (0, 0, None);
    while t < text.len() {
        match pattern.get(p) {
            Some(b'*') => {
                back = Some((p, t));
                p += 1;
            }
            Some(byte) if *byte == b'?' || *byte == text[t] => {
                p += 1;
                t += 1;
            }
            _ => match back {
                Some((star, from)) => {
                    back = Some((star, from + 1));
                    p = star + 1;
                    t = from + 1;
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|byte| *byte == b'*')
}

/// The name that needs the fewest changes, if they are few.
pub(super) fn nearest<'a>(name: &str, names: &[&'a str]) -> Option<&'a str> {
    let (distance, near) = names.iter().map(|other| (distance(name, other), *other)).min()?;
    (distance <= 3.max(name.len() / 3)).then_some(near)
}

fn distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (at, from) in left.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = at + 1;
        for (column, to) in right.iter().enumerate() {
            let change = diagonal + usize::from(from != *to);
            diagonal = row[column + 1];
            row[column + 1] = change.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row[right.len()]
}
