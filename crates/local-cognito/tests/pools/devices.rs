//! Devices that the pool remembers.

use std::sync::Arc;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use local_cognito::{DeviceConfiguration, Trigger};
use num_bigint::BigUint;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::harness::{ADA, Answer, CLIENT, Function, PASSWORD, Pool};
use crate::srp::SrpClient;

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

/// The random password that the device made for itself.
const SECRET: &str = "c2VjcmV0IG9mIHRoZSBkZXZpY2U=";

fn remembering(device_only_remembered_on_user_prompt: bool) -> Pool {
    Pool::configured(|config| {
        config.user_pool.device_configuration = Some(DeviceConfiguration {
            challenge_required_on_new_device: true,
            device_only_remembered_on_user_prompt,
        });
    })
}

struct Device {
    key: String,
    group: String,
    access: String,
}

/// Signs in without a device key and confirms the device, as Amplify does.
async fn confirmed_device(pool: &Pool) -> Device {
    let result = pool.with_password(ADA, PASSWORD).await.ok()["AuthenticationResult"].clone();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let device = Device {
        key: text(&result["NewDeviceMetadata"]["DeviceKey"]),
        group: text(&result["NewDeviceMetadata"]["DeviceGroupKey"]),
        access: text(&result["AccessToken"]),
    };
    let salt = [1; 16];
    let identity = Sha256::digest(format!("{}{}:{SECRET}", device.group, device.key));
    let x = Sha256::new().chain_update(salt).chain_update(identity).finalize();
    let n = BigUint::parse_bytes(N_HEX, 16).unwrap();
    let verifier = BigUint::from(2u8).modpow(&BigUint::from_bytes_be(&x), &n);
    let body = json!({
        "AccessToken": device.access,
        "DeviceKey": device.key,
        "DeviceName": "laptop",
        "DeviceSecretVerifierConfig": {
            "Salt": STANDARD.encode(salt),
            "PasswordVerifier": STANDARD.encode(verifier.to_bytes_be()),
        },
    });
    pool.call("ConfirmDevice", body).await.ok();
    device
}

async fn sign_in_with(pool: &Pool, device_key: &str) -> Answer {
    let body = json!({
        "ClientId": CLIENT,
        "AuthFlow": "USER_PASSWORD_AUTH",
        "AuthParameters": { "USERNAME": ADA, "PASSWORD": PASSWORD, "DEVICE_KEY": device_key },
    });
    pool.call("InitiateAuth", body).await
}

async fn prove(pool: &Pool, device: &Device, challenge: &Value, secret: &str) -> Answer {
    let srp = SrpClient::new(&device.group);
    let body = json!({
        "ClientId": CLIENT,
        "ChallengeName": "DEVICE_SRP_AUTH",
        "Session": challenge["Session"],
        "ChallengeResponses": { "USERNAME": ADA, "SRP_A": srp.a_hex(), "DEVICE_KEY": device.key },
    });
    let verifier = pool.call("RespondToAuthChallenge", body).await.ok();
    assert_eq!(verifier["ChallengeName"], "DEVICE_PASSWORD_VERIFIER");
    let mut parameters = verifier["ChallengeParameters"].clone();
    parameters["USER_ID_FOR_SRP"] = device.key.as_str().into();
    let timestamp = "Tue Nov 4 09:05:07 UTC 2025";
    let body = json!({
        "ClientId": CLIENT,
        "ChallengeName": "DEVICE_PASSWORD_VERIFIER",
        "ChallengeResponses": {
            "USERNAME": ADA,
            "DEVICE_KEY": device.key,
            "PASSWORD_CLAIM_SECRET_BLOCK": parameters["SECRET_BLOCK"],
            "TIMESTAMP": timestamp,
            "PASSWORD_CLAIM_SIGNATURE": srp.answer(&parameters, secret, timestamp),
        },
    });
    pool.call("RespondToAuthChallenge", body).await
}

#[tokio::test]
async fn a_remembered_device_proves_itself_and_gets_no_new_keys() {
    let pool = remembering(false);
    pool.confirmed_user(ADA).await;
    let device = confirmed_device(&pool).await;
    let challenge = sign_in_with(&pool, &device.key).await.ok();
    assert_eq!(challenge["ChallengeName"], "DEVICE_SRP_AUTH");
    prove(&pool, &device, &challenge, "another secret").await.refused("NotAuthorizedException");
    let challenge = sign_in_with(&pool, &device.key).await.ok();
    let answer = prove(&pool, &device, &challenge, SECRET).await.ok();
    let result = &answer["AuthenticationResult"];
    assert!(result["AccessToken"].is_string());
    assert_eq!(result.get("NewDeviceMetadata"), None);
}

#[tokio::test]
async fn a_function_before_tokens_is_told_that_a_device_proved_itself() {
    let function = Function::silent();
    let pool = Pool::configured(|config| {
        config.user_pool.device_configuration = Some(DeviceConfiguration {
            challenge_required_on_new_device: true,
            device_only_remembered_on_user_prompt: false,
        });
        config.triggers.set(Trigger::PreTokenGeneration, Arc::clone(&function) as _);
    });
    pool.confirmed_user(ADA).await;
    let device = confirmed_device(&pool).await;
    function.taken();
    let challenge = sign_in_with(&pool, &device.key).await.ok();
    prove(&pool, &device, &challenge, SECRET).await.ok();
    assert_eq!(function.taken()[0]["triggerSource"], "TokenGeneration_AuthenticateDevice");
}

#[tokio::test]
async fn a_device_is_remembered_when_the_user_says_so() {
    let pool = remembering(true);
    pool.confirmed_user(ADA).await;
    let device = confirmed_device(&pool).await;
    let answer = sign_in_with(&pool, &device.key).await.ok();
    assert!(answer["AuthenticationResult"].is_object());
    let body = json!({
        "AccessToken": device.access,
        "DeviceKey": device.key,
        "DeviceRememberedStatus": "remembered",
    });
    pool.call("UpdateDeviceStatus", body).await.ok();
    let challenge = sign_in_with(&pool, &device.key).await.ok();
    assert_eq!(challenge["ChallengeName"], "DEVICE_SRP_AUTH");
}

#[tokio::test]
async fn devices_are_listed_and_forgotten() {
    let pool = remembering(false);
    pool.confirmed_user(ADA).await;
    let device = confirmed_device(&pool).await;
    let listed = pool.call("ListDevices", json!({ "AccessToken": device.access, "Limit": 60 })).await.ok();
    assert_eq!(listed["Devices"][0]["DeviceKey"], device.key.as_str());
    let body = json!({ "AccessToken": device.access, "DeviceKey": device.key });
    let shown = pool.call("GetDevice", body.clone()).await.ok();
    assert_eq!(shown["Device"]["DeviceKey"], device.key.as_str());
    let forgotten = pool.call("ForgetDevice", body).await;
    assert!(forgotten.status.is_success(), "{}", forgotten.text);
    let told = sign_in_with(&pool, &device.key).await.refused("ResourceNotFoundException");
    assert_eq!(told, "Device does not exist.");
}

#[tokio::test]
async fn a_device_of_somebody_else_does_not_exist() {
    let pool = remembering(false);
    pool.confirmed_user(ADA).await;
    let device = confirmed_device(&pool).await;
    pool.confirmed_user("eve@example.com").await;
    let eve = pool.sign_in("eve@example.com").await;
    let body = json!({ "AccessToken": eve.access, "DeviceKey": device.key });
    pool.call("ForgetDevice", body).await.refused("ResourceNotFoundException");
}

#[tokio::test]
async fn a_pool_that_remembers_none_gives_no_keys() {
    let pool = Pool::new();
    pool.confirmed_user(ADA).await;
    let answer = sign_in_with(&pool, "us-east-1_unknown").await.ok();
    assert_eq!(answer["AuthenticationResult"].get("NewDeviceMetadata"), None);
}

#[tokio::test]
async fn an_operator_sees_and_forgets_the_devices_of_somebody() {
    let pool = remembering(false);
    pool.confirmed_user(ADA).await;
    let device = confirmed_device(&pool).await;
    let listed = pool.admin("AdminListDevices", json!({ "Username": ADA })).await.ok();
    assert_eq!(listed["Devices"][0]["DeviceKey"], device.key.as_str());
    let one = json!({ "Username": ADA, "DeviceKey": device.key });
    let shown = pool.admin("AdminGetDevice", one.clone()).await.ok();
    assert_eq!(shown["Device"]["DeviceKey"], device.key.as_str());
    let mut not_remembered = one.clone();
    not_remembered["DeviceRememberedStatus"] = "not_remembered".into();
    pool.admin("AdminUpdateDeviceStatus", not_remembered).await.ok();
    let answer = sign_in_with(&pool, &device.key).await.ok();
    assert!(answer.get("AuthenticationResult").is_some(), "it is not asked to prove itself: {answer}");
    assert!(pool.admin("AdminForgetDevice", one.clone()).await.status.is_success());
    pool.admin("AdminGetDevice", one).await.refused("ResourceNotFoundException");
}
