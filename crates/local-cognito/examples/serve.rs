//! The pools alone on a port, with every factor and with devices, for clients (`tests/browser/factors.test.js`): `cargo run -p local-cognito --example serve [PORT [FILE]]`.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use local_cognito::{
    ClientConfig, Cognito, Config, DeviceConfiguration, FirstFactor, GroupConfig, IdentityPoolConfig,
    IdentityProvider, MfaConfiguration, PasswordPolicy, RefreshTokenRotation, SecondFactor, SystemClock,
    Trigger, TriggerFunction, Triggers, UserPoolConfig, router,
};
use serde_json::{Value, json};

/// A function as it would be on Lambda, in a few lines.
struct Function(fn(&Value) -> Value);

#[async_trait]
impl TriggerFunction for Function {
    async fn invoke(&self, mut event: Value) -> Result<Value, String> {
        println!("{event}");
        event["response"] = (self.0)(&event["request"]);
        Ok(event)
    }
}

/// Whoever signs in by `CUSTOM_AUTH` is asked for their given name backwards, after the password if they begin with
/// it, and has three tries.
fn triggers() -> Triggers {
    fn define(request: &Value) -> Value {
        let session = request["session"].as_array().map_or(&[][..], Vec::as_slice);
        let (name, is_right) = session.last().map_or(("", false), |last| {
            (last["challengeName"].as_str().unwrap_or_default(), last["challengeResult"] == true)
        });
        let wrong = session.iter().filter(|past| past["challengeResult"] == false).count();
        match name {
            "SRP_A" => json!({ "challengeName": "PASSWORD_VERIFIER" }),
            "CUSTOM_CHALLENGE" if is_right => json!({ "issueTokens": true }),
            _ if wrong == 3 => json!({ "failAuthentication": true }),
            _ => json!({ "challengeName": "CUSTOM_CHALLENGE" }),
        }
    }
    fn create(request: &Value) -> Value {
        let name = request["userAttributes"]["given_name"].as_str().unwrap_or_default();
        let answer: String = name.chars().rev().collect();
        json!({
            "publicChallengeParameters": { "question": "Your given name backwards?" },
            "privateChallengeParameters": { "answer": answer },
            "challengeMetadata": "BACKWARDS",
        })
    }
    fn verify(request: &Value) -> Value {
        json!({ "answerCorrect": request["challengeAnswer"] == request["privateChallengeParameters"]["answer"] })
    }
    let mut triggers = Triggers::default();
    triggers.set(Trigger::PostConfirmation, Arc::new(Function(|_| json!({}))));
    triggers.set(Trigger::DefineAuthChallenge, Arc::new(Function(define)));
    triggers.set(Trigger::CreateAuthChallenge, Arc::new(Function(create)));
    triggers.set(Trigger::VerifyAuthChallengeResponse, Arc::new(Function(verify)));
    triggers
}

fn client(id: &str) -> ClientConfig {
    let flows = [
        "USER_AUTH",
        "CUSTOM_AUTH",
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
            account: "123456789012".to_owned(),
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
            groups: vec![GroupConfig { name: "admin".to_owned(), ..GroupConfig::default() }],
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
        triggers: triggers(),
        clock: Arc::new(SystemClock),
    };
    let cognito = tokio::task::spawn_blocking(|| Cognito::open(config)).await??;
    println!("user pool us-east-1_Parlor, client webclient, on http://{host}");
    axum::serve(listener, router(cognito)).await?;
    Ok(())
}
