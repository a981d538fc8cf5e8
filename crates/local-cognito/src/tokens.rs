//! Issuing tokens: a sign-in opens a session, a refresh makes new tokens of the same session.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use rand::Rng;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::config::ClientConfig;
use crate::error::Error;
use crate::progress::Progress;
use crate::roles::Roles;
use crate::scopes;
use crate::store::sessions::{self, Session};
use crate::store::users::User;
use crate::store::{groups, users};
use crate::triggers::Metadata;
use crate::triggers::pre_token_generation::{Changes, Source, changes};
use crate::turn::Turn;
use crate::user_pool::sign_in::SignIn;

/// What an access token needs for the operations of whoever is signed in.
pub(crate) const ADMIN_SCOPE: &str = "aws.cognito.signin.user.admin";

/// Opens a session for a user who has proved all that is asked: all three tokens, with what PreTokenGeneration
/// wants. On the sign-in page the refresh token alone, for the app fetches the others.
pub(crate) fn sign_in(turn: &Turn<'_>, user: &User, sign_in: &SignIn) -> Result<Progress<Value>, Error> {
    let SignIn { client, source, metadata, .. } = sign_in.clone();
    if source == Source::HostedAuth {
        let (_, refresh_token) = open(turn, user, &client)?;
        return Ok(Progress::Done(json!({ "RefreshToken": refresh_token })));
    }
    let proved = (user.sub.clone(), user.password.verifier.clone());
    changes(turn, user, &client.client_id, ADMIN_SCOPE, source, metadata.as_ref())?.and_then(
        turn,
        move |turn, changes| {
            let user = turn.unchanged(&proved.0, &proved.1)?;
            let (session, refresh_token) = open(turn, &user, &client)?;
            let mut result = of_session(turn, &user, &client, &session, &changes, None)?;
            result["RefreshToken"] = refresh_token.into();
            Ok(Progress::Done(result))
        },
    )
}

/// A new session and its refresh token.
pub(crate) fn open(turn: &Turn<'_>, user: &User, client: &ClientConfig) -> Result<(Session, String), Error> {
    let refresh_token = new_refresh_token();
    let session = Session {
        event_id: Uuid::new_v4().to_string(),
        origin_jti: Uuid::new_v4().to_string(),
        sub: user.sub.clone(),
        client_id: client.client_id.clone(),
        auth_time_s: turn.now_s(),
        expires_at_s: turn.now_s() + seconds(client.refresh_token_validity),
        is_revoked: false,
        replaced_until_s: None,
        scope: None,
    };
    sessions::insert(turn.db, &session, &refresh_token)?;
    Ok((session, refresh_token))
}

/// New access and id tokens for a refresh token; a new one of those too, if the client rotates them.
pub(crate) fn refresh(
    turn: &Turn<'_>,
    client: &ClientConfig,
    refresh_token: String,
    metadata: Option<&Metadata>,
) -> Result<Progress<Value>, Error> {
    let asked = ask(turn, client, &refresh_token, Source::RefreshTokens, metadata)?;
    let client = client.clone();
    asked.and_then(turn, move |turn, changes| {
        let (session, user) = open_session(turn, &client, &refresh_token)?;
        let mut result = of_session(turn, &user, &client, &session, &changes, None)?;
        if let Some(rotation) = &client.refresh_token_rotation {
            let new = new_refresh_token();
            let good_until_s = turn.now_s() + seconds(rotation.retry_grace_period);
            sessions::rotate(turn.db, &session, &refresh_token, &new, good_until_s)?;
            result["RefreshToken"] = new.into();
        }
        Ok(Progress::Done(result))
    })
}

/// The first tokens of a sign-in by the sign-in page, which say the app's `nonce` again.
pub(crate) fn exchange(
    turn: &Turn<'_>,
    client: &ClientConfig,
    refresh_token: String,
    nonce: Option<String>,
) -> Result<Progress<Value>, Error> {
    let asked = ask(turn, client, &refresh_token, Source::HostedAuth, None)?;
    let client = client.clone();
    asked.and_then(turn, move |turn, changes| {
        let (session, user) = open_session(turn, &client, &refresh_token)?;
        let mut result = of_session(turn, &user, &client, &session, &changes, nonce.as_deref())?;
        result["RefreshToken"] = refresh_token.into();
        Ok(Progress::Done(result))
    })
}

/// What PreTokenGeneration wants in the tokens of a session that is open.
fn ask(
    turn: &Turn<'_>,
    client: &ClientConfig,
    refresh_token: &str,
    source: Source,
    metadata: Option<&Metadata>,
) -> Result<Progress<Changes>, Error> {
    let (session, user) = open_session(turn, client, refresh_token)?;
    let scope = session.scope.as_deref().unwrap_or(ADMIN_SCOPE);
    changes(turn, &user, &client.client_id, scope, source, metadata)
}

/// The session of a refresh token that is good, and its user.
fn open_session(
    turn: &Turn<'_>,
    client: &ClientConfig,
    refresh_token: &str,
) -> Result<(Session, User), Error> {
    let session = sessions::find(turn.db, refresh_token)?
        .filter(|session| session.client_id == client.client_id)
        .ok_or(Error::NotAuthorized("Invalid Refresh Token"))?;
    if session.is_revoked {
        return Err(Error::NotAuthorized("Refresh Token has been revoked"));
    }
    if session.replaced_until_s.is_some_and(|until_s| turn.now_s() >= until_s) {
        return Err(Error::RefreshTokenReuse);
    }
    if turn.now_s() >= session.expires_at_s {
        return Err(Error::NotAuthorized("Refresh Token has expired"));
    }
    let user =
        users::find(turn.db, &session.sub)?.ok_or(Error::NotAuthorized("Refresh Token has been revoked"))?;
    if !user.is_enabled {
        return Err(Error::NotAuthorized("User is disabled."));
    }
    Ok((session, user))
}

fn new_refresh_token() -> String {
    URL_SAFE_NO_PAD.encode(rand::rng().random::<[u8; 32]>())
}

/// `AuthenticationResult` without a refresh token; the claims are those that Amplify reads.
fn of_session(
    turn: &Turn<'_>,
    user: &User,
    client: &ClientConfig,
    session: &Session,
    changes: &Changes,
    nonce: Option<&str>,
) -> Result<Value, Error> {
    let scope = session.scope.as_deref().unwrap_or(ADMIN_SCOPE);
    let groups = groups::of_user(turn.db, &user.sub)?;
    let shared = |token_use: &str, validity: std::time::Duration| {
        let mut claims = Map::new();
        claims.insert("sub".into(), user.sub.clone().into());
        if !groups.is_empty() {
            claims.insert("cognito:groups".into(), groups.clone().into());
        }
        changes.apply_to_groups(&mut claims);
        claims.insert("iss".into(), turn.pool().issuer.clone().into());
        if client.token_revocation {
            claims.insert("origin_jti".into(), session.origin_jti.clone().into());
        }
        claims.insert("event_id".into(), session.event_id.clone().into());
        claims.insert("token_use".into(), token_use.into());
        claims.insert("auth_time".into(), session.auth_time_s.into());
        claims.insert("iat".into(), turn.now_s().into());
        claims.insert("exp".into(), (turn.now_s() + seconds(validity)).into());
        claims.insert("jti".into(), Uuid::new_v4().to_string().into());
        claims
    };

    let mut access = shared("access", client.access_token_validity);
    access.insert("client_id".into(), client.client_id.clone().into());
    access.insert("username".into(), user.sub.clone().into());
    access.insert("scope".into(), changes.scope(scope).into());
    changes.apply_to_access(&mut access);

    let mut id = shared("id", client.id_token_validity);
    id.insert("aud".into(), client.client_id.clone().into());
    id.insert("cognito:username".into(), user.sub.clone().into());
    for (name, value) in user.attributes.iter().filter(|(name, _)| scopes::tell(scope, name)) {
        let value = match name.as_str() {
            "email_verified" | "phone_number_verified" => Value::Bool(value == "true"),
            _ => value.clone().into(),
        };
        id.insert(name.clone(), value);
    }
    id.extend(Roles::of_user(turn.db, &user.sub)?.claims());

    if let Some(nonce) = nonce {
        id.insert("nonce".into(), nonce.into());
    }
    changes.apply_to_id(&mut id);

    let key = turn.signing_key();
    let mut result = json!({
        "AccessToken": key.sign(&access)?,
        "ExpiresIn": seconds(client.access_token_validity),
        "TokenType": "Bearer",
    });
    // An app that did not ask who somebody is does not learn it.
    if session.scope.is_none() || scope.split(' ').any(|scope| scope == "openid") {
        result["IdToken"] = key.sign(&id)?.into();
    }
    Ok(result)
}

fn seconds(duration: std::time::Duration) -> i64 {
    i64::try_from(duration.as_secs()).unwrap_or(i64::MAX)
}
