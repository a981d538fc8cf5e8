//! JSONPath as mapping templates and parameter mappings use it: names, indexes, slices, wildcards, descendants.
//!
//! A path that can mean one place gives what is there; one that can mean several gives a list, as Jayway's
//! implementation, which API Gateway uses, does. Filters (`[?(…)]`) are refused by name. None of the crates that
//! implement RFC 9535 takes the names with hyphens that API Gateway takes.

use serde_json::Value;

/// A path that cannot be read.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{0:?} is not a JSONPath that is served here: {1}")]
pub(crate) struct JsonPathError(String, &'static str);

/// What is at the path; none if a path to one place leads nowhere.
pub(crate) fn find(document: &Value, path: &str) -> Result<Option<Value>, JsonPathError> {
    let steps = parse(path)?;
    let is_definite = steps.iter().all(|step| matches!(step, Step::Child(_) | Step::Index(_)));
    let mut found = vec![document];
    for step in &steps {
        found = found.into_iter().flat_map(|value| step.of(value)).collect();
    }
    if is_definite {
        return Ok(found.first().map(|value| (*value).clone()));
    }
    Ok(Some(Value::Array(found.into_iter().cloned().collect())))
}

#[derive(Debug, Clone, PartialEq)]
enum Step {
    Child(String),
    Index(i64),
    Union(Vec<Step>),
    Slice(Option<i64>, Option<i64>),
    Wildcard,
    Descendants,
}

impl Step {
    fn of<'v>(&self, value: &'v Value) -> Vec<&'v Value> {
        match self {
            Step::Child(name) => value.get(name.as_str()).into_iter().collect(),
            Step::Index(index) => {
                let Some(items) = value.as_array() else { return Vec::new() };
                position(*index, items.len()).and_then(|at| items.get(at)).into_iter().collect()
            }
            Step::Union(steps) => steps.iter().flat_map(|step| step.of(value)).collect(),
            Step::Slice(from, to) => {
                let Some(items) = value.as_array() else { return Vec::new() };
                let bound = |index: i64| position(index, items.len()).unwrap_or(0).min(items.len());
                let (from, to) = (from.map_or(0, bound), to.map_or(items.len(), bound));
                items.get(from..to).unwrap_or_default().iter().collect()
            }
            Step::Wildcard => children(value),
            Step::Descendants => descendants(value),
        }
    }
}

/// Counts from the end if negative.
fn position(index: i64, length: usize) -> Option<usize> {
    let at = if index < 0 { i64::try_from(length).ok()?.checked_add(index)? } else { index };
    usize::try_from(at).ok()
}

fn children(value: &Value) -> Vec<&Value> {
    match value {
        Value::Array(items) => items.iter().collect(),
        Value::Object(fields) => fields.values().collect(),
        _ => Vec::new(),
    }
}

/// The value itself and everything in it. Each visited once: a path has at most one of these (`parse`).
fn descendants(value: &Value) -> Vec<&Value> {
    let mut found = vec![value];
    let mut at = 0;
    while let Some(value) = found.get(at).copied() {
        found.extend(children(value));
        at += 1;
    }
    found
}

fn parse(path: &str) -> Result<Vec<Step>, JsonPathError> {
    let failed = |why| JsonPathError(path.to_owned(), why);
    let text = path.trim();
    let mut rest = text.strip_prefix('$').unwrap_or(text);
    if rest.len() == text.len() && !rest.is_empty() && !rest.starts_with(['.', '[']) {
        let (name, after) = name(rest);
        return Ok(std::iter::once(Step::Child(name.to_owned()))
            .chain(parse_steps(after, failed)?)
            .collect());
    }
    rest = rest.trim_start();
    parse_steps(rest, failed)
}

fn parse_steps(
    mut rest: &str,
    failed: impl Fn(&'static str) -> JsonPathError,
) -> Result<Vec<Step>, JsonPathError> {
    let mut steps = Vec::new();
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix("..") {
            if steps.contains(&Step::Descendants) {
                return Err(failed("it has more than one `..`"));
            }
            steps.push(Step::Descendants);
            // What follows is a step as after a single dot, or a bracket.
            if after.starts_with('[') {
                rest = after;
                continue;
            }
            rest = &rest[1..];
        }
        if let Some(after) = rest.strip_prefix('[') {
            let end = closing(after).ok_or_else(|| failed("a `[` is not closed"))?;
            steps.push(bracket(&after[..end]).map_err(&failed)?);
            rest = &after[end + 1..];
        } else if let Some(after) = rest.strip_prefix(".*") {
            steps.push(Step::Wildcard);
            rest = after;
        } else if let Some(after) = rest.strip_prefix('.') {
            let (name, after) = name(after);
            if name.is_empty() {
                return Err(failed("a name is missing after a `.`"));
            }
            steps.push(Step::Child(name.to_owned()));
            rest = after;
        } else {
            return Err(failed("`.name` or `[…]` is expected after a step"));
        }
    }
    Ok(steps)
}

fn name(text: &str) -> (&str, &str) {
    text.split_at(text.find(['.', '[']).unwrap_or(text.len()))
}

/// Where the bracket ends, outside of quotes.
fn closing(text: &str) -> Option<usize> {
    let mut quote = None;
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (None, ']') => return Some(at),
            (None, '\'' | '"') => quote = Some(c),
            (Some(open), c) if c == open => quote = None,
            _ => {}
        }
    }
    None
}

fn bracket(inside: &str) -> Result<Step, &'static str> {
    let inside = inside.trim();
    if inside == "*" {
        return Ok(Step::Wildcard);
    }
    if inside.starts_with('?') {
        return Err("filters are not");
    }
    if let Some(name) = quoted(inside) {
        return Ok(Step::Child(name.to_owned()));
    }
    let number = |text: &str| text.trim().parse::<i64>().map_err(|_| "a bracket takes 'name', 0, 0:2 or *");
    if let Ok(index) = number(inside) {
        return Ok(Step::Index(index));
    }
    if inside.contains(',') {
        let part = |part: &str| match quoted(part.trim()) {
            Some(name) => Ok(Step::Child(name.to_owned())),
            None => number(part).map(Step::Index),
        };
        return Ok(Step::Union(inside.split(',').map(part).collect::<Result<_, _>>()?));
    }
    let (from, to) = inside.split_once(':').ok_or("a bracket takes 'name', 0, 0:2 or *")?;
    let bound = |text: &str| if text.trim().is_empty() { Ok(None) } else { number(text).map(Some) };
    Ok(Step::Slice(bound(from)?, bound(to)?))
}

fn quoted(text: &str) -> Option<&str> {
    let inside =
        |quote| text.strip_prefix(quote)?.strip_suffix(quote).filter(|name: &&str| !name.contains(quote));
    inside('\'').or_else(|| inside('"'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn at(path: &str) -> Option<Value> {
        let document = json!({
            "a": {"b": [1, 2, {"c": 3}], "with-hyphen": 4, "dot.ted": 5},
            "list": [{"id": 1}, {"id": 2}, {}],
        });
        find(&document, path).unwrap()
    }

    #[test]
    fn a_path_to_one_place_gives_what_is_there() {
        assert_eq!(at("$.a.b[0]"), Some(json!(1)));
        assert_eq!(at("$.a.b[-1].c"), Some(json!(3)));
        assert_eq!(at("$['a'][\"with-hyphen\"]"), Some(json!(4)));
        assert_eq!(at("$.a.with-hyphen"), Some(json!(4)));
        assert_eq!(at("$.a['dot.ted']"), Some(json!(5)));
        assert_eq!(at("a.b[1]"), Some(json!(2)));
        assert_eq!(at("$").unwrap()["list"][0]["id"], 1);
        assert_eq!(at("$.a.absent.b"), None);
        assert_eq!(at("$.a.b[9]"), None);
    }

    #[test]
    fn a_path_to_several_places_gives_a_list() {
        assert_eq!(at("$.list[*].id"), Some(json!([1, 2])));
        assert_eq!(at("$..id"), Some(json!([1, 2])));
        assert_eq!(at("$..['id']"), Some(json!([1, 2])));
        assert_eq!(at("$.a.b[0:2]"), Some(json!([1, 2])));
        assert_eq!(at("$.a.b[-2:]"), Some(json!([2, {"c": 3}])));
        assert_eq!(at("$.a.b[1,0]"), Some(json!([2, 1])));
        assert_eq!(at("$.list.*.absent"), Some(json!([])));
    }

    #[test]
    fn what_cannot_be_read_is_refused() {
        for path in ["$.", "$[", "$[x]", "$[?(@.id == 1)]", "$..a..b", "$x", "$.a.b[0"] {
            assert!(find(&json!({}), path).is_err(), "{path}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read_or_refused(path in "[$.\\[\\]'\"a*?:,0-9-]{0,40}") {
            let _ = find(&json!({"a": [1, {"a": 2}]}), &path);
        }
    }
}
