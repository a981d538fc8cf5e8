//! How long and how much a connection may ask before it is somebody's, by a clock that only the tests move.

use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use axum::routing::{get, post};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt, DuplexStream};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

use super::serving::connection;
use super::*;
use crate::tls::certificate;

/// Longer than anything here takes on the busiest machine.
const LONG: Duration = Duration::from_secs(60);

const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n";

fn limits() -> Limits {
    Limits { connections: 2, head: Duration::from_secs(60), head_bytes: 64 * 1024 }
}

fn router() -> Router {
    let slow = || async {
        sleep(Duration::from_secs(600)).await;
        "late"
    };
    let body = |request: Request| async { axum::body::to_bytes(request.into_body(), 1024).await.unwrap() };
    Router::new()
        .route("/", get("hello"))
        .route("/slow", get(slow))
        .route("/body", post(body))
        .route("/panic", post(panics))
}

async fn panics(request: Request) -> &'static str {
    axum::body::to_bytes(request.into_body(), 1024).await.unwrap();
    panic!("a handler of this test");
}

/// A connection without a network, so that the clock stands while anybody has something to do.
fn connect() -> (DuplexStream, watch::Sender<bool>) {
    let (client, server) = tokio::io::duplex(1024 * 1024);
    let (stop, stopping) = watch::channel(false);
    let peer = Peer { address: SocketAddr::from((Ipv4Addr::LOCALHOST, 1)), is_secure: false };
    tokio::spawn(connection(server, peer, router(), limits(), stopping));
    (client, stop)
}

/// Reads the answer of a request up to the text that ends it.
async fn hear(client: &mut (impl AsyncRead + Unpin), end: &str) -> String {
    let mut heard = Vec::new();
    while !heard.ends_with(end.as_bytes()) {
        match client.read_u8().await {
            Ok(byte) => heard.push(byte),
            Err(_) => break,
        }
    }
    String::from_utf8(heard).unwrap()
}

async fn rest(client: &mut (impl AsyncRead + Unpin)) -> String {
    let mut heard = Vec::new();
    // A connection that is cut has nothing more to say either.
    let _ = client.read_to_end(&mut heard).await;
    String::from_utf8(heard).unwrap()
}

#[tokio::test(start_paused = true)]
async fn who_says_nothing_or_half_a_head_is_let_go_after_a_minute() {
    for said in ["", "G", "GET / HTTP/1.1\r\nhost: localhost\r\n"] {
        let (mut client, _stop) = connect();
        client.write_all(said.as_bytes()).await.unwrap();
        let began = Instant::now();
        assert_eq!(rest(&mut client).await, "", "{said:?}");
        assert_eq!(began.elapsed().as_secs(), 60, "{said:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_head_that_drips_in_has_no_more_time_than_any_other() {
    let (client, _stop) = connect();
    let (mut read, mut write) = tokio::io::split(client);
    let began = Instant::now();
    tokio::spawn(async move {
        while write.write_all(b"G").await.is_ok() {
            sleep(Duration::from_secs(1)).await;
        }
    });
    rest(&mut read).await;
    assert!(began.elapsed().as_secs() <= 60, "{:?}", began.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_connection_may_rest_between_requests_and_each_has_its_own_minute() {
    let (mut client, _stop) = connect();
    for _ in 0..3 {
        sleep(Duration::from_secs(59)).await;
        client.write_all(REQUEST).await.unwrap();
        assert!(hear(&mut client, "hello").await.starts_with("HTTP/1.1 200"));
    }
    let began = Instant::now();
    assert_eq!(rest(&mut client).await, "");
    assert_eq!(began.elapsed().as_secs(), 60);
}

#[tokio::test(start_paused = true)]
async fn answers_and_bodies_may_take_longer_than_a_head() {
    let (mut client, _stop) = connect();
    client.write_all(b"GET /slow HTTP/1.1\r\nhost: localhost\r\n\r\n").await.unwrap();
    assert!(hear(&mut client, "late").await.starts_with("HTTP/1.1 200"));
    client.write_all(b"POST /body HTTP/1.1\r\nhost: localhost\r\ncontent-length: 3\r\n\r\n").await.unwrap();
    sleep(Duration::from_secs(90)).await;
    client.write_all(b"abc").await.unwrap();
    assert!(hear(&mut client, "abc").await.starts_with("HTTP/1.1 200"));
}

#[tokio::test(start_paused = true)]
async fn heads_have_a_size_and_so_many_headers() {
    let fits = format!("x: {}\r\n", "y".repeat(60 * 1024));
    let too_long = format!("x: {}\r\n", "y".repeat(64 * 1024));
    for (headers, status) in
        [(fits, "200"), (too_long, "431"), ("x: y\r\n".repeat(99), "200"), ("x: y\r\n".repeat(100), "431")]
    {
        let (mut client, _stop) = connect();
        let head = format!("GET / HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n{headers}\r\n");
        let head =
            if headers.starts_with("x: y\r") { head.replace("connection: close\r\n", "") } else { head };
        client.write_all(head.as_bytes()).await.unwrap();
        let answer = hear(&mut client, "\r\n").await;
        assert_eq!(answer.get(9..12), Some(status), "{} bytes of headers: {answer}", headers.len());
    }
}

#[tokio::test(start_paused = true)]
async fn a_stop_lets_requests_end_and_idle_connections_go() {
    let (mut idle, stop_idle) = connect();
    idle.write_all(REQUEST).await.unwrap();
    hear(&mut idle, "hello").await;
    let (mut busy, stop_busy) = connect();
    busy.write_all(b"GET /slow HTTP/1.1\r\nhost: localhost\r\n\r\n").await.unwrap();
    sleep(Duration::from_secs(1)).await;
    let began = Instant::now();
    stop_idle.send_replace(true);
    stop_busy.send_replace(true);
    assert_eq!(rest(&mut idle).await, "");
    assert_eq!(began.elapsed().as_secs(), 0);
    assert!(rest(&mut busy).await.ends_with("late"));
}

/// A port on a network, served; with the address, what ends it and its end.
async fn open(limits: Limits) -> (SocketAddr, watch::Sender<bool>, JoinHandle<()>) {
    let folder = tempfile::tempdir().unwrap();
    let tls = certificate(folder.path()).unwrap().acceptor;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopping) = watch::channel(false);
    let port = Port::all(vec![listener], &tls, &Network::default(), limits, &Arrivals::new()).remove(0);
    let serving = tokio::spawn(async move {
        let _folder = folder;
        serve(port, router(), stopping).await;
    });
    (address, stop, serving)
}

async fn ask(stream: &mut TcpStream) -> String {
    // It may be closed already.
    let _ = stream.write_all(REQUEST).await;
    hear(stream, "hello").await
}

#[tokio::test]
async fn beyond_so_many_connections_one_is_closed_at_once_until_another_ends() {
    let (address, _stop, _serving) = open(limits()).await;
    let asking = async {
        let mut two =
            [TcpStream::connect(address).await.unwrap(), TcpStream::connect(address).await.unwrap()];
        for one in &mut two {
            assert!(ask(one).await.starts_with("HTTP/1.1 200"));
        }
        let mut third = TcpStream::connect(address).await.unwrap();
        assert_eq!(ask(&mut third).await, "");
        let [first, mut second] = two;
        assert!(ask(&mut second).await.starts_with("HTTP/1.1 200"), "those who are in stay in");
        drop(first);
        while !ask(&mut TcpStream::connect(address).await.unwrap()).await.starts_with("HTTP/1.1 200") {
            tokio::task::yield_now().await;
        }
    };
    timeout(LONG, asking).await.unwrap();
}

#[tokio::test]
async fn a_handshake_that_never_ends_is_ended() {
    let soon = Limits { head: Duration::from_millis(50), ..limits() };
    let (address, _stop, _serving) = open(soon).await;
    // The first bytes of a TLS record, and nothing at all.
    for said in [&[HANDSHAKE, 3, 1, 0, 200][..], &[]] {
        let mut client = TcpStream::connect(address).await.unwrap();
        client.write_all(said).await.unwrap();
        timeout(LONG, rest(&mut client)).await.expect("it is closed");
    }
}

/// A request whose handler has asked for its body, of three bytes.
async fn begin(address: SocketAddr, path: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let head = format!(
        "POST {path} HTTP/1.1\r\nhost: localhost\r\ncontent-length: 3\r\nexpect: 100-continue\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    assert!(hear(&mut stream, "\r\n\r\n").await.starts_with("HTTP/1.1 100"));
    stream
}

#[tokio::test]
async fn a_handler_that_panics_while_stopping_ends_its_own_connection_alone() {
    let (address, stop, serving) = open(limits()).await;
    let stopping = async {
        let (mut panicking, mut other) = (begin(address, "/panic").await, begin(address, "/body").await);
        stop.send_replace(true);
        panicking.write_all(b"abc").await.unwrap();
        assert_eq!(rest(&mut panicking).await, "");
        other.write_all(b"abc").await.unwrap();
        assert!(rest(&mut other).await.ends_with("abc"));
        serving.await.expect("a polite end");
    };
    timeout(LONG, stopping).await.unwrap();
}
