//! Watching: what is edited is served, on the same port and data, and nobody is refused meanwhile.
//!
//! What is built here is a script that runs the real program: cargo itself would fight these tests for its lock.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use reqwest::Client;
use serde_json::{Value, json};
use tempfile::TempDir;
use tests::{PATIENCE, Parlor, Person, parlor};

/// What stands in for cargo: `broken` makes it fail, `next` is what it builds.
const CARGO: &str = r#"#!/bin/sh
if [ -e broken ]; then echo "error: expected expression" >&2; exit 101; fi
program="$PWD/program-$(cat next)"
[ -e "$program" ] || cp program "$program"
echo "{\"reason\":\"compiler-artifact\",\"target\":{\"name\":\"local\"},\"executable\":\"$program\"}"
"#;

/// What it builds: `refuse` makes it one that would not start.
const PROGRAM: &str = r#"#!/bin/sh
case "$*" in *--check*) [ ! -e "WORKSPACE/refuse" ] || exit 1;; esac
exec "LOCAL" "$@"
"#;

struct Workspace(TempDir);

impl Workspace {
    fn new() -> Workspace {
        let workspace = Workspace(tempfile::tempdir().expect("a folder"));
        let path = workspace.0.path().to_str().expect("a path");
        std::fs::create_dir_all(workspace.path("crates/local")).expect("a folder");
        for (name, text) in [("Cargo.toml", ""), ("schema.graphql", ""), ("next", "1")] {
            std::fs::write(workspace.path(name), text).expect("a file");
        }
        let local = parlor::program();
        let program = PROGRAM.replace("WORKSPACE", path).replace("LOCAL", local.to_str().expect("a path"));
        for (name, text) in [("cargo", CARGO), ("program", &program)] {
            std::fs::write(workspace.path("draft"), text).expect("a file");
            // A program that this process had open for writing could not be run while another test starts one.
            let copy = format!("cd '{path}' && cp draft {name} && chmod +x {name}");
            assert!(Command::new("sh").args(["-c", &copy]).status().expect("a shell runs").success());
        }
        workspace
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    async fn watched(&self) -> Parlor {
        let watch = format!("--watch={}", self.0.path().display());
        Parlor::start_in(vec![("CARGO".to_owned(), self.path("cargo"))], &[&watch]).await
    }

    /// Saves a source file, with that in it.
    fn save(&self, text: &str) {
        std::fs::write(self.path("schema.graphql"), text).expect("a file");
    }
}

async fn until(parlor: &mut Parlor, part: &str) {
    while !parlor.line().await.contains(part) {}
}

/// The process that has the data folder.
fn owner(data: &Path) -> String {
    std::fs::read_to_string(data.join("lock")).expect("there is a lock").trim().to_owned()
}

async fn free(data: &Path) {
    let lock = File::open(data.join("lock")).expect("there is a lock");
    let freed = async {
        while lock.try_lock().is_err() {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(PATIENCE, freed).await.expect("no process is left with the data folder");
}

/// Sends messages, each on a connection of its own, until it is told to stop; `sent` counts those acknowledged.
///
/// A request that a busy machine cuts off is sent again, as a client would; a connection is never refused.
async fn send_on(
    person: Arc<Person>,
    url: String,
    room: String,
    is_over: Arc<AtomicBool>,
    sent: Arc<AtomicU64>,
) {
    let http = Client::builder().pool_max_idle_per_host(0).build().expect("a client");
    while !is_over.load(Ordering::SeqCst) {
        let number = sent.fetch_add(1, Ordering::SeqCst);
        let query = "mutation($input: SendMessageInput!) { sendMessage(input: $input) { seq } }";
        let content = json!({ "text": "Still here" });
        let input = json!({ "roomId": room, "clientId": number.to_string(), "content": content });
        let body = json!({ "query": query, "variables": { "input": input } });
        loop {
            let request = http.post(format!("{url}/graphql")).header("authorization", &person.access_token);
            let answer = match request.json(&body).send().await {
                Ok(answer) => answer.json::<Value>().await,
                Err(error) => Err(error),
            };
            match answer {
                Ok(answer) => {
                    assert!(answer["data"]["sendMessage"]["seq"].is_u64(), "{answer}");
                    break;
                }
                Err(error) => assert!(!error.is_connect(), "{error:?}"),
            }
        }
    }
}

#[tokio::test]
async fn what_is_saved_is_served_while_requests_wait() {
    let workspace = Workspace::new();
    let mut parlor = workspace.watched().await;
    until(&mut parlor, "Watching").await;
    let alice = Arc::new(Person::join(&parlor, "Alice").await);
    let room = alice.create_room("PUBLIC").await;
    let mut live = alice.go_live().await;
    live.listen(&room).await;
    let first = owner(parlor.data());

    let (is_over, sent) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
    let senders: Vec<_> = (0..3)
        .map(|_| {
            let (url, room) = (parlor.url().to_owned(), room.clone());
            tokio::spawn(send_on(Arc::clone(&alice), url, room, Arc::clone(&is_over), Arc::clone(&sent)))
        })
        .collect();
    std::fs::write(workspace.path("next"), "2").expect("a file");
    workspace.save("# edited");
    until(&mut parlor, "schema.graphql changed").await;
    until(&mut parlor, "Served anew").await;
    let second = owner(parlor.data());
    assert_ne!(first, second, "another process serves");
    live.until_closed().await;
    assert_eq!(live.close_code(), Some(1001), "whoever listened was told to come back");
    // Not before each of them has been answered by the new one.
    let so_far = sent.load(Ordering::SeqCst);
    let more = async {
        while sent.load(Ordering::SeqCst) < so_far + 6 {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(PATIENCE, more).await.expect("messages are sent");
    is_over.store(true, Ordering::SeqCst);
    for sender in senders {
        sender.await.expect("every message was acknowledged");
    }
    let alice = Person::sign_in(&parlor, &alice.email, tests::person::PASSWORD).await.expect("she is known");
    assert_eq!(alice.sync(&room, 0).await["headSeq"], sent.load(Ordering::SeqCst));

    workspace.save("# edited, and to the same effect");
    until(&mut parlor, "Nothing of what is served is different").await;
    parlor.interrupt().await;
    free(parlor.data()).await;
}

#[tokio::test]
async fn what_does_not_compile_or_start_is_told_and_the_one_before_serves_on() {
    let workspace = Workspace::new();
    let mut parlor = workspace.watched().await;
    until(&mut parlor, "Watching").await;
    let first = owner(parlor.data());

    std::fs::write(workspace.path("broken"), "").expect("a file");
    workspace.save("# a mistake");
    until(&mut parlor, "It does not compile: what was served before is served on").await;
    assert!(parlor.log().contains("error: expected expression"), "the compiler's words are told");
    parlor.config().await;

    std::fs::remove_file(workspace.path("broken")).expect("it was there");
    std::fs::write(workspace.path("refuse"), "").expect("a file");
    std::fs::write(workspace.path("next"), "2").expect("a file");
    workspace.save("# a mistake of another kind");
    until(&mut parlor, "It would not start: what was served before is served on").await;
    parlor.config().await;
    assert_eq!(owner(parlor.data()), first);

    std::fs::remove_file(workspace.path("refuse")).expect("it was there");
    assert!(Command::new("kill").args(["-KILL", &first]).status().expect("kill runs").success());
    until(&mut parlor, "The server ended by itself").await;
    workspace.save("# right");
    until(&mut parlor, "Served anew").await;
    parlor.config().await;
    assert_ne!(owner(parlor.data()), first);

    // However it ends, it leaves nobody behind.
    parlor.kill().await;
    free(parlor.data()).await;
}

#[tokio::test]
async fn there_must_be_something_to_watch() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut program = tokio::process::Command::new(parlor::program());
    let program = program.args(["--port", "0", "--watch=/", "--data"]).arg(folder.path()).kill_on_drop(true);
    let ended =
        tokio::time::timeout(PATIENCE, program.output()).await.expect("it ends by itself").expect("it runs");
    let error = String::from_utf8_lossy(&ended.stderr);
    assert!(!ended.status.success() && error.contains("--watch=DIR"), "{error}");
}
