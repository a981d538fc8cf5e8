//! Signing up and proving the e-mail address.

use std::future::Future;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};
use std::task::Poll;
use std::time::Duration;

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::harness::{ADA, CLIENT, DAY_S, HOUR_S, PASSWORD, Pool, sign_up_request};

fn confirm(email: &str, code: &str) -> Value {
    json!({ "ClientId": CLIENT, "Username": email, "ConfirmationCode": code })
}

/// A code that is not the right one.
fn wrong(code: &str) -> String {
    format!("{:06}", (code.parse::<u32>().unwrap() + 1) % 1_000_000)
}

#[tokio::test]
async fn a_sign_up_sends_a_code_and_hints_where() {
    let pool = Pool::new();
    let answer = pool.sign_up(ADA).await.ok();
    assert_eq!(answer["UserConfirmed"], false);
    assert_eq!(
        answer["CodeDeliveryDetails"],
        json!({ "AttributeName": "email", "DeliveryMedium": "EMAIL", "Destination": "a***@e***" })
    );
    assert_eq!(answer["UserSub"].as_str().unwrap().len(), 36);

    let mails = pool.get(&format!("/_local/outbox?to={ADA}")).await.ok();
    assert_eq!(mails.as_array().unwrap().len(), 1);
    let code = mails[0]["code"].as_str().unwrap();
    assert!(code.len() == 6 && code.bytes().all(|digit| digit.is_ascii_digit()), "{code}");
    assert_eq!(mails[0]["to"], ADA);
    assert_eq!(mails[0]["kind"], "sign_up");
    assert_eq!(mails[0]["sentAt"], "2027-01-15T08:00:00.000Z");
    assert!(mails[0]["text"].as_str().unwrap().contains(code));
}

#[tokio::test]
async fn what_cannot_sign_up_is_told_why() {
    let pool = Pool::new();
    let attributes = |list: Value| json!({ "UserAttributes": list });
    let cases = [
        (json!({ "ClientId": null }), "InvalidParameterException", "'clientId'"),
        (
            json!({ "ClientId": "nobody" }),
            "ResourceNotFoundException",
            "User pool client nobody does not exist.",
        ),
        (json!({ "Username": null }), "InvalidParameterException", "'username'"),
        (json!({ "Username": "" }), "InvalidParameterException", "'username'"),
        (json!({ "Username": "ada" }), "InvalidParameterException", "Username should be an email."),
        (
            json!({ "Password": null }),
            "InvalidParameterException",
            "'password' failed to satisfy constraint: Member must not be null",
        ),
        (
            json!({ "Password": "short" }),
            "InvalidPasswordException",
            "Password did not conform with policy: Password not long enough",
        ),
        (attributes(json!([])), "InvalidParameterException", "given_name: The attribute is required"),
        (
            attributes(json!([{ "Name": "given_name", "Value": "" }])),
            "InvalidParameterException",
            "given_name: The attribute is required",
        ),
        (
            attributes(json!([{ "Name": "email", "Value": "b@example.com" }])),
            "InvalidParameterException",
            "The email attribute must be the Username",
        ),
        (
            attributes(json!([{ "Name": "shoe_size", "Value": "39" }])),
            "InvalidParameterException",
            "{shoe_size}",
        ),
        (
            attributes(json!([{ "Name": "email_verified", "Value": "true" }])),
            "NotAuthorizedException",
            "unauthorized attribute",
        ),
        (
            attributes(json!([{ "Name": "given_name", "Value": "a".repeat(2049) }])),
            "InvalidParameterException",
            "2048",
        ),
        (json!({ "Username": 5 }), "SerializationException", "expected a string"),
        (attributes(json!({ "email": ADA })), "SerializationException", "expected a sequence"),
        (attributes(json!([{ "Value": "x" }])), "SerializationException", "Name"),
    ];
    for (change, exception, message) in cases {
        let mut request = sign_up_request(ADA);
        for (name, value) in change.as_object().unwrap() {
            request[name] = value.clone();
        }
        let told = pool.call("SignUp", request).await.refused(exception);
        assert!(told.contains(message), "{change}: {told}");
    }
    assert_eq!(pool.get("/_local/outbox").await.ok(), json!([]));
}

#[tokio::test]
async fn members_that_only_other_versions_know_are_ignored() {
    let pool = Pool::new();
    let mut request = sign_up_request(ADA);
    request["ValidationData"] = Value::Null;
    request["ClientMetadata"] = json!({});
    request["FromTheFuture"] = json!([1, 2]);
    pool.call("SignUp", request).await.ok();
}

#[tokio::test]
async fn an_address_signs_up_once_in_any_case() {
    let pool = Pool::new();
    pool.sign_up(ADA).await.ok();
    assert_eq!(
        pool.sign_up("ADA@Example.Com").await.refused("UsernameExistsException"),
        "User already exists"
    );
}

#[tokio::test]
async fn the_code_confirms_and_the_trigger_gets_awss_event() {
    let pool = Pool::new();
    let sub = pool.confirmed_user("Ada@Example.com").await;
    let events = pool.trigger.events.lock().unwrap();
    assert_eq!(
        *events,
        [json!({
            "version": "1",
            "region": "us-east-1",
            "userPoolId": "us-east-1_Parlor",
            "userName": sub,
            "callerContext": { "awsSdkVersion": "aws-sdk-unknown-unknown", "clientId": CLIENT },
            "triggerSource": "PostConfirmation_ConfirmSignUp",
            "request": { "userAttributes": {
                "sub": sub,
                "email": "Ada@Example.com",
                "email_verified": "true",
                "given_name": "Ada",
                "family_name": "Lovelace",
                "cognito:user_status": "CONFIRMED",
            } },
            "response": {},
        })]
    );
}

#[tokio::test]
async fn client_metadata_reaches_the_trigger() {
    let pool = Pool::new();
    pool.sign_up(ADA).await.ok();
    let mut request = confirm(ADA, &pool.code(ADA).await);
    request["ClientMetadata"] = json!({ "invitation": "42" });
    pool.call("ConfirmSignUp", request).await.ok();
    let events = pool.trigger.events.lock().unwrap();
    assert_eq!(events[0]["request"]["clientMetadata"], json!({ "invitation": "42" }));
}

#[tokio::test]
async fn a_failing_trigger_is_told_and_the_user_stays_confirmed() {
    let pool = Pool::new();
    pool.sign_up(ADA).await.ok();
    let code = pool.code(ADA).await;
    *pool.trigger.failure.lock().unwrap() = Some("no table".to_owned());
    let told = pool.call("ConfirmSignUp", confirm(ADA, &code)).await.refused("UserLambdaValidationException");
    assert_eq!(told, "PostConfirmation failed with error no table.");

    let told = pool.call("ConfirmSignUp", confirm(ADA, &code)).await.refused("NotAuthorizedException");
    assert_eq!(told, "User cannot be confirmed. Current status is CONFIRMED");
    pool.sign_in(ADA).await;
}

#[tokio::test(start_paused = true)]
async fn a_trigger_that_hangs_is_called_three_times_for_five_seconds() {
    let pool = Pool::new();
    pool.sign_up(ADA).await.ok();
    let code = pool.code(ADA).await;
    pool.trigger.hangs.store(true, Ordering::SeqCst);
    let began = tokio::time::Instant::now();
    let told = pool.call("ConfirmSignUp", confirm(ADA, &code)).await.refused("UnexpectedLambdaException");
    assert_eq!(
        told,
        "PostConfirmation invocation failed due to error Socket timeout while invoking Lambda function."
    );
    assert_eq!(began.elapsed().as_secs(), 15);
    assert_eq!(pool.trigger.events.lock().unwrap().len(), 3);
    pool.sign_in(ADA).await;
}

#[tokio::test]
async fn a_confirmation_runs_to_its_end_even_if_the_client_goes_away() {
    let pool = Pool::new();
    pool.sign_up(ADA).await.ok();
    let code = pool.code(ADA).await;
    {
        let call = pool.call("ConfirmSignUp", confirm(ADA, &code));
        let mut call = std::pin::pin!(call);
        // One poll sends it on its way; then it is dropped.
        let is_done =
            std::future::poll_fn(|context| Poll::Ready(call.as_mut().poll(context).is_ready())).await;
        assert!(!is_done);
    }
    let delivered = async {
        while pool.trigger.events.lock().unwrap().is_empty() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), delivered).await.expect("the trigger was forgotten");
    pool.sign_in(ADA).await;
}

#[tokio::test]
async fn a_code_is_good_once() {
    let pool = Pool::new();
    pool.sign_up(ADA).await.ok();
    let code = pool.code(ADA).await;
    pool.call("ConfirmSignUp", confirm(ADA, &code)).await.ok();
    pool.call("ConfirmSignUp", confirm(ADA, &code)).await.refused("NotAuthorizedException");
    assert_eq!(pool.trigger.events.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn a_code_is_good_for_a_day() {
    let pool = Pool::new();
    for (email, seconds, is_good) in [("a@example.com", DAY_S - 1, true), ("b@example.com", DAY_S, false)] {
        pool.sign_up(email).await.ok();
        let code = pool.code(email).await;
        pool.pass(seconds);
        let answer = pool.call("ConfirmSignUp", confirm(email, &code)).await;
        match is_good {
            true => assert_eq!(answer.ok(), json!({})),
            false => assert_eq!(
                answer.refused("ExpiredCodeException"),
                "Invalid code provided, please request a code again."
            ),
        }
    }
}

#[tokio::test]
async fn after_five_wrong_codes_even_the_right_one_is_refused_until_a_new_one_is_sent() {
    let pool = Pool::new();
    pool.sign_up(ADA).await.ok();
    let code = pool.code(ADA).await;
    for _ in 0..5 {
        let told =
            pool.call("ConfirmSignUp", confirm(ADA, &wrong(&code))).await.refused("CodeMismatchException");
        assert_eq!(told, "Invalid verification code provided, please try again.");
    }
    pool.call("ConfirmSignUp", confirm(ADA, &code)).await.refused("LimitExceededException");

    pool.call("ResendConfirmationCode", json!({ "ClientId": CLIENT, "Username": ADA })).await.ok();
    let code = pool.code(ADA).await;
    pool.call("ConfirmSignUp", confirm(ADA, &code)).await.ok();
}

#[tokio::test]
async fn a_new_code_replaces_the_old_and_there_are_twenty_an_hour() {
    let pool = Pool::new();
    pool.sign_up(ADA).await.ok();
    let first = pool.code(ADA).await;
    let resend = json!({ "ClientId": CLIENT, "Username": ADA });
    for _ in 1..20 {
        pool.call("ResendConfirmationCode", resend.clone()).await.ok();
    }
    let last = pool.code(ADA).await;
    if first != last {
        pool.call("ConfirmSignUp", confirm(ADA, &first)).await.refused("CodeMismatchException");
    }
    pool.call("ResendConfirmationCode", resend.clone()).await.refused("LimitExceededException");
    pool.pass(HOUR_S);
    pool.call("ResendConfirmationCode", resend).await.ok();
}

#[tokio::test]
async fn who_is_confirmed_gets_no_further_sign_up_code() {
    let pool = Pool::new();
    pool.confirmed_user(ADA).await;
    let answer = pool.call("ResendConfirmationCode", json!({ "ClientId": CLIENT, "Username": ADA })).await;
    assert_eq!(answer.refused("InvalidParameterException"), "User is already confirmed.");
}

#[tokio::test]
async fn a_stranger_learns_nothing_where_user_existence_is_hidden() {
    let pool = Pool::new();
    let nobody = "nobody@example.com";
    let resend = |client: &str| json!({ "ClientId": client, "Username": nobody });
    let answer = pool.call("ResendConfirmationCode", resend(CLIENT)).await.ok();
    assert_eq!(answer["CodeDeliveryDetails"]["Destination"], "n***@e***");
    pool.call("ResendConfirmationCode", resend("legacy")).await.refused("UserNotFoundException");

    pool.call("ConfirmSignUp", confirm("nobody-else@example.com", "123456"))
        .await
        .refused("ExpiredCodeException");
    let mut request = confirm(nobody, "123456");
    request["ClientId"] = "legacy".into();
    pool.call("ConfirmSignUp", request).await.refused("UserNotFoundException");
    assert_eq!(pool.get("/_local/outbox").await.ok(), json!([]));
}

#[tokio::test]
async fn an_attribute_has_the_form_of_the_pools_schema() {
    let pool = Pool::new();
    for (name, value, told) in [
        ("birthdate", "yesterday", "birthdate: String must be no shorter than 10 characters"),
        ("updated_at", "abc", "updated_at: must be a number, and not below 0"),
        ("shoe_size", "44", "Type for attribute {shoe_size} could not be determined"),
        ("shoe_size", "", "Type for attribute {shoe_size} could not be determined"),
    ] {
        let mut request = sign_up_request(ADA);
        let attribute = json!({ "Name": name, "Value": value });
        request["UserAttributes"].as_array_mut().unwrap().push(attribute);
        let refused = pool.call("SignUp", request).await.refused("InvalidParameterException");
        assert_eq!(refused, format!("Attributes did not conform to the schema: {told}"));
    }
    let mut request = sign_up_request(ADA);
    let attributes = request["UserAttributes"].as_array_mut().unwrap();
    attributes.push(json!({ "Name": "birthdate", "Value": "1815-12-10" }));
    attributes.push(json!({ "Name": "updated_at", "Value": "1764403200" }));
    pool.call("SignUp", request).await.ok();
}

#[tokio::test]
async fn sign_up_codes_and_guesses_are_limited_alike_where_user_existence_is_hidden() {
    let pool = Pool::new();
    pool.sign_up(ADA).await.ok();
    for (name, left) in [(ADA, 19), ("nobody@example.com", 20)] {
        let resend = || pool.call("ResendConfirmationCode", json!({ "ClientId": CLIENT, "Username": name }));
        for _ in 0..left {
            resend().await.ok();
        }
        resend().await.refused("LimitExceededException");
        for _ in 0..5 {
            pool.call("ConfirmSignUp", confirm(name, "none")).await.refused("CodeMismatchException");
        }
        pool.call("ConfirmSignUp", confirm(name, "none")).await.refused("LimitExceededException");
    }
}

/// Keeps what is logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Log {
    fn write(&mut self, line: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(line)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn a_message_is_in_the_log_once_it_is_kept() {
    let pool = Pool::configured(|config| {
        // As a full disk does, this lets the second sign-up fail when it is committed.
        let database = rusqlite::Connection::open(&config.database).unwrap();
        database
            .execute_batch(
                "CREATE TABLE full (sub TEXT REFERENCES users DEFERRABLE INITIALLY DEFERRED) STRICT;
                 CREATE TRIGGER fill AFTER INSERT ON outbox WHEN NEW.recipient = 'lost@example.com'
                 BEGIN INSERT INTO full VALUES ('nobody'); END;",
            )
            .unwrap();
    });
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt().with_writer(move || writer.clone()).finish();
    // For all threads: what other tests log is of other people.
    tracing::subscriber::set_global_default(subscriber).unwrap();

    pool.sign_up("kept@example.com").await.ok();
    assert_eq!(pool.sign_up("lost@example.com").await.status, StatusCode::INTERNAL_SERVER_ERROR);
    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    let line = log.lines().find(|line| line.contains("kept@example.com")).unwrap();
    let code = pool.code("kept@example.com").await;
    assert!(line.contains(&format!("mail: Your confirmation code is {code}.")), "{line}");
    assert!(!log.contains("lost@example.com"), "{log}");
    assert_eq!(pool.get("/_local/outbox?to=lost@example.com").await.ok(), json!([]));
}

#[tokio::test]
async fn the_outbox_is_newest_first_by_address_in_any_case_or_whole() {
    let pool = Pool::new();
    for email in ["first@example.com", "second+tag@example.com"] {
        pool.sign_up(email).await.ok();
    }
    let all = pool.get("/_local/outbox").await.ok();
    assert_eq!(all[0]["to"], "second+tag@example.com");
    assert_eq!(all[1]["to"], "first@example.com");
    assert_eq!(all.as_array().unwrap().len(), 2);
    let one = pool.get("/_local/outbox?to=FIRST@example.com").await.ok();
    assert_eq!(one.as_array().unwrap().len(), 1);
    assert_eq!(pool.code("second+tag@example.com").await, all[0]["code"]);
}

#[tokio::test]
async fn neither_the_file_nor_its_journal_holds_a_password_in_the_clear() {
    let pool = Pool::new();
    pool.confirmed_user(ADA).await;
    let tokens = pool.sign_in(ADA).await;
    let folder = pool.database().parent().unwrap().to_owned();
    let mut held = Vec::new();
    for file in std::fs::read_dir(folder).unwrap() {
        held.extend(std::fs::read(file.unwrap().path()).unwrap());
    }
    let holds = |secret: &str| held.windows(secret.len()).any(|bytes| bytes == secret.as_bytes());
    assert!(holds(ADA), "the test looks in the wrong place");
    assert!(!holds(PASSWORD));
    assert!(!holds(&tokens.refresh));
}
