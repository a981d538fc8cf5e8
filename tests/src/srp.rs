//! The client's half of Cognito's SRP sign-in: proves a password without sending it.

use std::time::SystemTime;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use num_bigint::BigUint;
use serde_json::Value;
use sha2::{Digest, Sha256};

/// One sign-in under way.
pub struct SrpClient {
    pool_name: String,
    secret_a: BigUint,
    n: BigUint,
}

/// RFC 3526's 3072-bit prime.
const N_HEX: &[u8] = b"\
FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E3404DD\
EF9519B3CD3A431B302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7ED\
EE386BFB5A899FA5AE9F24117C4B1FE649286651ECE45B3DC2007CB8A163BF0598DA48361C55D39A69163FA8FD24CF5F\
83655D23DCA3AD961C62F356208552BB9ED529077096966D670C354E4ABC9804F1746C08CA18217C32905E462E36CE3B\
E39E772C180E86039B2783A2EC07A28FB5C55DF06F4C52C9DE2BCBF6955817183995497CEA956AE515D2261898FA0510\
15728E5A8AAAC42DAD33170D04507A33A85521ABDF1CBA64ECFB850458DBEF0A8AEA71575D060C7DB3970F85A6E1E4C7\
ABF5AE8CDB0933D71E8C94E04A25619DCEE3D2261AD2EE6BF12FFA06D98A0864D87602733EC86A64521F2B18177B200C\
BBE117577A615D6C770988C0BAD946E208E24FA074E5AB3143DB5BFCE0FD108E4B82D120A93AD2CAFFFFFFFFFFFFFFFF";

impl SrpClient {
    /// For the pool whose id ends with `_<pool_name>`.
    pub fn new(pool_name: &str) -> Self {
        Self::with_secret(pool_name, BigUint::from_bytes_be(&rand::random::<[u8; 32]>()))
    }

    fn with_secret(pool_name: &str, secret_a: BigUint) -> Self {
        let n = BigUint::parse_bytes(N_HEX, 16).expect("the prime is hexadecimal");
        SrpClient { pool_name: pool_name.to_owned(), secret_a, n }
    }

    /// `SRP_A` of InitiateAuth.
    pub fn a_hex(&self) -> String {
        self.public_a().to_str_radix(16)
    }

    /// `PASSWORD_CLAIM_SIGNATURE` of RespondToAuthChallenge, standard base64.
    ///
    /// `parameters` are the `ChallengeParameters` of PASSWORD_VERIFIER; `timestamp` is that of [`timestamp`],
    /// to be sent as `TIMESTAMP`. Panics on parameters that no Cognito sends.
    pub fn answer(&self, parameters: &Value, password: &str, timestamp: &str) -> String {
        let text =
            |name: &str| parameters[name].as_str().unwrap_or_else(|| panic!("no {name} in {parameters}"));
        let number = |name: &str| BigUint::parse_bytes(text(name).as_bytes(), 16).expect(name);
        let (user_id, b) = (text("USER_ID_FOR_SRP"), number("SRP_B"));

        let g = BigUint::from(2u8);
        let k = hash(&[&padded(&self.n), &padded(&g)]);
        let u = hash(&[&padded(&self.public_a()), &padded(&b)]);
        let identity = Sha256::digest(format!("{}{user_id}:{password}", self.pool_name));
        let x = hash(&[&padded(&number("SALT")), &identity]);
        // B - k·g^x, kept positive.
        let base = (&b + &self.n * &k - &k * g.modpow(&x, &self.n)) % &self.n;
        let s = base.modpow(&(&self.secret_a + &u * &x), &self.n);

        let extracted = hmac(&padded(&u), &[&padded(&s)]);
        let key = hmac(&extracted, &[b"Caldera Derived Key", &[1]]);
        let secret_block = STANDARD.decode(text("SECRET_BLOCK")).expect("SECRET_BLOCK is base64");
        let signed = [self.pool_name.as_bytes(), user_id.as_bytes(), &secret_block, timestamp.as_bytes()];
        STANDARD.encode(hmac(&key[..16], &signed))
    }

    fn public_a(&self) -> BigUint {
        BigUint::from(2u8).modpow(&self.secret_a, &self.n)
    }
}

/// `TIMESTAMP` as Cognito wants it: English, UTC, the day without a leading zero.
pub fn timestamp(time: SystemTime) -> String {
    // "Tue, 04 Nov 2025 09:05:07 GMT"
    let date = httpdate::fmt_http_date(time);
    let parts: Vec<&str> = date.split([',', ' ']).filter(|part| !part.is_empty()).collect();
    let [weekday, day, month, year, clock, _] = parts[..] else { panic!("{date} is no HTTP date") };
    format!("{weekday} {month} {} {clock} UTC {year}", day.trim_start_matches('0'))
}

fn hash(parts: &[&[u8]]) -> BigUint {
    BigUint::from_bytes_be(&Sha256::digest(parts.concat()))
}

fn hmac(key: &[u8], parts: &[&[u8]]) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes any key length");
    parts.iter().for_each(|part| mac.update(part));
    mac.finalize().into_bytes().to_vec()
}

/// Big-endian bytes with a zero in front when the first bit is set, as Java writes a positive number.
fn padded(number: &BigUint) -> Vec<u8> {
    let mut bytes = number.to_bytes_be();
    if bytes[0] & 0x80 != 0 {
        bytes.insert(0, 0);
    }
    bytes
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use serde_json::json;

    use super::*;

    #[test]
    fn a_timestamp_is_written_as_the_clients_do() {
        for (seconds, written) in
            [(1_762_247_107, "Tue Nov 4 09:05:07 UTC 2025"), (1_769_903_999, "Sat Jan 31 23:59:59 UTC 2026")]
        {
            assert_eq!(timestamp(UNIX_EPOCH + Duration::from_secs(seconds)), written);
        }
    }

    #[test]
    fn every_vector_of_the_real_client_is_answered_alike() {
        let file = include_str!("../../crates/local-cognito/tests/srp-vectors.json");
        let file: Value = serde_json::from_str(file).unwrap();
        let vectors = file["vectors"].as_array().unwrap();
        assert_eq!(vectors.len(), 5);
        for vector in vectors {
            let input = &vector["input"];
            let text = |name: &str| input[name].as_str().unwrap();
            let secret_a = BigUint::parse_bytes(text("a").as_bytes(), 16).unwrap();
            let client = SrpClient::with_secret(text("poolName"), secret_a);
            assert_eq!(client.a_hex(), vector["SRP_A"], "{}", vector["name"]);

            let parameters = json!({
                "SALT": vector["SALT"],
                "SRP_B": vector["SRP_B"],
                "SECRET_BLOCK": text("secretBlockBase64"),
                "USER_ID_FOR_SRP": text("userIdForSrp"),
            });
            let signature = client.answer(&parameters, text("password"), text("timestamp"));
            assert_eq!(signature, vector["PASSWORD_CLAIM_SIGNATURE"], "{}", vector["name"]);
        }
    }
}
