//! Anything at all at the doors, made up by proptest: it is answered or refused, in time, and nothing panics.
//!
//! `PROPTEST_RNG_SEED=$RANDOM PROPTEST_CASES=100000 cargo test -p local-cognito fuzz`
//! looks longer, at other cases.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use local_cognito::{EventVersion, FirstFactor, SecondFactor, Trigger};
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use crate::custom_auth;
use crate::harness::{ADA, CLIENT, Function, PASSWORD, Pool, proof, sign_up_request};
use crate::srp::SrpClient;

/// What anything may take at most: a guard against hanging, not a measure.
const PATIENCE: Duration = Duration::from_secs(60);

const OPERATIONS: [&str; 54] = [
    "SignUp",
    "ConfirmSignUp",
    "ResendConfirmationCode",
    "InitiateAuth",
    "RespondToAuthChallenge",
    "GetTokensFromRefreshToken",
    "RevokeToken",
    "GlobalSignOut",
    "ForgotPassword",
    "ConfirmForgotPassword",
    "ChangePassword",
    "GetUser",
    "UpdateUserAttributes",
    "GetUserAttributeVerificationCode",
    "VerifyUserAttribute",
    "AssociateSoftwareToken",
    "VerifySoftwareToken",
    "SetUserMFAPreference",
    "ConfirmDevice",
    "UpdateDeviceStatus",
    "GetDevice",
    "ListDevices",
    "ForgetDevice",
    "AdminCreateUser",
    "AdminSetUserPassword",
    "AdminResetUserPassword",
    "AdminSetUserMFAPreference",
    "AdminConfirmSignUp",
    "AdminInitiateAuth",
    "AdminRespondToAuthChallenge",
    "AdminUserGlobalSignOut",
    "AdminGetUser",
    "AdminUpdateUserAttributes",
    "ListUsers",
    "CreateGroup",
    "GetGroup",
    "ListGroups",
    "DeleteGroup",
    "AdminAddUserToGroup",
    "AdminRemoveUserFromGroup",
    "ListUsersInGroup",
    "DescribeUserPool",
    "DescribeUserPoolClient",
    "GetUserAuthFactors",
    "DeleteUserAttributes",
    "AdminDeleteUserAttributes",
    "AdminListDevices",
    "AdminGetDevice",
    "AdminUpdateDeviceStatus",
    "AdminForgetDevice",
    "UpdateGroup",
    "GetUserPoolMfaConfig",
    "SetUserPoolMfaConfig",
    "DanceTheTango",
];

const MEMBERS: [&str; 39] = [
    "ClientId",
    "Username",
    "Password",
    "UserAttributes",
    "ConfirmationCode",
    "AuthFlow",
    "AuthParameters",
    "USERNAME",
    "PASSWORD",
    "SRP_A",
    "REFRESH_TOKEN",
    "DEVICE_KEY",
    "ChallengeName",
    "ChallengeResponses",
    "Session",
    "AccessToken",
    "RefreshToken",
    "Token",
    "PreviousPassword",
    "ProposedPassword",
    "UserPoolId",
    "GroupName",
    "Limit",
    "PaginationToken",
    "Filter",
    "Name",
    "Value",
    "DeviceKey",
    "DeviceSecretVerifierConfig",
    "UserCode",
    "PREFERRED_CHALLENGE",
    "ANSWER",
    "CHALLENGE_NAME",
    "ClientMetadata",
    "ValidationData",
    "EMAIL_OTP_CODE",
    "SMSMfaSettings",
    "UserAttributeNames",
    "AttributeName",
];

fn config() -> ProptestConfig {
    ProptestConfig { failure_persistence: None, ..ProptestConfig::default() }
}

fn any_json() -> impl Strategy<Value = Value> {
    let known = vec![
        CLIENT,
        ADA,
        "us-east-1_Parlor",
        "USER_AUTH",
        "CUSTOM_AUTH",
        "CUSTOM_CHALLENGE",
        "SRP_A",
        "USER_SRP_AUTH",
        "USER_PASSWORD_AUTH",
        "REFRESH_TOKEN_AUTH",
        "PASSWORD_VERIFIER",
        "SOFTWARE_TOKEN_MFA",
        "SELECT_CHALLENGE",
        "SELECT_MFA_TYPE",
        "EMAIL_OTP",
        "phone_number",
        "+12065550100",
        "NEW_PASSWORD_REQUIRED",
        "DEVICE_PASSWORD_VERIFIER",
        "email ^= \"a",
        "email = \"ada@example.com\"",
        "email",
        "staff",
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        prop::sample::select(known).prop_map(Value::from),
        "[0-9a-fA-F]{0,900}".prop_map(Value::from),
        "[A-Za-z0-9+/_-]{0,100}={0,2}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 30, 8, |inner| {
        let name = prop_oneof![5 => prop::sample::select(&MEMBERS[..]).prop_map(str::to_owned), 1 => any::<String>()];
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            vec((name, inner), 0..8).prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// Posts the body to the operation, signed as an operator's, and sees a sensible answer.
fn posted(runtime: &Runtime, pool: &Pool, operation: &str, body: impl Into<Vec<u8>>) {
    let body = body.into();
    let shown = format!("{operation} {}", String::from_utf8_lossy(&body));
    let request = Request::post("/")
        .header("x-amz-target", format!("AWSCognitoIdentityProviderService.{operation}"))
        .header(
            "authorization",
            "AWS4-HMAC-SHA256 Credential=AKIA/20270115/us-east-1/cognito-idp/aws4_request",
        )
        .body(Body::from(body))
        .unwrap();
    let answered = async { tokio::time::timeout(PATIENCE, pool.send(request)).await };
    let answer = runtime.block_on(answered).unwrap_or_else(|_| panic!("no answer to {shown}"));
    assert_ne!(answer.status, StatusCode::INTERNAL_SERVER_ERROR, "{shown}\n{}", answer.text);
    let body: Value = serde_json::from_str(&answer.text).unwrap_or_default();
    let is_refused = answer.status.is_client_error() && body["__type"].is_string();
    assert!(answer.status == StatusCode::OK || is_refused, "{shown}\n{} {}", answer.status, answer.text);
}

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap()
}

fn pool() -> (Runtime, Pool) {
    let runtime = runtime();
    let pool = Pool::configured(|config| {
        custom_auth::Functions::new().set(config);
        config.user_pool.enabled_mfas =
            vec![SecondFactor::SoftwareToken, SecondFactor::Sms, SecondFactor::Email];
        config.user_pool.first_factors =
            vec![FirstFactor::Password, FirstFactor::EmailOtp, FirstFactor::SmsOtp];
        config.user_pool.clients[0].explicit_auth_flows.push("ALLOW_USER_AUTH".to_owned());
    });
    runtime.block_on(pool.confirmed_user(ADA));
    (runtime, pool)
}

#[test]
fn any_request_to_any_operation_is_answered_or_refused() {
    let (runtime, pool) = pool();
    let operation = prop::sample::select(&OPERATIONS[..]);
    let body = prop_oneof![
        6 => vec((prop::sample::select(&MEMBERS[..]), any_json()), 0..8).prop_map(|members| {
            // Most of them about the pool and the user that there are.
            let mut body = json!({ "ClientId": CLIENT, "Username": ADA, "UserPoolId": "us-east-1_Parlor" });
            for (name, value) in members {
                body[name] = value;
            }
            body.to_string().into_bytes()
        }),
        2 => any_json().prop_map(|body| body.to_string().into_bytes()),
        1 => vec(any::<u8>(), 0..200),
        1 => "[\\[{\":,\\]}a0\\\\]{0,200}".prop_map(String::into_bytes),
    ];
    proptest!(config(), |(operation in operation, body in body)| posted(&runtime, &pool, operation, body));
}

#[test]
fn any_srp_number_and_any_proof_is_refused() {
    let (runtime, pool) = pool();
    let number = prop_oneof!["[0-9a-fA-F]{0,2000}", "0{0,800}", "-?[0-9a-f]{1,9}", "F{768}", "\\PC{0,20}"];
    proptest!(config(), |(a in number.clone(), name in "USERNAME|USER_ID_FOR_SRP|ada@example.com|\\PC{0,20}")| {
        let parameters = json!({ "USERNAME": if name.contains('@') { ADA } else { &name }, "SRP_A": a });
        let body = json!({ "AuthFlow": "USER_SRP_AUTH", "AuthParameters": parameters, "ClientId": CLIENT });
        posted(&runtime, &pool, "InitiateAuth", body.to_string());
    });
    let challenge = runtime.block_on(async { pool.begin_srp(&SrpClient::new("Parlor"), ADA).await.ok() });
    let right = proof(&SrpClient::new("Parlor"), &challenge, "a guess");
    let names = vec![
        "USERNAME",
        "PASSWORD_CLAIM_SECRET_BLOCK",
        "PASSWORD_CLAIM_SIGNATURE",
        "TIMESTAMP",
        "DEVICE_KEY",
    ];
    proptest!(config(), |(member in prop::sample::select(names), value in any_json())| {
        let mut body = right.clone();
        body["ChallengeResponses"][member] = value;
        posted(&runtime, &pool, "RespondToAuthChallenge", body.to_string());
    });
}

#[test]
fn any_token_but_ours_is_refused() {
    let (runtime, pool) = pool();
    let ours = runtime.block_on(pool.sign_in(ADA)).access;
    pool.cognito.verify_access_or_id_token(&ours).unwrap();
    let part = prop_oneof![
        vec(any::<u8>(), 0..60).prop_map(|bytes| BASE64_URL_SAFE_NO_PAD.encode(bytes)),
        any_json().prop_map(|json| BASE64_URL_SAFE_NO_PAD.encode(json.to_string())),
        ("RS256|HS256|none|ES256|\\PC{0,5}", any_json()).prop_map(|(alg, kid)| {
            BASE64_URL_SAFE_NO_PAD.encode(json!({ "alg": alg, "kid": kid, "typ": "JWT" }).to_string())
        }),
        "\\PC{0,30}",
        Just(String::new()),
    ];
    let made_up = vec(part, 0..5).prop_map(|parts| parts.join("."));
    let changed = (any::<prop::sample::Index>(), "[A-Za-z0-9._=+/-]{0,3}").prop_map(move |(at, by)| {
        let at = at.index(ours.len() - 1);
        (ours.clone(), format!("{}{by}{}", &ours[..at], &ours[at + 1..]))
    });
    let token = prop_oneof![made_up.prop_map(|token| (String::new(), token)), changed];
    proptest!(config(), |((ours, token) in token)| {
        if token != ours {
            prop_assert!(pool.cognito.verify_access_or_id_token(&token).is_err(), "{token}");
        }
        posted(&runtime, &pool, "GetUser", json!({ "AccessToken": token }).to_string());
    });
}

/// What functions may say, well or badly.
fn any_response() -> impl Strategy<Value = Value> {
    let members = [
        "autoConfirmUser",
        "autoVerifyPhone",
        "challengeName",
        "issueTokens",
        "failAuthentication",
        "publicChallengeParameters",
        "privateChallengeParameters",
        "answerCorrect",
        "emailMessage",
        "smsMessage",
        "userAttributes",
        "finalUserStatus",
        "claimsOverrideDetails",
        "claimsAndScopeOverrideDetails",
    ];
    let tokens =
        ["idTokenGeneration", "accessTokenGeneration", "groupOverrideDetails", "claimsToAddOrOverride"];
    let claims =
        ["claimsToAddOrOverride", "claimsToSuppress", "scopesToAdd", "scopesToSuppress", "groupsToOverride"];
    let part = vec((prop::sample::select(claims.to_vec()), any_json()), 0..3).prop_map(object);
    let details = vec((prop::sample::select(tokens.to_vec()), part), 0..3).prop_map(object);
    let value = prop_oneof![
        any_json(),
        details,
        Just(json!("CUSTOM_CHALLENGE")),
        Just(json!({ "email": "new@example.com", "given_name": "N", "family_name": "N" })),
        Just(json!("{####} {username}")),
    ];
    prop_oneof![
        4 => vec((prop::sample::select(members.to_vec()), value), 0..3).prop_map(object),
        1 => any_json(),
    ]
}

fn object(members: Vec<(&'static str, Value)>) -> Value {
    members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

#[test]
fn whatever_functions_say_is_taken_or_refused() {
    for version in [EventVersion::V1, EventVersion::V2] {
        let said = Arc::new(Mutex::new(json!({})));
        let saying = Arc::clone(&said);
        let function = Function::saying(move |_| Ok(saying.lock().unwrap().clone()));
        let runtime = runtime();
        let pool = Pool::configured(|config| {
            for trigger in Trigger::ALL {
                config.triggers.set(trigger, Arc::clone(&function) as _);
            }
            config.triggers.pre_token_generation = version;
            config.user_pool.clients[0].explicit_auth_flows.push("ALLOW_CUSTOM_AUTH".to_owned());
        });
        let refresh_token = runtime.block_on(async {
            pool.confirmed_user(ADA).await;
            pool.sign_in(ADA).await.refresh
        });
        let by = |flow: &str, name: &str| {
            let parameters = json!({ "USERNAME": name, "PASSWORD": PASSWORD });
            json!({ "ClientId": CLIENT, "AuthFlow": flow, "AuthParameters": parameters })
        };
        let calls = vec![
            ("SignUp", sign_up_request("new@example.com")),
            ("AdminCreateUser", json!({ "UserPoolId": "us-east-1_Parlor", "Username": "new@example.com" })),
            ("AdminDeleteUser", json!({ "UserPoolId": "us-east-1_Parlor", "Username": "new@example.com" })),
            ("InitiateAuth", by("USER_PASSWORD_AUTH", ADA)),
            ("InitiateAuth", by("USER_PASSWORD_AUTH", "new@example.com")),
            ("InitiateAuth", by("CUSTOM_AUTH", ADA)),
            ("InitiateAuth", by("CUSTOM_AUTH", "nobody@example.com")),
            ("ForgotPassword", json!({ "ClientId": CLIENT, "Username": "new@example.com" })),
            ("GetTokensFromRefreshToken", json!({ "ClientId": CLIENT, "RefreshToken": refresh_token })),
        ];
        proptest!(config(), |(response in any_response(), (operation, body) in prop::sample::select(calls))| {
            *said.lock().unwrap() = response;
            posted(&runtime, &pool, operation, body.to_string());
            function.taken();
        });
    }
}
