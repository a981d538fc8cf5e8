//! What was acknowledged is on the disk whole, and what was not is not there at all.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use axum::body::Body;
use axum::http::Method;
use local_s3::OpenError;

use crate::{Caller, Room, open, request, room, send};

/// Set for the child process that is to be killed: the folder it writes to.
const WRITE_TO: &str = "LOCAL_S3_TEST_WRITE_TO";

#[tokio::test]
async fn acknowledged_objects_survive_kill_9_and_half_ones_do_not_appear() {
    if let Some(folder) = std::env::var_os(WRITE_TO) {
        return write_until_killed(Path::new(&folder)).await;
    }
    let folder = tempfile::tempdir().unwrap();
    let mut writer = Killed(
        Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "durability::acknowledged_objects_survive_kill_9_and_half_ones_do_not_appear"])
            .arg("--nocapture")
            .env(WRITE_TO, folder.path())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap(),
    );
    let lines = BufReader::new(writer.0.stdout.take().unwrap()).lines().map(Result::unwrap);
    let mut numbers = lines.filter_map(|line| line.strip_prefix("acknowledged ")?.parse::<usize>().ok());
    let enough = numbers.by_ref().take(50).last().unwrap();
    writer.0.kill().unwrap();
    let last = numbers.last().unwrap_or(enough);

    let room = Room { s3: open(folder.path()).await.unwrap(), folder };
    for number in 1..=last {
        let got = room.get(&format!("/uploads/{number}")).await;
        assert!(got.body == body_of(number), "{number} of {last} is lost or broken");
    }
    let overwritten = room.get("/uploads/same").await.body;
    assert!([last, last + 1].iter().any(|number| overwritten == body_of(*number)), "one or the other, whole");
    assert_eq!(room.get("/uploads/half").await.status, 404);
    let objects = room.get("/uploads?list-type=2").await.all("Key").len();
    assert_eq!(room.files(), objects, "no file is left of the half object");
}

fn body_of(number: usize) -> Vec<u8> {
    number.to_string().repeat(5_000).into_bytes()
}

/// Begins an upload that does not end, then writes objects and says each aloud once it is acknowledged.
async fn write_until_killed(folder: &Path) {
    let s3 = open(folder).await.unwrap();
    let (begun, on_its_way) = tokio::sync::oneshot::channel();
    let half = futures::stream::once(async { Ok::<_, std::io::Error>(vec![b'h'; 100_000]) });
    let rest = futures::stream::once(async move {
        let _ = begun.send(());
        futures::future::pending::<Result<Vec<u8>, std::io::Error>>().await
    });
    let body = Body::from_stream(futures::StreamExt::chain(half, rest));
    let put = Caller::account().presign(request(Method::PUT, "/uploads/half")).map(|_| body);
    let uploading = s3.clone();
    tokio::spawn(async move { send(&uploading, put).await });
    on_its_way.await.unwrap();
    // Far more than the parent waits for; bounded in case the parent is no more.
    for number in 1..2_000 {
        for key in ["same", &number.to_string()] {
            let put = request(Method::PUT, &format!("/uploads/{key}"));
            let answer = send(&s3, Caller::account().sign(put, &body_of(number))).await;
            assert_eq!(answer.status, 200);
        }
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
async fn an_upload_whose_sender_goes_away_leaves_nothing() {
    let room = room().await;
    let broken =
        futures::stream::iter([Ok(vec![b'h'; 100_000]), Err(std::io::Error::other("connection reset"))]);
    let put =
        Caller::account().presign(request(Method::PUT, "/uploads/a")).map(|_| Body::from_stream(broken));
    assert_eq!(room.send(put).await.error(), (400, "IncompleteBody".to_owned()));
    assert_eq!(room.get("/uploads/a").await.status, 404);
    assert_eq!(room.files(), 0);
}

#[tokio::test]
async fn a_second_opener_of_the_same_folder_is_told_so() {
    let room = room().await;
    room.put("/uploads/a", b"hello").await;
    let refused = open(room.folder.path()).await.unwrap_err();
    assert!(matches!(refused, OpenError::InUse { .. }));
    assert!(refused.to_string().contains("is in use by another process: stop it"), "{refused}");
    let Room { s3, folder } = room;
    drop(s3);
    let room = Room { s3: open(folder.path()).await.unwrap(), folder };
    assert_eq!(room.get("/uploads/a").await.text(), "hello");
}

#[tokio::test]
async fn a_folder_that_holds_something_else_is_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("index.sqlite"), "not a database, but notes ".repeat(100)).unwrap();
    let refused = open(folder.path()).await.unwrap_err().to_string();
    assert!(refused.contains("cannot be used as a folder of S3 objects"), "{refused}");
}
