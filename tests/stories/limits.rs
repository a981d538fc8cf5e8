//! Requests that are too much for anybody: refused, and the server goes on for the others.

use reqwest::Client;
use serde_json::{Value, json};
use tests::{PATIENCE, Parlor, Person};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const MIB: usize = 1024 * 1024;

/// Everybody else is still served.
async fn still_serves(parlor: &Parlor, person: &Person) {
    assert_eq!(person.ask("{ me { id } }", json!({})).await["me"]["id"], person.id);
    assert!(parlor.config().await["graphqlUrl"].is_string());
}

#[tokio::test]
async fn a_head_of_a_megabyte_is_refused() {
    let parlor = Parlor::start().await;
    let ann = Person::join(&parlor, "Ann").await;
    let big = "x".repeat(MIB);
    for head in [
        format!("GET / HTTP/1.1\r\nhost: localhost\r\nx-big: {big}\r\n\r\n"),
        format!("GET /?{big} HTTP/1.1\r\nhost: localhost\r\n\r\n"),
        format!("{big}\r\n\r\n"),
        format!("GET / HTTP/1.1\r\nhost: localhost\r\n{}\r\n", "a: b\r\n".repeat(MIB / 6)),
    ] {
        let (_, answer) = flood(&parlor, head.as_bytes(), &[]).await;
        // The refusal may be lost on the way, as it comes before everything is read.
        let status: String = answer.chars().skip("HTTP/1.1 ".len()).take(3).collect();
        assert!(["", "400", "414", "431"].contains(&&*status), "{status}: {}", &head[..20]);
    }
    still_serves(&parlor, &ann).await;
}

#[tokio::test]
async fn a_body_without_an_end_is_cut_off() {
    let parlor = Parlor::start().await;
    let ann = Person::join(&parlor, "Ann").await;
    let authorization = format!("authorization: {}", ann.access_token);
    let signed = "authorization: AWS4-HMAC-SHA256 Credential=a/20260101/us-east-1/dynamodb/aws4_request, \
                  SignedHeaders=host, Signature=a\r\nx-amz-date: 20260101T000000Z";
    for (target, headers, most_mib) in [
        ("POST /graphql", authorization.as_str(), 1),
        ("POST /", "x-amz-target: AWSCognitoIdentityProviderService.SignUp", 1),
        ("POST /", &format!("x-amz-target: DynamoDB_20120810.PutItem\r\n{signed}"), 16),
        ("POST /config.json", "", 0),
        ("POST /nowhere", "", 0),
    ] {
        let head = format!(
            "{target} HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n{headers}\r\n\r\n"
        );
        let head = head.replace("\r\n\r\n\r\n", "\r\n\r\n");
        let chunk = format!("{MIB:x}\r\n{}\r\n", " ".repeat(MIB));
        let (sent, answer) = flood(&parlor, head.as_bytes(), chunk.as_bytes()).await;
        // What the system's buffers hold goes on top.
        assert!(sent < (most_mib + 32) * MIB, "{target} {headers}: took {sent} bytes");
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 4"), "{target}: {answer}");
    }
    still_serves(&parlor, &ann).await;
}

#[tokio::test]
async fn ten_thousand_nested_selections_are_refused() {
    let parlor = Parlor::start().await;
    let ann = Person::join(&parlor, "Ann").await;
    let deep = |open: &str, close: &str| format!("{}{}", open.repeat(10_000), close.repeat(10_000));
    let queries = [
        deep("{ me ", "}"),
        format!("{{ me {} }}", deep("{ ... on Profile ", "}")),
        format!("{{ getRoom(id: {}) {{ id }} }}", deep("[", "]")),
        format!("query($x: {}) {{ me {{ id }} }}", deep("[", "]")),
        deep("{", "}"),
    ];
    for query in &queries {
        let answer = ann.post(json!({ "query": query }).to_string()).await;
        let status = answer.status();
        let body: Value = answer.json().await.expect("JSON");
        assert!(body["errors"][0]["message"].is_string(), "{}: {status} {body}", &query[..20]);
    }
    let mut live = ann.go_live().await;
    for (n, query) in queries.iter().enumerate() {
        assert_eq!(live.start(&n.to_string(), query, json!({})).await["type"], "error", "{}", &query[..20]);
    }
    // JSON itself, too.
    for body in [
        deep("[", "]"),
        deep("{\"a\":", "}"),
        format!("{{\"query\":\"{{ me {{ id }} }}\",\"variables\":{}}}", deep("{\"a\":", "}")),
    ] {
        assert_eq!(ann.post(body.clone()).await.status(), 400, "{}", &body[..20]);
        let request = Client::new().post(format!("{}/", parlor.url()));
        let request = request.header("x-amz-target", "AWSCognitoIdentityProviderService.SignUp");
        let status = request.body(body).send().await.expect("the server answers").status();
        assert!(status.is_client_error(), "{status}");
    }
    still_serves(&parlor, &ann).await;
}

#[tokio::test]
async fn half_a_request_on_many_connections_keeps_nobody_waiting() {
    let parlor = Parlor::start().await;
    let ann = Person::join(&parlor, "Ann").await;
    let mut halves = Vec::new();
    for half in ["", "GET / HT", "POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-length: 100\r\n\r\n{"]
        .iter()
        .cycle()
        .take(300)
    {
        let mut stream = TcpStream::connect(("127.0.0.1", parlor.port())).await.expect("a connection");
        stream.write_all(half.as_bytes()).await.expect("it is taken");
        halves.push(stream);
    }
    still_serves(&parlor, &ann).await;
    let answer = Client::new().get(format!("{}/config.json", parlor.url())).send().await;
    assert_eq!(answer.expect("a new connection is served").status(), 200);
}

/// Sends `head`, then `chunk` again and again until the server has had enough; what was sent, and the answer.
async fn flood(parlor: &Parlor, head: &[u8], chunk: &[u8]) -> (usize, String) {
    let stream = TcpStream::connect(("127.0.0.1", parlor.port())).await.expect("a connection");
    let (mut read, mut write) = stream.into_split();
    let sending = async {
        let mut sent = 0;
        let mut next = head;
        while !next.is_empty() && sent < 300 * MIB {
            match write.write(next).await {
                Ok(bytes) => (sent, next) = (sent + bytes, &next[bytes..]),
                Err(_) => return sent,
            }
            if next.is_empty() {
                next = chunk;
            }
        }
        sent
    };
    let reading = async {
        let mut answer = Vec::new();
        // However it ends: what came, came.
        let _ = read.read_to_end(&mut answer).await;
        String::from_utf8_lossy(&answer).into_owned()
    };
    tokio::time::timeout(PATIENCE, async { tokio::join!(sending, reading) })
        .await
        .expect("the server ends it in time")
}
