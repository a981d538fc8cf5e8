//! Triggers and factors, as a template has them.

use axum::body::{Body, to_bytes};
use axum::http::Request;
use local_cognito::{SystemClock, handle};
use serde_json::json;

use super::*;

fn pool(properties: Value) -> Resource {
    Resource {
        kind: "AWS::Cognito::UserPool".to_owned(),
        physical_id: "us-east-1_UserPool".to_owned(),
        properties,
    }
}

#[test]
fn a_trigger_that_is_never_called_is_refused_by_name() {
    let functions = BTreeMap::from([("arn:aws:lambda".to_owned(), Function::of(Ok))]);
    let configured = |config: Value| triggers(&pool(json!({ "LambdaConfig": config })), &functions);
    for name in ["CustomSMSSender", "CustomEmailSender", "InboundFederation", "KMSKeyID", "FromTheFuture"] {
        let refused = configured(json!({ name: "arn:aws:lambda" })).err().unwrap();
        assert!(refused.to_string().contains(&format!("the trigger {name},")), "{refused}");
    }
    for trigger in Trigger::ALL {
        configured(json!({ trigger.as_str(): "arn:aws:lambda", "CustomSMSSender": null })).unwrap();
    }
    let refused = configured(json!({ "PostConfirmation": "arn:other" })).err().unwrap();
    assert!(refused.to_string().contains("is not a function of the template"), "{refused}");
    triggers(&pool(json!({})), &functions).unwrap();
}

#[test]
fn the_event_of_pre_token_generation_has_the_templates_version() {
    let functions = BTreeMap::from([("arn:new".to_owned(), Function::of(Ok))]);
    let version = |name: &str| {
        let config = json!({ "PreTokenGenerationConfig": { "LambdaArn": "arn:new", "LambdaVersion": name } });
        let configured = triggers(&pool(json!({ "LambdaConfig": config })), &functions);
        configured.map(|triggers| triggers.pre_token_generation)
    };
    assert_eq!(version("V1_0").unwrap(), EventVersion::V1);
    assert_eq!(version("V2_0").unwrap(), EventVersion::V2);
    assert_eq!(version("V3_0").unwrap(), EventVersion::V3);
    assert!(version("V4_0").err().unwrap().to_string().contains("LambdaVersion V4_0"));
}

#[tokio::test]
async fn the_functions_of_triggers_get_events_and_fail_in_their_own_words() {
    let echo: &dyn TriggerFunction = &Function::of(Ok);
    assert_eq!(echo.invoke(json!({ "triggerSource": "Test" })).await.unwrap()["triggerSource"], "Test");
    let failing: &dyn TriggerFunction = &Function::of(|_| {
        Err(lambda_runtime::Diagnostic { error_type: "Error".to_owned(), error_message: "no".to_owned() })
    });
    assert_eq!(failing.invoke(json!({})).await, Err("no".to_owned()));
}

#[test]
fn factors_are_those_of_the_template() {
    let factors = |names: &[&str]| {
        first_factors(&pool(json!({ "Policies": { "SignInPolicy": { "AllowedFirstAuthFactors": names } } })))
    };
    assert_eq!(first_factors(&pool(json!({}))).unwrap(), [FirstFactor::Password]);
    assert_eq!(factors(&["PASSWORD", "EMAIL_OTP"]).unwrap(), [FirstFactor::Password, FirstFactor::EmailOtp]);
    assert!(factors(&["PASSWORD", "WEB_AUTHN"]).unwrap_err().to_string().contains("WEB_AUTHN"));

    let all = json!(["SOFTWARE_TOKEN_MFA", "SMS_MFA", "EMAIL_OTP"]);
    let own = json!({ "EmailSendingAccount": "DEVELOPER" });
    let enabled = enabled_mfas(&pool(json!({ "EnabledMfas": all, "EmailConfiguration": own })));
    assert_eq!(enabled.unwrap(), [SecondFactor::SoftwareToken, SecondFactor::Sms, SecondFactor::Email]);
    let refused = enabled_mfas(&pool(json!({ "EnabledMfas": all }))).unwrap_err();
    assert!(refused.to_string().contains("EmailSendingAccount DEVELOPER"), "{refused}");
}

#[tokio::test]
async fn the_templates_functions_lead_a_sign_in() {
    let template = json!({ "Resources": {
        "Pool": { "Type": "AWS::Cognito::UserPool", "Properties": { "LambdaConfig": {
            "DefineAuthChallenge": "arn:define",
            "CreateAuthChallenge": "arn:create",
            "VerifyAuthChallengeResponse": "arn:verify",
        } } },
        "Client": { "Type": "AWS::Cognito::UserPoolClient", "Properties": {
            "ExplicitAuthFlows": ["ALLOW_CUSTOM_AUTH"],
            "PreventUserExistenceErrors": "ENABLED",
        } },
    } });
    let stack = Stack::deploy(&template, &BTreeMap::new(), "http://localhost:4000").unwrap();
    let saying = |arn: &str, say: fn(Value) -> Result<Value, lambda_runtime::Diagnostic>| {
        (arn.to_owned(), Function::of(say))
    };
    let functions = BTreeMap::from([
        saying("arn:define", |mut event| {
            event["response"] = json!({ "challengeName": "CUSTOM_CHALLENGE" });
            Ok(event)
        }),
        saying("arn:create", |mut event| {
            event["response"] = json!({ "publicChallengeParameters": { "question": "Why?" } });
            Ok(event)
        }),
        saying("arn:verify", Ok),
    ]);
    let folder = tempfile::tempdir().unwrap();
    let folder = DataFolder::open(folder.path()).unwrap();
    let clock = Arc::new(SystemClock);
    let cognito = open(&stack, &functions, &folder, "http://localhost:4000", clock).await.unwrap();
    let (_, client) = stack.only("AWS::Cognito::UserPoolClient").unwrap();
    let body = json!({
        "ClientId": client.physical_id,
        "AuthFlow": "CUSTOM_AUTH",
        "AuthParameters": { "USERNAME": "nobody@example.com" },
    });
    let request = Request::post("/")
        .header("x-amz-target", "AWSCognitoIdentityProviderService.InitiateAuth")
        .body(Body::from(body.to_string()));
    let answer = handle(&cognito, request.unwrap()).await;
    let answer = to_bytes(answer.into_body(), 64 * 1024).await.unwrap();
    let answer: Value = serde_json::from_slice(&answer).unwrap();
    assert_eq!(answer["ChallengeName"], "CUSTOM_CHALLENGE", "{answer}");
    assert_eq!(answer["ChallengeParameters"]["question"], "Why?");
}

#[test]
fn a_group_has_the_role_and_the_precedence_of_the_template() {
    let group = super::group(&Resource {
        kind: "AWS::Cognito::UserPoolGroup".to_owned(),
        physical_id: "kings".to_owned(),
        properties: json!({
            "Description": "They rule.",
            "Precedence": 1,
            "RoleArn": "arn:aws:iam::123456789012:role/parlor-local-Kings",
        }),
    });
    assert_eq!(group.name, "kings");
    assert_eq!(group.description.as_deref(), Some("They rule."));
    assert_eq!(group.precedence, Some(1));
    assert_eq!(group.role_arn.as_deref(), Some("arn:aws:iam::123456789012:role/parlor-local-Kings"));
}
