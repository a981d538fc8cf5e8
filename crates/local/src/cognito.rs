//! The template's user pool and identity pool, open.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use local_cognito::{
    ClientConfig, Clock, Cognito, Config, DeviceConfiguration, EventVersion, FirstFactor, GroupConfig,
    IdentityPoolConfig, IdentityProvider, MfaConfiguration, OAuthConfig, PasswordPolicy,
    RefreshTokenRotation, SecondFactor, Trigger, TriggerFunction, Triggers, UserPoolConfig,
};
use serde_json::Value;

use crate::StartError;
use crate::data_folder::DataFolder;
use crate::functions::Function;
use crate::stack::{ACCOUNT, REGION, Resource, Stack, StackError};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Opens the pools; the functions of the triggers are the template's.
pub(crate) async fn open(
    stack: &Stack,
    functions: &BTreeMap<String, Function>,
    folder: &DataFolder,
    base_url: &str,
    clock: Arc<dyn Clock>,
) -> Result<Arc<Cognito>, StartError> {
    let (_, pool) = stack.only("AWS::Cognito::UserPool")?;
    let config = Config {
        user_pool: user_pool(stack, pool, base_url)?,
        identity_pool: identity_pool(stack),
        database: folder.cognito(),
        triggers: triggers(pool, functions)?,
        clock,
    };
    let opened = tokio::task::spawn_blocking(move || Cognito::open(config)).await;
    opened.expect("opening does not panic").map_err(|error| StartError::Service("Cognito", error.to_string()))
}

#[async_trait]
impl TriggerFunction for Function {
    async fn invoke(&self, event: Value) -> Result<Value, String> {
        Function::invoke(self, event).await.map_err(|error| error.error_message)
    }
}

/// A trigger that is never called would be a pool that behaves otherwise than in AWS: it is refused by its name.
fn triggers(pool: &Resource, functions: &BTreeMap<String, Function>) -> Result<Triggers, StackError> {
    let configured = pool.property("/LambdaConfig").and_then(Value::as_object);
    let mut triggers = Triggers::default();
    for (name, configured) in configured.into_iter().flatten().filter(|(_, arn)| !arn.is_null()) {
        let (trigger, arn) = match name.as_str() {
            // It goes before PreTokenGeneration, which may say the same for older tools.
            "PreTokenGenerationConfig" => {
                triggers.pre_token_generation = event_version(configured)?;
                (Some(Trigger::PreTokenGeneration), &configured["LambdaArn"])
            }
            _ => (Trigger::ALL.into_iter().find(|trigger| trigger.as_str() == name), configured),
        };
        let trigger = trigger.ok_or_else(|| {
            let served = Trigger::ALL.map(Trigger::as_str).join(", ");
            StackError(format!(
                "the user pool has the trigger {name}, which is not served here ({served} are): take it out of the \
                 user pool's LambdaConfig, or put it under a condition"
            ))
        })?;
        let arn = arn.as_str().unwrap_or_default();
        let function = functions.get(arn).cloned().ok_or_else(|| {
            StackError(format!("the user pool's {name} {arn:?} is not a function of the template"))
        })?;
        triggers.set(trigger, Arc::new(function));
    }
    Ok(triggers)
}

fn event_version(configured: &Value) -> Result<EventVersion, StackError> {
    let name = configured["LambdaVersion"].as_str().unwrap_or("V1_0");
    EventVersion::parse(name).ok_or_else(|| {
        StackError(format!(
            "the user pool's PreTokenGenerationConfig has the LambdaVersion {name}, which is not served here"
        ))
    })
}

fn user_pool(stack: &Stack, pool: &Resource, base_url: &str) -> Result<UserPoolConfig, StackError> {
    let schema = pool.property("/Schema").and_then(Value::as_array);
    let required = schema.into_iter().flatten().filter(|attribute| attribute["Required"] == true);
    Ok(UserPoolConfig {
        pool_id: pool.physical_id.clone(),
        region: REGION.to_owned(),
        account: ACCOUNT.to_owned(),
        issuer: format!("{base_url}/{}", pool.physical_id),
        required_attributes: required.filter_map(|a| a["Name"].as_str().map(str::to_owned)).collect(),
        password_policy: password_policy(pool),
        clients: stack
            .of_kind("AWS::Cognito::UserPoolClient")
            .map(|(id, client)| self::client(id, client))
            .collect(),
        groups: stack.of_kind("AWS::Cognito::UserPoolGroup").map(|(_, group)| self::group(group)).collect(),
        mfa_configuration: mfa_configuration(pool)?,
        enabled_mfas: enabled_mfas(pool)?,
        first_factors: first_factors(pool)?,
        device_configuration: device_configuration(pool),
        has_sign_in_page: stack.of_kind("AWS::Cognito::UserPoolDomain").next().is_some(),
    })
}

fn group(group: &Resource) -> GroupConfig {
    GroupConfig {
        name: group.physical_id.clone(),
        description: group.text("/Description"),
        precedence: group.number("/Precedence").and_then(|precedence| i64::try_from(precedence).ok()),
        role_arn: group.text("/RoleArn"),
    }
}

fn mfa_configuration(pool: &Resource) -> Result<MfaConfiguration, StackError> {
    match pool.text("/MfaConfiguration").as_deref() {
        None | Some("OFF") => Ok(MfaConfiguration::Off),
        Some("OPTIONAL") => Ok(MfaConfiguration::Optional),
        Some("ON") => Ok(MfaConfiguration::On),
        Some(other) => Err(StackError(format!("the user pool has the unknown MFA configuration {other}"))),
    }
}

/// A code by e-mail needs an address of one's own to send from, in AWS; so it does here.
fn enabled_mfas(pool: &Resource) -> Result<Vec<SecondFactor>, StackError> {
    let factor = |name: &String| match SecondFactor::parse(name) {
        Some(SecondFactor::Email)
            if pool.text("/EmailConfiguration/EmailSendingAccount").as_deref() != Some("DEVELOPER") =>
        {
            Err(StackError(
                "the user pool's EnabledMfas has EMAIL_OTP, which needs EmailConfiguration with \
                 EmailSendingAccount DEVELOPER"
                    .to_owned(),
            ))
        }
        Some(factor) => Ok(factor),
        None => Err(StackError(format!("the user pool's EnabledMfas has {name}, which is not served here"))),
    };
    pool.texts("/EnabledMfas").iter().map(factor).collect()
}

fn first_factors(pool: &Resource) -> Result<Vec<FirstFactor>, StackError> {
    let names = pool.texts("/Policies/SignInPolicy/AllowedFirstAuthFactors");
    if names.is_empty() {
        return Ok(vec![FirstFactor::Password]);
    }
    let factor = |name: &String| {
        FirstFactor::parse(name).ok_or_else(|| {
            StackError(format!(
                "the user pool's AllowedFirstAuthFactors has {name}, which is not served here"
            ))
        })
    };
    names.iter().map(factor).collect()
}

fn device_configuration(pool: &Resource) -> Option<DeviceConfiguration> {
    let is = |name: &str| pool.text(&format!("/DeviceConfiguration/{name}")).as_deref() == Some("true");
    pool.property("/DeviceConfiguration").map(|_| DeviceConfiguration {
        challenge_required_on_new_device: is("ChallengeRequiredOnNewDevice"),
        device_only_remembered_on_user_prompt: is("DeviceOnlyRememberedOnUserPrompt"),
    })
}

fn password_policy(pool: &Resource) -> PasswordPolicy {
    let is =
        |name: &str| pool.property(&format!("/Policies/PasswordPolicy/{name}")) == Some(&Value::Bool(true));
    let defaults = PasswordPolicy::default();
    match pool.property("/Policies/PasswordPolicy") {
        None => defaults,
        Some(_) => PasswordPolicy {
            minimum_length: pool
                .number("/Policies/PasswordPolicy/MinimumLength")
                .and_then(|length| usize::try_from(length).ok())
                .unwrap_or(8),
            require_lowercase: is("RequireLowercase"),
            require_uppercase: is("RequireUppercase"),
            require_numbers: is("RequireNumbers"),
            require_symbols: is("RequireSymbols"),
            temporary_password_validity: pool
                .number("/Policies/PasswordPolicy/TemporaryPasswordValidityDays")
                .and_then(|days| u32::try_from(days).ok())
                .map_or(defaults.temporary_password_validity, |days| DAY * days),
        },
    }
}

fn client(id: &str, client: &Resource) -> ClientConfig {
    let validity = |token: &str, default_unit: &str, default: Duration| {
        let unit = client.text(&format!("/TokenValidityUnits/{token}"));
        let seconds = match unit.as_deref().unwrap_or(default_unit) {
            "seconds" => 1,
            "minutes" => 60,
            "hours" => 60 * 60,
            _ => 24 * 60 * 60,
        };
        let count = client.number(&format!("/{token}Validity"));
        count.map_or(default, |count| Duration::from_secs(count * seconds))
    };
    let defaults = ClientConfig::default();
    ClientConfig {
        client_id: client.physical_id.clone(),
        // CloudFormation makes a name of the logical id, too.
        name: client.text("/ClientName").unwrap_or_else(|| id.to_owned()),
        explicit_auth_flows: client.texts("/ExplicitAuthFlows"),
        access_token_validity: validity("AccessToken", "hours", defaults.access_token_validity),
        id_token_validity: validity("IdToken", "hours", defaults.id_token_validity),
        refresh_token_validity: validity("RefreshToken", "days", defaults.refresh_token_validity),
        prevent_user_existence_errors: client.text("/PreventUserExistenceErrors").as_deref()
            == Some("ENABLED"),
        token_revocation: client.text("/EnableTokenRevocation").as_deref() != Some("false"),
        refresh_token_rotation: (client.text("/RefreshTokenRotation/Feature").as_deref() == Some("ENABLED"))
            .then(|| RefreshTokenRotation {
                retry_grace_period: Duration::from_secs(
                    client.number("/RefreshTokenRotation/RetryGracePeriodSeconds").unwrap_or(0),
                ),
            }),
        auth_session_validity: client
            .number("/AuthSessionValidity")
            .map_or(defaults.auth_session_validity, |minutes| Duration::from_secs(60 * minutes)),
        oauth: oauth(client),
    }
}

/// What the client may do with the sign-in page; whatever else the template allows, only codes are given out.
fn oauth(client: &Resource) -> Option<OAuthConfig> {
    let may = client.text("/AllowedOAuthFlowsUserPoolClient").as_deref() == Some("true");
    may.then(|| OAuthConfig {
        callback_urls: client.texts("/CallbackURLs"),
        logout_urls: client.texts("/LogoutURLs"),
        scopes: client.texts("/AllowedOAuthScopes"),
        allows_code: client.texts("/AllowedOAuthFlows").iter().any(|flow| flow == "code"),
    })
}

fn identity_pool(stack: &Stack) -> Option<IdentityPoolConfig> {
    let (_, pool) = stack.of_kind("AWS::Cognito::IdentityPool").next()?;
    let providers = pool.property("/CognitoIdentityProviders").and_then(Value::as_array);
    Some(IdentityPoolConfig {
        identity_pool_id: pool.physical_id.clone(),
        allow_guests: pool.text("/AllowUnauthenticatedIdentities").as_deref() == Some("true"),
        providers: providers
            .into_iter()
            .flatten()
            .map(|provider| IdentityProvider {
                provider_name: provider["ProviderName"].as_str().unwrap_or_default().to_owned(),
                client_id: provider["ClientId"].as_str().unwrap_or_default().to_owned(),
            })
            .collect(),
    })
}

#[cfg(test)]
mod tests;
