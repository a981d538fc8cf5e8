//! Every worked vector of the real client, the edge cases of padding included.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use num_bigint::BigUint;
use serde_json::Value;

use super::*;

fn vectors() -> Vec<Value> {
    let file: Value = serde_json::from_str(include_str!("../tests/srp-vectors.json")).unwrap();
    file["vectors"].as_array().unwrap().clone()
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_else(|| panic!("the vector has no {name}"))
}

fn number(value: &Value, name: &str) -> BigUint {
    BigUint::parse_bytes(text(value, name).as_bytes(), 16).unwrap()
}

#[test]
fn the_multiplier_is_that_of_the_clients() {
    assert_eq!(K.to_str_radix(16), text(&vectors()[0], "k"));
}

#[test]
fn every_vector_gives_the_clients_verifier_public_value_key_and_signature() {
    let vectors = vectors();
    assert_eq!(vectors.len(), 5);
    for vector in &vectors {
        let (name, input) = (text(vector, "name"), &vector["input"]);
        let (pool_name, user_id) = (text(input, "poolName"), text(input, "userIdForSrp"));
        let salt = BigUint::parse_bytes(text(input, "saltBytesHex").as_bytes(), 16).unwrap();
        assert_eq!(salt, number(vector, "SALT"), "{name}: salt");

        let verifier = verifier(pool_name, user_id, text(input, "password"), &salt);
        assert_eq!(verifier, number(vector, "verifier"), "{name}: verifier");

        let b = number(input, "b");
        let public_b = public_b(&b, &verifier);
        assert_eq!(public_b.to_str_radix(16), text(vector, "SRP_B"), "{name}: B");

        let a = parse_public_a(text(vector, "SRP_A")).unwrap();
        let exchange = Exchange { a: &a, b: &b, public_b: &public_b, verifier: &verifier };
        let key = session_key(&exchange);
        assert_eq!(key.map(|byte| format!("{byte:02x}")).concat(), text(vector, "hkdfKey"), "{name}: key");

        let claim = Claim {
            pool_name,
            user_id,
            secret_block: &STANDARD.decode(text(input, "secretBlockBase64")).unwrap(),
            timestamp: text(input, "timestamp"),
        };
        let mut signature = STANDARD.decode(text(vector, "PASSWORD_CLAIM_SIGNATURE")).unwrap();
        assert!(is_proven(&exchange, &claim, &signature), "{name}: signature");

        assert!(!is_proven(&exchange, &claim, &signature[..31]), "{name}: a shortened proof");
        signature[0] ^= 1;
        assert!(!is_proven(&exchange, &claim, &signature), "{name}: an altered proof");
    }
}

#[test]
fn the_device_vector_gives_the_clients_verifier() {
    let file: Value = serde_json::from_str(include_str!("../tests/srp-vectors.json")).unwrap();
    let device = &file["device"];
    let verifier = verifier(
        text(device, "DeviceGroupKey"),
        text(device, "DeviceKey"),
        text(device, "randomPassword"),
        &number(device, "saltHex"),
    );
    assert_eq!(verifier, number(device, "verifierHex"));
}

#[test]
fn a_public_value_that_would_open_every_door_is_refused() {
    let n = N.to_str_radix(16);
    let cases = ["", "0", "000", "-1", "+1", "xyz", "1_000", n.as_str(), &"f".repeat(10_000)];
    for case in cases {
        assert!(parse_public_a(case).is_none(), "{case:.20} was taken");
    }
    assert!(parse_public_a("1a2B").is_some());
}
