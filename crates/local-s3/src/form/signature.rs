//! Who signed the policy of a form: version 4, or version 2, which boto3 still makes.
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-authentication-HTTPPOST.html>

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use s3s::auth::{Credentials, S3Auth};
use s3s::{S3Result, s3_error};
use sha1::Sha1;
use sha2::Sha256;

use super::Form;
use crate::access::{Gate, SECURITY_TOKEN, wrong_region};

/// Finds out who signed, or refuses a form that nobody did.
pub(crate) async fn signer(form: &Form, gate: &Gate) -> S3Result<Credentials> {
    let signer = match (form.field("x-amz-signature"), form.field("signature")) {
        (Some(signature), _) => version_4(form, gate, signature).await?,
        (None, Some(signature)) => version_2(form, gate, signature).await?,
        (None, None) => return Err(s3_error!(AccessDenied, "Access Denied")),
    };
    gate.token_matches(&signer.access_key, form.field(SECURITY_TOKEN))?;
    Ok(signer)
}

async fn version_4(form: &Form, gate: &Gate, signature: &str) -> S3Result<Credentials> {
    let (policy, date) = (form.needed("policy")?, form.needed("x-amz-date")?);
    if form.needed("x-amz-algorithm")? != "AWS4-HMAC-SHA256" {
        return Err(s3_error!(InvalidArgument, "Only AWS4-HMAC-SHA256 is supported"));
    }
    let credential: Vec<&str> = form.needed("x-amz-credential")?.split('/').collect();
    let [access_key, day, region, "s3", "aws4_request"] = credential[..] else {
        return Err(s3_error!(
            InvalidArgument,
            "The X-Amz-Credential is mal-formed; expecting \"<YOUR-AKID>/YYYYMMDD/REGION/s3/aws4_request\"."
        ));
    };
    if region != gate.region {
        return Err(wrong_region(region, &gate.region));
    }
    let secret_key = gate.get_secret_key(access_key).await?;
    let key = format!("AWS4{}", secret_key.expose()).into_bytes();
    let key = [day, region, "s3", "aws4_request"]
        .iter()
        .fold(key, |key, word| mac::<Hmac<Sha256>>(&key, word).finalize().into_bytes().to_vec());
    let is_right = mac::<Hmac<Sha256>>(&key, policy).verify_slice(&bytes_of(signature)).is_ok();
    match is_right && date.starts_with(day) {
        true => Ok(Credentials { access_key: access_key.to_owned(), secret_key }),
        false => Err(s3_error!(SignatureDoesNotMatch)),
    }
}

async fn version_2(form: &Form, gate: &Gate, signature: &str) -> S3Result<Credentials> {
    let (policy, access_key) = (form.needed("policy")?, form.needed("awsaccesskeyid")?);
    let secret_key = gate.get_secret_key(access_key).await?;
    let signature = BASE64_STANDARD.decode(signature).unwrap_or_default();
    match mac::<Hmac<Sha1>>(secret_key.expose().as_bytes(), policy).verify_slice(&signature) {
        Ok(()) => Ok(Credentials { access_key: access_key.to_owned(), secret_key }),
        Err(_) => Err(s3_error!(SignatureDoesNotMatch)),
    }
}

fn mac<M: Mac + KeyInit>(key: &[u8], text: &str) -> M {
    let mut mac = <M as KeyInit>::new_from_slice(key).expect("HMAC takes any key length");
    mac.update(text.as_bytes());
    mac
}

/// The bytes of a hexadecimal text; of anything else none, which are nobody's signature.
fn bytes_of(hex: &str) -> Vec<u8> {
    let digits: Option<Vec<u32>> = hex.chars().map(|digit| digit.to_digit(16)).collect();
    let digits = digits.filter(|digits| digits.len() % 2 == 0).unwrap_or_default();
    digits.chunks(2).filter_map(|pair| u8::try_from(pair[0] * 16 + pair[1]).ok()).collect()
}
