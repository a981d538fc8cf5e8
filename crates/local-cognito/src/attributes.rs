//! User attributes on the wire: which there are, which a user may write, and how they are listed.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};

use crate::config::UserPoolConfig;
use crate::error::Error;
use crate::schema;
use crate::store::users::User;

/// One `{ "Name", "Value" }` of a request.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Attribute {
    name: String,
    #[serde(default)]
    value: Option<String>,
}

impl Attribute {
    pub(crate) fn is(&self, name: &str) -> bool {
        self.name == name
    }

    pub(crate) fn new(name: &str, value: &str) -> Self {
        Attribute { name: name.to_owned(), value: Some(value.to_owned()) }
    }
}

/// Who writes an attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Writer {
    User,
    /// May also say that an address is verified.
    Operator,
}

/// Takes over what was written; an empty value removes the attribute.
pub(crate) fn write(
    attributes: &mut BTreeMap<String, String>,
    written: Vec<Attribute>,
    writer: Writer,
) -> Result<(), Error> {
    let says_verified = written.iter().any(|attribute| attribute.is("phone_number_verified"));
    for Attribute { name, value } in written {
        let value = value.unwrap_or_default();
        match name.as_str() {
            "email_verified" | "phone_number_verified" if writer == Writer::Operator => {
                check(&name, &value)?;
                attributes.insert(name, value)
            }
            "sub" | "email_verified" | "phone_number_verified" => {
                return Err(Error::NotAuthorized("A client attempted to write unauthorized attribute"));
            }
            _ if value.is_empty() && schema::has(&name) => {
                attributes.remove(&format!("{name}_verified"));
                attributes.remove(&name)
            }
            "phone_number" if !is_phone_number(&value) => {
                return Err(Error::InvalidParameter("Invalid phone number format.".to_owned()));
            }
            // A new number is not proved, unless the same request says so.
            "phone_number" if !says_verified && attributes.get(&name) != Some(&value) => {
                attributes.insert("phone_number_verified".to_owned(), "false".to_owned());
                attributes.insert(name, value)
            }
            _ => {
                check(&name, &value)?;
                attributes.insert(name, value)
            }
        };
    }
    Ok(())
}

fn check(name: &str, value: &str) -> Result<(), Error> {
    schema::check(name, value).map_err(|why| nonconforming(&why))
}

/// E.164: a plus and up to fifteen digits.
fn is_phone_number(text: &str) -> bool {
    let digits = text.strip_prefix('+').unwrap_or_default();
    (1..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// Takes attributes away; what the pool requires stays.
pub(crate) fn remove(
    pool: &UserPoolConfig,
    attributes: &mut BTreeMap<String, String>,
    names: &[String],
) -> Result<(), Error> {
    for name in names {
        if name == "email" || pool.required_attributes.contains(name) {
            return Err(nonconforming(&format!("{name}: The attribute is required")));
        }
        let is_built_in = name == "sub" || name.ends_with("_verified");
        if is_built_in || !schema::has(name) {
            let shown: String = name.chars().take(64).collect();
            return Err(Error::InvalidParameter(format!("The attribute {shown} cannot be deleted")));
        }
        attributes.remove(name);
        attributes.remove(&format!("{name}_verified"));
    }
    Ok(())
}

/// The attributes that the pool requires and that are not there.
pub(crate) fn lacking<'a>(
    pool: &'a UserPoolConfig,
    attributes: &BTreeMap<String, String>,
) -> impl Iterator<Item = &'a String> {
    pool.required_attributes.iter().filter(|name| !attributes.contains_key(*name))
}

/// Refuses a user who lacks an attribute that the pool requires.
pub(crate) fn check_required(
    pool: &UserPoolConfig,
    attributes: &BTreeMap<String, String>,
) -> Result<(), Error> {
    match lacking(pool, attributes).next() {
        Some(name) => Err(nonconforming(&format!("{name}: The attribute is required"))),
        None => Ok(()),
    }
}

/// The same as an object, for functions.
pub(crate) fn map(attributes: &[Attribute]) -> Value {
    attributes.iter().map(|attribute| (attribute.name.clone(), json!(attribute.value))).collect()
}

/// `[{ "Name", "Value" }]`, `sub` first.
pub(crate) fn list(user: &User) -> Value {
    let sub = json!({ "Name": "sub", "Value": user.sub });
    let others = user.attributes.iter().map(|(name, value)| json!({ "Name": name, "Value": value }));
    std::iter::once(sub).chain(others).collect()
}

fn nonconforming(why: &str) -> Error {
    Error::InvalidParameter(format!("Attributes did not conform to the schema: {why}"))
}
