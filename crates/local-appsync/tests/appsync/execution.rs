//! Queries and mutations: what resolvers are told, and what clients get.

use std::sync::Arc;

use local_appsync::{Context, Raised};
use serde_json::{Value, json};
use tokio::sync::{Barrier, Mutex};

use super::support::{Fixture, Server, fixture};

const SCHEMA: &str = "
    type Query {
        echo(id: ID, text: String = \"hello\", filter: Filter, tags: [String], when: AWSDateTime, json: AWSJSON): AWSJSON
        note(id: ID!): Note
        notes: [Note!]
        things: [Thing]
        named: Named
        unresolved: String
        one: Int
        two: Int
    }
    type Mutation { append(text: String!): [String] }
    input Filter { text: String order: Order = ASC nested: Filter limit: Int! = 10 }
    enum Order { ASC DESC }
    type Note implements Named { id: ID! name: String author: Author createdAt: AWSDateTime size: Int }
    type Author { name: String notes: [Note] }
    union Thing = Note | Author
    interface Named { name: String }
";

fn api() -> Fixture {
    let note = json!({"id": 7, "name": "first", "author": {"name": "Ada"}, "createdAt": "2024-01-01T00:00:00Z", "extra": 1});
    fixture(SCHEMA)
        .resolve("Query.echo", |context| Ok(Value::Object(context.arguments)))
        .value("Query.note", note.clone())
        .value("Query.notes", json!([note, {"id": "8", "name": "second"}]))
        .value(
            "Query.things",
            json!([{"__typename": "Note", "id": "1"}, {"__typename": "Author", "name": "Ada"}, null]),
        )
        .value("Query.named", json!({"__typename": "Note", "id": "1", "name": "n"}))
}

async fn echoed(api: &Server, query: &str, variables: Value) -> Value {
    let answer = api.query_with(query, variables).await;
    let text = answer["data"]["echo"].as_str().unwrap_or_else(|| panic!("{answer}"));
    serde_json::from_str(text).unwrap()
}

#[tokio::test]
async fn values_come_from_resolvers_and_properties_of_their_results() {
    let query =
        "query Q { first: note(id: 1) { ...F author { who: name } } notes { id } unresolved __typename }
        fragment F on Note { __typename id name createdAt }";
    assert_eq!(
        api().build().query(query).await,
        json!({"data": {
            "first": {
                "__typename": "Note", "id": "7", "name": "first", "createdAt": "2024-01-01T00:00:00Z",
                "author": {"who": "Ada"},
            },
            "notes": [{"id": "7"}, {"id": "8"}],
            "unresolved": null,
            "__typename": "Query",
        }})
    );
}

#[tokio::test]
async fn a_nested_field_may_have_its_own_resolver() {
    let api = api().resolve("Note.author", |context| {
        Ok(json!({"name": format!("author of {}", context.source["name"])}))
    });
    assert_eq!(
        api.build().query("{ notes { author { name } } }").await["data"]["notes"],
        json!([{"author": {"name": "author of \"first\""}}, {"author": {"name": "author of \"second\""}}])
    );
}

#[tokio::test]
async fn unions_and_interfaces_are_told_apart_by_typename() {
    let query = "{ things { __typename ... on Note { id } ... on Author { name } } named { __typename name ... on Note { id } } }";
    assert_eq!(
        api().build().query(query).await,
        json!({"data": {
            "things": [{"__typename": "Note", "id": "1"}, {"__typename": "Author", "name": "Ada"}, null],
            "named": {"__typename": "Note", "name": "n", "id": "1"},
        }})
    );
}

#[tokio::test]
async fn skip_and_include_leave_fields_out() {
    let query = "query ($no: Boolean!, $yes: Boolean = true) {
        note(id: 1) { id @include(if: $no) name @skip(if: $yes) size @include(if: true) ... @skip(if: $no) { author { name } } }
    }";
    let answer = api().build().query_with(query, json!({"no": false})).await;
    assert_eq!(answer["data"]["note"], json!({"size": null, "author": {"name": "Ada"}}));
}

#[tokio::test]
async fn arguments_are_coerced_and_defaulted_but_what_is_absent_stays_absent() {
    let api = api().build();
    for (query, variables, expected) in [
        ("{ echo }", json!({}), json!({"text": "hello"})),
        ("{ echo(id: 5, text: null) }", json!({}), json!({"id": "5", "text": null})),
        ("{ echo(tags: \"a\") }", json!({}), json!({"text": "hello", "tags": ["a"]})),
        (
            "{ echo(filter: {}) }",
            json!({}),
            json!({"text": "hello", "filter": {"order": "ASC", "limit": 10}}),
        ),
        ("query ($id: ID) { echo(id: $id) }", json!({}), json!({"text": "hello"})),
        ("query ($id: ID) { echo(id: $id) }", json!({"id": null}), json!({"text": "hello", "id": null})),
        ("query ($id: ID = 3) { echo(id: $id) }", json!({}), json!({"text": "hello", "id": "3"})),
        ("query ($t: String) { echo(text: $t) }", json!({}), json!({"text": "hello"})),
        (
            "query ($t: String) { echo(tags: [\"a\", $t]) }",
            json!({}),
            json!({"text": "hello", "tags": ["a", null]}),
        ),
        (
            "query ($t: String, $o: Order) { echo(filter: {text: $t, order: $o, nested: {text: \"x\"}}) }",
            json!({"o": "DESC"}),
            json!({"text": "hello", "filter": {"order": "DESC", "nested": {"text": "x", "order": "ASC", "limit": 10}, "limit": 10}}),
        ),
        (
            "query ($f: Filter) { echo(filter: $f) }",
            json!({"f": {"text": null, "limit": 1}}),
            json!({"text": "hello", "filter": {"text": null, "order": "ASC", "limit": 1}}),
        ),
        ("{ echo(json: \"{\\\"a\\\": [1]}\") }", json!({}), json!({"text": "hello", "json": {"a": [1]}})),
        (
            "query ($j: AWSJSON) { echo(json: $j) }",
            json!({"j": "[1]"}),
            json!({"text": "hello", "json": [1]}),
        ),
    ] {
        assert_eq!(echoed(&api, query, variables).await, expected, "{query}");
    }
}

#[tokio::test]
async fn a_resolver_gets_the_context_of_a_direct_lambda_resolver() {
    let seen = Arc::new(Mutex::new(Value::Null));
    let sees = seen.clone();
    let api = api().resolve_async("Note.author", move |context: Context| {
        let sees = sees.clone();
        async move {
            *sees.lock().await = serde_json::to_value(context).unwrap();
            Ok(json!({"name": "Ada"}).into())
        }
    });
    let query = "query Q($id: ID!, $unused: Boolean = false) { note(id: $id) {
        author { n: name ...More notes { id } skipped: name @include(if: $unused) } } }
        fragment More on Author { name notes { name } }";
    let request = http::Request::post("/graphql")
        .header("authorization", "alice")
        .header("Host", "localhost:4000")
        .header("X-Custom", "1")
        .header("X-Custom", "2")
        .header("cookie", "secret")
        .body(json!({"query": query, "variables": {"id": 7, "more": [1]}}).to_string().into())
        .unwrap();
    assert_eq!(api.build().send(request).await.body["data"]["note"]["author"]["n"], "Ada");
    let expected = json!({
        "arguments": {},
        "identity": {"sub": "alice", "username": "alice", "groups": [], "sourceIp": ["127.0.0.1"]},
        "source": {"id": 7, "name": "first", "author": {"name": "Ada"}, "createdAt": "2024-01-01T00:00:00Z", "extra": 1},
        "request": {
            "headers": {"authorization": "alice", "host": "localhost:4000", "x-custom": ["1", "2"], "x-forwarded-for": "127.0.0.1"},
            "domainName": null,
        },
        "prev": null,
        "info": {
            "selectionSetList": ["n", "name", "notes", "notes/name", "notes/id"],
            "selectionSetGraphQL": "{\n  n: name\n  ...More\n  notes {\n    id\n  }\n  skipped: name @include(if: $unused)\n}",
            "parentTypeName": "Note",
            "fieldName": "author",
            "variables": {"id": 7, "more": [1]},
        },
        "stash": {},
    });
    assert_eq!(*seen.lock().await, expected);
}

#[tokio::test]
async fn a_resolver_of_an_interface_is_told_of_the_fields_that_all_have() {
    let api = api().resolve("Query.named", |context| {
        Ok(json!({"__typename": "Note", "id": "1", "name": context.info.selection_set_list.join(" ")}))
    });
    let query = "{ named { name ...on Named { again: name } ...on Note { id } ...More } } fragment More on Note { size }";
    assert_eq!(api.build().query(query).await["data"]["named"]["name"], "name again");
}

#[tokio::test]
async fn fields_of_a_query_are_resolved_side_by_side() {
    let both = Arc::new(Barrier::new(2));
    let (one, two) = (both.clone(), both);
    let meet = |barrier: Arc<Barrier>| {
        move |_: Context| {
            let barrier = barrier.clone();
            async move {
                barrier.wait().await;
                Ok::<_, Raised>(json!(1).into())
            }
        }
    };
    let api = api().resolve_async("Query.one", meet(one)).resolve_async("Query.two", meet(two));
    assert_eq!(api.build().query("{ one two }").await, json!({"data": {"one": 1, "two": 1}}));
}

#[tokio::test]
async fn mutations_run_in_order_and_one_that_fails_stops_no_other() {
    let texts = Arc::new(Mutex::new(Vec::new()));
    let api = api().resolve_async("Mutation.append", move |context: Context| {
        let texts = texts.clone();
        async move {
            tokio::task::yield_now().await;
            let mut texts = texts.lock().await;
            let text = context.arguments["text"].as_str().unwrap().to_owned();
            if text.is_empty() {
                return Err(Raised::new("InvalidInput", "The text is empty."));
            }
            texts.push(text);
            Ok(json!(*texts).into())
        }
    });
    let answer = api
        .build()
        .query("mutation { a: append(text: \"1\") b: append(text: \"\") c: append(text: \"2\") }")
        .await;
    assert_eq!(answer["data"], json!({"a": ["1"], "b": null, "c": ["1", "2"]}));
    assert_eq!(answer["errors"][0]["path"], json!(["b"]));
}

#[tokio::test]
async fn an_operation_is_chosen_by_name() {
    let api = api().build();
    let query = "query A { a: unresolved } query B { b: unresolved }";
    let body = json!({"query": query, "operationName": "B"}).to_string();
    assert_eq!(api.post("alice", body).await.body, json!({"data": {"b": null}}));
}

#[tokio::test]
async fn the_schema_can_be_introspected_beside_other_fields() {
    let query = "query ($name: String!) { s: __schema { queryType { name } directives { name } } t: __type(name: $name) { kind } unresolved }";
    let answer = api().build().query_with(query, json!({"name": "AWSDateTime"})).await;
    assert_eq!(answer["errors"], Value::Null);
    assert_eq!(answer["data"]["s"]["queryType"]["name"], "Query");
    assert_eq!(answer["data"]["t"], json!({"kind": "SCALAR"}));
    assert_eq!(answer["data"]["unresolved"], Value::Null);
    let directives = answer["data"]["s"]["directives"].as_array().unwrap();
    assert!(directives.contains(&json!({"name": "aws_subscribe"})));
}
