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
    let value = unquoted(value.trim())?;
    NAMES.contains(&name).then(|| UserFilter { name: name.to_owned(), is_beginning, value })
}

/// What is between two quotes; a quote in it has a backslash in front, as has a backslash.
fn unquoted(text: &str) -> Option<String> {
    let mut value = String::new();
    let mut rest = text.strip_prefix('"')?.strip_suffix('"')?.chars();
    while let Some(c) = rest.next() {
        match c {
            '"' => return None,
            '\\' => value.push(rest.next().filter(|escaped| matches!(escaped, '"' | '\\'))?),
            plain => value.push(plain),
        }
    }
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_has_one_quoted_value() {
        let value = |text: &str| parse(text).map(|filter| filter.value);
        for (text, expected) in [
            ("name = \"a\"", "a"),
            ("name=\"\"", ""),
            (r#"name = "a \"b\" c""#, "a \"b\" c"),
            (r#"name = "a\\""#, r"a\"),
        ] {
            assert_eq!(value(text).as_deref(), Some(expected), "{text}");
        }
        for text in [
            r#"email = "a" and name = "b""#,
            r#"name = "a"b""#,
            r#"name = "a\""#,
            r#"name = "a\b""#,
            r#"name = ""#,
            "name = a",
            "",
        ] {
            assert_eq!(value(text), None, "{text}");
        }
    }
}
