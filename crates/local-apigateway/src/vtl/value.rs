//! What a variable of a template can hold, and how it is written out: as Java does.

use std::cell::RefCell;
use std::fmt;
use std::rc::Rc;

use indexmap::IndexMap;

use super::TemplateError;

/// Lists and maps are shared: who changes one changes it for all who hold it, as in Java.
#[derive(Clone)]
pub(crate) enum Value {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(Rc<str>),
    List(Rc<List>),
    Map(Rc<RefCell<IndexMap<String, Value>>>),
    Object(Rc<dyn Object>),
}

/// A list. One that was read from JSON is written as JSON, another as Java writes lists.
pub(crate) struct List {
    pub(crate) items: RefCell<Vec<Value>>,
    pub(crate) is_json: bool,
}

/// Something with properties and methods of its own, such as `$input`.
pub(crate) trait Object {
    fn property(&self, name: &str) -> Option<Value>;
    fn call(&self, name: &str, arguments: &[Value]) -> Result<Value, TemplateError>;
}

/// Deeper values are not written: they can only be a map that contains itself.
const DEEPEST: usize = 64;

impl Value {
    pub(crate) fn text(text: impl Into<Rc<str>>) -> Value {
        Value::Text(text.into())
    }

    pub(crate) fn list(items: Vec<Value>) -> Value {
        Value::List(Rc::new(List { items: RefCell::new(items), is_json: false }))
    }

    pub(crate) fn map(entries: impl IntoIterator<Item = (String, Value)>) -> Value {
        Value::Map(Rc::new(RefCell::new(entries.into_iter().collect())))
    }

    pub(crate) fn from_json(json: &serde_json::Value) -> Value {
        match json {
            serde_json::Value::Null => Value::Null,
            serde_json::Value::Bool(truth) => Value::Bool(*truth),
            serde_json::Value::Number(number) => match number.as_i64() {
                Some(integer) => Value::Int(integer),
                None => Value::Float(number.as_f64().unwrap_or_default()),
            },
            serde_json::Value::String(text) => Value::text(text.as_str()),
            serde_json::Value::Array(items) => Value::List(Rc::new(List {
                items: RefCell::new(items.iter().map(Value::from_json).collect()),
                is_json: true,
            })),
            serde_json::Value::Object(fields) => {
                Value::map(fields.iter().map(|(name, value)| (name.clone(), Value::from_json(value))))
            }
        }
    }

    pub(crate) fn to_json(&self) -> Result<serde_json::Value, TemplateError> {
        self.to_json_within(DEEPEST)
    }

    fn to_json_within(&self, depth: usize) -> Result<serde_json::Value, TemplateError> {
        let depth = depth.checked_sub(1).ok_or_else(too_deep)?;
        Ok(match self {
            Value::Null | Value::Object(_) => serde_json::Value::Null,
            Value::Bool(truth) => (*truth).into(),
            Value::Int(integer) => (*integer).into(),
            Value::Float(number) => (*number).into(),
            Value::Text(text) => (**text).into(),
            Value::List(list) => {
                let items = list.items.borrow();
                items.iter().map(|item| item.to_json_within(depth)).collect::<Result<_, _>>()?
            }
            Value::Map(map) => {
                let entry = |(key, value): (&String, &Value)| Ok((key.clone(), value.to_json_within(depth)?));
                serde_json::Value::Object(map.borrow().iter().map(entry).collect::<Result<_, _>>()?)
            }
        })
    }

    /// Only these are false in Velocity 1.7.
    pub(crate) fn is_true(&self) -> bool {
        !matches!(self, Value::Null | Value::Bool(false))
    }

    pub(crate) fn to_text(&self) -> Result<String, TemplateError> {
        let mut text = String::new();
        self.write(&mut text, DEEPEST)?;
        Ok(text)
    }

    fn write(&self, out: &mut String, depth: usize) -> Result<(), TemplateError> {
        let depth = depth.checked_sub(1).ok_or_else(too_deep)?;
        match self {
            Value::Null => out.push_str("null"),
            Value::Bool(truth) => out.push_str(if *truth { "true" } else { "false" }),
            Value::Int(integer) => out.push_str(&integer.to_string()),
            Value::Float(number) => out.push_str(&serde_json::Value::from(*number).to_string()),
            Value::Text(text) => out.push_str(text),
            Value::List(list) if list.is_json => out.push_str(&self.to_json_within(depth)?.to_string()),
            Value::List(list) => {
                out.push('[');
                for (at, item) in list.items.borrow().iter().enumerate() {
                    out.push_str(if at > 0 { ", " } else { "" });
                    item.write(out, depth)?;
                }
                out.push(']');
            }
            Value::Map(map) => {
                out.push('{');
                for (at, (key, value)) in map.borrow().iter().enumerate() {
                    out.push_str(if at > 0 { ", " } else { "" });
                    out.push_str(key);
                    out.push('=');
                    value.write(out, depth)?;
                }
                out.push('}');
            }
            Value::Object(_) => {}
        }
        // Maps that hold one another can be short to store and long to write.
        if out.len() > super::render::MOST_BYTES { Err(super::render::too_long()) } else { Ok(()) }
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.to_text().unwrap_or_else(|error| error.to_string()))
    }
}

fn too_deep() -> TemplateError {
    TemplateError("a value is nested too deeply; does a list or map contain itself?".to_owned())
}
