//! What happens to a stack's resources, as AWS tells it.

use std::collections::{BTreeMap, HashSet};
use std::panic::Location;

use serde_json::Value as Json;

use super::super::aws::{Account, Refusal};

/// One thing that happened.
#[derive(Clone, Debug)]
pub(crate) struct Event {
    id: String,
    pub(super) resource: String,
    pub(super) physical: String,
    pub(super) kind: String,
    pub(super) status: String,
    pub(super) reason: Option<String>,
    /// Seconds since 1970.
    pub(super) time: f64,
}

impl Event {
    fn from_json(json: &Json) -> Self {
        let text = |name: &str| json[name].as_str().unwrap_or_default().to_owned();
        Self {
            id: text("EventId"),
            resource: text("LogicalResourceId"),
            physical: text("PhysicalResourceId"),
            kind: text("ResourceType"),
            status: text("ResourceStatus"),
            reason: Some(text("ResourceStatusReason")).filter(|reason| !reason.is_empty()),
            time: seconds(&text("Timestamp")),
        }
    }

    /// It is about the stack as a whole.
    pub(super) fn is_of(&self, stack_id: &str) -> bool {
        self.physical == stack_id
    }

    pub(super) fn is_failure(&self) -> bool {
        self.status.ends_with("_FAILED")
    }

    /// It failed because something else did.
    fn is_consequence(&self) -> bool {
        self.reason.as_deref().is_none_or(|reason| {
            reason.contains("cancelled") || reason.contains("The following resource(s) failed")
        })
    }
}

/// The events not seen before, the oldest first.
pub(super) fn new(
    account: &Account,
    stack_id: &str,
    seen: &mut HashSet<String>,
) -> Result<Vec<Event>, Refusal> {
    let mut found = Vec::new();
    let mut token: Option<String> = None;
    loop {
        // One page at a time: of what is known already, only the newest is fetched again.
        let mut arguments =
            vec!["cloudformation", "describe-stack-events", "--stack-name", stack_id, "--no-paginate"];
        if let Some(token) = &token {
            arguments.extend(["--next-token", token]);
        }
        let answer = account.call(&arguments)?;
        let page: Vec<Event> =
            answer["StackEvents"].as_array().into_iter().flatten().map(Event::from_json).collect();
        let is_reaching_back = page.iter().any(|event| seen.contains(&event.id));
        found.extend(page.into_iter().filter(|event| !seen.contains(&event.id)));
        token = answer["NextToken"].as_str().filter(|_| !is_reaching_back).map(str::to_owned);
        if token.is_none() {
            break;
        }
    }
    found.reverse();
    seen.extend(found.iter().map(|event| event.id.clone()));
    Ok(found)
}

/// Why it failed: the first failure that has no other behind it, then further ones.
pub(super) fn cause(
    account: &Account,
    stack_id: &str,
    events: &[Event],
    lines: &BTreeMap<String, &'static Location<'static>>,
) -> String {
    let failures: Vec<&Event> =
        events.iter().filter(|event| event.is_failure() && !event.is_of(stack_id)).collect();
    let mut roots: Vec<&Event> = failures.iter().copied().filter(|event| !event.is_consequence()).collect();
    if roots.is_empty() {
        roots = failures;
    }
    let mut text = String::new();
    for (at, event) in roots.iter().enumerate() {
        let reason = event.reason.as_deref().unwrap_or("AWS gives no reason");
        let line = line_of(&event.resource, lines);
        let also = if at == 0 { "" } else { "\nalso: " };
        text.push_str(&format!("{also}{} ({}){line}: {reason}", event.resource, event.kind));
        if event.kind == "AWS::CloudFormation::Stack" && !event.physical.is_empty() {
            let inner = new(account, &event.physical, &mut HashSet::new()).unwrap_or_default();
            text.push_str(&format!("\nin it: {}", cause(account, &event.physical, &inner, lines)));
        }
    }
    if text.is_empty() {
        text = validation(account, &["--stack-name", stack_id], lines);
    }
    if text.is_empty() {
        let of_stack = events.iter().filter(|event| event.is_of(stack_id));
        text = of_stack.filter_map(|event| event.reason.clone()).next_back().unwrap_or_default();
    }
    text
}

/// What AWS found wrong before it began with the latest operation; empty if that is not why it failed.
///
/// Source: "Validate stack deployments" in the CloudFormation user guide. An AWS CLI from before November 2025
/// does not know the operation, and nothing is said.
pub(super) fn validation(
    account: &Account,
    which: &[&str],
    lines: &BTreeMap<String, &'static Location<'static>>,
) -> String {
    let call = ["cloudformation", "describe-events", "--filters", "FailedEvents=true"];
    let answer = account.call(&[&call, which].concat()).unwrap_or(Json::Null);
    let events = answer["OperationEvents"].as_array().map_or(&[][..], Vec::as_slice);
    let latest = events.first().map(|event| &event["OperationId"]);
    let wrong = events
        .iter()
        .filter(|event| Some(&event["OperationId"]) == latest && event["EventType"] == "VALIDATION_ERROR");
    let text = |event: &Json, name: &str| event[name].as_str().unwrap_or_default().to_owned();
    let told: Vec<String> = wrong
        .map(|event| {
            let (id, kind) = (text(event, "LogicalResourceId"), text(event, "ResourceType"));
            let (path, reason) = (text(event, "ValidationPath"), text(event, "ValidationStatusReason"));
            format!("{id} ({kind}){}: {reason} ({path})", line_of(&id, lines))
        })
        .collect();
    told.join("\nalso: ")
}

/// The source line that added the resource, where it is known.
fn line_of(id: &str, lines: &BTreeMap<String, &'static Location<'static>>) -> String {
    lines.get(id).map_or(String::new(), |at| format!(" ({}:{})", at.file(), at.line()))
}

/// Seconds since 1970 of `2026-11-21T01:11:52.123Z`, which is always UTC here.
fn seconds(timestamp: &str) -> f64 {
    let part = |from: usize, to: usize| {
        timestamp.get(from..to).and_then(|part| part.parse::<i64>().ok()).unwrap_or(0)
    };
    let (year, month, day) = (part(0, 4), part(5, 7), part(8, 10));
    // Days since 1970, counting years from March so that the leap day comes last.
    let (year, month) = if month <= 2 { (year - 1, month + 9) } else { (year, month - 3) };
    let days = year * 365 + year.div_euclid(4) - year.div_euclid(100)
        + year.div_euclid(400)
        + (month * 153 + 2) / 5
        + day
        - 719_469;
    let fraction = timestamp.get(19..).unwrap_or_default();
    let fraction: String = fraction.chars().take_while(|c| *c == '.' || c.is_ascii_digit()).collect();
    let whole = days * 86_400 + part(11, 13) * 3_600 + part(14, 16) * 60 + part(17, 19);
    whole as f64 + format!("0{fraction}").parse().unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_counted_from_1970() {
        assert!((seconds("1970-01-01T00:00:00Z")).abs() < 1e-9);
        assert!((seconds("2024-02-29T12:00:00.250Z") - 1_709_208_000.25).abs() < 1e-3);
        assert!((seconds("2026-11-21T01:11:52.123000+00:00") - 1_795_223_512.123).abs() < 1e-3);
    }
}
