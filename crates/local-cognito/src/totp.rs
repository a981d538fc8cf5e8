//! Time-based one-time passwords (RFC 6238) as authenticator apps make them: SHA-1, six digits, thirty seconds.

use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use subtle::ConstantTimeEq;

const STEP_S: i64 = 30;

/// Steps before and after the present one whose codes are taken, for clocks that differ and slow fingers.
const TOLERATED_STEPS: i64 = 1;

/// The step whose code this is, among those that are tolerated now.
pub(crate) fn step_of(secret: &[u8], code: &str, now_s: i64) -> Option<i64> {
    let now = now_s / STEP_S;
    (now - TOLERATED_STEPS..=now + TOLERATED_STEPS)
        .find(|step| self::code(secret, *step).as_bytes().ct_eq(code.as_bytes()).into())
}

/// RFC 4226, section 5.3, with the step as the counter.
fn code(secret: &[u8], step: i64) -> String {
    let mut mac = Hmac::<Sha1>::new_from_slice(secret).expect("HMAC takes any key length");
    mac.update(&step.to_be_bytes());
    let digest = mac.finalize().into_bytes();
    let offset = usize::from(digest[19] & 0xf);
    let word = [digest[offset] & 0x7f, digest[offset + 1], digest[offset + 2], digest[offset + 3]];
    format!("{:06}", u32::from_be_bytes(word) % 1_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The SHA-1 rows of RFC 6238, appendix B; six digits are the end of its eight.
    #[test]
    fn the_codes_are_those_of_the_rfc() {
        let secret = b"12345678901234567890";
        for (now_s, expected) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(code(secret, now_s / STEP_S), expected);
            assert_eq!(step_of(secret, expected, now_s), Some(now_s / STEP_S));
        }
    }

    #[test]
    fn a_code_is_taken_one_step_early_or_late_and_no_more() {
        let secret = b"12345678901234567890";
        let step = 1_111_111_109 / STEP_S;
        for (distance, is_taken) in [(-2, false), (-1, true), (0, true), (1, true), (2, false)] {
            let found = step_of(secret, "081804", (step + distance) * STEP_S);
            assert_eq!(found.is_some(), is_taken, "{distance}");
        }
        assert_eq!(step_of(secret, "", 1_111_111_109), None);
        assert_eq!(step_of(secret, "0818041", 1_111_111_109), None);
    }
}
