//! `util` and `runtime`, function by function.

use local_appsync_js::{Evaluated, Raised, Script, SkipTo};
use serde_json::{Value, json};

async fn run(body: &str, context: Value) -> Result<Evaluated, Raised> {
    let code = format!(
        "import {{ util, extensions, runtime }} from '@aws-appsync/utils';
        export function request(ctx) {{ {body} }}
        export function response(ctx) {{}}"
    );
    Script::compile("utilities.js", &code).expect(body).request(context).await
}

async fn value_of(expression: &str) -> Value {
    match run(&format!("return {expression};"), json!({})).await {
        Ok(evaluated) => evaluated.value,
        Err(error) => panic!("{expression}: {error}"),
    }
}

#[tokio::test]
async fn each_function_gives_what_aws_documents() {
    let table = [
        // Encodings, with the results of Java's URLEncoder and Apache's escapeEcmaScript.
        (r#"util.urlEncode("a b&c=ü!'()~*-._")"#, json!("a+b%26c%3D%C3%BC%21%27%28%29%7E*-._")),
        (r#"util.urlDecode("a+b%26c%3D%C3%BC")"#, json!("a b&c=ü")),
        (r#"util.base64Encode("Grüße")"#, json!("R3LDvMOfZQ==")),
        (r#"util.base64Decode("R3LDvMOfZQ==")"#, json!("Grüße")),
        (r#"util.escapeJavaScript("it's \"/\" \\ \n ü")"#, json!("it\\'s \\\"\\/\\\" \\\\ \\n \\u00FC")),
        // Patterns match the whole value.
        (r#"util.matches("a*b", "aaaaab")"#, json!(true)),
        (r#"util.matches("a|b", "ab")"#, json!(false)),
        (r#"util.matches("^[a-z]+$", "abc")"#, json!(true)),
        // Numbers.
        ("util.math.roundNum(2.5)", json!(3)),
        ("util.math.minVal(2, 3)", json!(2)),
        ("util.math.maxVal(2, 3)", json!(3)),
        ("[1, 1.5, -0, 9007199254740991, 1e21]", json!([1, 1.5, 0, 9007199254740991i64, 1e21])),
        (r#"util.str.normalize("e\u0301", "nfc")"#, json!("é")),
        // Times.
        ("util.time.epochMilliSecondsToISO8601(1517943695750)", json!("2018-02-06T19:01:35.750Z")),
        ("util.time.epochMilliSecondsToSeconds(1517943695750)", json!(1517943695)),
        (
            r#"util.time.parseISO8601ToEpochMilliSeconds("2018-02-01T17:21:05.180+08:00")"#,
            json!(1517476865180i64),
        ),
        (
            r#"util.time.epochMilliSecondsToFormatted(1517943695750, "yyyy-MM-dd HH:mm:ssZ")"#,
            json!("2018-02-06 19:01:35+0000"),
        ),
        (
            r#"util.time.epochMilliSecondsToFormatted(1517943695750, "EEE, d MMM yy hh:mm a XXX", "+08:00")"#,
            json!("Wed, 7 Feb 18 03:01 AM +08:00"),
        ),
        (
            r#"util.time.epochMilliSecondsToFormatted(1517943695750, "EEEE MMMM 'o''clock' SSS", "Z")"#,
            json!("Tuesday February o'clock 750"),
        ),
        (
            r#"util.time.epochMilliSecondsToFormatted(1531087295000, "HH:mm XXX", "Europe/Berlin")"#,
            json!("00:01 +02:00"),
        ),
        (
            r#"util.time.parseFormattedToEpochMilliSeconds("2018-02-06 19:01:35Z", "yyyy-MM-dd HH:mm:ssX")"#,
            json!(1517943695000i64),
        ),
        (
            r#"util.time.parseFormattedToEpochMilliSeconds("2018-02-06 19:01:35", "yyyy-MM-dd HH:mm:ss", "+08:00")"#,
            json!(1517914895000i64),
        ),
        (
            r#"util.time.parseFormattedToEpochMilliSeconds("7 Feb 2018 3:01 PM", "d MMM yyyy h:mm a")"#,
            json!(1518015660000i64),
        ),
        // DynamoDB's values.
        ("util.dynamodb.toDynamoDB('a')", json!({ "S": "a" })),
        ("util.dynamodb.toDynamoDB(1.5)", json!({ "N": 1.5 })),
        ("util.dynamodb.toDynamoDB(true)", json!({ "BOOL": true })),
        ("util.dynamodb.toDynamoDB(null)", json!({ "NULL": null })),
        (
            "util.dynamodb.toDynamoDB({ foo: 'bar', baz: 1234, beep: ['boop'] })",
            json!({ "M": { "foo": { "S": "bar" }, "baz": { "N": 1234 }, "beep": { "L": [{ "S": "boop" }] } } }),
        ),
        ("util.dynamodb.toString('a')", json!({ "S": "a" })),
        ("util.dynamodb.toString(null)", json!(null)),
        ("util.dynamodb.toStringSet(['a', 'b'])", json!({ "SS": ["a", "b"] })),
        ("util.dynamodb.toNumber(12345)", json!({ "N": 12345 })),
        ("util.dynamodb.toNumberSet([1, 4.56])", json!({ "NS": [1, 4.56] })),
        ("util.dynamodb.toBinary('Zm9v')", json!({ "B": "Zm9v" })),
        ("util.dynamodb.toBinarySet(['Zm9v'])", json!({ "BS": ["Zm9v"] })),
        ("util.dynamodb.toBoolean(false)", json!({ "BOOL": false })),
        ("util.dynamodb.toNull()", json!({ "NULL": null })),
        ("util.dynamodb.toList(['a', 1])", json!({ "L": [{ "S": "a" }, { "N": 1 }] })),
        ("util.dynamodb.toMap({ a: 1 })", json!({ "M": { "a": { "N": 1 } } })),
        ("util.dynamodb.toMapValues({ a: 1, b: undefined })", json!({ "a": { "N": 1 } })),
        (
            "util.dynamodb.fromS3ObjectJson(util.dynamodb.toS3Object('k', 'b', 'r').S)",
            json!({ "key": "k", "bucket": "b", "region": "r" }),
        ),
        // Expressions.
        (
            "JSON.parse(util.transform.toDynamoDBFilterExpression({ title: { contains: 'Hello' } }))",
            json!({
                "expression": "contains(#title, :title_contains)",
                "expressionNames": { "#title": "title" },
                "expressionValues": { ":title_contains": { "S": "Hello" } },
            }),
        ),
        (
            "JSON.parse(util.transform.toDynamoDBConditionExpression({ id: { attributeExists: false } }))",
            json!({ "expression": "attribute_not_exists(#id)", "expressionNames": { "#id": "id" } }),
        ),
    ];
    for (expression, expected) in table {
        assert_eq!(value_of(expression).await, expected, "{expression}");
    }
}

#[tokio::test]
async fn the_clock_is_the_real_one() {
    let times = value_of("[util.time.nowISO8601(), util.time.nowEpochSeconds(), util.time.nowEpochMilliSeconds(),
        util.time.parseFormattedToEpochMilliSeconds(util.time.nowFormatted('uuuu-MM-dd HH:mm:ss.SSS'), 'uuuu-MM-dd HH:mm:ss.SSS')]").await;
    let now_ms = std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap().as_millis() as i64;
    let is_now = |ms: i64| (now_ms - 60_000..=now_ms).contains(&ms);
    assert!(times[0].as_str().unwrap().len() == 24, "{times}");
    assert!(is_now(times[1].as_i64().unwrap() * 1000), "{times}");
    assert!(is_now(times[2].as_i64().unwrap()) && is_now(times[3].as_i64().unwrap()), "{times}");
}

#[tokio::test]
async fn ids_are_new_each_time_and_sort_by_their_age() {
    let [a, b] = [value_of("[util.autoId(), util.autoUlid(), util.autoKsuid()]").await, {
        value_of("[util.autoId(), util.autoUlid(), util.autoKsuid()]").await
    }];
    for (index, length) in [36, 26, 27].into_iter().enumerate() {
        assert_eq!(a[index].as_str().unwrap().len(), length);
        assert_ne!(a[index], b[index]);
    }
    let time = |ulid: &Value| ulid.as_str().unwrap()[..10].to_owned();
    assert!(time(&a[1]) <= time(&b[1]));
}

#[tokio::test]
async fn random_numbers_stay_in_their_range() {
    for _ in 0..20 {
        let number = value_of("util.math.randomWithinRange(3, 5)").await.as_i64().unwrap();
        assert!((3..5).contains(&number));
        assert!((0.0..1.0).contains(&value_of("util.math.randomDouble()").await.as_f64().unwrap()));
    }
}

#[tokio::test]
async fn an_error_ends_the_handler_with_all_that_was_said() {
    let error = run("util.error('No', 'Forbidden', { id: 1 }, { why: 'x' }); return 1;", json!({}))
        .await
        .unwrap_err();
    let expected = Raised {
        message: "No".to_owned(),
        appended: Vec::new(),
        error_type: Some("Forbidden".to_owned()),
        data: json!({ "id": 1 }),
        info: json!({ "why": "x" }),
    };
    assert_eq!(error, expected);
    assert_eq!(run("util.error('Just this');", json!({})).await.unwrap_err().error_type, None);
}

#[tokio::test]
async fn an_error_that_appsync_would_pass_over_is_told_loudly() {
    for (call, what) in [
        ("util.error(403)", "the message 403"),
        ("util.error()", "the message undefined"),
        ("util.error({ reason: 'no' }, 'Forbidden')", r#"the message {"reason":"no"}"#),
        ("util.error('No', 403)", "the errorType 403"),
        ("util.appendError(true)", "the message true"),
    ] {
        let error = run(&format!("{call}; return 1;"), json!({})).await.expect_err(call);
        assert!(error.message.contains(what) && error.message.contains("AppSync ignores"), "{call}: {error}");
        assert_eq!(error.error_type.as_deref(), Some("Code"), "{call}");
    }
    assert_eq!(run("util.error('No', null);", json!({})).await.unwrap_err().message, "No");
}

#[tokio::test]
async fn an_appended_error_does_not_end_the_handler() {
    let evaluated = run("util.appendError('Half', 'Partial'); return 1;", json!({})).await.unwrap();
    assert_eq!(evaluated.value, 1);
    assert_eq!(evaluated.appended_errors[0].message, "Half");
    assert_eq!(evaluated.appended_errors[0].error_type.as_deref(), Some("Partial"));
}

#[tokio::test]
async fn unauthorized_names_the_field() {
    let context = json!({ "info": { "fieldName": "createTodo", "parentTypeName": "Mutation" } });
    let error = run("util.unauthorized();", context).await.unwrap_err();
    assert_eq!(error.message, "Not Authorized to access createTodo on type Mutation");
    assert_eq!(error.error_type.as_deref(), Some("Unauthorized"));
}

#[tokio::test]
async fn an_early_return_ends_the_handler() {
    let evaluated = run("runtime.earlyReturn({ a: 1 }); return 2;", json!({})).await.unwrap();
    assert_eq!((evaluated.value, evaluated.returned_early), (json!({ "a": 1 }), Some(SkipTo::Next)));
    let evaluated = run("runtime.earlyReturn(1, { skipTo: 'END' });", json!({})).await.unwrap();
    assert_eq!(evaluated.returned_early, Some(SkipTo::End));
}

#[tokio::test]
async fn the_context_is_appsyncs() {
    let context = json!({
        "arguments": { "a": 1 }, "source": { "b": 2 }, "stash": { "c": 3 }, "prev": { "result": 4 },
        "identity": { "sub": "u" }, "request": { "headers": { "x": "y" } }, "info": { "fieldName": "f" },
    });
    let body = "ctx.stash.more = true;
        return [ctx.args.a, ctx.arguments.a, ctx.source.b, ctx.stash.c, ctx.prev.result, ctx.identity.sub,
            ctx.request.headers.x, ctx.info.fieldName, ctx.error ?? 'no error', ctx.env];";
    let evaluated = run(body, context).await.unwrap();
    assert_eq!(evaluated.value, json!([1, 1, 2, 3, 4, "u", "y", "f", "no error", {}]));
    assert_eq!(evaluated.stash, json!({ "c": 3, "more": true }));
}

#[tokio::test]
async fn logging_takes_anything_and_changes_nothing() {
    let body = "console.log('a', { b: 1 }, undefined, null, [1]); console.error(); return 1;";
    assert_eq!(run(body, json!({})).await.unwrap().value, 1);
}

#[tokio::test]
async fn nothing_returned_is_null() {
    assert_eq!(run("", json!({})).await.unwrap().value, Value::Null);
}

#[tokio::test]
async fn the_kind_of_caller_is_told() {
    for (identity, expected) in [
        (json!(null), "API Key Authorization"),
        (json!({ "username": "ada", "sub": "u", "issuer": "i" }), "User Pool Authorization"),
        (json!({ "userArn": "arn", "username": "x" }), "IAM Authorization"),
        (json!({ "issuer": "i", "sub": "u", "claims": {} }), "Open ID Connect Authorization"),
        (json!({ "resolverContext": {} }), "Lambda Authorization"),
    ] {
        let evaluated = run("return util.authType();", json!({ "identity": identity })).await.unwrap();
        assert_eq!(evaluated.value, expected);
    }
}

#[tokio::test]
async fn wrong_arguments_are_told_in_words() {
    for (expression, told) in [
        ("util.base64Decode('%')", "not the base64"),
        ("util.time.parseISO8601ToEpochMilliSeconds('soon')", "not an ISO 8601"),
        ("util.time.nowFormatted('yyyy', 'Mars/Olympus')", "not a time zone"),
        ("util.time.nowFormatted('GG')", "letter G"),
        ("util.time.parseFormattedToEpochMilliSeconds('x', 'yyyy')", "not written as yyyy"),
        ("util.transform.toDynamoDBFilterExpression({ a: { like: 'b' } })", "like is not a filter operator"),
        ("util.transform.toDynamoDBFilterExpression({})", "at least one condition"),
    ] {
        let error = run(&format!("return {expression};"), json!({})).await.unwrap_err();
        assert!(error.message.contains(told), "{expression}: {error}");
    }
}
