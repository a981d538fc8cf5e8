//! `util.http`: headers of the answer.

use local_appsync_js::{DataSource, Evaluated, Raised, Script, run_unit};
use serde_json::{Value, json};

async fn run(request: &str, response: &str) -> Result<Evaluated, Raised> {
    let code = format!(
        "import {{ util }} from '@aws-appsync/utils';
        export function request(ctx) {{ {request} }}
        export function response(ctx) {{ {response} }}"
    );
    let script = Script::compile("headers.js", &code).unwrap();
    let headers =
        json!({ "Host": "x", "x-a": "1", "connection": "close", "authorization": "t", "TE": "trailers" });
    run_unit(&script, &DataSource::None, json!({ "request": { "headers": headers } })).await
}

#[tokio::test]
async fn headers_of_both_handlers_are_kept_and_the_later_one_counts() {
    let request = "
        util.http.addResponseHeader('Items-Count', 7);
        util.http.addResponseHeader('x-text', 'first');
        return {};";
    let response = "util.http.addResponseHeaders({ 'X-Text': 'second', object: { a: [1] }, yes: true });";
    let headers = run(request, response).await.unwrap().response_headers;
    assert_eq!(
        json!(headers),
        json!({ "items-count": "7", "x-text": "second", "object": "{\"a\":[1]}", "yes": "true" })
    );
}

#[tokio::test]
async fn a_header_that_may_not_be_is_refused_with_why() {
    for (name, value, why) in [
        ("Content-Type", "text/html", "AppSync's own"),
        ("x-amzn-trace", "1", "AppSync's own"),
        ("X-Amz-Anything", "1", "AppSync's own"),
        ("Access-Control-Allow-Origin", "*", "AppSync's own"),
        ("two words", "1", "no name of a header"),
        ("", "1", "no name of a header"),
        ("x-a", "1\\r\\nset-cookie: b", "printable ASCII"),
        ("x-a", "ä", "printable ASCII"),
        ("x-a", &"x".repeat(4094), "at most 4096 bytes"),
    ] {
        let request = format!("util.http.addResponseHeader('{name}', '{value}'); return {{}};");
        let raised = run(&request, "").await.unwrap_err();
        assert!(raised.message.contains(why), "{name}: {raised}");
    }
    let most = format!("util.http.addResponseHeader('x-a', '{}'); return {{}};", "x".repeat(4093));
    assert_eq!(run(&most, "").await.unwrap().response_headers["x-a"].len(), 4093);
}

#[tokio::test]
async fn copied_headers_are_those_that_do_not_belong_to_the_connection() {
    let copied = run("return {};", "return util.http.copyHeaders(ctx.request.headers);").await.unwrap().value;
    assert_eq!(copied, json!({ "x-a": "1", "authorization": "t" }));
    let none = run("return {};", "return util.http.copyHeaders(null);").await.unwrap().value;
    assert_eq!(none, Value::Object(serde_json::Map::new()));
}
