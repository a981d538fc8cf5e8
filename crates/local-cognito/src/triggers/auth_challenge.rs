//! DefineAuthChallenge, CreateAuthChallenge and VerifyAuthChallengeResponse: the functions that lead a sign-in by
//! `CUSTOM_AUTH`.
//!
//! <https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-challenge.html>. What the app tells
//! with InitiateAuth does not reach them; what it tells with an answer to a challenge does.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Event, Metadata, Trigger, ask, request, user_attributes};
use crate::progress::Progress;
use crate::store::users::User;
use crate::turn::Turn;

/// Whom the events are about.
pub(crate) struct Subject<'a> {
    /// As typed, of somebody unknown.
    pub(crate) user_name: &'a str,
    pub(crate) client_id: &'a str,
    /// `None`: somebody unknown, which the app must not learn.
    pub(crate) user: Option<&'a User>,
    /// Whether the client hides who has an account; only then functions are told of `userNotFound`.
    pub(crate) hides_users: bool,
    pub(crate) metadata: Option<&'a Metadata>,
}

/// An entry of `session`: a challenge that was answered.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ChallengeResult {
    pub(crate) challenge_name: &'static str,
    pub(crate) challenge_result: bool,
    pub(crate) challenge_metadata: Option<String>,
}

/// What DefineAuthChallenge says.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Definition {
    pub(crate) challenge_name: Option<String>,
    pub(crate) issue_tokens: Option<bool>,
    pub(crate) fail_authentication: Option<bool>,
}

pub(crate) fn define(
    turn: &Turn<'_>,
    subject: &Subject<'_>,
    session: &[ChallengeResult],
) -> Progress<Definition> {
    let unsaid = json!({ "challengeName": null, "issueTokens": null, "failAuthentication": null });
    subject.ask(turn, Trigger::DefineAuthChallenge, vec![("session", json!(session))], unsaid)
}

/// What CreateAuthChallenge says.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Creation {
    /// For the app.
    pub(crate) public_challenge_parameters: Option<BTreeMap<String, String>>,
    /// For VerifyAuthChallengeResponse.
    pub(crate) private_challenge_parameters: Option<BTreeMap<String, String>>,
    pub(crate) challenge_metadata: Option<String>,
}

pub(crate) fn create(
    turn: &Turn<'_>,
    subject: &Subject<'_>,
    challenge_name: &str,
    session: &[ChallengeResult],
) -> Progress<Creation> {
    let members = vec![("challengeName", challenge_name.into()), ("session", json!(session))];
    let unsaid = json!({
        "publicChallengeParameters": null,
        "privateChallengeParameters": null,
        "challengeMetadata": null,
    });
    subject.ask(turn, Trigger::CreateAuthChallenge, members, unsaid)
}

/// What VerifyAuthChallengeResponse says.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Verification {
    pub(crate) answer_correct: Option<bool>,
}

pub(crate) fn verify(
    turn: &Turn<'_>,
    subject: &Subject<'_>,
    private_parameters: &BTreeMap<String, String>,
    answer: &str,
) -> Progress<Verification> {
    let members =
        vec![("privateChallengeParameters", json!(private_parameters)), ("challengeAnswer", answer.into())];
    let unsaid = json!({ "answerCorrect": null });
    subject.ask(turn, Trigger::VerifyAuthChallengeResponse, members, unsaid)
}

impl Subject<'_> {
    fn ask<A: serde::de::DeserializeOwned + Default + 'static>(
        &self,
        turn: &Turn<'_>,
        trigger: Trigger,
        mut members: Vec<(&'static str, Value)>,
        response: Value,
    ) -> Progress<A> {
        members.push(("userAttributes", self.user.map_or_else(|| json!({}), user_attributes)));
        if self.hides_users {
            members.push(("userNotFound", self.user.is_none().into()));
        }
        let event = Event {
            version: "1",
            source: match trigger {
                Trigger::CreateAuthChallenge => "CreateAuthChallenge_Authentication",
                Trigger::VerifyAuthChallengeResponse => "VerifyAuthChallengeResponse_Authentication",
                _ => "DefineAuthChallenge_Authentication",
            },
            user_name: self.user_name,
            client_id: self.client_id,
            request: request(members, self.metadata),
            response,
        };
        ask(turn, trigger, &event)
    }
}
