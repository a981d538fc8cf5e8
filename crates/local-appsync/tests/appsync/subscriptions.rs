//! What a subscription's resolver decides at start: refusal, filters, invalidation.

use local_appsync::{Context, Extensions, Raised, Resolved};
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;

use super::support::{Client, Fixture, fixture};

const SCHEMA: &str = "
    type Query { a: String }
    type Mutation { send(room: ID!, seq: Int): Message kick(user: ID!): Message }
    type Message { room: ID! seq: Int }
    type Subscription {
        onSend(room: ID): Message @aws_subscribe(mutations: [\"send\"])
        onMust: Message! @aws_subscribe(mutations: [\"send\"])
        onAdmin: Message @aws_subscribe(mutations: [\"send\"]) @aws_cognito_user_pools(cognito_groups: [\"admins\"])
    }
";

const SEND: &str = "mutation ($room: ID!, $seq: Int) { send(room: $room, seq: $seq) { room seq } }";
const ON_SEND: &str = "subscription ($room: ID) { onSend(room: $room) { seq } }";

fn api() -> Fixture {
    fixture(SCHEMA).resolve("Mutation.send", |context| Ok(Value::Object(context.arguments)))
}

fn deciding(decide: impl Fn(&Context) -> Resolved + Send + Sync + 'static) -> Fixture {
    api().resolve_async("Subscription.onSend", move |context| std::future::ready(Ok(decide(&context))))
}

fn is(field: &str, operator: &str, value: impl Into<Value>) -> Value {
    json!({"filterGroup": [{"filters": [{"fieldName": field, "operator": operator, "value": value.into()}]}]})
}

#[tokio::test]
async fn the_resolver_is_asked_once_at_start_and_may_refuse() {
    let api = api().resolve("Subscription.onSend", |context| {
        assert_eq!(context.info.parent_type_name, "Subscription");
        assert_eq!(context.identity["sub"], "alice");
        match context.arguments.get("room") {
            Some(room) if room == "closed" => {
                Err(Raised::new("Forbidden", "You are not a member of this room."))
            }
            _ => Ok(Value::Null),
        }
    });
    let api = api.build();
    let mut client = api.client().await;
    let refusal = client.start("1", ON_SEND, json!({"room": "closed"})).await;
    let error = json!({"errorType": "Forbidden", "message": "You are not a member of this room."});
    assert_eq!(refusal, json!({"id": "1", "type": "error", "payload": {"errors": [error]}}));
    client.subscribe("1", ON_SEND, json!({"room": "open"})).await;
    for seq in 1..=3 {
        api.query_with(SEND, json!({"room": "open", "seq": seq})).await;
        assert_eq!(client.event("1").await, json!({"data": {"onSend": {"seq": seq}}}));
    }
}

#[tokio::test]
async fn a_value_that_the_resolver_returns_must_fit_the_selection() {
    let returning = |value: Value| deciding(move |_| value.clone().into()).build();
    let query = "subscription { onSend { room } }";
    let frame = returning(json!({"seq": 1})).client().await.start("1", query, json!({})).await;
    let message = "Cannot return null for non-nullable type: 'ID' within parent 'Message' (/onSend/room)";
    assert_eq!(frame["payload"]["errors"][0]["message"], message);
    returning(json!({"room": "r"})).client().await.subscribe("1", query, json!({})).await;
    let null = api().value("Subscription.onMust", Value::Null).build();
    assert_eq!(
        null.client().await.start("1", "subscription { onMust { seq } }", json!({})).await["type"],
        "start_ack"
    );
}

#[tokio::test]
async fn a_subscription_that_the_caller_may_not_access_is_refused() {
    let mut client = api().build().client().await;
    let frame = client.start("1", "subscription { onAdmin { seq } }", json!({})).await;
    let error = json!({"errorType": "Unauthorized", "message": "Not Authorized to access onAdmin on type Subscription"});
    assert_eq!(frame, json!({"id": "1", "type": "error", "payload": {"errors": [error]}}));
    client.start_as("bob", "1", "subscription { onAdmin { seq } }", json!({})).await;
    assert_eq!(client.next().await["type"], "start_ack");
}

#[tokio::test]
async fn a_filter_that_the_resolver_sets_replaces_the_arguments() {
    let api = deciding(|_| Resolved {
        extensions: Extensions { subscription_filter: Some(is("seq", "gt", 5)), ..Extensions::default() },
        ..Resolved::default()
    });
    let api = api.build();
    let mut client = api.client().await;
    client.subscribe("1", ON_SEND, json!({"room": "a"})).await;
    for (room, seq) in [("a", 5), ("b", 6), ("a", 7)] {
        api.query_with(SEND, json!({"room": room, "seq": seq})).await;
    }
    assert_eq!(client.event("1").await["data"]["onSend"]["seq"], 6);
    assert_eq!(client.event("1").await["data"]["onSend"]["seq"], 7);
}

#[tokio::test]
async fn a_filter_out_of_shape_fails_the_start() {
    let api = deciding(|_| Resolved {
        extensions: Extensions {
            subscription_filter: Some(is("seq", "resembles", 5)),
            ..Extensions::default()
        },
        ..Resolved::default()
    });
    let frame = api.build().client().await.start("1", ON_SEND, json!({})).await;
    assert_eq!(frame["payload"]["errors"][0]["errorType"], "InvalidSubscriptionFilter");
}

/// `kick` ends the subscriptions of a user.
fn kicking() -> Fixture {
    deciding(|context| Resolved {
        extensions: Extensions {
            invalidation_filter: Some(is("user", "eq", context.identity["sub"].clone())),
            ..Extensions::default()
        },
        ..Resolved::default()
    })
    .resolve_async("Mutation.kick", |context| {
        let invalidation =
            json!({"subscriptionField": "onSend", "payload": {"user": context.arguments["user"]}});
        let extensions = Extensions { invalidations: vec![invalidation], ..Extensions::default() };
        std::future::ready(Ok(Resolved { extensions, ..Resolved::default() }))
    })
}

#[tokio::test]
async fn a_request_invalidates_five_times_at_most() {
    let api = kicking().build();
    let mut client = api.client().await;
    client.subscribe("1", ON_SEND, json!({})).await;
    let kick =
        |n: usize| format!("k{n}: kick(user: \"{}\") {{ seq }}", if n == 6 { "alice" } else { "nobody" });
    let kicks: Vec<String> = (1..=6).map(kick).collect();
    let answer = api.query(&format!("mutation {{ {} }}", kicks.join(" "))).await;
    let errors = answer["errors"].as_array().unwrap();
    assert_eq!(errors.len(), 1);
    assert_eq!((&errors[0]["errorType"], &errors[0]["path"]), (&json!("LimitExceeded"), &json!(["k6"])));
    api.query_with(SEND, json!({"room": "a", "seq": 1})).await;
    assert_eq!(client.event("1").await["data"]["onSend"]["seq"], 1);
}

#[tokio::test]
async fn an_invalidation_ends_the_subscriptions_it_matches_and_their_connections() {
    let api = kicking().build();
    let address = api.listen().await;
    let mut alice = Client::connect(address, "alice").await;
    let mut bob = Client::connect(address, "bob").await;
    alice.subscribe("1", ON_SEND, json!({})).await;
    bob.start_as("bob", "1", ON_SEND, json!({})).await;
    assert_eq!(bob.next().await["type"], "start_ack");
    api.query("mutation { kick(user: \"alice\") { seq } }").await;
    assert_eq!(alice.next().await, json!({"id": "1", "type": "complete"}));
    assert_eq!(alice.closed().await.code, CloseCode::Normal);
    api.query_with(SEND, json!({"room": "a", "seq": 1})).await;
    assert_eq!(bob.event("1").await["data"]["onSend"]["seq"], 1);
}

#[tokio::test]
async fn an_invalidation_reaches_a_subscription_whose_resolver_was_asked_before_it_and_answers_after() {
    let (let_go, go) = tokio::sync::watch::channel(false);
    let (asked, mut was_asked) = tokio::sync::mpsc::channel(2);
    let api = kicking().resolve_async("Subscription.onSend", move |context| {
        let (mut go, asked) = (go.clone(), asked.clone());
        async move {
            asked.send(()).await.unwrap();
            go.wait_for(|go| *go).await.unwrap();
            let invalidation_filter = Some(is("user", "eq", context.identity["sub"].clone()));
            let extensions = Extensions { invalidation_filter, ..Extensions::default() };
            Ok(Resolved { extensions, ..Resolved::default() })
        }
    });
    let api = api.build();
    let address = api.listen().await;
    let mut alice = Client::connect(address, "alice").await;
    let mut bob = Client::connect(address, "bob").await;
    alice.start_as("alice", "1", ON_SEND, json!({})).await;
    bob.start_as("bob", "1", ON_SEND, json!({})).await;
    for _ in 0..2 {
        was_asked.recv().await.unwrap();
    }
    api.query("mutation { kick(user: \"alice\") { seq } }").await;
    let_go.send(true).unwrap();
    assert_eq!(alice.next().await, json!({"id": "1", "type": "start_ack"}));
    assert_eq!(alice.next().await, json!({"id": "1", "type": "complete"}));
    assert_eq!(alice.closed().await.code, CloseCode::Normal);
    assert_eq!(bob.next().await, json!({"id": "1", "type": "start_ack"}));
    // Whoever comes later was not meant.
    let mut again = Client::connect(address, "alice").await;
    again.subscribe("1", ON_SEND, json!({})).await;
    api.query_with(SEND, json!({"room": "a", "seq": 1})).await;
    assert_eq!(bob.event("1").await["data"]["onSend"]["seq"], 1);
    assert_eq!(again.event("1").await["data"]["onSend"]["seq"], 1);
}

#[tokio::test]
async fn a_subscription_stopped_before_its_resolver_answers_never_starts() {
    let (let_go, go) = tokio::sync::watch::channel(false);
    let api = api().resolve_async("Subscription.onSend", move |_| {
        let mut go = go.clone();
        async move {
            go.wait_for(|go| *go).await.unwrap();
            Ok(Resolved::default())
        }
    });
    let api = api.build();
    let mut client = api.client().await;
    client.start_as("alice", "1", ON_SEND, json!({})).await;
    client.send(json!({"id": "1", "type": "stop"})).await;
    assert_eq!(client.next().await, json!({"id": "1", "type": "complete"}));
    // The same id again, while the first one's resolver still thinks.
    client.start_as("alice", "1", ON_SEND, json!({"room": "b"})).await;
    let_go.send(true).unwrap();
    assert_eq!(client.next().await, json!({"id": "1", "type": "start_ack"}));
    api.query_with(SEND, json!({"room": "a", "seq": 1})).await;
    api.query_with(SEND, json!({"room": "b", "seq": 2})).await;
    assert_eq!(client.event("1").await["data"]["onSend"]["seq"], 2);
}

#[tokio::test]
async fn starting_and_stopping_in_turn_piles_nothing_up() {
    let api = api().resolve_async("Subscription.onSend", |_| std::future::pending());
    let mut client = api.build().client().await;
    for id in 0..200 {
        client.start_as("alice", "1", ON_SEND, json!({})).await;
        client.send(json!({"id": "1", "type": "stop"})).await;
        assert_eq!(client.next().await["type"], "complete", "{id}");
    }
    let frame = client.start("1", ON_SEND, json!({})).await;
    assert_eq!(frame["payload"]["errors"][0]["errorType"], "MaxSubscriptionsReachedError");
}
