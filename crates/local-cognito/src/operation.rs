//! The shape of every operation: a typed request, a transaction, a JSON answer.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::error::Error;
use crate::progress::Progress;

/// What an operation answers. `None` is an empty body, which AWS sends where there is nothing to say and clients
/// expect it.
pub(crate) type Reply = Progress<Option<Value>>;

impl Reply {
    pub(crate) const EMPTY: Reply = Progress::Done(None);
}

impl From<Value> for Reply {
    fn from(body: Value) -> Self {
        Progress::Done(Some(body))
    }
}

/// Makes `NAMES` and `call` of a service from a table of its operations.
macro_rules! operations {
    ($($name:literal => $operation:path,)+) => {
        /// The operations that are served.
        pub(crate) const NAMES: &[&str] = &[$($name),+];

        /// Runs the operation of this name.
        pub(crate) fn call(
            turn: &$crate::turn::Turn<'_>,
            name: &str,
            body: &[u8],
        ) -> Result<$crate::operation::Reply, $crate::error::Error> {
            match name {
                $($name => $operation(turn, $crate::operation::parse(body)?),)+
                _ => Err($crate::operation::unknown(name, NAMES)),
            }
        }
    };
}
pub(crate) use operations;

/// Reads the request. Members that the operation does not know are ignored, as AWS does.
pub(crate) fn parse<R: DeserializeOwned>(body: &[u8]) -> Result<R, Error> {
    let refused =
        |error: serde_json::Error| Error::Serialization(format!("The request cannot be read: {error}"));
    let object: Map<String, Value> = serde_json::from_slice(body).map_err(refused)?;
    serde_json::from_value(without_nulls(Value::Object(object))).map_err(refused)
}

/// A null is an absent member, also inside of maps: amazon-cognito-identity-js sends `"DEVICE_KEY": null`.
fn without_nulls(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let told = members.into_iter().filter(|(_, value)| !value.is_null());
            Value::Object(told.map(|(name, value)| (name, without_nulls(value))).collect())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(without_nulls).collect()),
        plain => plain,
    }
}

/// As AWS's refusal of what it does not know, and what there is that is alike.
pub(crate) fn unknown(name: &str, names: &[&str]) -> Error {
    let name: String = name.chars().take(64).collect();
    let alike = alike(&name, names).join(", ");
    Error::UnknownOperation(match alike.is_empty() {
        true => format!("Unknown operation {name}: the local Cognito does not serve it, nor anything alike"),
        false => format!("Unknown operation {name}: the local Cognito does not serve it, but {alike}"),
    })
}

/// The names with the most words of this one, five at most.
fn alike<'a>(name: &str, names: &[&'a str]) -> Vec<&'a str> {
    let wanted = words(name);
    let shared = |known: &str| match known.eq_ignore_ascii_case(name) {
        true => usize::MAX,
        false => words(known).iter().filter(|word| wanted.contains(word)).count(),
    };
    let mut found: Vec<_> = names.iter().map(|name| (shared(name), *name)).collect();
    found.retain(|(shared, _)| *shared > 0);
    // Names with as many stay in their order.
    found.sort_by_key(|(shared, _)| std::cmp::Reverse(*shared));
    let most = found.first().map_or(0, |(most, _)| *most);
    found.into_iter().take_while(|(shared, _)| *shared == most).map(|(_, name)| name).take(5).collect()
}

/// `ListUserPools` is `list`, `user` and `pool`.
fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for c in name.chars() {
        match words.last_mut() {
            Some(word) if !c.is_uppercase() => word.push(c),
            _ => words.push(c.to_lowercase().collect()),
        }
    }
    words.into_iter().map(|word| word.trim_end_matches('s').to_owned()).collect()
}

/// A member that the request must have and that must say something.
pub(crate) fn required(value: Option<String>, member: &str) -> Result<String, Error> {
    value.filter(|text| !text.is_empty()).ok_or_else(|| Error::missing(member))
}

/// In characters, as at AWS:
/// <https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_SignUp.html>.
pub(crate) const LONGEST_USERNAME: usize = 128;

/// The member `Username`, which the request must have.
pub(crate) fn username(value: Option<String>) -> Result<String, Error> {
    let name = required(value, "username")?;
    check_username(&name)?;
    Ok(name)
}

/// Refuses a name that nobody can have. Some are kept in memory, also those that nobody has.
pub(crate) fn check_username(name: &str) -> Result<(), Error> {
    match name.chars().nth(LONGEST_USERNAME) {
        None => Ok(()),
        Some(_) => Err(Error::too_long("username", LONGEST_USERNAME)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_alike_has_the_most_words_in_common() {
        let names = ["SignUp", "ListUsers", "DescribeUserPool", "ListUserPools", "GetUserPoolMfaConfig"];
        assert_eq!(
            alike("CreateUserPool", &names),
            ["DescribeUserPool", "ListUserPools", "GetUserPoolMfaConfig"]
        );
        assert_eq!(alike("ListUser", &names), ["ListUsers", "ListUserPools"]);
        assert_eq!(alike("signup", &names), ["SignUp"]);
        assert_eq!(alike("MakeCoffee", &names), [""; 0]);
        assert_eq!(alike("", &names), [""; 0]);
        let many = ["GetA", "GetB", "GetC", "GetD", "GetE", "GetF"];
        assert_eq!(alike("GetZ", &many).len(), 5);
    }
}
