//! Signatures that AWS's own test suite and documentation give, and what must spoil one.

use super::*;

const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

/// 30 August 2015, 12:36:00 UTC, in seconds since 1970.
const AT_S: u64 = 1_440_938_160;

struct Case {
    query: String,
    headers: Vec<(String, String)>,
    body: &'static [u8],
    now_s: u64,
    token: Option<&'static str>,
}

/// "get-vanilla" of AWS's Signature Version 4 test suite.
fn vanilla() -> Case {
    let authorization = "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, \
        SignedHeaders=host;x-amz-date, \
        Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31";
    let headers = [
        ("host", "example.amazonaws.com"),
        ("x-amz-date", "20150830T123600Z"),
        ("authorization", authorization),
        ("accept", "not signed"),
    ];
    Case {
        query: String::new(),
        headers: headers.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec(),
        body: b"",
        now_s: AT_S,
        token: None,
    }
}

impl Case {
    fn with(mut self, name: &str, change: impl FnOnce(&str) -> String) -> Case {
        let header = self.headers.iter_mut().find(|(other, _)| other == name).expect("it is there");
        header.1 = change(&header.1);
        self
    }

    fn verify(&self, service: &str) -> Result<String, SignatureError> {
        let request =
            Signed { method: "GET", path: "/", query: &self.query, headers: &self.headers, body: self.body };
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(self.now_s);
        verify(request, service, "us-east-1", now, |id| {
            (id == "AKIDEXAMPLE").then(|| Key {
                secret_access_key: SECRET.to_owned(),
                session_token: self.token.map(str::to_owned),
            })
        })
    }

    fn code(&self) -> &'static str {
        self.verify("service").expect_err("it is refused").code
    }
}

#[test]
fn aws_own_example_is_accepted() {
    assert_eq!(vanilla().verify("service").as_deref(), Ok("AKIDEXAMPLE"));
}

#[test]
fn the_parameters_are_signed_in_their_order_not_as_sent() {
    // "get-vanilla-query-order-key-case" of the suite.
    let signature = "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500";
    let case = |query: &str| Case {
        query: query.to_owned(),
        ..vanilla().with("authorization", |value| {
            format!("{}{signature}", value.split_inclusive("Signature=").next().unwrap_or_default())
        })
    };
    assert!(case("Param2=value2&Param1=value1").verify("service").is_ok());
    assert!(case("Param2=value2&Param1=value2").verify("service").is_err());
}

#[test]
fn whatever_was_signed_cannot_be_changed() {
    assert_eq!(vanilla().with("host", |_| "evil.example".into()).code(), "InvalidSignatureException");
    assert_eq!(Case { body: b"x", ..vanilla() }.code(), "InvalidSignatureException");
    assert_eq!(Case { query: "a=b".into(), ..vanilla() }.code(), "InvalidSignatureException");
    assert_eq!(
        vanilla().with("authorization", |value| value.replace("5fa", "5fb")).code(),
        "InvalidSignatureException"
    );
    assert!(vanilla().with("accept", |_| "anything".into()).verify("service").is_ok());
}

#[test]
fn a_signature_is_for_one_service_region_and_five_minutes() {
    let text = vanilla().verify("appsync").expect_err("another service").message;
    assert_eq!(text, "Credential should be scoped to correct service: 'appsync'.");
    let elsewhere = vanilla().with("authorization", |value| value.replace("us-east-1", "eu-west-1"));
    assert_eq!(elsewhere.code(), "InvalidSignatureException");
    for (now_s, text) in [
        (
            AT_S + 301,
            Some(
                "Signature expired: 20150830T123600Z is now earlier than 20150830T123601Z \
                 (20150830T124101Z - 5 min.)",
            ),
        ),
        (
            AT_S - 301,
            Some(
                "Signature not yet current: 20150830T123600Z is still later than 20150830T123559Z \
                 (20150830T123059Z + 5 min.)",
            ),
        ),
        (AT_S + 300, None),
        (AT_S - 300, None),
    ] {
        let verified = Case { now_s, ..vanilla() }.verify("service");
        assert_eq!(verified.err().map(|error| error.message).as_deref(), text);
    }
}

#[test]
fn an_unknown_key_and_a_missing_session_token_are_unrecognized() {
    let other = vanilla().with("authorization", |value| value.replace("AKIDEXAMPLE", "AKIDOTHER"));
    assert_eq!(other.code(), "UnrecognizedClientException");
    assert_eq!(Case { token: Some("token"), ..vanilla() }.code(), "UnrecognizedClientException");
}

#[test]
fn what_is_no_signature_is_named() {
    for (authorization, code) in [
        ("", "MissingAuthenticationTokenException"),
        ("Bearer x", "MissingAuthenticationTokenException"),
        ("AWS4-HMAC-SHA256", "IncompleteSignatureException"),
        ("AWS4-HMAC-SHA256 Credential=a/b, SignedHeaders=host, Signature=1", "IncompleteSignatureException"),
        (
            "AWS4-HMAC-SHA256 Credential=a/b/c/d/aws4_request, SignedHeaders=accept, Signature=1",
            "InvalidSignatureException",
        ),
    ] {
        let case = vanilla().with("authorization", |_| authorization.into());
        assert_eq!(case.code(), code, "{authorization}");
    }
    assert_eq!(vanilla().with("x-amz-date", |_| "yesterday".into()).code(), "IncompleteSignatureException");
}
