//! PreTokenGeneration: called before tokens are made; it adds to them and takes away.
//!
//! <https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-pre-token-generation.html>

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{Event, Metadata, Trigger, ask, request, user_attributes};
use crate::error::Error;
use crate::progress::Progress;
use crate::roles::Roles;
use crate::store::groups;
use crate::store::users::User;
use crate::turn::Turn;

/// What the event and its answer look like: `PreTokenGenerationConfig.LambdaVersion`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum EventVersion {
    /// The id token alone, and texts alone.
    #[default]
    V1,
    /// Both tokens, scopes too, with claims of any kind.
    V2,
    /// The same; what is new, tokens of machines, is not served.
    V3,
}

impl EventVersion {
    /// By AWS's name; `None` if there is no such version here.
    pub fn parse(name: &str) -> Option<Self> {
        match name {
            "V1_0" => Some(EventVersion::V1),
            "V2_0" => Some(EventVersion::V2),
            "V3_0" => Some(EventVersion::V3),
            _ => None,
        }
    }

    fn number(self) -> &'static str {
        match self {
            EventVersion::V1 => "1",
            EventVersion::V2 => "2",
            EventVersion::V3 => "3",
        }
    }
}

/// What the tokens are made for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Source {
    #[default]
    Authentication,
    /// A temporary password was replaced on the way.
    NewPasswordChallenge,
    /// A device proved itself.
    AuthenticateDevice,
    RefreshTokens,
    /// By the sign-in page.
    HostedAuth,
}

impl Source {
    fn as_str(self) -> &'static str {
        match self {
            Source::Authentication => "TokenGeneration_Authentication",
            Source::NewPasswordChallenge => "TokenGeneration_NewPasswordChallenge",
            Source::AuthenticateDevice => "TokenGeneration_AuthenticateDevice",
            Source::RefreshTokens => "TokenGeneration_RefreshTokens",
            Source::HostedAuth => "TokenGeneration_HostedAuth",
        }
    }
}

/// What the function wants to be otherwise.
#[derive(Debug, Default)]
pub(crate) struct Changes {
    id: Claims,
    access: Claims,
    scopes_to_add: Vec<String>,
    scopes_to_suppress: Vec<String>,
    groups: Option<Groups>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Claims {
    claims_to_add_or_override: Option<Map<String, Value>>,
    claims_to_suppress: Option<Vec<String>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Groups {
    groups_to_override: Option<Vec<String>>,
    iam_roles_to_override: Option<Vec<String>>,
    preferred_role: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct FirstResponse {
    claims_override_details: Option<ClaimsOverrideDetails>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct ClaimsOverrideDetails {
    claims_to_add_or_override: Option<BTreeMap<String, String>>,
    claims_to_suppress: Option<Vec<String>>,
    group_override_details: Option<Groups>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct SecondResponse {
    claims_and_scope_override_details: Option<ClaimsAndScopeOverrideDetails>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct ClaimsAndScopeOverrideDetails {
    id_token_generation: Option<Claims>,
    access_token_generation: Option<AccessTokenGeneration>,
    group_override_details: Option<Groups>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct AccessTokenGeneration {
    claims_to_add_or_override: Option<Map<String, Value>>,
    claims_to_suppress: Option<Vec<String>>,
    scopes_to_add: Option<Vec<String>>,
    scopes_to_suppress: Option<Vec<String>>,
}

/// Asks before tokens with these scopes are made.
pub(crate) fn changes(
    turn: &Turn<'_>,
    user: &User,
    client_id: &str,
    scope: &str,
    source: Source,
    metadata: Option<&Metadata>,
) -> Result<Progress<Changes>, Error> {
    let groups = groups::of_user(turn.db, &user.sub)?;
    let roles = Roles::of_user(turn.db, &user.sub)?;
    let groups = json!({
        "groupsToOverride": groups,
        "iamRolesToOverride": roles.all,
        "preferredRole": roles.preferred,
    });
    let mut members = vec![("userAttributes", user_attributes(user)), ("groupConfiguration", groups)];
    let version = turn.cognito.triggers.pre_token_generation;
    let response = match version {
        EventVersion::V1 => json!({ "claimsOverrideDetails": null }),
        EventVersion::V2 | EventVersion::V3 => {
            members.push(("scopes", scope.split(' ').collect()));
            json!({ "claimsAndScopeOverrideDetails": null })
        }
    };
    let event = Event {
        version: version.number(),
        source: source.as_str(),
        user_name: &user.sub,
        client_id,
        request: request(members, metadata),
        response,
    };
    match version {
        EventVersion::V1 => ask(turn, Trigger::PreTokenGeneration, &event)
            .and_then(turn, |_, response: FirstResponse| Ok(Progress::Done(response.into()))),
        EventVersion::V2 | EventVersion::V3 => ask(turn, Trigger::PreTokenGeneration, &event)
            .and_then(turn, |_, response: SecondResponse| Ok(Progress::Done(response.into()))),
    }
}

impl From<FirstResponse> for Changes {
    fn from(response: FirstResponse) -> Self {
        let details = response.claims_override_details.unwrap_or_default();
        let added = details.claims_to_add_or_override.unwrap_or_default();
        Changes {
            id: Claims {
                claims_to_add_or_override: Some(added.into_iter().map(|(n, v)| (n, v.into())).collect()),
                claims_to_suppress: details.claims_to_suppress,
            },
            groups: details.group_override_details,
            ..Changes::default()
        }
    }
}

impl From<SecondResponse> for Changes {
    fn from(response: SecondResponse) -> Self {
        let details = response.claims_and_scope_override_details.unwrap_or_default();
        let access = details.access_token_generation.unwrap_or_default();
        Changes {
            id: details.id_token_generation.unwrap_or_default(),
            access: Claims {
                claims_to_add_or_override: access.claims_to_add_or_override,
                claims_to_suppress: access.claims_to_suppress,
            },
            scopes_to_add: access.scopes_to_add.unwrap_or_default(),
            scopes_to_suppress: access.scopes_to_suppress.unwrap_or_default(),
            groups: details.group_override_details,
        }
    }
}

/// What no function changes in either token; the rest is of one token alone. Other than in AWS `event_id` is among
/// what stays in id tokens, too, for revocation goes by it.
const FIXED: &[&str] = &[
    "acr",
    "amr",
    "at_hash",
    "auth_time",
    "azp",
    "event_id",
    "exp",
    "iat",
    "iss",
    "jti",
    "nbf",
    "nonce",
    "origin_jti",
    "sub",
    "token_use",
];
const FIXED_IN_ID: &[&str] = &["aud", "cognito:username", "identities"];
const FIXED_IN_ACCESS: &[&str] = &["client_id", "device_key", "scope", "username", "version"];

impl Changes {
    /// An object of groups takes the place of those that the user is in; an empty one leaves none.
    pub(crate) fn apply_to_groups(&self, claims: &mut Map<String, Value>) {
        let Some(groups) = &self.groups else { return };
        match groups.groups_to_override.as_deref().unwrap_or_default() {
            [] => claims.remove("cognito:groups"),
            names => claims.insert("cognito:groups".into(), json!(names)),
        };
    }

    /// So do its roles.
    pub(crate) fn apply_to_id(&self, claims: &mut Map<String, Value>) {
        if let Some(groups) = &self.groups {
            match groups.iam_roles_to_override.as_deref().unwrap_or_default() {
                [] => claims.remove("cognito:roles"),
                roles => claims.insert("cognito:roles".into(), json!(roles)),
            };
            match groups.preferred_role.as_deref().unwrap_or_default() {
                "" => claims.remove("cognito:preferred_role"),
                role => claims.insert("cognito:preferred_role".into(), role.into()),
            };
        }
        self.id.apply(claims, |name, _| FIXED_IN_ID.contains(&name));
    }

    /// An `aud` may come in, if it is the client.
    pub(crate) fn apply_to_access(&self, claims: &mut Map<String, Value>) {
        let client_id = claims.get("client_id").cloned().unwrap_or_default();
        self.access.apply(claims, |name, value| {
            FIXED_IN_ACCESS.contains(&name) || name == "aud" && value.is_some_and(|value| *value != client_id)
        });
    }

    /// Scopes with blanks between. Those of Cognito's own API cannot be added.
    pub(crate) fn scope(&self, scope: &str) -> String {
        let may_come = |scope: &&str| {
            let is_fit = !scope.is_empty() && !scope.contains(' ') && !scope.starts_with("aws.cognito.");
            if !is_fit {
                tracing::warn!(scope, "PreTokenGeneration cannot add this scope");
            }
            is_fit
        };
        let mut scopes: Vec<&str> = scope.split(' ').collect();
        for added in self.scopes_to_add.iter().map(String::as_str).filter(may_come) {
            if !scopes.contains(&added) {
                scopes.push(added);
            }
        }
        scopes.retain(|scope| !self.scopes_to_suppress.iter().any(|suppressed| suppressed == scope));
        scopes.join(" ")
    }
}

impl Claims {
    /// As in AWS what must stay does so without a word to the app; what is added and suppressed is suppressed.
    fn apply(&self, claims: &mut Map<String, Value>, is_fixed: impl Fn(&str, Option<&Value>) -> bool) {
        let is_fixed = |name: &str, value: Option<&Value>| {
            let is_fixed = FIXED.contains(&name) || is_fixed(name, value);
            if is_fixed {
                tracing::warn!(name, "PreTokenGeneration cannot change this claim");
            }
            is_fixed
        };
        for (name, value) in self.claims_to_add_or_override.iter().flatten() {
            if !is_fixed(name, Some(value)) {
                claims.insert(name.clone(), value.clone());
            }
        }
        for name in self.claims_to_suppress.iter().flatten() {
            if !is_fixed(name, None) {
                claims.remove(name);
            }
        }
    }
}
