//! The roles that an ID token tells of: `cognito:roles` and `cognito:preferred_role`, from the user's groups.
//!
//! <https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-id-token.html> and
//! <https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_CreateGroup.html>.

use rusqlite::Connection;
use serde_json::{Map, Value};

use crate::error::Error;
use crate::store::groups;

/// The roles of a user's groups.
pub(crate) struct Roles {
    /// Each once, that of the first group first.
    pub(crate) all: Vec<String>,
    pub(crate) preferred: Option<String>,
}

impl Roles {
    pub(crate) fn of_user(db: &Connection, sub: &str) -> Result<Self, Error> {
        let found = groups::roles_of_user(db, sub)?;
        let preferred = preferred(&found).map(str::to_owned);
        let mut all: Vec<String> = Vec::with_capacity(found.len());
        for (_, role) in found {
            if !all.contains(&role) {
                all.push(role);
            }
        }
        Ok(Roles { all, preferred })
    }

    /// Both claims; neither, if no group has a role.
    pub(crate) fn claims(self) -> Map<String, Value> {
        let mut claims = Map::new();
        if !self.all.is_empty() {
            claims.insert("cognito:roles".into(), self.all.into());
        }
        if let Some(preferred) = self.preferred {
            claims.insert("cognito:preferred_role".into(), preferred.into());
        }
        claims
    }
}

/// The role of the group that comes first; of none, if another comes as early and has another role.
fn preferred(roles: &[(Option<i64>, String)]) -> Option<&str> {
    let (first, role) = roles.first()?;
    let rivals = roles.iter().take_while(|(precedence, _)| precedence == first);
    rivals.into_iter().all(|(_, rival)| rival == role).then_some(role.as_str())
}

/// An ARN by the pattern of the API reference: six parts or more, of which only the region may be empty.
pub(crate) fn is_arn(text: &str) -> bool {
    let is_plain = |part: &&str| part.chars().all(|c| c.is_ascii_alphanumeric() || "_+=/,.@-".contains(c));
    let parts: Vec<_> = text.split(':').collect();
    (20..=2048).contains(&text.len())
        && (6..=8).contains(&parts.len())
        && parts[0] == "arn"
        && parts.iter().all(is_plain)
        && parts.iter().enumerate().all(|(place, part)| place == 3 || !part.is_empty())
        && parts[4].bytes().all(|digit| digit.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arn_has_an_account_and_a_resource() {
        for arn in ["arn:aws:iam::123456789012:role/Kings", "arn:aws:sns:us-east-1:123456789012:topic:a"] {
            assert!(is_arn(arn), "{arn}");
        }
        for text in [
            "",
            "kings",
            "arn:aws:iam::role/Kings-of-old",
            "arn:aws:iam::1234x:role/Kings",
            "arn:aws:iam::12:role/A B",
        ] {
            assert!(!is_arn(text), "{text}");
        }
    }
}
