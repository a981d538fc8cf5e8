//! A network to rehearse on: late and broken, and never wrong.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tests::{Parlor, Person};

#[tokio::test]
async fn answers_and_events_come_late_and_whole() {
    let parlor = Parlor::start_with(&["--latency", "80..120"]).await;
    let began = Instant::now();
    let status = reqwest::get(format!("{}/_local/status", parlor.url())).await.expect("it answers");
    assert!(began.elapsed() >= Duration::from_millis(80), "it came after {:?}", began.elapsed());
    let status: Value = status.json().await.expect("JSON");
    assert!(status["network"].as_str().is_some_and(|told| told.contains("80 to 120 ms")), "{status}");

    let alice = Person::join(&parlor, "Alice").await;
    let room = alice.create_room("PUBLIC").await;
    let mut live = alice.go_live().await;
    live.listen(&room).await;
    for number in 1..=5 {
        alice.send(&room, "Hello").await;
        assert_eq!(live.message().await["seq"], number);
    }
}

#[tokio::test]
async fn connections_break_and_a_client_that_repeats_itself_loses_nothing() {
    let mut parlor = Parlor::start().await;
    let alice = Person::join(&parlor, "Alice").await;
    let room = alice.create_room("PUBLIC").await;
    parlor.kill().await;
    parlor.restart_with(&["--drop", "20"]).await;

    let query = "mutation($input: SendMessageInput!) { sendMessage(input: $input) { seq } }";
    let mut broken = 0;
    for number in 1..=40 {
        let input = json!({ "roomId": room, "clientId": format!("m{number}"), "content": { "text": "Hi" } });
        loop {
            match alice.try_answer(query, json!({ "input": input })).await {
                Some(answer) => {
                    assert_eq!(answer["data"]["sendMessage"]["seq"], number, "{answer}");
                    break;
                }
                None => broken += 1,
            }
        }
    }
    assert!(broken > 0, "a fifth of eighty is never none");

    parlor.kill().await;
    parlor.restart().await;
    assert_eq!(alice.sync(&room, 0).await["headSeq"], 40);
}
