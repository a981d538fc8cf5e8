//! The bucket, and presigned requests to it (AWS Signature Version 4 in the query string).
//!
//! Signing needs no request to S3, so the S3 SDK stays out of the functions: it would double their size.
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html>

use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{
    PayloadChecksumKind, PercentEncodingMode, SignableBody, SignableRequest, SignatureLocation,
    SigningSettings, UriPathNormalizationMode, sign,
};
use aws_sigv4::sign::v4;

use super::Header;
use crate::Error;

/// A bucket, and the credentials that may read and write its `rooms/*`.
#[derive(Debug, Clone)]
pub struct Bucket {
    base_url: String,
    region: String,
    credentials: Credentials,
}

impl Bucket {
    /// How long a presigned request is valid.
    pub const LINK_LIFE: Duration = Duration::from_secs(15 * 60);

    /// `endpoint`: where S3 is, if not at AWS (`http://localhost:4000`).
    pub fn new(name: &str, region: &str, endpoint: Option<&str>, credentials: Credentials) -> Bucket {
        let base_url = match endpoint {
            Some(endpoint) => format!("{}/{name}", endpoint.trim_end_matches('/')),
            None if region.starts_with("cn-") => format!("https://{name}.s3.{region}.amazonaws.com.cn"),
            None => format!("https://{name}.s3.{region}.amazonaws.com"),
        };
        Bucket { base_url, region: region.to_owned(), credentials }
    }

    /// A PUT with exactly these headers: they are signed.
    pub(super) fn upload(&self, key: &str, headers: &[Header]) -> Result<String, Error> {
        let headers: Vec<_> = headers.iter().map(|header| (header.name, header.value.as_str())).collect();
        self.presign("PUT", format!("{}/{key}", self.base_url), &headers)
    }

    /// A GET whose answer a browser shows if it is a picture, sound or film, and otherwise saves under `name`.
    pub(super) fn download(&self, key: &str, name: &str, content_type: &str) -> Result<String, Error> {
        let media = ["image/", "audio/", "video/"].iter().any(|kind| content_type.starts_with(kind));
        // An SVG can hold a script.
        let disposition = if media && !content_type.contains("svg") { "inline" } else { "attachment" };
        let disposition = format!("{disposition}; filename*=UTF-8''{}", percent_encode(name));
        let query = format!("response-content-disposition={}", percent_encode(&disposition));
        self.presign("GET", format!("{}/{key}?{query}", self.base_url), &[])
    }

    fn presign(&self, method: &str, url: String, headers: &[(&str, &str)]) -> Result<String, Error> {
        let mut settings = SigningSettings::default();
        settings.signature_location = SignatureLocation::QueryParams;
        settings.expires_in = Some(Bucket::LINK_LIFE);
        settings.percent_encoding_mode = PercentEncodingMode::Single;
        settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
        settings.payload_checksum_kind = PayloadChecksumKind::NoHeader;
        let identity = self.credentials.clone().into();
        let params = v4::SigningParams::builder()
            .identity(&identity)
            .region(&self.region)
            .name("s3")
            .time(SystemTime::now())
            .settings(settings)
            .build()
            .map_err(Error::internal)?;
        let request =
            SignableRequest::new(method, &url, headers.iter().copied(), SignableBody::UnsignedPayload)
                .map_err(Error::internal)?;
        let (signed, _) = sign(request, &params.into()).map_err(Error::internal)?.into_parts();
        let mut request = http::Request::builder().uri(&url).body(()).map_err(Error::internal)?;
        signed.apply_to_request_http1x(&mut request);
        Ok(request.uri().to_string())
    }
}

/// As RFC 3986 wants it, and as Signature Version 4 counts it: all but unreserved characters.
fn percent_encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bucket(endpoint: Option<&str>) -> Bucket {
        let credentials = Credentials::new("AKIDEXAMPLE", "secret", Some("token".into()), None, "test");
        Bucket::new("files", "eu-west-1", endpoint, credentials)
    }

    #[test]
    fn an_upload_signs_its_length_and_type() {
        let header = |name, value: &str| Header { name, value: value.to_owned() };
        let headers = [header("content-type", "image/png"), header("content-length", "10")];
        let url = bucket(None).upload("rooms/1/2", &headers).unwrap();
        assert!(url.starts_with("https://files.s3.eu-west-1.amazonaws.com/rooms/1/2?"), "{url}");
        assert!(url.contains("X-Amz-SignedHeaders=content-length%3Bcontent-type%3Bhost"), "{url}");
        assert!(url.contains("X-Amz-Expires=900") && url.contains("X-Amz-Security-Token=token"), "{url}");
    }

    #[test]
    fn a_local_endpoint_is_addressed_by_path() {
        let url = bucket(Some("http://localhost:4000/")).download("k", "a b.png", "image/png").unwrap();
        assert!(
            url.starts_with("http://localhost:4000/files/k?response-content-disposition=inline%3B"),
            "{url}"
        );
    }

    #[test]
    fn what_could_run_in_a_browser_is_saved_instead() {
        for (content_type, expected) in
            [("image/png", "inline"), ("image/svg+xml", "attachment"), ("text/html", "attachment")]
        {
            let url = bucket(None).download("k", "n", content_type).unwrap();
            assert!(url.contains(&format!("disposition={expected}%3B")), "{content_type}: {url}");
        }
    }
}
