//! The page that shows what happens at this moment.

use serde_json::{Value, json};
use tests::{PATIENCE, Parlor, Person};

/// Server-sent events. Those of one name come in order, those of different names as they like.
struct Events {
    answer: reqwest::Response,
    text: String,
    /// Names and data of what came and was not asked for yet.
    came: Vec<(String, Value)>,
}

impl Events {
    async fn of(parlor: &Parlor) -> Events {
        let answer =
            reqwest::get(format!("{}/_local/live/events", parlor.url())).await.expect("the server answers");
        assert_eq!(answer.headers()["content-type"], "text/event-stream");
        Events { answer, text: String::new(), came: Vec::new() }
    }

    /// The data of the first event of that name that fits; those of that name before it are passed over.
    async fn hear(&mut self, name: &str, fits: impl Fn(&Value) -> bool) -> Value {
        let next = async {
            loop {
                while let Some(place) = self.came.iter().position(|(event, _)| event == name) {
                    let (_, data) = self.came.remove(place);
                    if fits(&data) {
                        return data;
                    }
                }
                self.read().await;
            }
        };
        tokio::time::timeout(PATIENCE, next).await.unwrap_or_else(|_| panic!("no {name} came"))
    }

    async fn read(&mut self) {
        let more = self.answer.chunk().await.expect("the stream is whole").expect("the stream goes on");
        self.text.push_str(std::str::from_utf8(&more).expect("text"));
        while let Some((event, rest)) = self.text.split_once("\n\n") {
            let field = |field: &str| event.lines().find_map(|line| line.strip_prefix(field));
            if let (Some(name), Some(data)) = (field("event: "), field("data: ")) {
                self.came.push((name.to_owned(), serde_json::from_str(data).expect("JSON")));
            }
            self.text = rest.to_owned();
        }
    }
}

#[tokio::test]
async fn requests_subscriptions_and_mails_are_shown_as_they_come() {
    let parlor = Parlor::start().await;
    let mut events = Events::of(&parlor).await;
    let alice = Person::join(&parlor, "Alice").await;
    let request = events.hear("request", |request| request["operation"] == "SignUp").await;
    assert_eq!((&request["service"], &request["status"]), (&json!("Cognito"), &json!(200)));
    events.hear("outbox", |mails| mails[0]["to"] == "alice@example.com").await;

    let room = alice.create_room("PUBLIC").await;
    let mut live = alice.go_live().await;
    live.listen(&room).await;
    let subscriptions = events.hear("subscriptions", |all| all[0].is_object()).await;
    assert_eq!(subscriptions[0]["field"], "onMessage");
    assert_eq!(subscriptions[0]["user"], json!(alice.id));
    assert_eq!(subscriptions[0]["variables"], json!(["room"]));
    assert_eq!(subscriptions[0]["id"], "messages");
    drop(live);
    events.hear("subscriptions", |all| *all == json!([])).await;

    // Whoever comes later sees what was before.
    let mut later = Events::of(&parlor).await;
    later.hear("request", |request| request["operation"] == "SignUp").await;
}

#[tokio::test]
async fn a_table_is_browsed_page_by_page() {
    let parlor = Parlor::start().await;
    let alice = Person::join(&parlor, "Alice").await;
    let room = alice.create_room("PUBLIC").await;
    for number in 0..30 {
        alice.send(&room, &format!("Message {number}")).await;
    }
    let get = async |path: String, query: &[(&str, String)]| -> Value {
        let request = reqwest::Client::new().get(format!("{}{path}", parlor.url())).query(query);
        request.send().await.expect("the server answers").json().await.expect("JSON")
    };
    let tables = get("/_local/tables".to_owned(), &[]).await;
    let names = tables["TableNames"].as_array().expect("a list").iter().filter_map(Value::as_str);
    let table = names
        .into_iter()
        .find(|name| name.to_lowercase().contains("chat"))
        .expect("the chat's table")
        .to_owned();
    let mut items = Vec::new();
    let mut after = Vec::new();
    loop {
        let mut page = get(format!("/_local/tables/{table}"), &after).await;
        let on_page = page["Items"].as_array_mut().expect("a page of items");
        assert!(on_page.len() <= 25, "{}", on_page.len());
        items.append(on_page);
        match &page["LastEvaluatedKey"] {
            Value::Null => break,
            key => after = vec![("after", key.to_string())],
        }
    }
    let text = |item: &Value| item["sk"]["S"].as_str().unwrap_or_default().to_owned();
    assert_eq!(items.iter().filter(|item| text(item).starts_with("MSG#")).count(), 30);
}

#[tokio::test]
async fn pages_of_other_origins_see_none_of_it() {
    let parlor = Parlor::start().await;
    for path in ["/_local/live", "/_local/live/events", "/_local/tables", "/_local/outbox", "/_local/status"]
    {
        let get = |header: &'static str, value: String| {
            reqwest::Client::new().get(format!("{}{path}", parlor.url())).header(header, value).send()
        };
        let strangers = get("origin", "https://evil.example".to_owned()).await.expect("an answer");
        assert_eq!(strangers.status(), 403, "{path}");
        let rebound = get("host", "evil.example".to_owned()).await.expect("an answer");
        assert_eq!(rebound.status(), 403, "{path}");
        let own = get("origin", parlor.url().to_owned()).await.expect("an answer");
        assert_eq!(own.status(), 200, "{path}");
    }
}
