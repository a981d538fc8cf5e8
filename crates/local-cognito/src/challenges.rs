//! Challenges that clients have yet to answer: in memory, for as long as the client gives people, mostly three minutes.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, PoisonError};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use num_bigint::BigUint;
use rand::Rng;

use crate::triggers::auth_challenge::ChallengeResult;
use crate::triggers::pre_token_generation::Source;

/// About 8 MB of big numbers, and 64 MB more should a function want as much remembered as it may of every sign-in
/// ([`CustomAuth::MOST_BYTES`]); when a flood brings more, the oldest go.
const MOST: usize = 4096;

/// What the server must remember of a password proof under way.
#[derive(Debug, Clone)]
pub(crate) struct PasswordVerifier {
    pub(crate) client_id: String,
    /// `USER_ID_FOR_SRP`; of nobody, if the user is unknown and that must not show.
    pub(crate) user_id: String,
    pub(crate) verifier: BigUint,
    pub(crate) a: BigUint,
    pub(crate) b: BigUint,
    pub(crate) public_b: BigUint,
    /// What the tokens will be made for.
    pub(crate) source: Source,
    /// Set when functions lead the sign-in.
    pub(crate) custom: Option<CustomAuth>,
}

/// A sign-in under way; the client sends back its `Session`.
#[derive(Debug, Clone)]
pub(crate) struct AuthSession {
    pub(crate) client_id: String,
    pub(crate) sub: String,
    /// The password at the time: should it change meanwhile, what was proved is void.
    pub(crate) verifier: BigUint,
    pub(crate) step: Step,
    /// What the tokens will be made for.
    pub(crate) source: Source,
    /// Set when functions lead the sign-in.
    pub(crate) custom: Option<CustomAuth>,
}

/// What is remembered of a sign-in that functions lead.
#[derive(Debug, Clone, Default)]
pub(crate) struct CustomAuth {
    /// `userName` of the events, of at most [`LONGEST_USERNAME`](crate::operation::LONGEST_USERNAME) characters.
    pub(crate) name: String,
    /// Whether there is such a user.
    pub(crate) is_known: bool,
    /// What was answered so far, the oldest first.
    pub(crate) session: Vec<ChallengeResult>,
    /// What CreateAuthChallenge said of the open challenge, for VerifyAuthChallengeResponse alone.
    pub(crate) private_parameters: BTreeMap<String, String>,
    /// Its name for the open challenge.
    pub(crate) challenge_metadata: Option<String>,
}

impl CustomAuth {
    /// What functions may want remembered of a sign-in. AWS's documents name no limit; this is a choice.
    pub(crate) const MOST_BYTES: usize = 16 * 1024;

    /// Whether that is more than may be.
    pub(crate) fn is_too_large(&self) -> bool {
        let private = self.private_parameters.iter().map(|(name, value)| name.len() + value.len());
        let past = self.session.iter().filter_map(|past| past.challenge_metadata.as_ref());
        let metadata = past.chain(&self.challenge_metadata).map(String::len);
        private.chain(metadata).sum::<usize>() > Self::MOST_BYTES
    }

    /// Remembers how a challenge went; the open one is no longer open.
    pub(crate) fn record(&mut self, challenge_name: &'static str, challenge_result: bool) {
        let challenge_metadata = self.challenge_metadata.take();
        self.session.push(ChallengeResult { challenge_name, challenge_result, challenge_metadata });
    }

    pub(crate) fn has_password(&self) -> bool {
        self.session.iter().any(|past| past.challenge_name == "PASSWORD_VERIFIER")
    }
}

/// What is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    /// Signed up, and not confirmed: nothing is proved.
    SignedUp,
    /// Confirmed just now, by the code: that is proof enough to sign in once.
    Confirmed,
    SelectChallenge,
    /// A password is wanted, or the first half of its proof.
    Password,
    /// A code as the first factor.
    EmailOtp,
    SmsOtp,
    NewPasswordRequired,
    DeviceSrpAuth,
    SelectMfaType,
    SoftwareTokenMfa,
    /// A question of a function.
    CustomChallenge,
    /// A code as the second factor.
    EmailMfa,
    SmsMfa,
    MfaSetup,
    /// MFA_SETUP, with the app proved.
    MfaIsSetUp,
}

impl Step {
    /// AWS's name of the challenge; what the two steps of a sign-up have is no challenge, and never told.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Step::NewPasswordRequired => "NEW_PASSWORD_REQUIRED",
            Step::DeviceSrpAuth => "DEVICE_SRP_AUTH",
            Step::SelectMfaType => "SELECT_MFA_TYPE",
            Step::SoftwareTokenMfa => "SOFTWARE_TOKEN_MFA",
            Step::EmailOtp | Step::EmailMfa => "EMAIL_OTP",
            Step::SmsOtp => "SMS_OTP",
            Step::SmsMfa => "SMS_MFA",
            Step::SelectChallenge => "SELECT_CHALLENGE",
            Step::Password => "PASSWORD",
            Step::CustomChallenge => "CUSTOM_CHALLENGE",
            Step::SignedUp | Step::Confirmed => "",
            Step::MfaSetup | Step::MfaIsSetUp => "MFA_SETUP",
        }
    }
}

/// The challenges by `SECRET_BLOCK` or `Session`, the only thing that the client sends back.
pub(crate) struct Challenges<T> {
    open: Mutex<HashMap<String, (i64, T)>>,
}

impl<T> Default for Challenges<T> {
    fn default() -> Self {
        Challenges { open: Mutex::default() }
    }
}

impl<T: Clone> Challenges<T> {
    /// Remembers a challenge for a while and names it, in standard base64.
    pub(crate) fn open(&self, challenge: T, lifetime_ms: i64, now_ms: i64) -> String {
        let secret_block = STANDARD.encode(rand::rng().random::<[u8; 64]>());
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if open.len() >= MOST {
            open.retain(|_, (expires_at_ms, _)| now_ms < *expires_at_ms);
        }
        if open.len() >= MOST {
            let oldest = open.iter().min_by_key(|(_, (expires_at_ms, _))| *expires_at_ms);
            if let Some(oldest) = oldest.map(|(secret_block, _)| secret_block.clone()) {
                open.remove(&oldest);
            }
        }
        open.insert(secret_block.clone(), (now_ms + lifetime_ms, challenge));
        secret_block
    }

    /// The challenge, which stays open: a mistyped code can be typed again.
    pub(crate) fn get(&self, secret_block: &str, now_ms: i64) -> Option<T> {
        let open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let (expires_at_ms, challenge) = open.get(secret_block)?;
        (now_ms < *expires_at_ms).then(|| challenge.clone())
    }

    /// Takes the challenge away: right or wrong, there is one answer to it.
    pub(crate) fn take(&self, secret_block: &str, now_ms: i64) -> Option<T> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let (expires_at_ms, challenge) = open.remove(secret_block)?;
        (now_ms < expires_at_ms).then_some(challenge)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn challenge() -> PasswordVerifier {
        PasswordVerifier {
            client_id: String::new(),
            user_id: String::new(),
            verifier: BigUint::ZERO,
            a: BigUint::ZERO,
            b: BigUint::ZERO,
            public_b: BigUint::ZERO,
            source: Source::default(),
            custom: None,
        }
    }

    #[test]
    fn a_challenge_is_good_once_and_for_its_time() {
        let challenges = Challenges::default();
        let first = challenges.open(challenge(), 180_000, 0);
        assert!(challenges.take(&first, 179_999).is_some());
        assert!(challenges.take(&first, 179_999).is_none());

        let second = challenges.open(challenge(), 180_000, 0);
        assert!(challenges.take(&second, 180_000).is_none());
    }

    #[test]
    fn a_flood_of_challenges_pushes_out_the_oldest_only() {
        let challenges = Challenges::default();
        let secret_blocks: Vec<_> =
            (0..=MOST as i64).map(|now_ms| challenges.open(challenge(), 180_000, now_ms)).collect();
        assert!(challenges.take(&secret_blocks[0], 1).is_none());
        assert!(challenges.take(&secret_blocks[1], 1).is_some());
        assert!(challenges.take(&secret_blocks[MOST], 1).is_some());
    }
}
