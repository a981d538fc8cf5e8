//! User attributes on the wire: which there are, which a user may write, and how they are listed.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};

use crate::config::UserPoolConfig;
use crate::error::Error;
use crate::store::users::User;

/// The standard attributes of OpenID Connect that Cognito has and users may write.
const STANDARD: &[&str] = &[
    "address",
    "birthdate",
    "email",
    "family_name",
    "gender",
    "given_name",
    "locale",
    "middle_name",
    "name",
    "nickname",
    "phone_number",
    "picture",
    "preferred_username",
    "profile",
    "updated_at",
    "website",
    "zoneinfo",
];

const LONGEST: usize = 2048;

/// One `{ "Name", "Value" }` of a request.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Attribute {
    name: String,
    #[serde(default)]
    value: Option<String>,
}

/// Takes over what a user wrote; an empty value removes the attribute.
pub(crate) fn write(attributes: &mut BTreeMap<String, String>, written: Vec<Attribute>) -> Result<(), Error> {
    for Attribute { name, value } in written {
        let value = value.unwrap_or_default();
        match name.as_str() {
            "sub" | "email_verified" | "phone_number_verified" => {
                return Err(Error::NotAuthorized(
                    "A client attempted to write unauthorized attribute",
                ));
            }
            name if !STANDARD.contains(&name) => {
                let shown: String = name.chars().take(64).collect();
                return Err(nonconforming(&format!(
                    "Type for attribute {{{shown}}} could not be determined"
                )));
            }
            name if value.chars().count() > LONGEST => {
                return Err(nonconforming(&format!(
                    "{name}: must not be longer than {LONGEST} characters"
                )));
            }
            _ if value.is_empty() => attributes.remove(&name),
            _ => attributes.insert(name, value),
        };
    }
    Ok(())
}

/// Refuses a user who lacks an attribute that the pool requires.
pub(crate) fn check_required(
    pool: &UserPoolConfig,
    attributes: &BTreeMap<String, String>,
) -> Result<(), Error> {
    match pool
        .required_attributes
        .iter()
        .find(|name| !attributes.contains_key(*name))
    {
        Some(name) => Err(nonconforming(&format!("{name}: The attribute is required"))),
        None => Ok(()),
    }
}

/// `[{ "Name", "Value" }]`, `sub` first.
pub(crate) fn list(user: &User) -> Value {
    let sub = json!({ "Name": "sub", "Value": user.sub });
    let others = user
        .attributes
        .iter()
        .map(|(name, value)| json!({ "Name": name, "Value": value }));
    std::iter::once(sub).chain(others).collect()
}

fn nonconforming(why: &str) -> Error {
    Error::InvalidParameter(format!("Attributes did not conform to the schema: {why}"))
}
