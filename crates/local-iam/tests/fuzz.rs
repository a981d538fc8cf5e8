//! Any request and any policy, made up by proptest: refused, or decided, in time and without a panic.
//!
//! `PROPTEST_RNG_SEED=$RANDOM PROPTEST_CASES=100000 cargo test -p local-iam --test fuzz`
//! looks longer, at other cases.

use std::time::{Duration, SystemTime};

use local_iam::{Circumstances, Key, Policy, Request, Signed, decide, verify};
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Value, json};

/// 30 August 2015, 12:36:00 UTC.
const AT: Duration = Duration::from_secs(1_440_938_160);

fn config() -> ProptestConfig {
    ProptestConfig { failure_persistence: None, ..ProptestConfig::default() }
}

/// Nobody has signed what comes here, so it must not count, whatever it looks like.
fn refused(method: &str, path: &str, query: &str, headers: &[(String, String)], body: &[u8]) {
    let key = |id: &str| {
        (!id.is_empty()).then(|| Key {
            secret_access_key: "a secret that is not made up".to_owned(),
            session_token: None,
            expires_at: None,
        })
    };
    let request = Signed { method, path, query, headers, body };
    let now = SystemTime::UNIX_EPOCH + AT;
    let error = verify(request, "execute-api", "us-east-1", now, key).expect_err("nobody has signed this");
    assert!(error.code.ends_with("Exception") && !error.message.is_empty(), "{error:?}");
}

const SCOPE: &str =
    "(AKID|[!-~]{0,9})/(20150830|[0-9]{0,9})/(us-east-1|[a-z0-9-]{0,9})/execute-api/aws4_request";

fn authorizations() -> impl Strategy<Value = String> {
    let parts = "(host|x-amz-date|host;x-amz-date|[a-z;-]{0,30})";
    prop_oneof![
        6 => (SCOPE, parts, "[0-9a-f]{0,70}").prop_map(|(scope, signed, signature)| {
            format!("AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders={signed}, Signature={signature}")
        }),
        2 => "AWS4-HMAC-SHA256 ((Credential|SignedHeaders|Signature)=[!-~]{0,20},? ?){0,5}",
        1 => "\\PC{0,60}",
    ]
}

fn dates() -> impl Strategy<Value = String> {
    prop_oneof![4 => Just("20150830T123600Z".to_owned()), 2 => "[0-9]{8}T[0-9]{6}Z", 1 => "\\PC{0,20}"]
}

fn headers() -> impl Strategy<Value = Vec<(String, String)>> {
    let host = prop_oneof![4 => Just("localhost:4000".to_owned()), 1 => "\\PC{0,20}"];
    let other = ("x-amz-security-token|accept|host|x-amz-date|[!-~]{0,12}|\\PC{0,5}", "\\PC{0,30}");
    let named = |name: &'static str| move |value: String| (name.to_owned(), value);
    (
        prop::option::weighted(0.9, host.prop_map(named("host"))),
        prop::option::weighted(0.9, dates().prop_map(named("x-amz-date"))),
        prop::option::weighted(0.9, authorizations().prop_map(named("authorization"))),
        vec(other, 0..4),
    )
        .prop_map(|(host, date, authorization, others)| {
            [host, date, authorization].into_iter().flatten().chain(others).collect()
        })
}

fn queries() -> impl Strategy<Value = String> {
    let pair = "X-Amz-(Date=20150830T123600Z|Date=[0-9TZ%A-F]{0,16}|Expires=[0-9-]{0,22}|SignedHeaders=host|SignedHeaders=[a-z%3B]{0,9}|Signature=[0-9a-f]{0,64}|Security-Token=[%0-9A-F]{0,9})|[a-z%0-9A-F+=]{0,9}";
    let scope = SCOPE.prop_map(|scope| format!("X-Amz-Credential={}", scope.replace('/', "%2F")));
    prop_oneof![
        2 => (scope, vec(pair, 0..8)).prop_map(|(scope, pairs)| {
            format!("X-Amz-Algorithm=AWS4-HMAC-SHA256&{scope}&{}", pairs.join("&"))
        }),
        1 => "\\PC{0,40}",
    ]
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn any_request_is_refused_that_nobody_signed(
        method in "GET|POST|[!-~]{0,9}|\\PC{0,5}",
        path in "/[!-~]{0,30}|(/|\\.|%2e|%)*|\\PC{0,20}",
        query in prop_oneof![Just(String::new()), queries()],
        headers in headers(),
        body in vec(any::<u8>(), 0..100),
    ) {
        refused(&method, &path, &query, &headers, &body);
    }

    #[test]
    fn any_url_is_refused_that_nobody_signed(path in "/[!-~]{0,30}", query in queries()) {
        refused("GET", &path, &query, &[("host".to_owned(), "localhost:4000".to_owned())], b"");
    }
}

fn patterns() -> impl Strategy<Value = String> {
    prop_oneof![
        2 => "(arn:aws:s3:::|a|b|:|\\*|\\?|/|\\$\\{(k|aws:x|\\*|k, 'd'|[a-z:,' ]{0,6})\\}?){0,12}",
        1 => "\\PC{0,30}",
        1 => (0..400_usize).prop_map(|stars| "*a".repeat(stars)),
        1 => (0..400_usize).prop_map(|braces| "${".repeat(braces)),
    ]
}

fn one_or_many<T: Strategy<Value = String> + 'static>(texts: impl Fn() -> T) -> impl Strategy<Value = Value> {
    prop_oneof![
        4 => texts().prop_map(Value::from),
        2 => vec(texts(), 0..4).prop_map(Value::from),
        1 => any_json(),
    ]
}

/// Anything that JSON can say, nested a little.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "\\PC{0,9}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::hash_map("Effect|Action|Resource|Condition|[a-z]{0,5}", inner, 0..4)
                .prop_map(|members| members.into_iter().collect()),
        ]
    })
}

fn conditions() -> impl Strategy<Value = Value> {
    let operator = "((ForAllValues|ForAnyValue|[a-z]{0,3}):)?(String|Arn|Numeric|Date)(Not)?(Equals|Like|LessThan)(IfExists)?|Bool|Null|(Not)?IpAddress|[A-Za-z:]{0,12}";
    let value = || {
        prop_oneof![
            patterns(),
            "[0-9a-f.:]{0,20}(/[0-9]{0,4})?",
            "-?[0-9.e]{0,25}",
            "[0-9]{0,5}-[0-9]{0,3}-[0-9]{0,3}T[0-9:.]{0,9}Z?",
            "true|false",
        ]
    };
    let keys = prop::collection::hash_map("k|many|absent|aws:[a-zA-Z]{0,5}", one_or_many(value), 0..3);
    let keys = keys.prop_map(|keys| keys.into_iter().collect::<Value>());
    prop_oneof![
        4 => prop::collection::hash_map(operator, keys, 0..3).prop_map(|it| it.into_iter().collect::<Value>()),
        1 => any_json(),
    ]
}

fn policies() -> impl Strategy<Value = Value> {
    let actions = || "\\*|s3:\\*|s3:Get\\?bject|s3:GetObject|\\PC{0,9}";
    let statement = (
        prop_oneof![8 => Just(json!("Allow")), 4 => Just(json!("Deny")), 1 => any_json()],
        "Action|NotAction",
        one_or_many(actions),
        "Resource|NotResource",
        one_or_many(patterns),
        prop::option::of(conditions()),
    )
        .prop_map(|(effect, action, actions, resource, resources, condition)| {
            let mut statement = json!({ "Effect": effect, action: actions, resource: resources });
            if let Some(condition) = condition {
                statement["Condition"] = condition;
            }
            statement
        });
    let statements = vec(statement, 0..4).prop_map(Value::from);
    prop_oneof![8 => statements.prop_map(|statements| json!({ "Statement": statements })), 1 => any_json()]
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn any_policy_is_refused_or_decides_and_what_denies_wins(
        document in policies(),
        resource in "arn:aws:s3:::[ab:/*?]{0,40}|\\PC{0,20}",
        value in "\\PC{0,12}|[0-9.:/]{0,15}",
    ) {
        let Ok(policy) = Policy::parse(&document) else { return Ok(()) };
        let circumstances = Circumstances::default().with("k", [value.as_str()]).with("many", ["a", value.as_str()]);
        let request = Request { action: "s3:GetObject", resource: &resource, circumstances: &circumstances };
        let decided = decide([&policy], request);
        let _ = policy.only_hangs_on(|key| key == "k" || key == "many");
        let deny = json!({ "Statement": { "Effect": "Deny", "Action": "*", "Resource": "*" } });
        let deny = Policy::parse(&deny).expect("a policy");
        prop_assert!(decide([&policy, &deny], request).is_err());
        let allow = json!({ "Statement": { "Effect": "Allow", "Action": "*", "Resource": "*" } });
        let allow = Policy::parse(&allow).expect("a policy");
        // What allows more never takes away.
        prop_assert!(decided.is_err() || decide([&policy, &allow], request).is_ok());
    }

    #[test]
    fn nothing_that_somebody_is_called_is_a_wildcard(name in "[a*?${}:/]{0,9}", other in "[a-c]{0,9}") {
        let own = json!({ "Statement": { "Effect": "Allow", "Action": "a:b", "Resource": "arn:aws:s3:::x/${k}" } });
        let policy = Policy::parse(&own).expect("a policy");
        let circumstances = Circumstances::default().with("k", [name.as_str()]);
        let may = |key: &str| {
            let resource = format!("arn:aws:s3:::x/{key}");
            decide([&policy], Request { action: "a:b", resource: &resource, circumstances: &circumstances }).is_ok()
        };
        prop_assert!(may(&name));
        prop_assert_eq!(may(&other), other == name);
    }
}
