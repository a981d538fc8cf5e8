//! The `Filter` of ListUsers: `name = "value"`, or `name ^= "value"` for a beginning.
//!
//! <https://docs.aws.amazon.com/cognito/latest/developerguide/how-to-manage-user-accounts.html>

use crate::error::Error;
use crate::store::users::User;

pub(super) struct UserFilter {
    name: String,
    is_beginning: bool,
    value: String,
}

/// What AWS searches by.
const NAMES: &[&str] = &[
    "username",
    "email",
    "phone_number",
    "name",
    "given_name",
    "family_name",
    "preferred_username",
    "cognito:user_status",
    "status",
    "sub",
];

impl UserFilter {
    pub(super) fn parse(text: &str) -> Result<Self, Error> {
        parse(text).ok_or_else(|| {
            Error::InvalidParameter(format!(
                "Error while parsing filter: write <name> = \"<value>\" or <name> ^= \"<value>\", where the \
                 name is one of {}",
                NAMES.join(", ")
            ))
        })
    }

    pub(super) fn takes(&self, user: &User) -> bool {
        let value = match self.name.as_str() {
            "username" | "sub" => user.sub.as_str(),
            "cognito:user_status" => user.status.as_str(),
            "status" if user.is_enabled => "Enabled",
            "status" => "Disabled",
            name => match user.attributes.get(name) {
                Some(value) => value,
                None => return false,
            },
        };
        // Sign-in names are the same in any case; the rest is exact.
        let (value, wanted) = match self.name.as_str() {
            "email" | "cognito:user_status" | "status" => (value.to_lowercase(), self.value.to_lowercase()),
            _ => (value.to_owned(), self.value.clone()),
        };
        match self.is_beginning {
            true => value.starts_with(&wanted),
            false => value == wanted,
        }
    }
}

fn parse(text: &str) -> Option<UserFilter> {
    let (name, value) = text.split_once('=')?;
    let (name, is_beginning) = match name.strip_suffix('^') {
        Some(name) => (name, true),
        None => (name, false),
    };
    let name = name.trim().trim_matches('"');
    let value = value.trim().strip_prefix('"')?.strip_suffix('"')?;
    NAMES.contains(&name).then(|| UserFilter {
        name: name.to_owned(),
        is_beginning,
        value: value.replace("\\\"", "\"").replace("\\\\", "\\"),
    })
}
