//! Tags: names and values by which costs and permissions are told apart.

#[cfg(feature = "specification")]
use serde_json::Map;
use serde_json::{Value as Json, json};

#[cfg(feature = "specification")]
use crate::specification::{Definition, Kind, Replacement};
use crate::value::{Literal, Value};

/// A tag of a resource.
#[derive(Clone, Debug)]
pub struct Tag {
    key: String,
    value: Value<String>,
}

impl Tag {
    /// A tag; the key has 1 to 128 characters and does not begin with `aws:`, the value has at most 256.
    #[must_use]
    pub fn new(key: &str, value: impl Into<Value<String>>) -> Self {
        Self { key: key.to_owned(), value: value.into() }
    }
}

impl Literal for Tag {
    fn to_json(&self) -> Json {
        json!({ "Key": self.key, "Value": self.value.json() })
    }
}

#[cfg(feature = "specification")]
impl Tag {
    pub(crate) fn key(&self) -> &str {
        &self.key
    }

    pub(crate) fn value(&self) -> &Json {
        self.value.json()
    }
}

/// How a type of resource has its tags.
#[cfg(feature = "specification")]
enum Shape {
    /// A list of objects, and what these call the tag's key and its value.
    List { key: &'static str, value: &'static str },
    /// An object with the keys as its members.
    Map,
}

/// Gives these tags to a resource as it stands in the template, if its type has tags that can change without
/// replacing it. The resource's own are left as they are; so is a list that only the deployment knows.
#[cfg(feature = "specification")]
pub(crate) fn give(tags: &[Tag], resource: &mut Json) {
    let Some((property, shape)) = resource["Type"].as_str().and_then(shape).filter(|_| !tags.is_empty())
    else {
        return;
    };
    let properties = &mut resource["Properties"];
    match shape {
        Shape::List { key, value } => {
            let own = properties.as_object().and_then(|properties| properties.get(property));
            if own.is_some_and(|own| !own.is_array()) {
                return;
            }
            let is_own =
                |tag: &Tag| own.into_iter().flat_map(Json::as_array).flatten().any(|own| own[key] == tag.key);
            let added: Vec<Json> = tags
                .iter()
                .filter(|tag| !is_own(tag))
                .map(|tag| json!({ key: tag.key, value: tag.value() }))
                .collect();
            match properties[property].as_array_mut() {
                Some(own) => own.extend(added),
                None => properties[property] = Json::from(added),
            }
        }
        Shape::Map => {
            let own = &mut properties[property];
            let is_literal = |own: &Map<String, Json>| {
                !own.keys().any(|name| own.len() == 1 && (name == "Ref" || name.starts_with("Fn::")))
            };
            if own.is_null() {
                *own = json!({});
            }
            if let Some(own) = own.as_object_mut().filter(|own| is_literal(own)) {
                for tag in tags {
                    own.entry(tag.key.as_str()).or_insert_with(|| tag.value().clone());
                }
            }
        }
    }
}

/// The property with the tags of such a resource: `Tags`, or named after the type as in `UserPoolTags`.
#[cfg(feature = "specification")]
fn shape(kind: &str) -> Option<(&'static str, Shape)> {
    let definition = Definition::of(kind)?;
    let named_after = format!("{}Tags", kind.rsplit("::").next().unwrap_or_default());
    let (name, facts) =
        ["Tags", &named_after].into_iter().find_map(|name| definition.properties.get_key_value(name))?;
    if facts.replacement == Replacement::Always {
        return None;
    }
    let shape = match &facts.kind {
        Kind::Map(_) | Kind::Json => Shape::Map,
        Kind::List(element) => {
            let Kind::PropertyType(part) = &**element else { return None };
            let members = &Definition::of_part(kind, part)?.properties;
            let member = |wanted: &str| members.keys().find(|name| name.eq_ignore_ascii_case(wanted));
            Shape::List { key: member("key")?, value: member("value")? }
        }
        _ => return None,
    };
    Some((name, shape))
}
