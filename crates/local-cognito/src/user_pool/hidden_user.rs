//! A user who does not exist but is answered as if, so that strangers cannot learn who has an account.
//!
//! RFC 5054, section 2.5.1.3: the same name always gets the same salt and user id.

use hkdf::Hkdf;
use num_bigint::BigUint;
use sha2::Sha256;
use uuid::Builder;

use crate::config::ClientConfig;
use crate::error::Error;
use crate::password::StoredPassword;
use crate::store::codes::{self, Purpose};
use crate::turn::Turn;

/// Pretends to send a code to this name, as a client does that hides who exists; as often as to a user.
///
/// <https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pool-managing-errors.html>
pub(super) fn pretend_code(
    turn: &Turn<'_>,
    client: &ClientConfig,
    name: &str,
    purpose: Purpose,
) -> Result<(), Error> {
    let (sub, _) = of_name(&turn.cognito.hidden_users, name);
    turn.pretend_code(&client.client_id, &sub, purpose)
}

/// What a guess at that code is answered: the same as a user's wrong one.
pub(super) fn guess_code(turn: &Turn<'_>, name: &str, purpose: Purpose) -> Result<Error, Error> {
    let (sub, _) = of_name(&turn.cognito.hidden_users, name);
    codes::guess_pretended(turn.db, &sub, purpose, turn.now_s())
}

/// The `sub` and password of nobody; no password fits.
pub(super) fn of_name(seed: &[u8], name: &str) -> (String, StoredPassword) {
    let mut bytes = [0; 16 + 16 + 380];
    Hkdf::<Sha256>::new(None, seed)
        .expand(name.to_lowercase().as_bytes(), &mut bytes)
        .expect("412 bytes are less than HKDF's limit");
    let (sub, rest) = bytes.split_at(16);
    let (salt, verifier) = rest.split_at(16);
    let sub = Builder::from_random_bytes(sub.try_into().expect("split at 16")).into_uuid();
    let password = StoredPassword {
        salt: BigUint::from_bytes_be(salt),
        verifier: BigUint::from_bytes_be(verifier),
        is_set: true,
    };
    (sub.to_string(), password)
}
