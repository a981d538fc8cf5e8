//! Literals against the specification: their type, the values that are listed, their form, length and range.

use serde_json::Value as Json;

use super::specification::nearest;
use crate::specification::{Facts, Kind, Range};

/// How many values a message lists at most.
const LISTED: usize = 12;

/// What to give instead of a literal that is wrong, and whether that takes reading.
pub(super) fn wrong(facts: &Facts, kind: &Kind, literal: &Json) -> Option<(String, bool)> {
    let text = literal.as_str().map_or_else(|| literal.to_string(), str::to_owned);
    let number = match kind {
        Kind::Boolean => {
            let is_boolean = ["true", "false"].contains(&text.to_lowercase().as_str());
            return (!is_boolean).then(|| ("give `true` or `false`".to_owned(), false));
        }
        Kind::Integer | Kind::Number => match text.trim().parse::<f64>() {
            Ok(number) if matches!(kind, Kind::Number) || number.fract() == 0.0 => Some(number),
            _ => return Some((format!("give {}{}", kind.name(), span(facts.range)), false)),
        },
        _ => None,
    };
    if !facts.values.is_empty() {
        return unlisted(&facts.values, &text).map(|what| (what, false));
    }
    if let Some(number) = number {
        let is_within = facts.range.contains(number);
        return (!is_within).then(|| (format!("give {}{}", kind.name(), span(facts.range)), false));
    }
    let length = text.chars().count() as u64;
    if !facts.length.contains(length) {
        return Some((format!("it has {length} characters: give text{}", characters(facts.length)), false));
    }
    let pattern = facts.pattern.as_ref()?;
    let is_match = pattern.is_match(&text);
    (!is_match).then(|| (format!("give text that matches `{}`", pattern.text), true))
}

fn unlisted(values: &[String], text: &str) -> Option<String> {
    if values.iter().any(|value| value == text) {
        return None;
    }
    let listed = values.iter().map(String::as_str);
    Some(match nearest(text, listed.clone()) {
        Some(near) if values.len() > LISTED => {
            format!("write `{near}`, or another of {} values", values.len())
        }
        _ if values.len() > LISTED => {
            let some: Vec<String> = listed.take(LISTED).map(|value| format!("`{value}`")).collect();
            format!("give one of {} …", some.join(", "))
        }
        _ => {
            let all: Vec<String> = listed.map(|value| format!("`{value}`")).collect();
            format!("give {}{}", if all.len() > 1 { "one of " } else { "" }, all.join(", "))
        }
    })
}
fn span(range: Range<f64>) -> String {
    bounds(range.from.map(|bound| bound.to_string()), range.to.map(|bound| bound.to_string()))
}

fn characters(range: Range<u64>) -> String {
    let bounds = bounds(range.from.map(|bound| bound.to_string()), range.to.map(|bound| bound.to_string()));
    format!("{bounds} characters long").replacen(" from", "", 1)
}

fn bounds(from: Option<String>, to: Option<String>) -> String {
    match (from, to) {
        (Some(from), Some(to)) => format!(" from {from} to {to}"),
        (Some(from), None) => format!(" of at least {from}"),
        (None, Some(to)) => format!(" of at most {to}"),
        (None, None) => String::new(),
    }
}
