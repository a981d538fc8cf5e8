//! A pool as the project's template configures it, with two clients more.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use local_cognito::{
    ClientConfig, Config, FirstFactor, GroupConfig, IdentityPoolConfig, IdentityProvider, MfaConfiguration,
    OAuthConfig, PasswordPolicy, SecondFactor, Triggers, UserPoolConfig,
};

use super::{CALLBACK, CLIENT, ISSUER, PROVIDER, SIGNED_OUT};

pub(crate) fn config(database: PathBuf) -> Config {
    let client = |client_id: &str, flows: &[&str]| ClientConfig {
        client_id: client_id.to_owned(),
        explicit_auth_flows: flows.iter().map(|flow| (*flow).to_owned()).collect(),
        prevent_user_existence_errors: true,
        ..ClientConfig::default()
    };
    let mut web =
        client(CLIENT, &["ALLOW_USER_SRP_AUTH", "ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]);
    web.oauth = Some(OAuthConfig {
        callback_urls: vec![CALLBACK.to_owned()],
        logout_urls: vec![SIGNED_OUT.to_owned()],
        scopes: ["openid", "email", "profile", "aws.cognito.signin.user.admin"].map(str::to_owned).to_vec(),
        allows_code: true,
    });
    let legacy = ClientConfig { prevent_user_existence_errors: false, ..client("legacy", &[]) };
    let minimal = ClientConfig {
        token_revocation: false,
        access_token_validity: Duration::from_secs(300),
        ..client("minimal", &["ALLOW_USER_PASSWORD_AUTH"])
    };
    Config {
        user_pool: UserPoolConfig {
            pool_id: "us-east-1_Parlor".to_owned(),
            region: "us-east-1".to_owned(),
            account: "123456789012".to_owned(),
            issuer: ISSUER.to_owned(),
            required_attributes: ["email", "given_name", "family_name"].map(str::to_owned).to_vec(),
            password_policy: PasswordPolicy::default(),
            clients: vec![web, legacy, minimal],
            groups: ["admin", "staff"]
                .map(|name| GroupConfig { name: name.to_owned(), ..GroupConfig::default() })
                .to_vec(),
            mfa_configuration: MfaConfiguration::Optional,
            enabled_mfas: vec![SecondFactor::SoftwareToken],
            first_factors: vec![FirstFactor::Password],
            device_configuration: None,
            has_sign_in_page: true,
        },
        identity_pool: Some(IdentityPoolConfig {
            identity_pool_id: "us-east-1:0e1b2c3d-0000-4000-8000-000000000000".to_owned(),
            allow_guests: true,
            providers: vec![IdentityProvider {
                provider_name: PROVIDER.to_owned(),
                client_id: CLIENT.to_owned(),
            }],
        }),
        database,
        triggers: Triggers::default(),
        clock: Arc::new(local_cognito::SystemClock),
    }
}
