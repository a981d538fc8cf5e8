//! A seed: a stack that begins as a lived-in chat.

use std::path::Path;
use std::process::Output;

use serde_json::{Value, json};
use tests::person::PASSWORD;
use tests::{PATIENCE, Parlor, Person, parlor};

/// The sample that the README names.
const SAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../web/seed.toml");

async fn sign_in(parlor: &Parlor, name: &str) -> Person {
    Person::sign_in(parlor, &format!("{name}@example.com"), PASSWORD)
        .await
        .expect("the seed's people sign in")
}

/// The caller's own rooms, by name.
async fn rooms(person: &Person) -> Vec<Value> {
    let rooms =
        person.ask("{ listRooms(scope: MINE) { items { id name visibility headSeq } } }", json!({})).await;
    let mut rooms = rooms["listRooms"]["items"].as_array().expect("a list").clone();
    rooms.sort_by_key(|room| room["name"].to_string());
    rooms
}

/// Without what is different at every reading: links to files are signed anew.
async fn messages(person: &Person, room: &Value) -> Vec<Value> {
    let mut sync = person.sync(room["id"].as_str().expect("an id"), 0).await;
    let mut messages = sync["items"].as_array_mut().map(std::mem::take).expect("a list");
    for message in &mut messages {
        for attachment in message["content"]["attachments"].as_array_mut().into_iter().flatten() {
            attachment["url"].take();
        }
    }
    messages
}

#[tokio::test]
async fn the_sample_is_a_lived_in_chat_and_twice_is_once() {
    let mut parlor = Parlor::start_with(&["--seed", SAMPLE]).await;
    let alice = sign_in(&parlor, "alice").await;
    let before = rooms(&alice).await;
    let names: Vec<_> =
        before.iter().map(|room| (&room["name"], &room["visibility"], &room["headSeq"])).collect();
    let (private, public) = (json!("PRIVATE"), json!("PUBLIC"));
    let (release, tea) = (json!("Release 1.0"), json!("Tea"));
    assert_eq!(names, [(&release, &private, &json!(3)), (&tea, &public, &json!(7))]);

    let said = messages(&alice, &before[1]).await;
    assert_eq!(said[1]["content"]["text"], "Me. Earl Grey, please");
    assert_eq!((&said[1]["version"], &said[1]["sender"]["name"]), (&json!(2), &json!("Bob Okafor")));
    assert!(said[3]["deletedAt"].is_string() && said[3]["content"]["text"].is_null(), "{}", said[3]);
    let id = &said[4]["content"]["attachments"][0]["id"];
    let query = "query($room: ID!, $id: ID!) { getAttachment(roomId: $room, id: $id) { url contentType } }";
    let file = alice.ask(query, json!({ "room": before[1]["id"], "id": id })).await;
    assert_eq!(file["getAttachment"]["contentType"], "image/svg+xml");
    let url = file["getAttachment"]["url"].as_str().expect("a link");
    let bytes = reqwest::get(url).await.expect("the link leads to a file").bytes().await.expect("a file");
    let original = std::fs::read(Path::new(SAMPLE).with_file_name("public/parlor.svg")).expect("it is there");
    assert_eq!(bytes, original);
    assert_eq!(rooms(&sign_in(&parlor, "dave").await).await, [] as [Value; 0]);
    let seeded = messages(&alice, &before[0]).await;

    alice.send(before[1]["id"].as_str().expect("an id"), "Written by hand").await;
    parlor.interrupt().await;
    parlor.restart().await;
    let alice = sign_in(&parlor, "alice").await;
    let after = rooms(&alice).await;
    let ids = |rooms: &[Value]| rooms.iter().map(|room| room["id"].clone()).collect::<Vec<_>>();
    assert_eq!(ids(&before), ids(&after));
    assert_eq!(seeded, messages(&alice, &after[0]).await);
    let now = messages(&alice, &after[1]).await;
    assert_eq!(said, now[..7]);
    assert_eq!((now.len(), &now[7]["content"]["text"]), (8, &json!("Written by hand")));
}

#[tokio::test]
async fn what_an_interrupted_seed_left_out_and_what_was_added_to_the_file_come_in_later() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("seed.toml");
    let seed = |messages: &str| {
        let people =
            "[users.alice]\nemail = 'alice@example.com'\ngiven_name = 'Alice'\nfamily_name = 'Lee'\n";
        let room = "[[rooms]]\nname = 'Tea'\nowner = 'alice'\n";
        let seed = format!("password = '{PASSWORD}'\n{people}{room}messages = [{messages}]\n");
        std::fs::write(&file, seed).expect("a file");
    };
    let mut parlor = Parlor::start().await;
    // As far as a seed came that was killed between the first request and the second.
    let config = parlor.config().await;
    let attributes = [("email", "alice@example.com"), ("given_name", "Alice"), ("family_name", "Lee")];
    let attributes = attributes.map(|(name, value)| json!({ "Name": name, "Value": value }));
    let sign_up = json!({
        "ClientId": config["userPoolClientId"], "Username": "alice@example.com", "Password": PASSWORD,
        "UserAttributes": attributes,
    });
    let (status, body) = tests::person::cognito(parlor.url(), "SignUp", sign_up).await;
    assert_eq!(status, 200, "{body}");
    parlor.kill().await;

    seed("{ from = 'alice', text = 'One' }");
    let file = file.to_str().expect("a path").to_owned();
    parlor.restart_with(&["--seed", &file]).await;
    parlor.kill().await;
    seed("{ from = 'alice', text = 'Two' }, { from = 'alice', text = 'One' }");
    parlor.restart_with(&["--seed", &file]).await;
    let alice = sign_in(&parlor, "alice").await;
    let rooms = rooms(&alice).await;
    assert_eq!(rooms.len(), 1);
    let said = messages(&alice, &rooms[0]).await;
    let texts: Vec<_> = said.iter().map(|message| message["content"]["text"].as_str()).collect();
    assert_eq!(texts, [Some("One"), Some("Two")]);
}

async fn start(data: &Path, seed: &Path, more: &[&str]) -> Output {
    let mut program = tokio::process::Command::new(parlor::program());
    let program = program.args(["--port", "0", "--data"]).arg(data).arg("--seed").arg(seed).args(more);
    let program = program.kill_on_drop(true);
    tokio::time::timeout(PATIENCE, program.output()).await.expect("it ends by itself").expect("it runs")
}

#[tokio::test]
async fn a_bad_seed_stops_the_start_and_leaves_no_trace() {
    let folder = tempfile::tempdir().expect("a folder");
    let (data, file) = (folder.path().join("data"), folder.path().join("seed.toml"));
    std::fs::write(&file, "[users.alice]\nemail = 'alice@example.com'\nage = 7\n").expect("a file");
    let refused = start(&data, &file, &[]).await;
    let error = String::from_utf8_lossy(&refused.stderr);
    assert!(!refused.status.success() && error.contains("seed.toml:3: unknown field `age`"), "{error}");
    assert!(!data.exists());

    // What the pool asks of people is known before the first of them signs up.
    let alice = "email = 'alice@example.com'\ngiven_name = 'Alice'\nfamily_name = 'Lee'\n";
    let bob = "email = 'bob@example.com'\npassword = 'short'\ngroups = ['kings']\n";
    let seed = format!("password = '{PASSWORD}'\n[users.alice]\n{alice}[users.bob]\n{bob}");
    std::fs::write(&file, seed).expect("a file");
    let mut parlor = Parlor::start().await;
    parlor.kill().await;
    let refused = start(parlor.data(), &file, &["--parameter", "Mfa=ON"]).await;
    let error = String::from_utf8_lossy(&refused.stderr);
    for part in [
        "seed.toml:6: bob@example.com: ",
        "given_name",
        "no group kings",
        "Password not long enough",
        "a second factor, which a seed's people have not",
    ] {
        assert!(error.contains(part), "{part}: {error}");
    }
    assert!(!refused.status.success());
    parlor.restart().await;
    assert!(Person::sign_in(&parlor, "alice@example.com", PASSWORD).await.is_err(), "nobody has signed up");
}
