//! The server's half of SRP-6a as Cognito speaks it: who knows the password can prove it without sending it.
//!
//! Formulae and padding: `padHex` of the AWS clients is Java's `BigInteger.toByteArray`, a sign bit included.

use std::sync::LazyLock;

use hkdf::Hkdf;
use hmac::{Hmac, KeyInit, Mac};
use num_bigint::BigUint;
use sha2::{Digest, Sha256};

/// RFC 3526's 3072-bit prime.
static N: LazyLock<BigUint> = LazyLock::new(|| {
    BigUint::parse_bytes(
        b"FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E3404DD\
          EF9519B3CD3A431B302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7ED\
          EE386BFB5A899FA5AE9F24117C4B1FE649286651ECE45B3DC2007CB8A163BF0598DA48361C55D39A69163FA8FD24CF5F\
          83655D23DCA3AD961C62F356208552BB9ED529077096966D670C354E4ABC9804F1746C08CA18217C32905E462E36CE3B\
          E39E772C180E86039B2783A2EC07A28FB5C55DF06F4C52C9DE2BCBF6955817183995497CEA956AE515D2261898FA0510\
          15728E5A8AAAC42DAD33170D04507A33A85521ABDF1CBA64ECFB850458DBEF0A8AEA71575D060C7DB3970F85A6E1E4C7\
          ABF5AE8CDB0933D71E8C94E04A25619DCEE3D2261AD2EE6BF12FFA06D98A0864D87602733EC86A64521F2B18177B200C\
          BBE117577A615D6C770988C0BAD946E208E24FA074E5AB3143DB5BFCE0FD108E4B82D120A93AD2CAFFFFFFFFFFFFFFFF",
        16,
    )
    .expect("the prime is written in hexadecimal")
});

static G: LazyLock<BigUint> = LazyLock::new(|| BigUint::from(2u8));

static K: LazyLock<BigUint> = LazyLock::new(|| hash(&[&padded(&N), &padded(&G)]));

/// The verifier `v` of a password: all that is stored, and useless for signing in.
///
/// `pool_name` is the pool's id after `_`, `user_id` the `USER_ID_FOR_SRP`.
pub(crate) fn verifier(pool_name: &str, user_id: &str, password: &str, salt: &BigUint) -> BigUint {
    let identity = Sha256::digest(format!("{pool_name}{user_id}:{password}"));
    let x = hash(&[&padded(salt), &identity]);
    G.modpow(&x, &N)
}

/// The public value `B` of the server's secret `b`.
pub(crate) fn public_b(b: &BigUint, verifier: &BigUint) -> BigUint {
    (&*K * verifier + G.modpow(b, &N)) % &*N
}

/// `A` as the client sends it: hexadecimal, unpadded; `None` if it is no such number or a multiple of N, with
/// which anybody could sign in.
pub(crate) fn parse_public_a(hex: &str) -> Option<BigUint> {
    const LONGEST_HEX: usize = 3072 / 4 + 2;
    if hex.len() > LONGEST_HEX || !hex.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return None;
    }
    let a = BigUint::parse_bytes(hex.as_bytes(), 16)?;
    (&a % &*N != BigUint::ZERO).then_some(a)
}

/// What both sides must know to agree on a key.
pub(crate) struct Exchange<'a> {
    pub(crate) a: &'a BigUint,
    pub(crate) b: &'a BigUint,
    pub(crate) public_b: &'a BigUint,
    pub(crate) verifier: &'a BigUint,
}

/// What the client's proof is made over.
pub(crate) struct Claim<'a> {
    pub(crate) pool_name: &'a str,
    pub(crate) user_id: &'a str,
    pub(crate) secret_block: &'a [u8],
    pub(crate) timestamp: &'a str,
}

/// Whether `signature` (`PASSWORD_CLAIM_SIGNATURE`, decoded) proves the password; compared in constant time.
pub(crate) fn is_proven(exchange: &Exchange<'_>, claim: &Claim<'_>, signature: &[u8]) -> bool {
    let mut mac = Hmac::<Sha256>::new_from_slice(&session_key(exchange)).expect("HMAC takes any key length");
    mac.update(claim.pool_name.as_bytes());
    mac.update(claim.user_id.as_bytes());
    mac.update(claim.secret_block);
    mac.update(claim.timestamp.as_bytes());
    mac.verify_slice(signature).is_ok()
}

fn session_key(exchange: &Exchange<'_>) -> [u8; 16] {
    let u = hash(&[&padded(exchange.a), &padded(exchange.public_b)]);
    let s = (exchange.a * exchange.verifier.modpow(&u, &N)).modpow(exchange.b, &N);
    let mut key = [0; 16];
    Hkdf::<Sha256>::new(Some(&padded(&u)), &padded(&s))
        .expand(b"Caldera Derived Key", &mut key)
        .expect("16 bytes are less than HKDF's limit");
    key
}

fn hash(parts: &[&[u8]]) -> BigUint {
    let mut digest = Sha256::new();
    for part in parts {
        digest.update(part);
    }
    BigUint::from_bytes_be(&digest.finalize())
}

/// Big-endian bytes with a zero in front when the first bit is set.
fn padded(number: &BigUint) -> Vec<u8> {
    let mut bytes = number.to_bytes_be();
    if bytes[0] & 0x80 != 0 {
        bytes.insert(0, 0);
    }
    bytes
}

#[cfg(test)]
#[path = "srp_tests.rs"]
mod tests;
