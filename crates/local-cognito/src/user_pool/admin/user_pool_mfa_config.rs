//! GetUserPoolMfaConfig and SetUserPoolMfaConfig: the second factors of the pool, which the template decides.

use serde_json::json;

use super::describe::DescribeUserPool;
use crate::config::SecondFactor;
use crate::error::Error;
use crate::operation::Reply;
use crate::turn::Turn;

pub(super) fn get_user_pool_mfa_config(turn: &Turn<'_>, request: DescribeUserPool) -> Result<Reply, Error> {
    turn.check_user_pool(request.user_pool_id)?;
    let pool = turn.pool();
    let has = |factor| pool.enabled_mfas.contains(&factor);
    let mut answer = json!({
        "MfaConfiguration": pool.mfa_configuration.as_str(),
        "SoftwareTokenMfaConfiguration": { "Enabled": has(SecondFactor::SoftwareToken) },
    });
    if has(SecondFactor::Sms) {
        answer["SmsMfaConfiguration"] = json!({});
    }
    if has(SecondFactor::Email) {
        answer["EmailMfaConfiguration"] = json!({});
    }
    Ok(answer.into())
}

/// What was changed here would not be so after the next deployment.
pub(super) fn set_user_pool_mfa_config(turn: &Turn<'_>, request: DescribeUserPool) -> Result<Reply, Error> {
    turn.check_user_pool(request.user_pool_id)?;
    Err(Error::UnsupportedOperation(
        "The local pool is as the template says; change MfaConfiguration and EnabledMfas there, or start with \
         another value of the template's parameter.",
    ))
}
