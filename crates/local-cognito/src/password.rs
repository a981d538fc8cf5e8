//! Passwords: what the policy asks of one, and the verifier that is stored in its stead.

use num_bigint::BigUint;
use rand::{Rng, RngCore};
use subtle::ConstantTimeEq;

use crate::config::{PasswordPolicy, UserPoolConfig};
use crate::error::Error;
use crate::srp;

/// What is kept of a password.
#[derive(Debug, Clone)]
pub(crate) struct StoredPassword {
    pub(crate) salt: BigUint,
    pub(crate) verifier: BigUint,
    /// Whether anybody knows a password that fits.
    pub(crate) is_set: bool,
}

impl StoredPassword {
    /// Salts the password anew.
    pub(crate) fn new(pool: &UserPoolConfig, sub: &str, password: &str) -> Self {
        let salt = BigUint::from_bytes_be(&rand::rng().random::<[u8; 16]>());
        let verifier = srp::verifier(pool.pool_name(), sub, password, &salt);
        StoredPassword { salt, verifier, is_set: true }
    }

    /// That of who signs in by other means: random numbers, which no password fits.
    pub(crate) fn none() -> Self {
        let salt = BigUint::from_bytes_be(&rand::rng().random::<[u8; 16]>());
        let mut verifier = [0; 380];
        rand::rng().fill_bytes(&mut verifier);
        StoredPassword { salt, verifier: BigUint::from_bytes_be(&verifier), is_set: false }
    }

    /// Whether this is the password.
    pub(crate) fn is(&self, pool: &UserPoolConfig, sub: &str, password: &str) -> bool {
        let given = srp::verifier(pool.pool_name(), sub, password, &self.salt);
        given.to_bytes_be().ct_eq(&self.verifier.to_bytes_be()).into()
    }
}

const LONGEST: usize = 256;

/// <https://docs.aws.amazon.com/cognito/latest/developerguide/managing-users-passwords.html>
const SYMBOLS: &str = "^$*.[]{}()?\"!@#%&/\\,><':;|_~`=+- ";

/// Refuses a password that the pool's policy does not allow, in AWS's words.
pub(crate) fn check(policy: &PasswordPolicy, password: &str) -> Result<(), Error> {
    let length = password.chars().count();
    if length > LONGEST || password.trim() != password {
        return Err(Error::InvalidParameter(
            "1 validation error detected: Value at 'password' failed to satisfy constraint: \
             Member must have at most 256 characters and neither begin nor end with white space"
                .to_owned(),
        ));
    }
    let has = |wanted: fn(char) -> bool| password.chars().any(wanted);
    let lacks = [
        (length < policy.minimum_length, "Password not long enough"),
        (
            policy.require_lowercase && !has(|c| c.is_ascii_lowercase()),
            "Password must have lowercase characters",
        ),
        (
            policy.require_uppercase && !has(|c| c.is_ascii_uppercase()),
            "Password must have uppercase characters",
        ),
        (policy.require_numbers && !has(|c| c.is_ascii_digit()), "Password must have numeric characters"),
        (policy.require_symbols && !has(|c| SYMBOLS.contains(c)), "Password must have symbol characters"),
    ];
    match lacks.into_iter().find(|(lacks, _)| *lacks) {
        Some((_, what)) => Err(Error::InvalidPassword(what.to_owned())),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_policy_names_what_a_password_lacks() {
        let cases = [
            ("Passw0rd!", ""),
            ("Pass w0rd", ""),
            ("pässwörd-Ω1A", ""),
            ("Sh0rt!", "Password not long enough"),
            ("PASSW0RD!", "Password must have lowercase characters"),
            ("passw0rd!", "Password must have uppercase characters"),
            ("Password!", "Password must have numeric characters"),
            ("Passw0rdd", "Password must have symbol characters"),
        ];
        for (password, lack) in cases {
            match check(&PasswordPolicy::default(), password) {
                Ok(()) => assert_eq!(lack, "", "{password}"),
                Err(error) => {
                    assert_eq!(error.exception(), "InvalidPasswordException");
                    let expected = format!("Password did not conform with policy: {lack}");
                    assert_eq!(error.to_string(), expected, "{password}");
                }
            }
        }
    }

    #[test]
    fn a_rule_that_the_pool_does_not_set_is_not_applied() {
        let lax = PasswordPolicy {
            minimum_length: 6,
            require_lowercase: false,
            require_uppercase: false,
            require_numbers: false,
            require_symbols: false,
            ..PasswordPolicy::default()
        };
        assert!(check(&lax, "öööööö").is_ok());
        assert!(check(&lax, "ööööö").is_err());
    }

    #[test]
    fn outer_white_space_and_endless_passwords_are_refused() {
        for password in [" Passw0rd!", "Passw0rd! ", &"Aa1!".repeat(65)] {
            let error = check(&PasswordPolicy::default(), password).unwrap_err();
            assert_eq!(error.exception(), "InvalidParameterException");
        }
    }
}
