//! One new person after the other: signs up, confirms, signs in, changes the password, and perhaps signs out.

use serde_json::{Value, json};

use crate::door::{Door, Gone, again};

const FIRST_PASSWORD: &str = "Correct-horse-9";
const SECOND_PASSWORD: &str = "Battery-staple-8";

#[derive(Default)]
pub(crate) struct Newcomer {
    under_way: UnderWay,
    pub(crate) acknowledged: Vec<Account>,
}

/// What of an account was acknowledged so far.
#[derive(Default)]
struct UnderWay {
    is_tried: bool,
    sub: Option<String>,
    is_confirmed: bool,
    tokens: Option<Value>,
    has_second_password: bool,
}

/// An account of which everything was acknowledged.
pub(crate) struct Account {
    /// The user.
    pub(crate) id: String,
    email: String,
    tokens: Value,
    is_signed_out: bool,
}

impl Newcomer {
    /// The next person; after a kill it goes on with the call that was not acknowledged.
    pub(crate) async fn step(&mut self, door: &Door) -> Result<(), Gone> {
        let email = format!("guest{}@example.com", self.acknowledged.len());
        let so_far = &mut self.under_way;
        let is_again = std::mem::replace(&mut so_far.is_tried, true);
        if is_again {
            again();
        }
        if so_far.sub.is_none() {
            let attributes = [("email", &email[..]), ("given_name", "Guest"), ("family_name", "Example")];
            let attributes = attributes.map(|(name, value)| json!({ "Name": name, "Value": value }));
            let body = json!({ "Username": email, "Password": FIRST_PASSWORD, "UserAttributes": attributes });
            let (status, answer) = door.cognito("SignUp", body).await?;
            so_far.sub = Some(match answer["UserSub"].as_str() {
                Some(sub) => sub.to_owned(),
                None => {
                    let is_there = answer["__type"] == "UsernameExistsException";
                    assert!(is_again && is_there, "{status} {answer}");
                    String::new()
                }
            });
        }
        if !so_far.is_confirmed {
            let code = door.code(&email).await?;
            let body = json!({ "Username": email, "ConfirmationCode": code });
            let (status, answer) = door.cognito("ConfirmSignUp", body).await?;
            let is_done = answer["message"] == "User cannot be confirmed. Current status is CONFIRMED";
            assert!(status == 200 || is_again && is_done, "{answer}");
            if is_done {
                // As at AWS: the function runs after the confirmation is stored, and nobody calls it again.
                so_far.sub = Some(String::new());
            }
            so_far.is_confirmed = true;
        }
        let tokens = match &mut so_far.tokens {
            Some(tokens) => tokens,
            none => none.insert(sign_in(door, &email, FIRST_PASSWORD).await?.unwrap()),
        };
        if !so_far.has_second_password {
            let body = json!({
                "AccessToken": tokens["AccessToken"],
                "PreviousPassword": FIRST_PASSWORD, "ProposedPassword": SECOND_PASSWORD,
            });
            let (status, answer) = door.cognito("ChangePassword", body).await?;
            let is_done = answer["__type"] == "NotAuthorizedException";
            assert!(status == 200 || is_again && is_done, "{answer}");
            so_far.has_second_password = true;
        }
        let is_signed_out = self.acknowledged.len() % 2 == 1;
        if is_signed_out {
            let body = json!({ "AccessToken": tokens["AccessToken"] });
            let (status, answer) = door.cognito("GlobalSignOut", body).await?;
            assert!(status == 200 || is_again && status == 400, "{answer}");
        }
        let done = std::mem::take(so_far);
        let (id, tokens) = (done.sub.unwrap_or_default(), done.tokens.unwrap());
        self.acknowledged.push(Account { id, email, tokens, is_signed_out });
        Ok(())
    }

    /// From this one on: the new password alone opens, and tokens are worth what they were.
    pub(crate) async fn check(&self, door: &Door, from: usize) {
        for Account { email, tokens, is_signed_out, .. } in self.acknowledged.iter().skip(from) {
            // Only once, or the pool would take it for guessing and close the account for a while.
            if from == 0 {
                assert!(sign_in(door, email, FIRST_PASSWORD).await.unwrap().is_err(), "{email}");
            }
            sign_in(door, email, SECOND_PASSWORD).await.unwrap().unwrap();
            let (status, answer) =
                door.cognito("GetUser", json!({ "AccessToken": tokens["AccessToken"] })).await.unwrap();
            assert_eq!(status, if *is_signed_out { 400 } else { 200 }, "{email} {answer}");
            let refresh = json!({ "RefreshToken": tokens["RefreshToken"] });
            let (status, answer) = door.cognito("GetTokensFromRefreshToken", refresh).await.unwrap();
            assert_eq!(status, if *is_signed_out { 400 } else { 200 }, "{email} {answer}");
        }
    }
}

/// The tokens, or the refusal.
async fn sign_in(door: &Door, email: &str, password: &str) -> Result<Result<Value, Value>, Gone> {
    let parameters = json!({ "USERNAME": email, "PASSWORD": password });
    let body = json!({ "AuthFlow": "USER_PASSWORD_AUTH", "AuthParameters": parameters });
    let (status, mut answer) = door.cognito("InitiateAuth", body).await?;
    Ok(if status == 200 { Ok(answer["AuthenticationResult"].take()) } else { Err(answer) })
}
