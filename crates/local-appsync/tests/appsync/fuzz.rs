//! Anything at all at the doors, made up by proptest: it is answered, in time, and nothing panics.
//!
//! `PROPTEST_RNG_SEED=$RANDOM PROPTEST_CASES=100000 cargo test -p local-appsync fuzz`
//! looks longer, at other cases.

use std::time::Duration;

use futures::{SinkExt, StreamExt};
use http::StatusCode;
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Value, json};
use tokio::runtime::Runtime;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

use super::support::{Client, Fixture, fixture};

/// What anything may take at most: a guard against hanging, not a measure.
const PATIENCE: Duration = Duration::from_secs(60);

const SCHEMA: &str = "
    type Query { node(id: ID, in: In, kinds: [Kind!], n: Int = 3): Node any: Any at(t: AWSDateTime, j: AWSJSON): String }
    type Mutation { set(in: In!): Node }
    type Subscription { onSet(id: ID, name: String): Node @aws_subscribe(mutations: [\"set\"]) }
    type Node implements Named { id: ID name: String nodes(first: Int): [Node!] kind: Kind }
    type Leaf implements Named { name: String size: Float }
    interface Named { name: String }
    union Any = Node | Leaf
    enum Kind { A B }
    input In { id: ID! n: Int deep: In list: [[Float]] kind: Kind = A }";

fn api() -> Fixture {
    let node = json!({"__typename": "Node", "id": "1", "name": "n", "nodes": [{"id": "2", "kind": "C"}], "kind": "A"});
    fixture(SCHEMA)
        .value("Query.node", node.clone())
        .value("Query.any", node.clone())
        .value("Query.at", json!("x"))
        .value("Mutation.set", node)
}

fn config() -> ProptestConfig {
    ProptestConfig { failure_persistence: None, ..ProptestConfig::default() }
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        prop::sample::select(vec!["A", "1", "2026-01-01T00:00:00Z", "{\"a\":1}", "alice"])
            .prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 40, 6, |inner| {
        let name = prop_oneof!["id|n|deep|list|kind|in|data|query|variables|filterGroup", any::<String>()];
        prop_oneof![
            vec(inner.clone(), 0..6).prop_map(Value::from),
            vec((name, inner), 0..6).prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// Pieces of the language in any order: most of it is nonsense, some of it nearly right.
fn tokens() -> impl Strategy<Value = String> {
    let words = "query|mutation|subscription|fragment|on|node|nodes|any|at|set|onSet|id|name|kind|Node|Leaf|Named|Any\
                 |In|Int|ID|Kind|A|true|null|first|in|__typename|__schema|__type|types|F|G|@include|@skip|if|\\$v|\\$w";
    let signs =
        "[{}()\\[\\]:=!|&,@$]|\\.\\.\\.|\"|\"\"\"|#|\n|\\\\u12|-?[0-9]{1,25}(\\.[0-9]{1,3})?(e[0-9]{1,4})?";
    vec(prop_oneof![4 => words, 4 => signs, 1 => "\\PC{0,4}"], 0..60).prop_map(|tokens| tokens.join(" "))
}

/// Well formed: fields, aliases, arguments, directives, fragments within each other.
fn selections() -> impl Strategy<Value = String> {
    let argument = prop_oneof![
        Just(String::new()),
        "\\((id|n|in|first|kinds|t|j): (1|\"x\"|A|\\$v|\\[A, B\\]|\\{id: 1, deep: \\{id: \\$w\\}\\}|null)\\)",
    ];
    let name = "(a: |b: )?(node|nodes|any|at|name|kind|id|__typename|__schema|__type|size)( @(skip|include)\\(if: (true|\\$v)\\))?";
    let field = (name, argument).prop_map(|(name, argument)| match name.split_once(" @") {
        Some((field, directive)) => format!("{field}{argument} @{directive}"),
        None => format!("{name}{argument}"),
    });
    let leaf = prop_oneof![4 => field.clone(), 1 => "\\.\\.\\.[FGH]"];
    leaf.prop_recursive(8, 60, 5, move |inner| {
        let set = vec(inner, 1..5).prop_map(|selections| format!("{{ {} }}", selections.join(" ")));
        prop_oneof![
            (field.clone(), set.clone()).prop_map(|(field, set)| format!("{field} {set}")),
            ("\\.\\.\\.( on (Node|Leaf|Named|Any|Query|Nobody))?", set)
                .prop_map(|(on, set)| format!("{on} {set}")),
        ]
    })
}

fn documents() -> impl Strategy<Value = String> {
    let operation = "query|mutation|subscription|query Q|query Q\\(\\$v: (Int|In|\\[Kind!\\]|Boolean = true), \\$w: ID\\)";
    let fragment = ("[FGH]", "Node|Leaf|Named|Any|Query|In", vec(selections(), 1..4));
    let fragment =
        fragment.prop_map(|(name, on, set)| format!("fragment {name} on {on} {{ {} }}", set.join(" ")));
    (operation, vec(selections(), 1..5), vec(fragment, 0..3)).prop_map(|(operation, set, fragments)| {
        format!("{operation} {{ {} }} {}", set.join(" "), fragments.join(" "))
    })
}

/// Either, and either with a piece cut out.
fn queries() -> impl Strategy<Value = String> {
    let cut =
        (documents(), any::<prop::sample::Index>(), any::<prop::sample::Index>()).prop_map(|(text, a, b)| {
            let chars: Vec<char> = text.chars().collect();
            let (from, to) = (a.index(chars.len() + 1), b.index(chars.len() + 1));
            chars[..from.min(to)].iter().chain(&chars[from.max(to)..]).collect()
        });
    prop_oneof![2 => tokens(), 3 => documents(), 2 => cut]
}

/// Posts the body, and sees a sensible answer.
fn posted(runtime: &Runtime, server: &super::support::Server, body: Vec<u8>) {
    let shown = String::from_utf8_lossy(&body).into_owned();
    let answered = async { tokio::time::timeout(PATIENCE, server.post("alice", body)).await };
    let answer = runtime.block_on(answered).unwrap_or_else(|_| panic!("no answer to {shown}"));
    assert_ne!(answer.status, StatusCode::INTERNAL_SERVER_ERROR, "{shown}\n{}", answer.body);
    assert!(answer.body["errors"].is_array() || answer.body["data"].is_object(), "{shown}\n{}", answer.body);
}

#[test]
fn any_document_with_any_variables_is_answered() {
    let (runtime, server) = (runtime(), api().build());
    proptest!(config(), |(query in queries(), variables in any_json(), name in prop::option::of("Q|"))| {
        let variables = if variables.is_object() { variables } else { json!({"v": variables, "w": 1}) };
        let body = json!({"query": query, "variables": variables, "operationName": name});
        posted(&runtime, &server, body.to_string().into_bytes());
    });
}

#[test]
fn any_body_is_answered() {
    let (runtime, server) = (runtime(), api().build());
    proptest!(config(), |(body in prop_oneof![
        vec(any::<u8>(), 0..300),
        any_json().prop_map(|body| body.to_string().into_bytes()),
        "[\\[{\":,\\]}a0\\\\]{0,200}".prop_map(String::into_bytes),
    ])| posted(&runtime, &server, body));
}

#[test]
fn any_header_object_opens_or_is_refused() {
    let runtime = runtime();
    runtime.block_on(async {
        let address = api().build().listen().await;
        let runner = &mut proptest::test_runner::TestRunner::new(config());
        for _ in 0..config().cases {
            use proptest::strategy::ValueTree;
            let header = prop_oneof![
                "[ -+\\--~]{0,100}",
                any_json().prop_map(|headers| {
                    use base64::Engine;
                    base64::prelude::BASE64_URL_SAFE_NO_PAD.encode(headers.to_string())
                }),
            ];
            let header = header.new_tree(runner).unwrap().current();
            let mut request = format!("ws://{address}/graphql/realtime").into_client_request().unwrap();
            let protocols = format!("graphql-ws, header-{header}");
            request.headers_mut().insert("sec-websocket-protocol", protocols.parse().unwrap());
            let connecting = tokio::time::timeout(PATIENCE, tokio_tungstenite::connect_async(request)).await;
            let (mut socket, _) = connecting.expect(&header).expect(&header);
            // Who may not connect is told once they have spoken.
            socket.send(Message::text(r#"{"type":"connection_init"}"#)).await.unwrap();
            let said = tokio::time::timeout(PATIENCE, socket.next()).await.expect(&header);
            assert!(
                matches!(&said, Some(Ok(Message::Text(text))) if text.contains("connection_error")),
                "{header}: {said:?}"
            );
        }
    });
}

#[test]
fn any_frame_is_answered_and_the_connection_goes_on_or_ends() {
    let (runtime, server) = (runtime(), api().build());
    let address = runtime.block_on(server.listen());
    let kind = prop_oneof!["connection_init|start|stop|ka|data", any::<String>()];
    let data = prop_oneof![
        queries(),
        (queries(), any_json())
            .prop_map(|(query, variables)| json!({"query": query, "variables": variables}).to_string()),
        "subscription \\{ onSet(\\((id|name): (\"1\"|null|7)\\))? \\{ (id|name|nodes \\{ id \\}|set) \\} \\}"
            .prop_map(|query| json!({"query": query}).to_string()),
    ];
    let start = (data, any_json(), any::<bool>()).prop_map(|(data, authorization, is_alice)| {
        let authorization = if is_alice { json!({"Authorization": "alice"}) } else { authorization };
        json!({"data": data, "extensions": {"authorization": authorization}})
    });
    let structured = (kind, prop::option::of("[ab]|\\PC{0,5}"), prop_oneof![any_json(), start]).prop_map(
        |(kind, id, payload)| Message::text(json!({"type": kind, "id": id, "payload": payload}).to_string()),
    );
    let frame = prop_oneof![
        4 => structured,
        1 => any::<String>().prop_map(Message::text),
        1 => "[\\[{\":,\\]}a0\\\\]{0,200}".prop_map(Message::text),
        1 => vec(any::<u8>(), 0..200).prop_map(Message::binary),
        1 => vec(any::<u8>(), 0..125).prop_map(|bytes| Message::Ping(bytes.into())),
    ];
    let mut watcher = runtime.block_on(Client::connect(address, "alice"));
    runtime.block_on(watcher.subscribe("mine", "subscription { onSet { id } }", json!({})));
    proptest!(config(), |(frames in vec(frame, 1..12))| {
        runtime.block_on(async {
            let mut client = Client::connect(address, "alice").await;
            for frame in &frames {
                client.0.send(frame.clone()).await.unwrap();
            }
            // It is answered behind all of them.
            client.0.send(Message::text(r#"{"type":"stop","id":"the last one"}"#)).await.unwrap();
            let answered = async {
                while let Some(Ok(message)) = client.0.next().await {
                    if matches!(&message, Message::Text(text) if text.contains("the last one")) {
                        return true;
                    }
                }
                false
            };
            let answered = tokio::time::timeout(PATIENCE, answered).await;
            assert_eq!(answered, Ok(true), "{frames:?}");
        });
    });
    // Nobody else noticed.
    runtime.block_on(async {
        server.query("mutation { set(in: {id: 1}) { id } }").await;
        assert_eq!(watcher.event("mine").await["data"]["onSet"]["id"], "1");
    });
}

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap()
}
