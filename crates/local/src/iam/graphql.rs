//! Who signed a GraphQL request, as resolvers see them.

use std::sync::Arc;

use local_appsync::{AuthMode, Caller, Permission, Refused, SignedRequest};
use local_iam::{Circumstances, Signed};
use serde_json::{Value, json};

use super::{Iam, Principal, methods};
use crate::stack::{ACCOUNT, REGION};

impl Iam {
    /// Verifies the signature; the fields are those that the holder's policies allow.
    pub(crate) fn caller(self: &Arc<Self>, request: &SignedRequest, api_id: &str) -> Result<Caller, Refused> {
        let SignedRequest { method, path, query, headers, body } = request;
        let access_key_id = self
            .verify(Signed { method, path, query, headers, body }, "appsync")
            .map_err(|error| Refused::forbidden(error.code, error.message))?;
        let Some(principal) = self.principal(&access_key_id) else {
            return Err(Refused::not_authorized());
        };
        let expires_at_s = match &principal {
            Principal::Owner | Principal::Function(_) => None,
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

    /// `$ctx.identity` of a signed request; AppSync fills in the address.
    /// <https://docs.aws.amazon.com/appsync/latest/devguide/resolver-context-reference-js.html#aws-appsync-resolver-context-reference-identity-js>
    fn identity(&self, principal: &Principal<'_>) -> Value {
        let (pool_id, identity_id, kind, provider) = match principal {
            Principal::Owner | Principal::Function(_) => (None, None, None, None),
            Principal::Identity(_, known) => {
                let mut methods = methods(known).into_iter();
                let kind = methods.next();
                let provider: Vec<String> = methods.map(|method| format!("\"{method}\"")).collect();
                let provider = (!provider.is_empty()).then(|| provider.join(","));
                (Some(self.identity_pool_id()), Some(&known.identity_id), kind, provider)
            }
        };
        json!({
            "accountId": ACCOUNT,
            "cognitoIdentityAuthProvider": provider,
            "cognitoIdentityAuthType": kind,
            "cognitoIdentityId": identity_id,
            "cognitoIdentityPoolId": pool_id,
            "sourceIp": null,
            "userArn": principal.arn(),
            "username": principal.user_id(),
        })
    }
}
