//! Signing in, staying in, and being sent away.

use serde_json::json;
use tests::person::{PASSWORD, code, cognito};
use tests::{Parlor, Person};

#[tokio::test]
async fn a_password_that_is_wrong_or_of_nobody_is_refused_alike() {
    let parlor = Parlor::start().await;
    let ann = Person::join(&parlor, "Ann").await;
    for (email, password) in [(ann.email.as_str(), "Wrong-horse-9"), ("nobody@example.com", PASSWORD)] {
        let refused = Person::sign_in(&parlor, email, password).await.err().expect("not signed in");
        assert_eq!(refused["__type"], "NotAuthorizedException");
        assert_eq!(refused["message"], "Incorrect username or password.");
    }
}

#[tokio::test]
async fn a_refresh_token_gives_new_tokens_until_its_user_signs_out_everywhere() {
    let parlor = Parlor::start().await;
    let ann = Person::join(&parlor, "Ann").await;
    let client = parlor.config().await["userPoolClientId"].clone();
    let refresh = json!({ "ClientId": client, "RefreshToken": ann.refresh_token });
    let (status, fresh) = cognito(parlor.url(), "GetTokensFromRefreshToken", refresh.clone()).await;
    assert_eq!(status, 200, "{fresh}");
    let token = &fresh["AuthenticationResult"]["AccessToken"];
    let (status, user) = cognito(parlor.url(), "GetUser", json!({ "AccessToken": token })).await;
    assert_eq!((status, &user["Username"]), (200, &json!(ann.id)));

    let (status, _) = cognito(parlor.url(), "GlobalSignOut", json!({ "AccessToken": token })).await;
    assert_eq!(status, 200);
    let (status, refused) = cognito(parlor.url(), "GetTokensFromRefreshToken", refresh).await;
    assert_eq!((status, &refused["__type"]), (400, &json!("NotAuthorizedException")));
    let answer = ann.post(json!({ "query": "{ me { id } }" }).to_string()).await;
    assert_eq!(answer.status(), 401, "the access token has ended as well");
}

#[tokio::test]
async fn a_forgotten_password_is_replaced_with_a_code() {
    let parlor = Parlor::start().await;
    let ann = Person::join(&parlor, "Ann").await;
    let client = parlor.config().await["userPoolClientId"].clone();
    let forgot = json!({ "ClientId": client, "Username": ann.email });
    assert_eq!(cognito(parlor.url(), "ForgotPassword", forgot).await.0, 200);
    let confirm = |code: &str| json!({ "ClientId": client, "Username": ann.email, "ConfirmationCode": code, "Password": "New-horse-10" });
    let right = code(parlor.url(), &ann.email).await;
    let wrong = if right == "000000" { "000001" } else { "000000" };
    let (status, refused) = cognito(parlor.url(), "ConfirmForgotPassword", confirm(wrong)).await;
    assert_eq!((status, &refused["__type"]), (400, &json!("CodeMismatchException")));
    assert_eq!(cognito(parlor.url(), "ConfirmForgotPassword", confirm(&right)).await.0, 200);
    assert!(Person::sign_in(&parlor, &ann.email, PASSWORD).await.is_err());
    let again = Person::sign_in(&parlor, &ann.email, "New-horse-10").await;
    assert_eq!(again.expect("the new password is right").id, ann.id);
}
