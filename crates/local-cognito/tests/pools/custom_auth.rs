//! Sign-ins that functions lead: CUSTOM_AUTH, with and without a password first.

use std::sync::Arc;
use std::time::Duration;

use local_cognito::{Config, Trigger};
use serde_json::{Value, json};

use crate::harness::{ADA, Answer, CLIENT, Function, PASSWORD, Pool, Tokens};
use crate::srp::SrpClient;

/// The three functions of a pool that asks for the product of six and seven, and ends after three wrong answers.
#[derive(Clone)]
pub(crate) struct Functions {
    pub(crate) define: Arc<Function>,
    pub(crate) create: Arc<Function>,
    pub(crate) verify: Arc<Function>,
}

impl Functions {
    pub(crate) fn new() -> Self {
        Functions {
            define: Function::saying(|event| Ok(definition(&event["request"]["session"]))),
            create: Function::saying(|_| {
                Ok(json!({
                    "publicChallengeParameters": { "question": "6 * 7" },
                    "privateChallengeParameters": { "answer": "42" },
                    "challengeMetadata": "PRODUCT",
                }))
            }),
            verify: Function::saying(|event| {
                let request = &event["request"];
                let is_right = request["challengeAnswer"] == request["privateChallengeParameters"]["answer"];
                Ok(json!({ "answerCorrect": is_right }))
            }),
        }
    }

    pub(crate) fn set(&self, config: &mut Config) {
        let triggers = &mut config.triggers;
        triggers.set(Trigger::DefineAuthChallenge, Arc::clone(&self.define) as _);
        triggers.set(Trigger::CreateAuthChallenge, Arc::clone(&self.create) as _);
        triggers.set(Trigger::VerifyAuthChallengeResponse, Arc::clone(&self.verify) as _);
        config.user_pool.clients[0].explicit_auth_flows.push("ALLOW_CUSTOM_AUTH".to_owned());
    }

    pub(crate) fn are_idle(&self) -> bool {
        [&self.define, &self.create, &self.verify]
            .iter()
            .all(|function| function.events.lock().unwrap().is_empty())
    }
}

fn definition(session: &Value) -> Value {
    let session = session.as_array().unwrap();
    let wrong = session.iter().filter(|past| past["challengeResult"] == false).count();
    let last = session.last().map(|last| (last["challengeName"].as_str().unwrap(), &last["challengeResult"]));
    match last {
        Some(("SRP_A", _)) => json!({ "challengeName": "PASSWORD_VERIFIER", "issueTokens": false }),
        Some(("CUSTOM_CHALLENGE", Value::Bool(true))) => {
            json!({ "issueTokens": true, "failAuthentication": false })
        }
        _ if wrong == 3 => json!({ "failAuthentication": true }),
        _ => {
            json!({ "challengeName": "CUSTOM_CHALLENGE", "issueTokens": false, "failAuthentication": false })
        }
    }
}

pub(crate) fn pool() -> (Pool, Functions) {
    let functions = Functions::new();
    (Pool::configured(|config| functions.set(config)), functions)
}

impl Pool {
    pub(crate) async fn begin_custom(&self, parameters: Value) -> Answer {
        let body = json!({ "ClientId": CLIENT, "AuthFlow": "CUSTOM_AUTH", "AuthParameters": parameters });
        self.call("InitiateAuth", body).await
    }

    pub(crate) async fn begin_with_srp(&self, srp: &SrpClient, name: &str) -> Answer {
        let parameters = json!({ "USERNAME": name, "SRP_A": srp.a_hex(), "CHALLENGE_NAME": "SRP_A" });
        self.begin_custom(parameters).await
    }

    pub(crate) async fn answer(&self, challenge: &Value, answer: &str) -> Answer {
        self.call("RespondToAuthChallenge", custom_answer(challenge, answer)).await
    }
}

fn custom_answer(challenge: &Value, answer: &str) -> Value {
    let name = &challenge["ChallengeParameters"]["USERNAME"];
    json!({
        "ClientId": CLIENT,
        "ChallengeName": "CUSTOM_CHALLENGE",
        "Session": challenge["Session"],
        "ChallengeResponses": { "USERNAME": name, "ANSWER": answer },
    })
}

#[tokio::test]
async fn a_right_answer_signs_in_and_the_functions_get_awss_events() {
    let (pool, functions) = pool();
    let sub = pool.confirmed_user(ADA).await;
    let begin = json!({
        "ClientId": CLIENT,
        "AuthFlow": "CUSTOM_AUTH",
        "AuthParameters": { "USERNAME": ADA },
        "ClientMetadata": { "told": "at the beginning" },
    });
    let challenge = pool.call("InitiateAuth", begin).await.ok();
    assert_eq!(challenge["ChallengeName"], "CUSTOM_CHALLENGE");
    assert_eq!(challenge["ChallengeParameters"], json!({ "question": "6 * 7", "USERNAME": sub }));

    let attributes = json!({
        "sub": sub,
        "cognito:user_status": "CONFIRMED",
        "email": ADA,
        "email_verified": "true",
        "given_name": "Ada",
        "family_name": "Lovelace",
    });
    let event = |source: &str, request: Value, response: Value| {
        json!({
            "version": "1",
            "region": "us-east-1",
            "userPoolId": "us-east-1_Parlor",
            "userName": sub,
            "callerContext": { "awsSdkVersion": "aws-sdk-unknown-unknown", "clientId": CLIENT },
            "triggerSource": source,
            "request": request,
            "response": response,
        })
    };
    let undefined = json!({ "challengeName": null, "issueTokens": null, "failAuthentication": null });
    let request = json!({ "userAttributes": attributes, "session": [], "userNotFound": false });
    let defined = event("DefineAuthChallenge_Authentication", request.clone(), undefined.clone());
    assert_eq!(functions.define.taken(), [defined]);
    let mut request = request;
    request["challengeName"] = "CUSTOM_CHALLENGE".into();
    let unsaid = json!({
        "publicChallengeParameters": null,
        "privateChallengeParameters": null,
        "challengeMetadata": null,
    });
    assert_eq!(functions.create.taken(), [event("CreateAuthChallenge_Authentication", request, unsaid)]);

    let mut answer = custom_answer(&challenge, "42");
    answer["ClientMetadata"] = json!({ "told": "with the answer" });
    let tokens = Tokens::of(&pool.call("RespondToAuthChallenge", answer).await.ok());
    pool.get_user(&tokens.access).await.ok();
    assert_eq!(pool.cognito.verify_access_or_id_token(&tokens.id).unwrap().sub, sub);

    let request = json!({
        "userAttributes": attributes,
        "privateChallengeParameters": { "answer": "42" },
        "challengeAnswer": "42",
        "clientMetadata": { "told": "with the answer" },
        "userNotFound": false,
    });
    let verified =
        event("VerifyAuthChallengeResponse_Authentication", request, json!({ "answerCorrect": null }));
    assert_eq!(functions.verify.taken(), [verified]);
    let past = json!({ "challengeName": "CUSTOM_CHALLENGE", "challengeResult": true, "challengeMetadata": "PRODUCT" });
    let request = json!({
        "userAttributes": attributes,
        "session": [past],
        "clientMetadata": { "told": "with the answer" },
        "userNotFound": false,
    });
    assert_eq!(functions.define.taken(), [event("DefineAuthChallenge_Authentication", request, undefined)]);
    assert!(functions.create.taken().is_empty());
}

#[tokio::test]
async fn a_wrong_answer_is_asked_again_until_the_function_ends_it() {
    let (pool, functions) = pool();
    pool.confirmed_user(ADA).await;
    let mut challenge = pool.begin_custom(json!({ "USERNAME": ADA })).await.ok();
    for tries in 1..=2 {
        let next = pool.answer(&challenge, "41").await.ok();
        assert_eq!(next["ChallengeName"], "CUSTOM_CHALLENGE");
        assert_ne!(next["Session"], challenge["Session"]);
        assert_eq!(functions.create.events.lock().unwrap().len(), tries + 1, "a question of its own");
        challenge = next;
    }
    let told = pool.answer(&challenge, "41").await.refused("NotAuthorizedException");
    assert_eq!(told, "Incorrect username or password.");
    pool.answer(&challenge, "42").await.refused("NotAuthorizedException");

    let challenge = pool.begin_custom(json!({ "USERNAME": ADA })).await.ok();
    let challenge = pool.answer(&challenge, "41").await.ok();
    Tokens::of(&pool.answer(&challenge, "42").await.ok());
}

#[tokio::test]
async fn a_session_is_good_for_one_answer_of_its_user_and_client_and_for_three_minutes() {
    let (pool, functions) = pool();
    pool.confirmed_user(ADA).await;
    pool.confirmed_user("bob@example.com").await;
    let challenge = pool.begin_custom(json!({ "USERNAME": ADA })).await.ok();
    let told = "Invalid session for the user.";

    let mut other = custom_answer(&challenge, "42");
    other["ChallengeResponses"]["USERNAME"] = "bob@example.com".into();
    assert_eq!(pool.call("RespondToAuthChallenge", other).await.refused("NotAuthorizedException"), told);
    let mut other = custom_answer(&challenge, "42");
    other["ClientId"] = "minimal".into();
    assert_eq!(pool.call("RespondToAuthChallenge", other).await.refused("NotAuthorizedException"), told);
    for member in ["ANSWER", "USERNAME"] {
        let mut lacking = custom_answer(&challenge, "42");
        lacking["ChallengeResponses"][member] = Value::Null;
        let told = pool.call("RespondToAuthChallenge", lacking).await.refused("InvalidParameterException");
        assert_eq!(told, format!("Missing required parameter {member}"));
    }
    assert!(functions.verify.taken().is_empty(), "none of them was an answer");

    pool.answer(&challenge, "41").await.ok();
    assert_eq!(pool.answer(&challenge, "42").await.refused("NotAuthorizedException"), told);
    let mut challenge = pool.begin_custom(json!({ "USERNAME": ADA })).await.ok();
    pool.pass(179);
    challenge = pool.answer(&challenge, "41").await.ok();
    pool.pass(180);
    assert_eq!(pool.answer(&challenge, "42").await.refused("NotAuthorizedException"), told);
}

#[tokio::test]
async fn a_client_may_give_people_more_time() {
    let functions = Functions::new();
    let pool = Pool::configured(|config| {
        functions.set(config);
        config.user_pool.clients[0].auth_session_validity = Duration::from_secs(15 * 60);
    });
    pool.confirmed_user(ADA).await;
    for (seconds, is_good) in [(15 * 60 - 1, true), (15 * 60, false)] {
        let challenge = pool.begin_custom(json!({ "USERNAME": ADA })).await.ok();
        let srp = SrpClient::new("Parlor");
        let proof = pool.begin_srp(&srp, ADA).await.ok();
        pool.pass(seconds);
        assert_eq!(pool.answer(&challenge, "42").await.status.is_success(), is_good);
        assert_eq!(pool.finish_srp(&srp, &proof, PASSWORD).await.status.is_success(), is_good);
    }
}

#[tokio::test]
async fn of_two_answers_at_once_one_is_taken() {
    let (pool, functions) = pool();
    pool.confirmed_user(ADA).await;
    let challenge = pool.begin_custom(json!({ "USERNAME": ADA })).await.ok();
    let (first, second) = tokio::join!(pool.answer(&challenge, "42"), pool.answer(&challenge, "42"));
    let signed_in = [first, second].into_iter().filter(|answer| answer.status.is_success()).count();
    assert_eq!(signed_in, 1);
    assert_eq!(functions.verify.taken().len(), 1);
}

#[tokio::test]
async fn who_was_invited_comes_in_by_questions_alone() {
    let (pool, _) = pool();
    pool.admin("AdminCreateUser", json!({ "Username": ADA, "MessageAction": "SUPPRESS" })).await.ok();
    let challenge = pool.begin_custom(json!({ "USERNAME": ADA })).await.ok();
    assert_ne!(Tokens::of(&pool.answer(&challenge, "42").await.ok()).access, "");
}

#[tokio::test]
async fn an_operator_signs_in_the_same_way() {
    let (pool, functions) = pool();
    pool.confirmed_user(ADA).await;
    let body =
        json!({ "ClientId": CLIENT, "AuthFlow": "CUSTOM_AUTH", "AuthParameters": { "USERNAME": ADA } });
    let challenge = pool.admin("AdminInitiateAuth", body).await.ok();
    let mut answer = custom_answer(&challenge, "42");
    answer["ClientMetadata"] = json!({ "from": "a server" });
    let answered = pool.admin("AdminRespondToAuthChallenge", answer).await.ok();
    assert_ne!(Tokens::of(&answered).access, "");
    let event = &functions.verify.taken()[0];
    assert_eq!(event["request"]["clientMetadata"], json!({ "from": "a server" }));
}
