//! What an operation works with: one transaction, one moment in time, and the questions that all of them ask.

use std::sync::{Mutex, PoisonError};

use num_bigint::BigUint;
use rusqlite::Connection;

use crate::Cognito;
use crate::challenges::{AuthSession, PasswordVerifier};
use crate::claims::{Claims, TokenError, TokenUse};
use crate::config::{ClientConfig, UserPoolConfig};
use crate::email;
use crate::error::Error;
use crate::operation::{self, required};
use crate::progress::Progress;
use crate::signing_key::SigningKey;
use crate::store::codes::Purpose;
use crate::store::outbox::Sent;
use crate::store::users::{self, User};
use crate::store::{codes, outbox, sessions};
use crate::tokens::ADMIN_SCOPE;
use crate::triggers::custom_message::{self, Message};

pub(crate) struct Turn<'a> {
    pub(crate) cognito: &'a Cognito,
    pub(crate) db: &'a Connection,
    pub(crate) now_ms: i64,
    /// What the transaction sends, if it is committed.
    pub(crate) sent: &'a Mutex<Vec<Sent>>,
}

impl Turn<'_> {
    pub(crate) fn now_s(&self) -> i64 {
        self.now_ms / 1000
    }

    pub(crate) fn pool(&self) -> &UserPoolConfig {
        &self.cognito.user_pool
    }

    /// When a temporary password given out now ends.
    pub(crate) fn temporary_password_end_s(&self) -> i64 {
        let validity_s = self.pool().password_policy.temporary_password_validity.as_secs();
        self.now_s().saturating_add_unsigned(validity_s)
    }

    pub(crate) fn signing_key(&self) -> &SigningKey {
        &self.cognito.signing_key
    }

    /// The app client that the request names.
    pub(crate) fn client(&self, client_id: Option<String>) -> Result<&ClientConfig, Error> {
        let client_id = client_id.ok_or_else(|| Error::missing("clientId"))?;
        let known = self.pool().clients.iter().find(|client| client.client_id == client_id);
        known.ok_or_else(|| {
            let shown: String = client_id.chars().take(128).collect();
            Error::ResourceNotFound(format!("User pool client {shown} does not exist."))
        })
    }

    /// Refuses an operator's request for another pool.
    pub(crate) fn check_user_pool(&self, user_pool_id: Option<String>) -> Result<(), Error> {
        let user_pool_id = required(user_pool_id, "userPoolId")?;
        if user_pool_id != self.pool().pool_id {
            let shown: String = user_pool_id.chars().take(64).collect();
            return Err(Error::ResourceNotFound(format!("User pool {shown} does not exist.")));
        }
        Ok(())
    }

    /// The user whom an operator names, by e-mail or `sub`.
    pub(crate) fn named_user(&self, username: Option<String>) -> Result<User, Error> {
        users::find(self.db, &operation::username(username)?)?.ok_or(Error::NO_SUCH_USER)
    }

    /// The user whose access token this is, which must be good for the API.
    pub(crate) fn signed_in(&self, access_token: Option<String>) -> Result<(Claims, User), Error> {
        self.with_scope(&access_token.ok_or_else(|| Error::missing("accessToken"))?, ADMIN_SCOPE)
    }

    /// The same for an access token that is good for learning who somebody is.
    pub(crate) fn signed_in_for_openid(&self, access_token: &str) -> Result<(Claims, User), Error> {
        self.with_scope(access_token, "openid")
    }

    fn with_scope(&self, token: &str, scope: &str) -> Result<(Claims, User), Error> {
        let claims = self.cognito.verify(token, self.now_s()).map_err(|error| match error {
            TokenError::Malformed | TokenError::Forged => Error::NotAuthorized("Invalid Access Token"),
            TokenError::Expired => Error::NotAuthorized("Access Token has expired"),
            TokenError::Revoked => Error::NotAuthorized("Access Token has been revoked"),
        })?;
        if claims.token_use != TokenUse::Access {
            return Err(Error::NotAuthorized("Invalid Access Token"));
        }
        let scopes = claims.raw.get("scope").and_then(serde_json::Value::as_str).unwrap_or_default();
        if !scopes.split(' ').any(|given| given == scope) {
            return Err(Error::NotAuthorized("Access Token does not have required scopes"));
        }
        let user = users::find(self.db, &claims.sub)?;
        let user = user.ok_or(Error::NotAuthorized("Access Token has been revoked"))?;
        Ok((claims, user))
    }

    /// How long a step of a sign-in to this client may take.
    pub(crate) fn auth_session_ms(&self, client_id: &str) -> i64 {
        let client = self.pool().clients.iter().find(|client| client.client_id == client_id);
        let default = ClientConfig::default().auth_session_validity;
        let validity = client.map_or(default, |client| client.auth_session_validity);
        i64::try_from(validity.as_millis()).unwrap_or(i64::MAX)
    }

    /// Remembers a sign-in under way; the answer is its `Session`.
    pub(crate) fn open_auth_session(&self, session: AuthSession) -> String {
        let lifetime_ms = self.auth_session_ms(&session.client_id);
        self.cognito.auth_sessions.open(session, lifetime_ms, self.now_ms)
    }

    /// Remembers a password proof under way; the answer is its `SECRET_BLOCK`.
    pub(crate) fn open_password_verifier(&self, challenge: PasswordVerifier) -> String {
        let lifetime_ms = self.auth_session_ms(&challenge.client_id);
        self.cognito.challenges.open(challenge, lifetime_ms, self.now_ms)
    }

    /// The user as of now. Whoever was deleted or shut out since, or has another password, is signing in no more.
    pub(crate) fn unchanged(&self, sub: &str, verifier: &BigUint) -> Result<User, Error> {
        let user = self.same(sub, verifier)?;
        user.check_enabled()?;
        Ok(user)
    }

    /// The same, be they shut out or not.
    pub(crate) fn same(&self, sub: &str, verifier: &BigUint) -> Result<User, Error> {
        let user = users::find(self.db, sub)?;
        user.filter(|user| user.password.verifier == *verifier).ok_or(Error::INVALID_SESSION)
    }

    /// Pretends to send a code to somebody, or to nobody.
    pub(crate) fn pretend_code(&self, client_id: &str, sub: &str, purpose: Purpose) -> Result<(), Error> {
        let session_s = self.auth_session_ms(client_id) / 1000;
        codes::pretend(self.db, sub, purpose, session_s, self.now_s())
    }

    /// Tells the developer of a message, but not of one that is undone.
    pub(crate) fn log_when_done(&self, sent: Sent) {
        self.sent.lock().unwrap_or_else(PoisonError::into_inner).push(sent);
    }

    /// Makes a code and sends it.
    pub(crate) fn send_code(&self, message: &Message<'_>, purpose: Purpose) -> Result<Progress<()>, Error> {
        let session_s = self.auth_session_ms(message.client_id) / 1000;
        let code = codes::issue(self.db, &message.user.sub, purpose, session_s, self.now_s())?;
        let address = message.address.to_owned();
        custom_message::words(self, message, purpose.medium(), &code)?.and_then(self, move |turn, words| {
            turn.log_when_done(outbox::send(turn.db, &address, purpose, &code, words, turn.now_ms)?);
            Ok(Progress::Done(()))
        })
    }

    /// Refuses a sign-in name that somebody has.
    pub(crate) fn check_is_new(&self, name: &str) -> Result<(), Error> {
        match users::find(self.db, name)? {
            Some(_) => Err(Error::UsernameExists),
            None => Ok(()),
        }
    }

    /// Refuses an address that could not be sent to or that another user has.
    pub(crate) fn check_email_is_free(&self, address: &str, user: &User) -> Result<(), Error> {
        if !email::is_address(address) {
            return Err(Error::InvalidParameter("Invalid email address format.".to_owned()));
        }
        match users::find(self.db, address)? {
            Some(other) if other.sub != user.sub => Err(Error::AliasExists),
            _ => Ok(()),
        }
    }

    /// Ends one sign-in with all its tokens.
    pub(crate) fn revoke(&self, event_id: &str) -> Result<(), Error> {
        sessions::revoke(self.db, event_id)?;
        self.refuse_from_now_on([event_id.to_owned()]);
        Ok(())
    }

    /// Ends every sign-in of the user.
    pub(crate) fn revoke_all(&self, sub: &str) -> Result<(), Error> {
        let ended = sessions::revoke_all(self.db, sub)?;
        self.refuse_from_now_on(ended);
        Ok(())
    }

    /// Should the commit fail, the tokens stay refused until the next start: the safe side.
    fn refuse_from_now_on(&self, event_ids: impl IntoIterator<Item = String>) {
        self.cognito.revoked.write().unwrap_or_else(PoisonError::into_inner).extend(event_ids);
    }
}
