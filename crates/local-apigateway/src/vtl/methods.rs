//! The methods of Java's String, List and Map that templates call. What a value does not have is null.

use regex::Regex;

use super::TemplateError;
use super::operators::is_equal;
use super::value::Value;

pub(super) fn property(value: &Value, name: &str) -> Value {
    match value {
        Value::Map(map) => match (map.borrow().get(name), name) {
            (Some(value), _) => value.clone(),
            (None, "empty") => Value::Bool(map.borrow().is_empty()),
            (None, _) => Value::Null,
        },
        Value::Object(object) => object.property(name).unwrap_or(Value::Null),
        Value::List(list) if name == "empty" => Value::Bool(list.items.borrow().is_empty()),
        _ => Value::Null,
    }
}

/// `$value[index]`
pub(super) fn at(value: &Value, index: &Value) -> Result<Value, TemplateError> {
    match value {
        Value::Map(_) => Ok(property(value, &index.to_text()?)),
        Value::List(list) => {
            let items = list.items.borrow();
            Ok(position(index, items.len()).and_then(|at| items.get(at).cloned()).unwrap_or(Value::Null))
        }
        _ => Ok(Value::Null),
    }
}

/// `#set($value[key] = …)`, `$value.put(key, …)`
pub(super) fn put(holder: &Value, key: &Value, value: Value) -> Result<(), TemplateError> {
    match holder {
        Value::Map(map) => {
            map.borrow_mut().insert(key.to_text()?, value);
            Ok(())
        }
        Value::List(list) => {
            let mut items = list.items.borrow_mut();
            let length = items.len();
            match position(key, length).and_then(|at| items.get_mut(at)) {
                Some(item) => {
                    *item = value;
                    Ok(())
                }
                None => Err(TemplateError(format!("a list of {length} has no item {key:?}"))),
            }
        }
        _ => Err(TemplateError("only a list or a map can be given a value at a name".to_owned())),
    }
}

/// What `#foreach` goes through: a map's values.
pub(super) fn items(value: &Value) -> Vec<Value> {
    match value {
        Value::List(list) => list.items.borrow().clone(),
        Value::Map(map) => map.borrow().values().cloned().collect(),
        _ => Vec::new(),
    }
}

pub(super) fn call(value: &Value, name: &str, arguments: &[Value]) -> Result<Value, TemplateError> {
    match (value, name, arguments) {
        (Value::Null, _, _) => Ok(Value::Null),
        (Value::Object(object), _, _) => object.call(name, arguments),
        (_, "toString", []) => Ok(Value::text(value.to_text()?)),
        (_, "equals", [other]) => Ok(Value::Bool(is_equal(value, other)?)),
        (Value::Text(text), _, _) => of_text(text, name, arguments),
        (Value::List(_), _, _) => of_list(value, name, arguments),
        (Value::Map(_), _, _) => of_map(value, name, arguments),
        // `$integer.parseInt("5")`: any number serves as java.lang.Integer.
        (Value::Int(_), "parseInt" | "valueOf", [text]) => {
            Ok(text.to_text()?.trim().parse().map_or(Value::Null, Value::Int))
        }
        _ => Ok(Value::Null),
    }
}

fn of_text(text: &str, name: &str, arguments: &[Value]) -> Result<Value, TemplateError> {
    let texts: Vec<String> = arguments.iter().map(Value::to_text).collect::<Result<_, _>>()?;
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let found = |at: Option<usize>| at.map_or(Value::Int(-1), |at| length(&text[..at]));
    Ok(match (name, texts.as_slice(), arguments) {
        ("length", [], _) => length(text),
        ("isEmpty", [], _) => Value::Bool(text.is_empty()),
        ("trim", [], _) => Value::text(text.trim()),
        ("toLowerCase", [], _) => Value::text(text.to_lowercase()),
        ("toUpperCase", [], _) => Value::text(text.to_uppercase()),
        ("contains", [other], _) => Value::Bool(text.contains(other)),
        ("startsWith", [other], _) => Value::Bool(text.starts_with(other)),
        ("endsWith", [other], _) => Value::Bool(text.ends_with(other)),
        ("equalsIgnoreCase", [other], _) => Value::Bool(text.to_lowercase() == other.to_lowercase()),
        ("concat", [other], _) => Value::text(format!("{text}{other}")),
        ("indexOf", [other], _) => found(text.find(other)),
        ("lastIndexOf", [other], _) => found(text.rfind(other)),
        ("substring", [_], [from]) => substring(text, from, None)?,
        ("substring", [_, _], [from, to]) => substring(text, from, Some(to))?,
        ("charAt", [_], [Value::Int(at)]) => substring(text, &arguments[0], Some(&Value::Int(at + 1)))?,
        ("replace", [from, to], _) => Value::text(bounded(text, from, to, || text.replace(from, to))?),
        ("replaceAll", [from, to], _) => Value::text(bounded(text, "", to, || {
            Ok::<_, TemplateError>(regex(from)?.replace_all(text, replacement(to)).into_owned())
        })??),
        ("replaceFirst", [from, to], _) => {
            Value::text(regex(from)?.replace(text, replacement(to)).into_owned())
        }
        ("matches", [pattern], _) => Value::Bool(regex(&format!("^(?:{pattern})$"))?.is_match(text)),
        ("split", [pattern], _) => {
            let mut parts: Vec<&str> = regex(pattern)?.split(text).collect();
            // As Java: no empty parts at the end.
            while parts.len() > 1 && parts.last().is_some_and(|part| part.is_empty()) {
                parts.pop();
            }
            Value::list(parts.into_iter().map(Value::text).collect())
        }
        _ => Value::Null,
    })
}

fn of_list(value: &Value, name: &str, arguments: &[Value]) -> Result<Value, TemplateError> {
    let Value::List(list) = value else { return Ok(Value::Null) };
    Ok(match (name, arguments) {
        ("size", []) => count(list.items.borrow().len()),
        ("isEmpty", []) => Value::Bool(list.items.borrow().is_empty()),
        ("get", [index]) => at(value, index)?,
        ("set", [index, new]) => {
            let old = at(value, index)?;
            put(value, index, new.clone())?;
            old
        }
        ("add", [item]) => {
            list.items.borrow_mut().push(item.clone());
            Value::Bool(true)
        }
        ("addAll", [Value::List(more)]) => {
            let more = more.items.borrow().clone();
            let mut items = list.items.borrow_mut();
            if items.len() + more.len() > 1_000_000 {
                return Err(TemplateError("a list has more than 1000000 items".to_owned()));
            }
            items.extend(more);
            Value::Bool(true)
        }
        ("remove", [index]) => {
            let mut items = list.items.borrow_mut();
            match position(index, items.len()) {
                Some(at) if at < items.len() => items.remove(at),
                _ => Value::Null,
            }
        }
        ("contains", [item]) => {
            for other in list.items.borrow().iter() {
                if is_equal(other, item)? {
                    return Ok(Value::Bool(true));
                }
            }
            Value::Bool(false)
        }
        _ => Value::Null,
    })
}

fn of_map(value: &Value, name: &str, arguments: &[Value]) -> Result<Value, TemplateError> {
    let Value::Map(map) = value else { return Ok(Value::Null) };
    Ok(match (name, arguments) {
        ("size", []) => count(map.borrow().len()),
        ("isEmpty", []) => Value::Bool(map.borrow().is_empty()),
        ("get", [key]) => map.borrow().get(&key.to_text()?).cloned().unwrap_or(Value::Null),
        ("put", [key, new]) => {
            let key = key.to_text()?;
            map.borrow_mut().insert(key, new.clone()).unwrap_or(Value::Null)
        }
        ("putAll", [Value::Map(more)]) => {
            let more = more.borrow().clone();
            map.borrow_mut().extend(more);
            Value::Null
        }
        ("remove", [key]) => map.borrow_mut().shift_remove(&key.to_text()?).unwrap_or(Value::Null),
        ("containsKey", [key]) => Value::Bool(map.borrow().contains_key(&key.to_text()?)),
        ("keySet", []) => Value::list(map.borrow().keys().map(|key| Value::text(key.as_str())).collect()),
        ("values", []) => Value::list(map.borrow().values().cloned().collect()),
        ("entrySet", []) => {
            let entry = |(key, value): (&String, &Value)| {
                let key = Value::text(key.as_str());
                Value::map([("key".to_owned(), key), ("value".to_owned(), value.clone())])
            };
            Value::list(map.borrow().iter().map(entry).collect())
        }
        // Of an entry of `entrySet`.
        ("getKey", []) => property(value, "key"),
        ("getValue", []) => property(value, "value"),
        _ => Value::Null,
    })
}

fn count(number: usize) -> Value {
    Value::Int(i64::try_from(number).unwrap_or(i64::MAX))
}

/// In UTF-16 units, as Java counts.
fn length(text: &str) -> Value {
    count(text.encode_utf16().count())
}

fn position(index: &Value, length: usize) -> Option<usize> {
    match index {
        Value::Int(at) if *at < 0 => usize::try_from(i64::try_from(length).ok()?.checked_add(*at)?).ok(),
        Value::Int(at) => usize::try_from(*at).ok(),
        Value::Text(text) => text.parse().ok(),
        _ => None,
    }
}

fn substring(text: &str, from: &Value, to: Option<&Value>) -> Result<Value, TemplateError> {
    let units: Vec<u16> = text.encode_utf16().collect();
    let bound = |value: &Value| match value {
        Value::Int(at) => usize::try_from(*at).ok(),
        _ => None,
    };
    let part = match (bound(from), to.map_or(Some(units.len()), bound)) {
        (Some(from), Some(to)) => units.get(from..to),
        _ => None,
    };
    let part =
        part.ok_or_else(|| TemplateError(format!("substring goes beyond a text of {}", units.len())))?;
    Ok(Value::text(String::from_utf16_lossy(part)))
}

/// Keeps a replacement from multiplying a text beyond what may be made.
fn bounded<T>(text: &str, from: &str, to: &str, replace: impl FnOnce() -> T) -> Result<T, TemplateError> {
    let most = (text.len() / from.len().max(1) + 2).saturating_mul(to.len().max(1));
    if most > 4 * super::render::MOST_BYTES { Err(super::render::too_long()) } else { Ok(replace()) }
}

fn regex(pattern: &str) -> Result<Regex, TemplateError> {
    let built = regex::RegexBuilder::new(pattern).size_limit(1 << 20).build();
    built.map_err(|error| {
        TemplateError(format!("{pattern:?} is not a regular expression served here: {error}"))
    })
}

/// Java's `$1` and `\$` in the words of the regex crate.
fn replacement(text: &str) -> String {
    let mut converted = String::new();
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        match c {
            '\\' => match characters.next() {
                Some('$') => converted.push_str("$$"),
                Some(other) => converted.push(other),
                None => {}
            },
            '$' if characters.peek().is_some_and(char::is_ascii_digit) => {
                let digit = characters.next().unwrap_or_default();
                converted.push_str(&format!("${{{digit}}}"));
            }
            '$' => converted.push_str("$$"),
            other => converted.push(other),
        }
    }
    converted
}
