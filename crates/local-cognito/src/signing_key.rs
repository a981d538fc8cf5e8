//! The pool's RSA key: signs tokens, checks signatures, and is published as JWKS.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header};
use rsa::RsaPrivateKey;
use rsa::pkcs1::{DecodeRsaPrivateKey, EncodeRsaPrivateKey};
use rsa::traits::PublicKeyParts;
use serde::Serialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::error::Error;

const BITS: usize = 2048;

pub(crate) struct SigningKey {
    /// The thumbprint of the public key (RFC 7638), so a new key is never taken for an old one.
    pub(crate) kid: String,
    encoding: EncodingKey,
    decoding: DecodingKey,
    jwks: Value,
}

impl SigningKey {
    /// A new key in PKCS#1 DER. Takes about a second, far more in an unoptimised build.
    pub(crate) fn generate() -> Result<Vec<u8>, Error> {
        let failed =
            |error: &dyn std::fmt::Display| Error::Internal(format!("making the signing key: {error}"));
        let key = RsaPrivateKey::new(&mut rsa::rand_core::OsRng, BITS).map_err(|error| failed(&error))?;
        let der = key.to_pkcs1_der().map_err(|error| failed(&error))?;
        Ok(der.as_bytes().to_vec())
    }

    pub(crate) fn from_der(der: &[u8]) -> Result<Self, Error> {
        let key = RsaPrivateKey::from_pkcs1_der(der)
            .map_err(|error| Error::Internal(format!("the stored signing key cannot be read: {error}")))?;
        let modulus = key.n().to_bytes_be();
        let exponent = key.e().to_bytes_be();
        let (n, e) = (URL_SAFE_NO_PAD.encode(&modulus), URL_SAFE_NO_PAD.encode(&exponent));
        let kid = STANDARD.encode(Sha256::digest(format!(r#"{{"e":"{e}","kty":"RSA","n":"{n}"}}"#)));
        let jwks = json!({
            "keys": [{ "alg": "RS256", "e": e, "kid": kid, "kty": "RSA", "n": n, "use": "sig" }],
        });
        Ok(SigningKey {
            kid,
            encoding: EncodingKey::from_rsa_der(der),
            decoding: DecodingKey::from_rsa_raw_components(&modulus, &exponent),
            jwks,
        })
    }

    /// A JWT of these claims.
    pub(crate) fn sign(&self, claims: &impl Serialize) -> Result<String, Error> {
        let header = Header { typ: None, kid: Some(self.kid.clone()), ..Header::new(Algorithm::RS256) };
        jsonwebtoken::encode(&header, claims, &self.encoding)
            .map_err(|error| Error::Internal(format!("signing a token: {error}")))
    }

    /// Whether `signature` (the third part of a JWT) is this key's over `signed` (the first two).
    pub(crate) fn has_signed(&self, signed: &str, signature: &str) -> bool {
        jsonwebtoken::crypto::verify(signature, signed.as_bytes(), &self.decoding, Algorithm::RS256)
            .unwrap_or(false)
    }

    /// `{ "keys": [ … ] }` (RFC 7517).
    pub(crate) fn jwks(&self) -> &Value {
        &self.jwks
    }
}
