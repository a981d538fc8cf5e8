//! What listens while it runs: the port that it names, and nothing else.
#![cfg(target_os = "linux")]

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use serde_json::json;
use tests::{PATIENCE, Parlor, Person};

#[tokio::test]
async fn under_load_only_the_announced_port_listens() {
    let parlor = Parlor::start().await;
    let alice = Person::join(&parlor, "Alice").await;
    let many_at_once = || futures::future::join_all((0..20).map(|_| alice.ask("{ me { id } }", json!({}))));
    many_at_once().await;
    let load = async {
        loop {
            many_at_once().await;
        }
    };
    // A connection to the engine of DynamoDB listens for the moment in which it is made: what stays is a door.
    let looking = async {
        let mut stays = listening(parlor.process_id());
        assert!(stays.iter().any(|(_, port)| *port == parlor.port()), "it listens somewhere: {stays:?}");
        while stays.iter().any(|(_, port)| *port != parlor.port()) {
            tokio::time::sleep(Duration::from_millis(20)).await;
            let now = listening(parlor.process_id());
            stays.retain(|socket| now.contains(socket));
        }
    };
    tokio::select! {
        () = load => {}
        looked = tokio::time::timeout(PATIENCE, looking) => looked.expect("another port listens, and stays"),
    }
}

/// The inodes and ports of the TCP sockets of a process that listen.
fn listening(process: u32) -> BTreeSet<(u64, u16)> {
    let process = Path::new("/proc").join(process.to_string());
    // Others may be gone before they are looked at.
    let sockets: BTreeSet<u64> = std::fs::read_dir(process.join("fd"))
        .expect("the process runs")
        .filter_map(|file| std::fs::read_link(file.ok()?.path()).ok())
        .filter_map(|link| link.to_str()?.strip_prefix("socket:[")?.strip_suffix(']')?.parse().ok())
        .collect();
    let tables = ["net/tcp", "net/tcp6"].map(|table| std::fs::read_to_string(process.join(table)));
    let lines = tables.into_iter().flatten().flat_map(|table| {
        table
            .lines()
            .map(|line| line.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
            .collect::<Vec<_>>()
    });
    lines
        .filter(|columns| columns.get(3).is_some_and(|state| state == "0A"))
        .filter_map(|columns| {
            let port = u16::from_str_radix(columns[1].rsplit(':').next()?, 16).ok()?;
            Some((columns.get(9)?.parse().ok()?, port))
        })
        .filter(|(inode, _)| sockets.contains(inode))
        .collect()
}
