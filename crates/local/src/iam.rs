//! Who holds which access key here, and what the template's policies let them do.

mod graphql;
pub(crate) mod programs;
mod role;
mod session;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use local_cognito::{Clock, Cognito, TemporaryCredentials};
use local_iam::{Circumstances, Key, SignatureError, Signed, verify};

use crate::stack::{ACCOUNT, REGION, Stack, StackError};
use role::Role;
pub(crate) use session::{Session, Sessions};

/// What the session of an identity is called, as at AWS.
const SESSION: &str = "CognitoIdentityCredentials";

/// The keys of the account: its owner's, those of the functions, and those that the identity pool gives out.
pub(crate) struct Iam {
    cognito: Arc<Cognito>,
    own: Credentials,
    functions: Arc<Sessions>,
    authenticated: Role,
    unauthenticated: Role,
    identity_pool_id: String,
    clock: Arc<dyn Clock>,
}

/// The holder of a key.
pub(crate) enum Principal<'a> {
    /// Of the key in the data folder: as an administrator.
    Owner,
    /// Somebody of the identity pool, a user or a guest.
    Identity(&'a Role, TemporaryCredentials),
    /// A function, by its role.
    Function(&'a Session),
}

impl Iam {
    /// Reads the policies of the identity pool's roles; one that cannot be evaluated fails the start.
    pub(crate) fn open(
        stack: &Stack,
        own: Credentials,
        functions: Arc<Sessions>,
        cognito: Arc<Cognito>,
        clock: Arc<dyn Clock>,
    ) -> Result<Iam, StackError> {
        let attachment = stack.of_kind("AWS::Cognito::IdentityPoolRoleAttachment").next();
        let role = |name: &str| {
            let arn = attachment.and_then(|(_, attachment)| attachment.text(&format!("/Roles/{name}")));
            arn.map_or_else(|| Ok(Role::default()), |arn| Role::read(stack, &arn))
        };
        let pool = stack.of_kind("AWS::Cognito::IdentityPool").next();
        Ok(Iam {
            cognito,
            own,
            functions,
            authenticated: role("authenticated")?,
            unauthenticated: role("unauthenticated")?,
            identity_pool_id: pool.map(|(_, pool)| pool.physical_id.clone()).unwrap_or_default(),
            clock,
        })
    }

    /// The secret behind an access key id, also for some time after the key has expired.
    pub(crate) fn key(&self, access_key_id: &str) -> Option<Key> {
        if access_key_id == self.own.access_key_id() {
            let secret_access_key = self.own.secret_access_key().to_owned();
            return Some(Key { secret_access_key, session_token: None, expires_at: None });
        }
        if let Some(key) = self.functions.key(access_key_id) {
            return Some(key);
        }
        self.cognito.credentials(access_key_id).map(|known| Key {
            expires_at: Some(at(known.expires_at_s * 1000)),
            secret_access_key: known.secret_access_key,
            session_token: Some(known.session_token),
        })
    }

    /// Whether a key does not count any more.
    pub(crate) fn has_expired(&self, key: &Key) -> bool {
        key.expires_at.is_some_and(|expires_at| expires_at <= self.now())
    }

    /// The access key id that signed a request for this service (as `appsync`).
    pub(crate) fn verify(&self, request: Signed<'_>, service: &str) -> Result<String, SignatureError> {
        verify(request, service, REGION, self.now(), |id| self.key(id))
    }

    /// Whether the holder of a key may do this; the error is AWS's message.
    pub(crate) fn permits(
        &self,
        access_key_id: &str,
        action: &str,
        resource: &str,
        circumstances: Circumstances,
    ) -> Result<(), String> {
        match self.principal(access_key_id) {
            Some(Principal::Owner) => Ok(()),
            Some(Principal::Function(session)) => {
                session.permits(action, resource, circumstances, self.now())
            }
            Some(Principal::Identity(role, known)) => {
                let circumstances = circumstances
                    .with("cognito-identity.amazonaws.com:sub", [known.identity_id.as_str()])
                    .with("cognito-identity.amazonaws.com:aud", [self.identity_pool_id.as_str()])
                    .with("cognito-identity.amazonaws.com:amr", methods(&known));
                role.permits(SESSION, action, resource, circumstances, self.now())
            }
            None => Err("The security token included in the request is invalid.".to_owned()),
        }
    }

    /// Who holds a key that counts.
    pub(crate) fn principal(&self, access_key_id: &str) -> Option<Principal<'_>> {
        if access_key_id == self.own.access_key_id() {
            return Some(Principal::Owner);
        }
        if let Some(session) = self.functions.of_key(access_key_id) {
            return Some(Principal::Function(session));
        }
        let known = self.cognito.credentials(access_key_id)?;
        if at(known.expires_at_s * 1000) <= self.now() {
            return None;
        }
        let role = if known.login.is_some() { &self.authenticated } else { &self.unauthenticated };
        Some(Principal::Identity(role, known))
    }

    /// The identity pool's id.
    pub(crate) fn identity_pool_id(&self) -> &str {
        &self.identity_pool_id
    }

    fn now(&self) -> SystemTime {
        at(self.clock.now_ms())
    }
}

impl Principal<'_> {
    /// As in messages of AWS: of the account itself, or of a role's session.
    pub(crate) fn arn(&self) -> String {
        match self {
            Principal::Owner => format!("arn:aws:iam::{ACCOUNT}:root"),
            Principal::Identity(role, _) => role.session_arn(SESSION),
            Principal::Function(session) => session.arn(),
        }
    }

    /// `aws:userid`: that of the account, or of a role with the name of its session.
    pub(crate) fn user_id(&self) -> String {
        match self {
            Principal::Owner => ACCOUNT.to_owned(),
            Principal::Identity(role, _) => role.user_id(SESSION),
            Principal::Function(session) => session.user_id(),
        }
    }
}

/// How somebody came to an identity: `unauthenticated`, or `authenticated` and by whose token.
/// <https://docs.aws.amazon.com/cognito/latest/developerguide/role-trust-and-permissions.html>
pub(crate) fn methods(known: &TemporaryCredentials) -> Vec<String> {
    match &known.login {
        None => vec!["unauthenticated".to_owned()],
        Some(login) => {
            let name = &login.provider_name;
            vec!["authenticated".to_owned(), name.clone(), format!("{name}:CognitoSignIn:{}", login.sub)]
        }
    }
}

fn at(ms: i64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_millis(u64::try_from(ms).unwrap_or_default())
}
