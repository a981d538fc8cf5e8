//! Roles that services assume for the template's functions, data sources and integrations: what runs under one may do
//! what its policies say, and no more.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::SystemTime;

use aws_credential_types::Credentials;
use aws_sigv4::sign::v4::calculate_signature;
use local_dynamodb::{Attempt, Permits};
use local_iam::{Circumstances, Key};

use super::programs::on_table;
use super::role::Role;
use crate::stack::{Resource, Stack, StackError};

/// A role under which something runs.
pub(crate) struct Session {
    role: Role,
    name: String,
}

/// Those that sign requests, by the access key id of each.
#[derive(Default)]
pub(crate) struct Sessions(BTreeMap<String, (Arc<Session>, Credentials)>);

impl Session {
    /// Assumes a role of the template; one whose policies cannot be evaluated fails the start.
    pub(crate) fn assume(stack: &Stack, role_arn: &str, name: &str) -> Result<Arc<Session>, StackError> {
        Ok(Arc::new(Session { role: Role::read(stack, role_arn)?, name: name.to_owned() }))
    }

    /// As in messages of AWS.
    pub(super) fn arn(&self) -> String {
        self.role.session_arn(&self.name)
    }

    pub(super) fn user_id(&self) -> String {
        self.role.user_id(&self.name)
    }

    /// Whether this may be done; the error is AWS's message.
    pub(super) fn permits(
        &self,
        action: &str,
        resource: &str,
        circumstances: Circumstances,
        now: SystemTime,
    ) -> Result<(), String> {
        self.role.permits(&self.name, action, resource, circumstances, now)
    }

    /// What may be done in DynamoDB, for its clients to ask before each request.
    pub(crate) fn on_dynamodb(self: &Arc<Self>) -> Permits {
        let session = Arc::clone(self);
        Arc::new(move |attempt: &Attempt| {
            let (resource, circumstances) = on_table(attempt);
            let permitted = session.permits(&attempt.action, &resource, circumstances, SystemTime::now());
            permitted.map_err(|message| message.replace('"', ""))
        })
    }

    /// The same at every start, so that a link which was signed with them survives one; nobody can guess them who
    /// has not the owner's secret.
    fn credentials(&self, owner: &Credentials) -> Credentials {
        let part = |name: &str| {
            calculate_signature(owner.secret_access_key(), format!("{name} of {}", self.arn()).as_bytes())
        };
        let id = format!("ASIA{}", &part("access key id")[..16].to_uppercase());
        Credentials::new(id, part("secret access key"), Some(part("session token")), None, "role")
    }
}

impl Sessions {
    /// One for each function of the template, as Lambda names it: after the function.
    pub(crate) fn of_functions(stack: &Stack, owner: &Credentials) -> Result<Sessions, StackError> {
        let functions = stack.of_kind("AWS::Lambda::Function");
        let sessions = functions.map(|(id, function)| {
            let role = function.text("/Role").unwrap_or_default();
            let session = Session::assume(stack, &role, &function.physical_id);
            let session = session.map_err(|error| StackError(format!("function {id}: {}", error.0)))?;
            let credentials = session.credentials(owner);
            Ok((credentials.access_key_id().to_owned(), (session, credentials)))
        });
        Ok(Sessions(sessions.collect::<Result<_, StackError>>()?))
    }

    /// That of a function, with what it signs with.
    pub(crate) fn of_function(&self, function: &Resource) -> Option<&(Arc<Session>, Credentials)> {
        self.0.values().find(|(session, _)| session.name == function.physical_id)
    }

    /// That behind an access key id.
    pub(super) fn of_key(&self, access_key_id: &str) -> Option<&Session> {
        self.0.get(access_key_id).map(|(session, _)| &**session)
    }

    pub(super) fn key(&self, access_key_id: &str) -> Option<Key> {
        let (_, credentials) = self.0.get(access_key_id)?;
        Some(Key {
            secret_access_key: credentials.secret_access_key().to_owned(),
            session_token: credentials.session_token().map(str::to_owned),
            expires_at: None,
        })
    }
}
