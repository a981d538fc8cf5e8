//! A visit of one page: what the app asked for and what was typed, and the pages that may follow.

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::{Query, RawQuery, State};
use axum::http::HeaderMap;
use axum::response::Response;
use serde_json::Value;

use super::cookies;
use super::html::{self, Field, Page};
use super::request::{AuthorizationRequest, Granted};
use crate::user_pool;
use crate::{Cognito, Error};

/// A form's fields by name.
pub(super) type Fields = HashMap<String, String>;

/// A page's request: what the app asked for, what was typed, and the query to carry along.
pub(super) struct Visit {
    pub(super) cognito: Arc<Cognito>,
    pub(super) granted: Granted,
    pub(super) fields: Fields,
    query: String,
    form_token: String,
}

/// What each page is asked with.
pub(super) type Asked = (State<Arc<Cognito>>, Query<AuthorizationRequest>, RawQuery, HeaderMap);

const TO_SIGN_IN: (&str, &str) = ("/login", "Sign in");
const TO_CONFIRM: (&str, &str) = ("/confirmUser", "I have a code");
const SIGN_IN_LINKS: [(&str, &str); 2] =
    [("/forgotPassword", "Forgot your password?"), ("/signup", "Sign up")];

/// Checks the app's request, and of a form that it is ours.
pub(super) fn visit(asked: Asked, fields: Option<Fields>) -> Result<Visit, Box<Response>> {
    let (State(cognito), Query(request), RawQuery(query), headers) = asked;
    let granted = request.check(&cognito).map_err(|refusal| Box::new(refusal.response()))?;
    let form = fields.as_ref().map(|fields| fields.get(cookies::FORM_FIELD).map(String::as_str));
    if form.is_some_and(|token| !cookies::is_own_form(&headers, token)) {
        return Err(Box::new(html::error(
            "This form is not from a page that this browser got here. Go back and try again.",
        )));
    }
    Ok(Visit {
        cognito,
        granted,
        fields: fields.unwrap_or_default(),
        query: query.unwrap_or_default(),
        form_token: cookies::form_token(&headers),
    })
}

impl Visit {
    pub(super) fn field(&self, name: &str) -> &str {
        self.fields.get(name).map_or("", String::as_str).trim()
    }

    fn show<'a>(&'a self, mut page: Page<'a>) -> Response {
        page.hidden.push((cookies::FORM_FIELD, &self.form_token));
        let mut response = page.response(&self.query);
        cookies::set_form_token(&mut response, &self.form_token);
        response
    }

    /// Runs an operation of the API with these members and the client's id.
    pub(super) async fn call(&self, operation: &'static str, mut body: Value) -> Result<(), Error> {
        body["ClientId"] = self.granted.client_id.clone().into();
        self.cognito
            .perform(move |turn| user_pool::call(turn, operation, body.to_string().as_bytes()))
            .await
            .map(drop)
    }

    pub(super) fn sign_in_page(&self, problem: Option<String>, notice: Option<String>) -> Response {
        self.show(Page {
            title: "Sign in",
            problem,
            notice,
            action: "/login",
            fields: vec![
                Field::new("username", "E-mail address", "email", "username").with(self.field("username")),
                Field::new("password", "Password", "password", "current-password"),
            ],
            button: "Sign in",
            links: &SIGN_IN_LINKS,
            ..Page::default()
        })
    }

    pub(super) fn confirm_page(&self, problem: Option<String>, notice: Option<String>) -> Response {
        self.show(Page {
            title: "Confirm your e-mail address",
            problem,
            notice,
            action: "/confirmUser",
            fields: vec![
                Field::new("username", "E-mail address", "email", "username").with(self.field("username")),
                Field::code("The code that was sent to you"),
            ],
            button: "Confirm",
            other_button: Some(("/resendcode", "Send me another code")),
            links: &[TO_SIGN_IN],
            ..Page::default()
        })
    }

    pub(super) fn new_password_page(&self, problem: Option<String>, notice: Option<String>) -> Response {
        let policy = self.cognito.user_pool.password_policy.describe();
        self.show(Page {
            title: "Choose a new password",
            problem,
            notice,
            action: "/confirmForgotPassword",
            fields: vec![
                Field::new("username", "E-mail address", "email", "username").with(self.field("username")),
                Field::code("The code that was sent to you"),
                Field::new("password", "New password", "password", "new-password").hint(&policy),
            ],
            button: "Change the password",
            links: &[TO_SIGN_IN],
            ..Page::default()
        })
    }

    pub(super) fn sign_up_page(&self, problem: Option<String>) -> Response {
        let policy = self.cognito.user_pool.password_policy.describe();
        let required = &self.cognito.user_pool.required_attributes;
        let others = required.iter().filter(|name| *name != "email");
        let named: Vec<(String, String)> = others.map(|name| (name.clone(), label(name))).collect();
        let mut fields =
            vec![Field::new("username", "E-mail address", "email", "username").with(self.field("username"))];
        for (name, label) in &named {
            fields.push(Field::new(name, label, "text", autocomplete(name)).with(self.field(name)));
        }
        fields.push(Field::new("password", "Password", "password", "new-password").hint(&policy));
        self.show(Page {
            title: "Sign up",
            problem,
            action: "/signup",
            fields,
            button: "Sign up",
            links: &[TO_SIGN_IN, TO_CONFIRM],
            ..Page::default()
        })
    }

    /// Where a proved password leads: the app, or one question more.
    pub(super) fn challenge_page(&self, challenge: &Value, problem: Option<String>) -> Response {
        let text = |member: &Value| member.as_str().unwrap_or_default().to_owned();
        let parameters = &challenge["ChallengeParameters"];
        let policy = self.cognito.user_pool.password_policy.describe();
        let (name, session) = (text(&challenge["ChallengeName"]), text(&challenge["Session"]));
        let (user, secret) = (text(&parameters["USER_ID_FOR_SRP"]), text(&challenge["SecretCode"]));
        let lacking = text(&parameters["requiredAttributes"]);
        let code = |label| Field::code(label);
        let destination = text(&parameters["CODE_DELIVERY_DESTINATION"]);
        let factors = text(&parameters["MFAS_CAN_CHOOSE"]);
        let mut page = Page {
            problem,
            action: "/login",
            button: "Go on",
            links: &[TO_SIGN_IN],
            hidden: vec![
                ("challenge", &name),
                ("session", &session),
                ("user", &user),
                ("lacking", &lacking),
                ("secret", &secret),
                ("destination", &destination),
                ("factors", &factors),
            ],
            ..Page::default()
        };
        let wanted: Vec<String> = serde_json::from_str(&lacking).unwrap_or_default();
        let named: Vec<(&str, String)> = wanted
            .iter()
            .map(|name| (name.as_str(), label(name.strip_prefix("userAttributes.").unwrap_or(name))))
            .collect();
        match name.as_str() {
            "NEW_PASSWORD_REQUIRED" => {
                page.title = "Choose your password";
                page.fields
                    .push(Field::new("password", "New password", "password", "new-password").hint(&policy));
                for (name, label) in &named {
                    page.fields.push(Field::new(name, label, "text", "on").with(self.field(name)));
                }
            }
            "MFA_SETUP" => {
                page.title = "Set up an authenticator app";
                page.notice = Some(
                    "Give your authenticator app this key, then type the code that it shows.".to_owned(),
                );
                page.key = Some(&secret);
                page.fields.push(code(APP));
            }
            "SELECT_MFA_TYPE" => {
                page.title = "How do you want to prove it is you?";
                let names: Vec<String> = serde_json::from_str(&factors).unwrap_or_default();
                page.choices =
                    names.into_iter().filter_map(|name| Some((factor_label(&name)?, name))).collect();
            }
            "EMAIL_OTP" | "SMS_MFA" => {
                page.title = "Type the code";
                page.notice = Some(format!("A code is on its way to {destination}."));
                page.fields.push(code("The code that was sent to you"));
            }
            _ => {
                page.title = "Type the code";
                page.fields.push(code(APP));
            }
        }
        self.show(page)
    }
}

pub(super) fn forgot_page(visit: &Visit, problem: Option<String>) -> Response {
    visit.show(Page {
        title: "Forgot your password?",
        problem,
        action: "/forgotPassword",
        fields: vec![
            Field::new("username", "E-mail address", "email", "username").with(visit.field("username")),
        ],
        button: "Send me a code",
        links: &[TO_SIGN_IN],
        ..Page::default()
    })
}

const APP: &str = "Code of your authenticator app";

fn factor_label(name: &str) -> Option<&'static str> {
    match name {
        "SOFTWARE_TOKEN_MFA" => Some("A code of my authenticator app"),
        "EMAIL_OTP" => Some("A code by e-mail"),
        "SMS_MFA" => Some("A code by text message"),
        _ => None,
    }
}

/// `given_name` for people.
fn label(name: &str) -> String {
    let words = name.replace('_', " ");
    let mut letters = words.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}

fn autocomplete(name: &str) -> &'static str {
    match name {
        "given_name" => "given-name",
        "family_name" => "family-name",
        "name" => "name",
        _ => "on",
    }
}
