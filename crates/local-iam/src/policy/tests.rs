//! Tables of policies and requests; the answers are those of IAM's documentation.

use super::*;
use serde_json::json;

const OWN: &str = "${cognito-identity.amazonaws.com:sub}";

fn ann() -> Circumstances {
    Circumstances::default().with("cognito-identity.amazonaws.com:sub", ["us-east-1:ann"])
}

fn may(statements: Value, action: &str, resource: &str, circumstances: &Circumstances) -> bool {
    decided(statements, action, resource, circumstances).is_ok()
}

fn decided(
    statements: Value,
    action: &str,
    resource: &str,
    circumstances: &Circumstances,
) -> Result<(), Denied> {
    let policy = Policy::parse(&json!({ "Version": "2012-10-17", "Statement": statements })).unwrap();
    decide([&policy], Request { action, resource, circumstances })
}

#[test]
fn nothing_is_allowed_unless_a_statement_says_so() {
    let read =
        json!([{ "Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::files/public/*" }]);
    let table = [
        ("s3:GetObject", "arn:aws:s3:::files/public/a", true),
        ("S3:getobject", "arn:aws:s3:::files/public/a/b", true),
        ("s3:PutObject", "arn:aws:s3:::files/public/a", false),
        ("s3:GetObject", "arn:aws:s3:::files/Public/a", false),
        ("s3:GetObject", "arn:aws:s3:::files/private/a", false),
        ("s3:GetObject", "arn:aws:s3:::files", false),
    ];
    for (action, resource, expected) in table {
        assert_eq!(may(read.clone(), action, resource, &ann()), expected, "{action} {resource}");
    }
    assert!(!may(json!([]), "s3:GetObject", "arn:aws:s3:::files/public/a", &ann()));
}

#[test]
fn a_denial_wins_over_whatever_allows() {
    let both = json!([
        { "Effect": "Allow", "Action": "*", "Resource": "*" },
        { "Sid": "NoSecrets", "Effect": "Deny", "Action": ["s3:*"], "Resource": "arn:aws:s3:::files/secret/*" },
    ]);
    let denied = decided(both.clone(), "s3:GetObject", "arn:aws:s3:::files/secret/a", &ann());
    assert_eq!(denied, Err(Denied::Explicitly { sid: Some("NoSecrets".into()) }));
    assert!(may(both, "s3:GetObject", "arn:aws:s3:::files/other", &ann()));
    let nothing = decided(json!([]), "s3:GetObject", "x", &ann()).unwrap_err().to_string();
    assert_eq!(nothing, "because no identity-based policy allows the s3:GetObject action");
}

#[test]
fn a_variable_is_the_callers_own_value_and_never_a_wildcard() {
    let own = json!([{ "Effect": "Allow", "Action": "s3:GetObject",
        "Resource": format!("arn:aws:s3:::files/private/{OWN}/*") }]);
    let star = Circumstances::default().with("cognito-identity.amazonaws.com:sub", ["*"]);
    for (circumstances, key, expected) in [
        (&ann(), "private/us-east-1:ann/a", true),
        (&ann(), "private/us-east-1:ben/a", false),
        (&star, "private/us-east-1:ann/a", false),
        (&star, "private/*/a", true),
        (&Circumstances::default(), "private//a", false),
    ] {
        let resource = format!("arn:aws:s3:::files/{key}");
        assert_eq!(may(own.clone(), "s3:GetObject", &resource, circumstances), expected, "{key}");
    }
    let escaped = json!([{ "Effect": "Allow", "Action": "a:b",
        "Resource": "arn:aws:s3:::${*}${?}${$}${aws:nobody, 'x'}" }]);
    assert!(may(escaped.clone(), "a:b", "arn:aws:s3:::*?$x", &ann()));
    assert!(!may(escaped, "a:b", "arn:aws:s3:::ab$x", &ann()));
}

#[test]
fn a_wildcard_stays_within_its_part_of_an_arn() {
    let all = |resource: &str| json!([{ "Effect": "Allow", "Action": "a:*", "Resource": resource }]);
    for (pattern, resource, expected) in [
        ("*", "arn:aws:s3:::files/a", true),
        ("arn:aws:appsync:*:*:apis/x/types/Query/*", "arn:aws:appsync:e:1:apis/x/types/Query/fields/y", true),
        ("arn:aws:appsync:*:apis/x", "arn:aws:appsync:e:1:apis/x", false),
        ("arn:aws:logs:e:1:log-group:?:*", "arn:aws:logs:e:1:log-group:a:b:c", true),
        ("arn:aws:logs:e:1:log-group:?:*", "arn:aws:logs:e:1:log-group:ab:c", false),
        ("arn:aws:s3:::a*b*c", "arn:aws:s3:::aXbXbXc", true),
        ("arn:aws:s3:::a*b*c", "arn:aws:s3:::aXbXbX", false),
    ] {
        assert_eq!(may(all(pattern), "a:b", resource, &ann()), expected, "{pattern} {resource}");
    }
}

#[test]
fn the_negated_elements_are_about_everything_else() {
    let not = json!([{ "Effect": "Allow", "NotAction": ["iam:*", "s3:Delete*"], "NotResource": "arn:aws:s3:::a/*" }]);
    for (action, resource, expected) in [
        ("s3:GetObject", "arn:aws:s3:::b/x", true),
        ("s3:GetObject", "arn:aws:s3:::a/x", false),
        ("s3:DeleteObject", "arn:aws:s3:::b/x", false),
        ("iam:GetRole", "arn:aws:s3:::b/x", false),
    ] {
        assert_eq!(may(not.clone(), action, resource, &ann()), expected, "{action} {resource}");
    }
}

#[test]
fn lists_are_open_by_prefix() {
    let list = json!([{ "Effect": "Allow", "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::files",
        "Condition": { "StringLike": { "s3:prefix": ["public/", "public/*", format!("private/{OWN}/*")] } } }]);
    for (prefix, expected) in [
        (Some("public/"), true),
        (Some("public/a"), true),
        (Some("private/us-east-1:ann/"), true),
        (Some("private/us-east-1:ben/"), false),
        (Some("publicly"), false),
        (Some(""), false),
        (None, false),
    ] {
        let circumstances = match prefix {
            Some(prefix) => ann().with("s3:prefix", [prefix]),
            None => ann(),
        };
        assert_eq!(
            may(list.clone(), "s3:ListBucket", "arn:aws:s3:::files", &circumstances),
            expected,
            "{prefix:?}"
        );
    }
}

#[test]
fn every_operator_compares_as_documented() {
    let circumstances = Circumstances::default()
        .with("k", ["Value"])
        .with("n", ["10"])
        .with("t", ["2026-01-02T00:00:00Z"])
        .with("b", ["true"])
        .with("ip", ["203.0.113.7"])
        .with("arn", ["arn:aws:s3:::files"])
        .with("many", ["x", "y"]);
    for (operator, key, value, expected) in [
        ("StringEquals", "K", json!("Value"), true),
        ("StringEquals", "k", json!("value"), false),
        ("StringEquals", "k", json!("Val*"), false),
        ("StringEquals", "k", json!(["other", "Value"]), true),
        ("StringEquals", "absent", json!("x"), false),
        ("StringEqualsIfExists", "absent", json!("x"), true),
        ("StringNotEquals", "k", json!(["other", "Value"]), false),
        ("StringNotEquals", "k", json!(["other", "another"]), true),
        ("StringNotEquals", "absent", json!("x"), true),
        ("StringEqualsIgnoreCase", "k", json!("VALUE"), true),
        ("StringNotEqualsIgnoreCase", "k", json!("VALUE"), false),
        ("StringLike", "k", json!("V?l*"), true),
        ("StringNotLike", "k", json!("V?l*"), false),
        ("NumericEquals", "n", json!(10), true),
        ("NumericNotEquals", "n", json!("10.0"), false),
        ("NumericLessThan", "n", json!(10), false),
        ("NumericLessThanEquals", "n", json!(10), true),
        ("NumericGreaterThan", "n", json!("9.5"), true),
        ("NumericGreaterThanEquals", "n", json!("x"), false),
        ("DateLessThan", "t", json!("2026-01-03T00:00:00Z"), true),
        ("DateGreaterThan", "t", json!("2026-01-03T00:00:00Z"), false),
        ("DateEquals", "t", json!("1767312000"), true),
        ("Bool", "b", json!(true), true),
        ("Bool", "b", json!("false"), false),
        ("IpAddress", "ip", json!("203.0.113.0/24"), true),
        ("IpAddress", "ip", json!("203.0.114.0/24"), false),
        ("IpAddress", "ip", json!("0.0.0.0/0"), true),
        ("IpAddress", "ip", json!("::/0"), false),
        ("NotIpAddress", "ip", json!("203.0.113.7"), false),
        ("ArnLike", "arn", json!("arn:aws:s3:::f*"), true),
        ("ArnNotEquals", "arn", json!("arn:aws:s3:::files"), false),
        ("Null", "absent", json!("true"), true),
        ("Null", "k", json!("true"), false),
        ("Null", "k", json!("false"), true),
        ("ForAnyValue:StringEquals", "many", json!(["y", "z"]), true),
        ("ForAnyValue:StringEquals", "absent", json!("y"), false),
        ("ForAllValues:StringEquals", "many", json!(["y", "z"]), false),
        ("ForAllValues:StringEquals", "many", json!(["x", "y", "z"]), true),
        ("ForAllValues:StringEquals", "absent", json!("x"), true),
    ] {
        let statement = json!({ "Effect": "Allow", "Action": "a:b", "Resource": "*",
            "Condition": { operator: { key: value } } });
        assert_eq!(may(statement, "a:b", "*", &circumstances), expected, "{operator} {key} {value}");
    }
}

#[test]
fn all_conditions_of_a_statement_must_hold() {
    let statement = json!({ "Effect": "Allow", "Action": "a:b", "Resource": "*", "Condition": {
        "StringEquals": { "a": "1", "b": "2" }, "Bool": { "c": "true" } } });
    let all = Circumstances::default().with("a", ["1"]).with("b", ["2"]).with("c", ["true"]);
    assert!(may(statement.clone(), "a:b", "*", &all));
    for key in ["a", "b", "c"] {
        assert!(!may(statement.clone(), "a:b", "*", &all.clone().with(key, ["other"])), "{key}");
    }
}

#[test]
fn what_is_not_understood_is_refused_not_ignored() {
    for statement in [
        json!({ "Effect": "Maybe", "Action": "a:b", "Resource": "*" }),
        json!({ "Effect": "Allow", "Resource": "*" }),
        json!({ "Effect": "Allow", "Action": "a:b", "NotAction": "a:c", "Resource": "*" }),
        json!({ "Effect": "Allow", "Action": "a:b" }),
        json!({ "Effect": "Allow", "Action": "a:b", "Resource": "*", "Principal": "*" }),
        json!({ "Effect": "Allow", "Action": "a:b", "Resource": "*", "Condition": { "BinaryEquals": { "k": "x" } } }),
        json!({ "Effect": "Allow", "Action": "a:b", "Resource": { "Ref": "X" } }),
        json!("Allow"),
    ] {
        assert!(Policy::parse(&json!({ "Statement": [statement] })).is_err(), "{statement}");
    }
    assert!(Policy::parse(&json!({})).is_err());
}

/// As the documentation says of variables without a value.
#[test]
fn a_variable_without_a_value_opens_nothing() {
    let nobody = Circumstances::default();
    let excepted = |effect: &str| {
        json!([
            { "Effect": "Allow", "Action": "a:read", "Resource": "*" },
            { "Effect": effect, "Action": "a:b", "NotResource": format!("arn:aws:s3:::files/{OWN}/*") },
        ])
    };
    let theirs = "arn:aws:s3:::files/us-east-1:ben/a";
    assert!(may(excepted("Allow"), "a:b", theirs, &ann()));
    assert!(!may(excepted("Allow"), "a:b", theirs, &nobody));
    let denied = decided(excepted("Deny"), "a:b", theirs, &nobody);
    assert_eq!(denied, Err(Denied::Explicitly { sid: None }));

    let condition = |operator: &str| json!([{ "Effect": "Allow", "Action": "a:b", "Resource": "*", "Condition": { operator: { "k": OWN } } }]);
    let circumstances = Circumstances::default().with("k", ["v"]);
    for (operator, expected) in [
        ("StringEquals", false),
        ("StringLike", false),
        ("ArnLike", false),
        ("StringNotEquals", true),
        ("StringNotLike", true),
        ("ArnNotLike", true),
    ] {
        assert_eq!(may(condition(operator), "a:b", "*", &circumstances), expected, "{operator}");
    }
}

#[test]
fn a_statement_that_would_permit_more_for_want_of_a_value_is_named() {
    let check = |effect: &str, element: &str, value: Value, condition: Value| {
        let statement = json!({ "Sid": "Own", "Effect": effect, "Action": "a:b", element: value,
            "Condition": condition });
        let policy = Policy::parse(&json!({ "Statement": [statement] })).unwrap();
        policy.only_hangs_on(|key| ["k", "s3:prefix"].contains(&key))
    };
    let resource = |effect: &str, element: &str, variable: &str| {
        check(effect, element, json!(format!("arn:aws:s3:::files/{variable}/*")), Value::Null)
    };
    let condition = |effect: &str, operator: &str, key: &str, value: &str| {
        check(effect, "Resource", json!("*"), json!({ operator: { key: value } }))
    };
    for (refused, what) in [
        (resource("Allow", "NotResource", "${aws:username}"), "everything but what nobody knows"),
        (resource("Deny", "Resource", "${aws:username}"), "a denial of nothing"),
        (resource("Allow", "Resource", "${aws:username, 'x'}"), "the default, always"),
        (condition("Allow", "StringNotEquals", "k", "${aws:username}"), "unlike nothing"),
        (condition("Allow", "StringNotEquals", "aws:username", "x"), "an absent key is unlike all"),
        (condition("Allow", "StringEqualsIfExists", "aws:username", "x"), "it never exists"),
        (condition("Allow", "Null", "aws:username", "true"), "it is never there"),
        (condition("Allow", "ForAllValues:StringEquals", "aws:username", "x"), "all of none"),
        (condition("Deny", "StringEquals", "k", "${aws:username}"), "a denial of nothing"),
        (condition("Deny", "Bool", "aws:MultiFactorAuthPresent", "false"), "a denial that never comes"),
    ] {
        let error = refused.expect_err(what).to_string();
        assert!(error.contains("statement Own hangs on aws:"), "{error}");
    }
    for (taken, what) in [
        (resource("Allow", "Resource", "${aws:username}"), "it allows nothing"),
        (resource("Deny", "NotResource", "${aws:username}"), "it denies everything"),
        (resource("Allow", "NotResource", "${S3:Prefix}${*}"), "it may have a value"),
        (condition("Allow", "StringEquals", "aws:username", "x"), "it never holds"),
        (condition("Allow", "StringEquals", "k", "${aws:username}"), "it never holds"),
        (condition("Allow", "StringNotEquals", "k", "${s3:prefix}"), "it may have a value"),
        (condition("Deny", "StringNotEquals", "aws:username", "x"), "it always holds"),
        (condition("Deny", "Null", "aws:username", "true"), "it always holds"),
    ] {
        assert_eq!(taken, Ok(()), "{what}");
    }
    let second = json!({ "Statement": [
        { "Effect": "Allow", "Action": "a:b", "Resource": "*" },
        { "Effect": "Deny", "Action": "a:b", "Resource": "x:${y}" },
    ] });
    let error = Policy::parse(&second).unwrap().only_hangs_on(|_| false).unwrap_err().to_string();
    assert!(error.contains("statement 2 (it has no Sid) hangs on y"), "{error}");
}
