//! What was acknowledged is on the disk, and the disk belongs to one process.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use local_dynamodb::{DynamoDb, OpenError};

use crate::{chat_table, get, item, put};

/// Set for the child process that is to be killed: the file it writes to.
const WRITE_TO: &str = "LOCAL_DYNAMODB_TEST_WRITE_TO";

#[tokio::test]
async fn acknowledged_writes_survive_kill_9() {
    if let Some(file) = std::env::var_os(WRITE_TO) {
        return write_until_killed(Path::new(&file)).await;
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("dynamodb.sqlite");
    let mut acknowledged = 0;
    for life in 0..3 {
        let mut writer = Killed(
            Command::new(std::env::current_exe().unwrap())
                .args(["--exact", "durability::acknowledged_writes_survive_kill_9", "--nocapture"])
                .env(WRITE_TO, &file)
                .stdout(Stdio::piped())
                .spawn()
                .unwrap(),
        );
        let lines = BufReader::new(writer.0.stdout.take().unwrap()).lines().map(Result::unwrap);
        let mut numbers = lines.filter_map(|line| line.strip_prefix("acknowledged ")?.parse::<u32>().ok());
        let first = numbers.next().unwrap();
        assert!(first > acknowledged || life == 0, "the new life begins after the old one");
        let last = numbers.by_ref().take(50).last().unwrap();
        writer.0.kill().unwrap();
        acknowledged = numbers.last().unwrap_or(last);
    }
    let client = DynamoDb::open(&file).await.unwrap().client();
    for number in 1..=acknowledged {
        assert!(
            get(&client, item("room", &number.to_string())).await.is_some(),
            "{number} of {acknowledged} is lost"
        );
    }
}

/// Writes the numbers after those that are there, and says each aloud once it is acknowledged.
async fn write_until_killed(file: &Path) {
    let dynamodb = DynamoDb::open(file).await.unwrap();
    dynamodb.create_table_if_absent("chat", &chat_table()).await.unwrap();
    let client = dynamodb.client();
    let mut number = 1;
    while get(&client, item("room", &number.to_string())).await.is_some() {
        number += 1;
    }
    // Far more than the parent waits for; bounded in case the parent is no more.
    for number in number..number + 20_000 {
        put(&client, item("room", &number.to_string())).await;
        println!("\nacknowledged {number}");
    }
}

/// A child process that does not outlive its test.
struct Killed(Child);

impl Drop for Killed {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[tokio::test]
async fn a_second_opener_of_the_same_file_is_told_so_and_may_open_it_when_the_first_is_gone() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("data").join("dynamodb.sqlite");
    let first = DynamoDb::open(&file).await.unwrap();
    first.create_table_if_absent("chat", &chat_table()).await.unwrap();
    let client = first.client();
    put(&client, item("1", "profile")).await;

    let refused = DynamoDb::open(&file).await.unwrap_err();
    assert!(matches!(refused, OpenError::InUse { .. }));
    assert!(refused.to_string().contains("is in use by another process: stop it"), "{refused}");

    drop(first);
    assert!(DynamoDb::open(&file).await.is_err(), "a client keeps the engine open");
    drop(client);
    let second = DynamoDb::open(&file).await.unwrap();
    assert!(get(&second.client(), item("1", "profile")).await.is_some());
}

#[tokio::test]
async fn a_file_that_is_no_database_is_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("notes.txt");
    std::fs::write(&file, "these are notes, not tables; ".repeat(100)).unwrap();
    let refused = DynamoDb::open(&file).await.unwrap_err().to_string();
    assert!(refused.contains("notes.txt cannot be opened as a DynamoDB file"), "{refused}");
    assert!(refused.contains("--reset") && !refused.contains("encrypted"), "{refused}");
}

#[tokio::test]
async fn tables_in_memory_need_no_file() {
    let dynamodb = DynamoDb::in_memory().await.unwrap();
    dynamodb.create_table_if_absent("chat", &chat_table()).await.unwrap();
    put(&dynamodb.client(), item("1", "profile")).await;
    assert!(get(&dynamodb.client(), item("1", "profile")).await.is_some());
}

#[test]
fn a_client_outlives_the_runtime_that_used_it_first() {
    let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let client = runtime().block_on(async {
        let dynamodb = DynamoDb::in_memory().await.unwrap();
        dynamodb.create_table_if_absent("chat", &chat_table()).await.unwrap();
        put(&dynamodb.client(), item("1", "profile")).await;
        dynamodb.client()
    });
    for _ in 0..3 {
        assert!(runtime().block_on(get(&client, item("1", "profile"))).is_some());
    }
}
