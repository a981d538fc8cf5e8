//! Who holds which access key here, and what the template's policies let them do.

use std::fmt::Display;
use std::sync::Arc;
use std::time::SystemTime;

use aws_credential_types::Credentials;
use local_appsync::{AuthMode, Caller, Permission, Refused, SignedRequest};
use local_cognito::{Cognito, TemporaryCredentials};
use local_iam::{Circumstances, Key, Policy, Request, Signed, decide, verify};
use serde_json::{Value, json};

use crate::stack::{ACCOUNT, REGION, Resource, Stack, StackError};

/// What the session of an identity is called, as at AWS.
const SESSION: &str = "CognitoIdentityCredentials";

/// The keys of the account: its owner's, and those that the identity pool gives out.
pub(crate) struct Iam {
    cognito: Arc<Cognito>,
    own: Credentials,
    authenticated: Role,
    unauthenticated: Role,
    identity_pool_id: String,
}

/// A role, its policies read. Without one, nothing is allowed.
#[derive(Default)]
struct Role {
    name: String,
    policies: Vec<Policy>,
}

/// The holder of a key.
enum Principal<'a> {
    /// Of the key in the data folder, which also the functions sign with: as an administrator.
    Owner,
    /// Somebody of the identity pool, a user or a guest.
    Identity(&'a Role, TemporaryCredentials),
}

impl Iam {
    /// Reads the policies of the identity pool's roles; one that cannot be evaluated fails the start.
    pub(crate) fn open(stack: &Stack, own: Credentials, cognito: Arc<Cognito>) -> Result<Iam, StackError> {
        let attachment = stack.of_kind("AWS::Cognito::IdentityPoolRoleAttachment").next();
        let role = |name: &str| {
            let arn = attachment.and_then(|(_, attachment)| attachment.text(&format!("/Roles/{name}")));
            arn.map_or_else(|| Ok(Role::default()), |arn| Role::read(stack, &arn))
        };
        let pool = stack.of_kind("AWS::Cognito::IdentityPool").next();
        Ok(Iam {
            cognito,
            own,
            authenticated: role("authenticated")?,
            unauthenticated: role("unauthenticated")?,
            identity_pool_id: pool.map(|(_, pool)| pool.physical_id.clone()).unwrap_or_default(),
        })
    }

    /// The secret behind an access key id, if the key is valid.
    pub(crate) fn key(&self, access_key_id: &str) -> Option<Key> {
        if access_key_id == self.own.access_key_id() {
            let secret_access_key = self.own.secret_access_key().to_owned();
            return Some(Key { secret_access_key, session_token: None });
        }
        self.cognito.credentials(access_key_id).map(|known| Key {
            secret_access_key: known.secret_access_key,
            session_token: Some(known.session_token),
        })
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
            Some(Principal::Identity(role, known)) => {
                role.permits(&known.identity_id, action, resource, circumstances)
            }
            None => Err("The security token included in the request is invalid.".to_owned()),
        }
    }

    /// Who signed a GraphQL request, as resolvers see them; the fields are those that their policies allow.
    pub(crate) fn caller(self: &Arc<Self>, request: &SignedRequest, api_id: &str) -> Result<Caller, Refused> {
        let SignedRequest { method, path, query, headers, body } = request;
        let signed = Signed { method, path, query, headers, body };
        let access_key_id = verify(signed, "appsync", REGION, SystemTime::now(), |id| self.key(id))
            .map_err(|error| Refused::forbidden(error.code, error.message))?;
        let Some(principal) = self.principal(&access_key_id) else {
            return Err(Refused::not_authorized());
        };
        let expires_at_s = match &principal {
            Principal::Owner => None,
            Principal::Identity(_, known) => u64::try_from(known.expires_at_s).ok(),
        };
        let identity = self.identity(&principal);
        let permission =
            self.permission(access_key_id, format!("arn:aws:appsync:{REGION}:{ACCOUNT}:apis/{api_id}"));
        Ok(Caller {
            mode: AuthMode::Iam,
            identity,
            groups: Vec::new(),
            expires_at_s,
            permission: Some(permission),
        })
    }

    fn permission(self: &Arc<Self>, access_key_id: String, api_arn: String) -> Permission {
        let iam = Arc::clone(self);
        Permission::new(move |type_name, field| {
            let resource = format!("{api_arn}/types/{type_name}/fields/{field}");
            iam.permits(&access_key_id, "appsync:GraphQL", &resource, Circumstances::default()).is_ok()
        })
    }

    fn principal(&self, access_key_id: &str) -> Option<Principal<'_>> {
        if access_key_id == self.own.access_key_id() {
            return Some(Principal::Owner);
        }
        let known = self.cognito.credentials(access_key_id)?;
        let role = if known.login.is_some() { &self.authenticated } else { &self.unauthenticated };
        Some(Principal::Identity(role, known))
    }

    /// `$ctx.identity` of a signed request.
    /// <https://docs.aws.amazon.com/appsync/latest/devguide/resolver-context-reference-js.html#aws-appsync-resolver-context-reference-identity-js>
    fn identity(&self, principal: &Principal<'_>) -> Value {
        match principal {
            Principal::Owner => json!({
                "accountId": ACCOUNT,
                "cognitoIdentityAuthProvider": null,
                "cognitoIdentityAuthType": null,
                "cognitoIdentityId": null,
                "cognitoIdentityPoolId": null,
                "sourceIp": ["127.0.0.1"],
                "userArn": format!("arn:aws:iam::{ACCOUNT}:root"),
                "username": ACCOUNT,
            }),
            Principal::Identity(role, known) => {
                let provider = known.login.as_ref().map(|login| {
                    let name = &login.provider_name;
                    format!("\"{name}\",\"{name}:CognitoSignIn:{}\"", login.sub)
                });
                let kind = if known.login.is_some() { "authenticated" } else { "unauthenticated" };
                json!({
                    "accountId": ACCOUNT,
                    "cognitoIdentityAuthProvider": provider,
                    "cognitoIdentityAuthType": kind,
                    "cognitoIdentityId": known.identity_id,
                    "cognitoIdentityPoolId": self.identity_pool_id,
                    "sourceIp": ["127.0.0.1"],
                    "userArn": role.session_arn(),
                    "username": format!("{}:{SESSION}", role.name),
                })
            }
        }
    }
}

impl Role {
    fn read(stack: &Stack, arn: &str) -> Result<Role, StackError> {
        let name = arn.rsplit('/').next().unwrap_or_default().to_owned();
        let is_it = |(_, role): &(&String, &Resource)| role.physical_id == name;
        let (id, role) = stack
            .of_kind("AWS::IAM::Role")
            .find(is_it)
            .ok_or_else(|| StackError(format!("the identity pool's role {arn} is not there")))?;
        let inline = role.property("/Policies").and_then(Value::as_array);
        let inline = inline.into_iter().flatten().map(|policy| &policy["PolicyDocument"]);
        let apart =
            ["AWS::IAM::Policy", "AWS::IAM::ManagedPolicy"].into_iter().flat_map(|kind| stack.of_kind(kind));
        let apart = apart
            .filter(|(_, policy)| policy.texts("/Roles").contains(&name))
            .filter_map(|(_, policy)| policy.property("/PolicyDocument"));
        let failed = |error: &dyn Display| StackError(format!("role {id}: {error}"));
        if let Some(managed) = role.texts("/ManagedPolicyArns").first() {
            return Err(failed(&format!(
                "the managed policy {managed} is not evaluated here, write it inline"
            )));
        }
        let policies = inline.chain(apart).map(Policy::parse).collect::<Result<_, _>>();
        Ok(Role { policies: policies.map_err(|error| failed(&error))?, name })
    }

    fn permits(
        &self,
        identity_id: &str,
        action: &str,
        resource: &str,
        circumstances: Circumstances,
    ) -> Result<(), String> {
        let circumstances = circumstances
            .with("cognito-identity.amazonaws.com:sub", [identity_id])
            .with("aws:PrincipalAccount", [ACCOUNT])
            // What is here never leaves the machine.
            .with("aws:SecureTransport", ["true"])
            .with("aws:SourceIp", ["127.0.0.1"])
            .with("aws:RequestedRegion", [REGION]);
        decide(&self.policies, Request { action, resource, circumstances: &circumstances }).map_err(
            |denied| {
                let user = self.session_arn();
                format!(
                    "User: {user} is not authorized to perform: {action} on resource: \"{resource}\" {denied}"
                )
            },
        )
    }

    fn session_arn(&self) -> String {
        format!("arn:aws:sts::{ACCOUNT}:assumed-role/{}/{SESSION}", self.name)
    }
}
