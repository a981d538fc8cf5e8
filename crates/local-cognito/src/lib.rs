//! Amazon Cognito on localhost: a user pool and an identity pool that unmodified AWS clients sign in to.
//!
//! Passwords are proved by SRP and never stored; tokens are RS256 with a published key; everything lives in one SQLite
//! file. Sources of the wire protocol stand beside the code that speaks it.
//!
//! A request goes `http.rs` → `user_pool.rs` or `identity_pool.rs` (a table of operations) → one file per
//! operation, which runs in one transaction, and in another after each function of a trigger.

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

mod attributes;
mod challenges;
mod claims;
mod clock;
mod config;
mod email;
mod error;
mod http;
mod identity_pool;
mod medium;
mod operation;
mod password;
mod progress;
mod roles;
mod schema;
mod scopes;
mod sign_in_page;
mod signing_key;
mod srp;
mod store;
mod timestamp;
mod tokens;
mod totp;
mod triggers;
mod turn;
mod user_pool;

pub use claims::{Claims, TokenError, TokenUse};
pub use clock::{Clock, SystemClock};
pub use config::{
    ClientConfig, DeviceConfiguration, FirstFactor, GroupConfig, IdentityPoolConfig, IdentityProvider,
    MfaConfiguration, OAuthConfig, PasswordPolicy, RefreshTokenRotation, SecondFactor, UserPoolConfig,
};
pub use error::Error;
pub use http::{handle, is_cognito, operation_for_operators, preflight, router};
pub use store::OpenError;
pub use store::identities::{Login, TemporaryCredentials};
pub use store::outbox::Mail;
pub use triggers::{EventVersion, Trigger, TriggerFunction, Triggers};

use progress::{Invocation, Progress};
use store::outbox::Sent;
use store::{Store, groups, identities, outbox, secrets, sessions, users};
use turn::Turn;

/// What a [`Cognito`] is made of.
pub struct Config {
    /// The user pool.
    pub user_pool: UserPoolConfig,
    /// The identity pool, if the template has one.
    pub identity_pool: Option<IdentityPoolConfig>,
    /// The SQLite file with all state; made if absent, readable by its owner alone.
    pub database: PathBuf,
    /// The functions of `LambdaConfig`.
    pub triggers: Triggers,
    /// [`SystemClock`], except in tests.
    pub clock: Arc<dyn Clock>,
}

/// A user pool and an identity pool, open and ready to serve.
pub struct Cognito {
    user_pool: UserPoolConfig,
    identity_pool: Option<IdentityPoolConfig>,
    triggers: Triggers,
    clock: Arc<dyn Clock>,
    store: Store,
    signing_key: signing_key::SigningKey,
    /// The seed of the challenges that unknown users get, so that asking twice shows nothing either.
    hidden_users: Vec<u8>,
    challenges: challenges::Challenges<challenges::PasswordVerifier>,
    auth_sessions: challenges::Challenges<challenges::AuthSession>,
    authorization_codes: challenges::Challenges<sign_in_page::Code>,
    browser_sessions: challenges::Challenges<sign_in_page::BrowserSession>,
    /// The `event_id`s of ended sessions; a copy of the database, because every API call asks.
    revoked: RwLock<HashSet<String>>,
    /// By access key id; a copy of the database, because every signed request asks.
    credentials: RwLock<HashMap<String, TemporaryCredentials>>,
}

impl Cognito {
    /// Opens the pools. Blocks; the first time it makes the signing key, which takes about a second.
    pub fn open(config: Config) -> Result<Arc<Self>, OpenError> {
        config.user_pool.check().map_err(OpenError::Configuration)?;
        let now_s = config.clock.now_ms() / 1000;
        let (store, (signing_key, hidden_users, revoked, credentials)) =
            Store::open(&config.database, |db| {
                groups::ensure(db, &config.user_pool.groups, now_s)?;
                sessions::forget_expired(db, now_s)?;
                identities::forget_expired_credentials(db, now_s)?;
                let key = secrets::kept(db, "signing_key", signing_key::SigningKey::generate)?;
                let hidden_users =
                    secrets::kept(db, "hidden_users", || Ok(rand::random::<[u8; 32]>().to_vec()))?;
                let key = signing_key::SigningKey::from_der(&key)?;
                Ok((key, hidden_users, sessions::revoked(db)?, identities::all_credentials(db)?))
            })?;
        let credentials = credentials.into_iter().map(|known| (known.access_key_id.clone(), known)).collect();
        Ok(Arc::new(Cognito {
            user_pool: config.user_pool,
            identity_pool: config.identity_pool,
            triggers: config.triggers,
            clock: config.clock,
            store,
            signing_key,
            hidden_users,
            challenges: challenges::Challenges::default(),
            auth_sessions: challenges::Challenges::default(),
            authorization_codes: challenges::Challenges::default(),
            browser_sessions: challenges::Challenges::default(),
            revoked: RwLock::new(revoked.into_iter().collect()),
            credentials: RwLock::new(credentials),
        }))
    }

    /// Checks a JWT of the pool as an API does: RS256 and our key, issuer, client, expiry, revocation.
    ///
    /// Unlike in AWS, where an API goes by the signature alone, a token ends as soon as its user signs out
    /// globally, revokes it or is deleted.
    pub fn verify_access_or_id_token(&self, token: &str) -> Result<Claims, TokenError> {
        self.verify(token, self.clock.now_ms() / 1000)
    }

    fn verify(&self, token: &str, now_s: i64) -> Result<Claims, TokenError> {
        let claims = claims::verify(token, &self.signing_key, &self.user_pool, now_s)?;
        let revoked = self.revoked.read().unwrap_or_else(PoisonError::into_inner);
        if revoked.contains(&claims.event_id) { Err(TokenError::Revoked) } else { Ok(claims) }
    }

    /// The identity pool's credentials behind an access key id; `None` if unknown.
    ///
    /// For a day after they have expired they are still told, so that a service can say what is wrong with them:
    /// whoever verifies a signature looks at [`TemporaryCredentials::expires_at_s`].
    pub fn credentials(&self, access_key_id: &str) -> Option<TemporaryCredentials> {
        let now_s = self.clock.now_ms() / 1000;
        let known = self.credentials.read().unwrap_or_else(PoisonError::into_inner);
        known.get(access_key_id).filter(|credentials| credentials.are_remembered(now_s)).cloned()
    }

    /// The user pool, as it was configured.
    pub fn user_pool(&self) -> &UserPoolConfig {
        &self.user_pool
    }

    /// The newest mails, newest first, at most a hundred: to one address, or to all.
    pub async fn outbox(&self, to: Option<String>) -> Result<Vec<Mail>, Error> {
        self.store.transaction(move |db| outbox::list(db, to.as_deref())).await
    }

    /// Puts a user (e-mail or `sub`) into a configured group; tokens issued from then on say so.
    pub async fn add_user_to_group(&self, user: &str, group: &str) -> Result<(), Error> {
        let (user, group) = (user.to_owned(), group.to_owned());
        self.store
            .transaction(move |db| {
                let user = users::find(db, &user)?.ok_or(Error::UserNotFound("User does not exist."))?;
                groups::add(db, &user.sub, &group)
            })
            .await
    }

    /// Runs an operation to its end, even if the caller has gone: a confirmed user must reach the trigger.
    async fn perform<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&Turn<'_>) -> Result<Progress<T>, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let cognito = Arc::clone(self);
        let work = tokio::spawn(async move {
            let mut progress = cognito.run(work).await?;
            loop {
                let Invocation { trigger, event, then } = match progress {
                    Progress::Done(answer) => return Ok(answer),
                    Progress::Invoke(call) => *call,
                };
                let answer = cognito.triggers.invoke(trigger, event).await;
                progress = cognito.run(move |turn| then(turn, answer)).await?;
            }
        });
        work.await.map_err(|panic| Error::Internal(format!("an operation panicked: {panic}")))?
    }

    /// Runs one transaction.
    async fn run<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&Turn<'_>) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let worker = Arc::clone(self);
        let sent = Arc::new(Mutex::new(Vec::new()));
        let told = Arc::clone(&sent);
        let outcome = self.store.transaction(move |db| {
            work(&Turn { cognito: &worker, db, now_ms: worker.clock.now_ms(), sent: &told })
        });
        let outcome = outcome.await;
        if !matches!(outcome, Err(Error::Internal(_))) {
            sent.lock().unwrap_or_else(PoisonError::into_inner).iter().for_each(Sent::log);
        }
        outcome
    }
}
