//! The pools alone on a port, with every factor and with devices, for clients (`tests/browser/factors.test.js`): `cargo run -p local-cognito --example serve [PORT [FILE]]`.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use local_cognito::{
    ClientConfig, Cognito, Config, DeviceConfiguration, FirstFactor, IdentityPoolConfig, IdentityProvider,
    MfaConfiguration, PasswordPolicy, PostConfirmation, RefreshTokenRotation, SecondFactor, SystemClock,
    UserPoolConfig, router,
};

/// Says what the post-confirmation function would get.
struct Print;

#[async_trait]
impl PostConfirmation for Print {
    async fn confirmed(&self, event: serde_json::Value) -> Result<(), String> {
        println!("post-confirmation: {event}");
        Ok(())
    }
}

fn client(id: &str) -> ClientConfig {
    let flows = [
        "USER_AUTH",
        "USER_SRP_AUTH",
        "USER_PASSWORD_AUTH",
        "ADMIN_USER_PASSWORD_AUTH",
        "REFRESH_TOKEN_AUTH",
    ];
    ClientConfig {
        client_id: id.to_owned(),
        name: id.to_owned(),
        explicit_auth_flows: flows.map(|flow| format!("ALLOW_{flow}")).to_vec(),
        prevent_user_existence_errors: true,
        ..ClientConfig::default()
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    tracing_subscriber::fmt().init();
    let mut arguments = std::env::args().skip(1);
    let listener =
        tokio::net::TcpListener::bind(format!("127.0.0.1:{}", arguments.next().as_deref().unwrap_or("0")))
            .await?;
    let host = format!("localhost:{}", listener.local_addr()?.port());
    let provider_name = format!("{host}/us-east-1_Parlor");
    let config = Config {
        user_pool: UserPoolConfig {
            pool_id: "us-east-1_Parlor".to_owned(),
            region: "us-east-1".to_owned(),
            issuer: format!("http://{provider_name}"),
            required_attributes: ["email", "given_name", "family_name"].map(str::to_owned).to_vec(),
            password_policy: PasswordPolicy::default(),
            clients: vec![
                client("webclient"),
                ClientConfig {
                    refresh_token_rotation: Some(RefreshTokenRotation { retry_grace_period: Duration::ZERO }),
                    ..client("rotatingclient")
                },
            ],
            groups: vec!["admin".to_owned()],
            mfa_configuration: MfaConfiguration::Optional,
            enabled_mfas: vec![SecondFactor::SoftwareToken, SecondFactor::Sms, SecondFactor::Email],
            first_factors: vec![FirstFactor::Password, FirstFactor::EmailOtp, FirstFactor::SmsOtp],
            device_configuration: Some(DeviceConfiguration {
                challenge_required_on_new_device: true,
                device_only_remembered_on_user_prompt: true,
            }),
            has_sign_in_page: false,
        },
        identity_pool: Some(IdentityPoolConfig {
            identity_pool_id: "us-east-1:00000000-0000-4000-8000-000000000000".to_owned(),
            allow_guests: true,
            providers: vec![IdentityProvider { provider_name, client_id: "webclient".to_owned() }],
        }),
        database: match arguments.next() {
            Some(file) => file.into(),
            None => std::env::temp_dir().join("local-cognito.sqlite"),
        },
        post_confirmation: Some(Arc::new(Print)),
        clock: Arc::new(SystemClock),
    };
    let cognito = tokio::task::spawn_blocking(|| Cognito::open(config)).await??;
    println!("user pool us-east-1_Parlor, client webclient, on http://{host}");
    axum::serve(listener, router(cognito)).await?;
    Ok(())
}
