//! The forms: sign in with every challenge of it, sign up, confirm, and a forgotten password.
//!
//! Each runs the operations of the API, so that the same rules, limits and messages hold.

use std::sync::Arc;

use axum::extract::{Form, Query, RawQuery, State};
use axum::http::HeaderMap;
use axum::response::Response;
use serde_json::{Value, json};

use super::authorize::{self, keep_session};
use super::html;
use super::request::{AuthorizationRequest, Granted};
use super::visit::{Asked, Fields, Visit, forgot_page, visit};
use crate::operation::{Reply, check_username};
use crate::progress::Progress;
use crate::triggers::pre_authentication;
use crate::triggers::pre_token_generation::Source;
use crate::triggers::user_migration::Wish;
use crate::turn::Turn;
use crate::user_pool::sign_in::SignIn;
use crate::user_pool::{self, initiate_auth, migrate_user};
use crate::{Cognito, Error};

pub(super) async fn show_sign_in(
    asked: State<Arc<Cognito>>,
    request: Query<AuthorizationRequest>,
    query: RawQuery,
    headers: HeaderMap,
) -> Response {
    show((asked, request, query, headers), |visit| visit.sign_in_page(None, None))
}

pub(super) async fn show_sign_up(
    asked: State<Arc<Cognito>>,
    request: Query<AuthorizationRequest>,
    query: RawQuery,
    headers: HeaderMap,
) -> Response {
    show((asked, request, query, headers), |visit| visit.sign_up_page(None))
}

pub(super) async fn show_confirm(
    asked: State<Arc<Cognito>>,
    request: Query<AuthorizationRequest>,
    query: RawQuery,
    headers: HeaderMap,
) -> Response {
    show((asked, request, query, headers), |visit| visit.confirm_page(None, None))
}

pub(super) async fn show_forgot_password(
    asked: State<Arc<Cognito>>,
    request: Query<AuthorizationRequest>,
    query: RawQuery,
    headers: HeaderMap,
) -> Response {
    show((asked, request, query, headers), |visit| forgot_page(visit, None))
}

fn show(asked: Asked, page: impl FnOnce(&Visit) -> Response) -> Response {
    visit(asked, None).map_or_else(|refusal| *refusal, |visit| page(&visit))
}

/// What a step of signing in leads to.
enum Outcome {
    Challenge(Value),
    SignedIn { location: String, cookie: String },
}

pub(super) async fn sign_in(
    asked: State<Arc<Cognito>>,
    request: Query<AuthorizationRequest>,
    query: RawQuery,
    headers: HeaderMap,
    Form(fields): Form<Fields>,
) -> Response {
    let visit = match visit((asked, request, query, headers), Some(fields)) {
        Ok(visit) => visit,
        Err(refusal) => return *refusal,
    };
    let (granted, fields) = (visit.granted.clone(), visit.fields.clone());
    let is_answer = fields.contains_key("challenge");
    let outcome = visit.cognito.perform(move |turn| {
        let reply =
            if is_answer { answer(turn, &granted, &fields)? } else { password(turn, &granted, &fields)? };
        reply.and_then(turn, move |turn, body| lead_on(turn, &granted, body.unwrap_or_default()))
    });
    match outcome.await {
        Ok(Outcome::SignedIn { location, cookie }) => {
            let mut response = html::redirect(&location);
            keep_session(&mut response, &cookie);
            response
        }
        Ok(Outcome::Challenge(challenge)) => visit.challenge_page(&challenge, None),
        Err(error @ Error::Internal(_)) => html::failed(&error),
        Err(error @ Error::UserNotConfirmed) => visit.confirm_page(Some(error.to_string()), None),
        Err(error @ Error::PasswordResetRequired) => forgot_page(&visit, Some(error.to_string())),
        Err(error @ Error::NotAuthorized(_)) => visit.sign_in_page(Some(error.to_string()), None),
        // A poor password or a mistyped code does not cost the session.
        Err(error) if is_answer => {
            let again = json!({
                "ChallengeName": visit.field("challenge"),
                "Session": visit.field("session"),
                "SecretCode": visit.field("secret"),
                "ChallengeParameters": {
                    "USER_ID_FOR_SRP": visit.field("user"),
                    "requiredAttributes": visit.field("lacking"),
                    "CODE_DELIVERY_DESTINATION": visit.field("destination"),
                    "MFAS_CAN_CHOOSE": visit.field("factors"),
                },
            });
            visit.challenge_page(&again, Some(error.to_string()))
        }
        Err(error) => visit.sign_in_page(Some(error.to_string()), None),
    }
}

fn lead_on(turn: &Turn<'_>, granted: &Granted, mut body: Value) -> Result<Progress<Outcome>, Error> {
    if body["ChallengeName"] == "MFA_SETUP" {
        let set_up = json!({ "Session": body["Session"] }).to_string();
        let reply = user_pool::call(turn, "AssociateSoftwareToken", set_up.as_bytes())?;
        return reply.and_then(turn, move |_, key| {
            let key = key.unwrap_or_default();
            body["Session"] = key["Session"].clone();
            body["SecretCode"] = key["SecretCode"].clone();
            Ok(Progress::Done(Outcome::Challenge(body)))
        });
    }
    if body["ChallengeName"].is_string() {
        return Ok(Progress::Done(Outcome::Challenge(body)));
    }
    let (location, cookie) = authorize::signed_in(turn, granted, &body["AuthenticationResult"])?;
    Ok(Progress::Done(Outcome::SignedIn { location, cookie }))
}

/// The page needs no flow of the API to be allowed: it is itself what is allowed.
fn password(turn: &Turn<'_>, granted: &Granted, fields: &Fields) -> Result<Reply, Error> {
    let client = authorize::client(turn, granted)?;
    let field = |name: &str| fields.get(name).map_or("", String::as_str).to_owned();
    let (name, password) = (field("username").trim().to_owned(), field("password"));
    check_username(&name)?;
    let sign_in = SignIn { source: Source::HostedAuth, ..SignIn::new(client, None) };
    let wish = Wish::SignIn { password: &password };
    migrate_user::migrate(turn, client, &name, &wish, None)?.and_then(turn, move |turn, migrated| {
        let sign_in = SignIn { is_counted: migrated.is_counted, ..sign_in };
        pre_authentication::allow(turn, &sign_in.client, &name, None)?.and_then(turn, move |turn, ()| {
            initiate_auth::sign_in_with_password(turn, sign_in, &name, &password)
        })
    })
}

fn answer(turn: &Turn<'_>, granted: &Granted, fields: &Fields) -> Result<Reply, Error> {
    let field = |name: &str| fields.get(name).map_or("", String::as_str);
    let session = field("session").to_owned();
    let mut responses = json!({ "USERNAME": field("user") });
    match field("challenge") {
        "NEW_PASSWORD_REQUIRED" => {
            responses["NEW_PASSWORD"] = field("password").into();
            for (name, value) in fields.iter().filter(|(name, _)| name.starts_with("userAttributes.")) {
                responses[name] = value.as_str().into();
            }
        }
        "MFA_SETUP" => {
            let proof = json!({ "Session": session, "UserCode": field("code").trim() }).to_string();
            let proved = user_pool::call(turn, "VerifySoftwareToken", proof.as_bytes())?;
            let client_id = granted.client_id.clone();
            return proved.and_then(turn, move |turn, proved| {
                let session = proved.unwrap_or_default()["Session"].take();
                respond(turn, &client_id, "MFA_SETUP", session, responses)
            });
        }
        "SELECT_MFA_TYPE" => responses["ANSWER"] = field("choice").into(),
        challenge => responses[format!("{challenge}_CODE")] = field("code").trim().into(),
    }
    respond(turn, &granted.client_id, field("challenge"), session.into(), responses)
}

fn respond(
    turn: &Turn<'_>,
    client_id: &str,
    challenge: &str,
    session: Value,
    responses: Value,
) -> Result<Reply, Error> {
    let body = json!({
        "ClientId": client_id,
        "ChallengeName": challenge,
        "Session": session,
        "ChallengeResponses": responses,
    });
    user_pool::call(turn, "RespondToAuthChallenge", body.to_string().as_bytes())
}

macro_rules! forms {
    ($($(#[$doc:meta])* $name:ident($visit:ident) $body:block)+) => {
        $(
            $(#[$doc])*
            pub(super) async fn $name(
                asked: State<Arc<Cognito>>,
                request: Query<AuthorizationRequest>,
                query: RawQuery,
                headers: HeaderMap,
                Form(fields): Form<Fields>,
            ) -> Response {
                match visit((asked, request, query, headers), Some(fields)) {
                    Ok($visit) => $body,
                    Err(refusal) => *refusal,
                }
            }
        )+
    };
}

forms! {
    sign_up(visit) {
        let name = visit.field("username");
        let required = visit.cognito.user_pool.required_attributes.iter().filter(|name| *name != "email");
        let mut attributes = vec![json!({ "Name": "email", "Value": name })];
        attributes.extend(required.map(|name| json!({ "Name": name, "Value": visit.field(name) })));
        let password = visit.fields.get("password");
        let body = json!({ "Username": name, "Password": password, "UserAttributes": attributes });
        match visit.call("SignUp", body).await {
            Ok(()) => visit.confirm_page(None, Some(format!("A code is on its way to {name}."))),
            Err(error) => visit.sign_up_page(Some(error.to_string())),
        }
    }

    confirm(visit) {
        let body = json!({ "Username": visit.field("username"), "ConfirmationCode": visit.field("code") });
        match visit.call("ConfirmSignUp", body).await {
            Ok(()) => visit.sign_in_page(None, Some("Your address is confirmed. Sign in.".to_owned())),
            Err(error) => visit.confirm_page(Some(error.to_string()), None),
        }
    }

    resend_code(visit) {
        match visit.call("ResendConfirmationCode", json!({ "Username": visit.field("username") })).await {
            Ok(()) => visit.confirm_page(None, Some("A new code is on its way.".to_owned())),
            Err(error) => visit.confirm_page(Some(error.to_string()), None),
        }
    }

    forgot_password(visit) {
        match visit.call("ForgotPassword", json!({ "Username": visit.field("username") })).await {
            Ok(()) => visit.new_password_page(None, Some("If there is an account, a code is on its way.".to_owned())),
            Err(error) => forgot_page(&visit, Some(error.to_string())),
        }
    }

    confirm_forgot_password(visit) {
        let body = json!({
            "Username": visit.field("username"),
            "ConfirmationCode": visit.field("code"),
            "Password": visit.fields.get("password"),
        });
        match visit.call("ConfirmForgotPassword", body).await {
            Ok(()) => visit.sign_in_page(None, Some("Your password is changed. Sign in.".to_owned())),
            Err(error) => visit.new_password_page(Some(error.to_string()), None),
        }
    }
}
