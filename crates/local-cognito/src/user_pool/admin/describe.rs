//! DescribeUserPool, DescribeUserPoolClient, ListUserPools and ListUserPoolClients: as far as the configuration knows.

use serde::Deserialize;
use serde_json::{Value, json};

use super::groups::{PAGE, invalid_token, place, token, within};
use crate::config::ClientConfig;
use crate::error::Error;
use crate::operation::Reply;
use crate::schema;
use crate::store::users;
use crate::turn::Turn;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct DescribeUserPool {
    pub(super) user_pool_id: Option<String>,
}

pub(super) fn describe_user_pool(turn: &Turn<'_>, request: DescribeUserPool) -> Result<Reply, Error> {
    turn.check_user_pool(request.user_pool_id)?;
    let pool = turn.pool();
    let policy = &pool.password_policy;
    let first_factors: Vec<_> = pool.first_factors.iter().map(|factor| factor.as_str()).collect();
    let days = policy.temporary_password_validity.as_secs() / (24 * 3600);
    let answer = json!({ "UserPool": {
        "Id": pool.pool_id,
        // A name is not configured; the part of the id after the region is what there is.
        "Name": pool.pool_name(),
        "Arn": pool.arn(),
        "UsernameAttributes": ["email"],
        "AutoVerifiedAttributes": ["email"],
        "UserAttributeUpdateSettings": { "AttributesRequireVerificationBeforeUpdate": ["email"] },
        "UsernameConfiguration": { "CaseSensitive": false },
        "SchemaAttributes": schema::describe(&pool.required_attributes),
        "MfaConfiguration": pool.mfa_configuration.as_str(),
        "EstimatedNumberOfUsers": users::count(turn.db)?,
        "Policies": { "PasswordPolicy": {
            "MinimumLength": policy.minimum_length,
            "RequireUppercase": policy.require_uppercase,
            "RequireLowercase": policy.require_lowercase,
            "RequireNumbers": policy.require_numbers,
            "RequireSymbols": policy.require_symbols,
            "TemporaryPasswordValidityDays": days,
        }, "SignInPolicy": { "AllowedFirstAuthFactors": first_factors } },
        "AdminCreateUserConfig": { "AllowAdminCreateUserOnly": false, "UnusedAccountValidityDays": days },
    } });
    Ok(answer.into())
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct DescribeUserPoolClient {
    user_pool_id: Option<String>,
    client_id: Option<String>,
}

pub(super) fn describe_user_pool_client(
    turn: &Turn<'_>,
    request: DescribeUserPoolClient,
) -> Result<Reply, Error> {
    turn.check_user_pool(request.user_pool_id)?;
    let client = turn.client(request.client_id)?;
    let existence = match client.prevent_user_existence_errors {
        true => "ENABLED",
        false => "LEGACY",
    };
    let mut answer = brief(turn, client);
    let more = json!({
        "ExplicitAuthFlows": client.explicit_auth_flows,
        "AccessTokenValidity": client.access_token_validity.as_secs(),
        "IdTokenValidity": client.id_token_validity.as_secs(),
        "RefreshTokenValidity": client.refresh_token_validity.as_secs(),
        "TokenValidityUnits": { "AccessToken": "seconds", "IdToken": "seconds", "RefreshToken": "seconds" },
        "AuthSessionValidity": client.auth_session_validity.as_secs() / 60,
        "PreventUserExistenceErrors": existence,
        "EnableTokenRevocation": client.token_revocation,
    });
    if let Some(rotation) = &client.refresh_token_rotation {
        answer["RefreshTokenRotation"] = json!({
            "Feature": "ENABLED",
            "RetryGracePeriodSeconds": rotation.retry_grace_period.as_secs(),
        });
    }
    if let Some(oauth) = &client.oauth {
        answer["AllowedOAuthFlowsUserPoolClient"] = true.into();
        answer["AllowedOAuthFlows"] = if oauth.allows_code { json!(["code"]) } else { json!([]) };
        answer["AllowedOAuthScopes"] = json!(oauth.scopes);
        answer["CallbackURLs"] = json!(oauth.callback_urls);
        answer["LogoutURLs"] = json!(oauth.logout_urls);
    }
    if let (Some(answer), Value::Object(more)) = (answer.as_object_mut(), more) {
        answer.extend(more);
    }
    Ok(json!({ "UserPoolClient": answer }).into())
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListUserPoolClients {
    user_pool_id: Option<String>,
    max_results: Option<i64>,
    next_token: Option<String>,
}

/// In the order of the template.
pub(super) fn list_user_pool_clients(turn: &Turn<'_>, request: ListUserPoolClients) -> Result<Reply, Error> {
    turn.check_user_pool(request.user_pool_id)?;
    let most = max_results(request.max_results)?.unwrap_or(PAGE);
    let after = place(request.next_token)?;
    let clients = &turn.pool().clients;
    let begin = match after.as_str() {
        "" => 0,
        last => clients.iter().position(|client| client.client_id == last).ok_or_else(invalid_token)? + 1,
    };
    let rest = &clients[begin..];
    let shown = &rest[..most.min(rest.len())];
    let mut answer =
        json!({ "UserPoolClients": shown.iter().map(|client| brief(turn, client)).collect::<Value>() });
    if let Some(last) = shown.last().filter(|_| shown.len() < rest.len()) {
        answer["NextToken"] = token(&last.client_id).into();
    }
    Ok(answer.into())
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListUserPools {
    max_results: Option<i64>,
}

/// There is one.
pub(super) fn list_user_pools(turn: &Turn<'_>, request: ListUserPools) -> Result<Reply, Error> {
    max_results(request.max_results)?.ok_or_else(|| Error::missing("maxResults"))?;
    let pool = turn.pool();
    Ok(json!({ "UserPools": [{ "Id": pool.pool_id, "Name": pool.pool_name() }] }).into())
}

fn max_results(given: Option<i64>) -> Result<Option<usize>, Error> {
    given.map(|most| within(most, "maxResults", 1..=PAGE)).transpose()
}

fn brief(turn: &Turn<'_>, client: &ClientConfig) -> Value {
    json!({
        "UserPoolId": turn.pool().pool_id,
        "ClientId": client.client_id,
        "ClientName": client.name,
    })
}
