//! Signatures that AWS's own test suite and documentation give, and what must spoil one.

use std::time::Duration;

use super::*;

const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

/// 30 August 2015, 12:36:00 UTC, in seconds since 1970.
const AT_S: u64 = 1_440_938_160;

fn at(seconds: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
}

struct Case {
    query: String,
    headers: Vec<(String, String)>,
    body: &'static [u8],
    now_s: u64,
    token: Option<&'static str>,
    expires_at_s: Option<u64>,
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
        expires_at_s: None,
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
        verify(request, service, "us-east-1", at(self.now_s), |id| {
            (id == "AKIDEXAMPLE").then(|| Key {
                secret_access_key: SECRET.to_owned(),
                session_token: self.token.map(str::to_owned),
                expires_at: self.expires_at_s.map(at),
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

/// The example, with this header as well, which is not signed.
fn with_token(token: &str) -> Case {
    let mut case = vanilla();
    case.headers.push(("x-amz-security-token".to_owned(), token.to_owned()));
    case
}

#[test]
fn a_token_comes_with_a_temporary_key_and_with_no_other() {
    let temporary = |token| Case { token: Some("the token"), ..with_token(token) };
    assert!(temporary("the token").verify("service").is_ok());
    assert_eq!(temporary("another token").code(), "UnrecognizedClientException");
    assert_eq!(with_token("the token").code(), "UnrecognizedClientException");
}

#[test]
fn a_temporary_key_that_has_expired_is_told_apart_from_one_that_never_was() {
    let key = |expires_at_s| Case {
        token: Some("the token"),
        expires_at_s: Some(expires_at_s),
        ..with_token("the token")
    };
    assert!(key(AT_S + 1).verify("service").is_ok());
    for expires_at_s in [AT_S, AT_S - 86_400] {
        let error = key(expires_at_s).verify("service").expect_err("it has expired");
        assert_eq!(error.code, "ExpiredTokenException");
        assert_eq!(error.message, "The security token included in the request is expired");
    }
    // Whoever does not even have the token learns nothing about the key.
    let guess = Case { token: Some("another token"), ..key(AT_S) };
    assert_eq!(guess.code(), "UnrecognizedClientException");
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

/// The example request, signed in its URL by AWS's own signer, for a minute.
fn presigned(token: Option<&str>) -> Case {
    let credentials = Credentials::new("AKIDEXAMPLE", SECRET, token.map(str::to_owned), None, "test");
    let identity = credentials.into();
    let mut settings = SigningSettings::default();
    settings.signature_location = SignatureLocation::QueryParams;
    settings.expires_in = Some(Duration::from_secs(60));
    let params = v4::SigningParams::builder()
        .identity(&identity)
        .region("us-east-1")
        .name("service")
        .time(at(AT_S))
        .settings(settings)
        .build()
        .expect("all is given");
    let url = "http://example.amazonaws.com/?Param2=a%20b&Param1=value1";
    let signable = SignableRequest::new("GET", url, [("host", HOST)].into_iter(), SignableBody::Bytes(b""));
    let (instructions, _) = sign(signable.expect("a request"), &params.into()).expect("signed").into_parts();
    let added = instructions.params().iter().map(|(name, value)| {
        format!("{name}={}", percent_encoding::utf8_percent_encode(value, percent_encoding::NON_ALPHANUMERIC))
    });
    let own = ["Param2=a%20b".to_owned(), "Param1=value1".to_owned()];
    let query: Vec<String> = own.into_iter().chain(added).collect();
    Case {
        query: query.join("&"),
        headers: vec![("host".to_owned(), HOST.to_owned())],
        body: b"",
        now_s: AT_S,
        token: None,
        expires_at_s: None,
    }
}

const HOST: &str = "example.amazonaws.com";

#[test]
fn a_url_can_be_signed_and_counts_for_as_long_as_it_says() {
    assert_eq!(presigned(None).verify("service").as_deref(), Ok("AKIDEXAMPLE"));
    let with_token = Case { token: Some("a/b+c="), ..presigned(Some("a/b+c=")) };
    assert!(with_token.verify("service").is_ok());
    for (now_s, is_in_time) in
        [(AT_S + 60, true), (AT_S + 61, false), (AT_S - 300, true), (AT_S - 301, false)]
    {
        let verified = Case { now_s, ..presigned(None) }.verify("service");
        assert_eq!(verified.is_ok(), is_in_time, "{now_s}: {verified:?}");
    }
}

#[test]
fn nothing_of_a_signed_url_can_be_changed_left_out_or_said_twice() {
    let whole = presigned(None).query;
    for pair in whole.split('&') {
        let (name, value) = pair.split_once('=').expect("a pair");
        let others = || whole.split('&').filter(|other| *other != pair).collect::<Vec<_>>().join("&");
        for changed in [others(), format!("{}&{name}={value}1", others()), format!("{whole}&{pair}")] {
            let case = Case { query: changed, ..presigned(None) };
            assert!(case.verify("service").is_err(), "{}", case.query);
        }
    }
    let for_a_month = whole.replace("X-Amz-Expires=60", "X-Amz-Expires=2592000");
    assert_eq!(Case { query: for_a_month, ..presigned(None) }.code(), "IncompleteSignatureException");
}

#[test]
fn an_operation_that_was_not_signed_is_not_what_the_signature_is_for() {
    let mut case = vanilla();
    case.headers.push(("x-amz-target".to_owned(), "DynamoDB_20120810.DeleteTable".to_owned()));
    assert_eq!(case.code(), "InvalidSignatureException");
}
