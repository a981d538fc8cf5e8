//! The signatures of calls to API Gateway: IAM says who signed, and whether they may.

use local_apigateway::{Attempt, Signatory, SignatureError, SignedRequest};
use local_iam::{Circumstances, Signed};
use serde_json::{Map, Value};

use crate::iam::{Iam, Principal, methods};
use crate::stack::ACCOUNT;

/// Whose signature it is, if they may do what they attempt.
pub(crate) fn verify(
    iam: &Iam,
    request: &SignedRequest,
    attempt: &Attempt,
) -> Result<Signatory, SignatureError> {
    let SignedRequest { method, path, query, headers, body } = request;
    let access_key_id = iam.verify(Signed { method, path, query, headers, body }, "execute-api").map_err(
        |error| match error.code {
            local_iam::SignatureError::MISSING => SignatureError::Missing,
            local_iam::SignatureError::EXPIRED => SignatureError::Expired,
            _ => SignatureError::Invalid(error.message),
        },
    )?;
    iam.permits(&access_key_id, attempt.action, &attempt.resource, Circumstances::default())
        .map_err(SignatureError::Denied)?;
    let principal = iam.principal(&access_key_id).ok_or(SignatureError::Expired)?;
    Ok(Signatory { identity: identity(iam, &access_key_id, &principal) })
}

/// The members of `$context.identity` that are about a signature.
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html#context-variable-reference>
fn identity(iam: &Iam, access_key_id: &str, principal: &Principal<'_>) -> Map<String, Value> {
    let user = principal.user_id();
    let mut identity = vec![
        ("accessKey", access_key_id.to_owned()),
        ("accountId", ACCOUNT.to_owned()),
        ("caller", user.clone()),
        ("user", user),
        ("userArn", principal.arn()),
    ];
    if let Principal::Identity(_, known) = principal {
        let mut methods = methods(known).into_iter();
        identity.extend([
            ("cognitoAuthenticationType", methods.next().unwrap_or_default()),
            ("cognitoIdentityId", known.identity_id.clone()),
            ("cognitoIdentityPoolId", iam.identity_pool_id().to_owned()),
        ]);
        if known.login.is_some() {
            identity.push(("cognitoAuthenticationProvider", methods.collect::<Vec<_>>().join(",")));
        }
    }
    identity.into_iter().map(|(name, value)| (name.to_owned(), value.into())).collect()
}
