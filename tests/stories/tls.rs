//! TLS on the same port, for clients that insist on it.

use std::sync::Arc;

use serde_json::Value;
use tests::{PATIENCE, Parlor};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};
use tokio_tungstenite::client_async;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

/// A connection of a client that trusts the data folder's authority and nobody else.
pub(crate) async fn connect(parlor: &Parlor, name: &'static str) -> std::io::Result<TlsStream<TcpStream>> {
    let authority = CertificateDer::from_pem_file(parlor.data().join("ca.pem")).expect("a certificate");
    let mut roots = RootCertStore::empty();
    roots.add(authority).expect("an authority");
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_root_certificates(roots)
        .with_no_client_auth();
    let stream = TcpStream::connect(("127.0.0.1", parlor.port())).await?;
    let name = ServerName::try_from(name).expect("a name");
    tokio::time::timeout(PATIENCE, TlsConnector::from(Arc::new(config)).connect(name, stream)).await?
}

pub(crate) async fn config(parlor: &Parlor, name: &'static str) -> Value {
    let mut stream = connect(parlor, name).await.expect("a handshake");
    let request = format!("GET /config.json HTTP/1.1\r\nhost: {name}\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.expect("the request is taken");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.expect("an answer");
    let (head, body) = answer.split_once("\r\n\r\n").expect("a head and a body");
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    serde_json::from_str(body).expect("JSON")
}

#[tokio::test]
async fn https_and_wss_work_beside_http_and_ws() {
    let mut parlor = Parlor::start().await;
    let port = parlor.port();
    let secure = config(&parlor, "localhost").await;
    assert_eq!(secure["graphqlUrl"], format!("https://localhost:{port}/graphql"));
    assert_eq!(secure["realtimeUrl"], format!("wss://localhost:{port}/graphql/realtime"));
    let plain = parlor.config().await;
    assert_eq!(plain["graphqlUrl"], format!("http://localhost:{port}/graphql"));
    assert_eq!(config(&parlor, "127.0.0.1").await, secure);

    let stream = connect(&parlor, "localhost").await.expect("a handshake");
    let url = secure["realtimeUrl"].as_str().expect("a URL");
    let mut request = url.into_client_request().expect("a request");
    let protocol = "graphql-ws".parse().expect("a header");
    request.headers_mut().insert("sec-websocket-protocol", protocol);
    // Without a token it is refused, by a WebSocket: the handshake went through.
    let (_socket, answer) = client_async(request, stream).await.expect("the socket opens");
    assert_eq!(answer.status(), 101);

    // Whoever trusted it once goes on trusting it.
    let before = std::fs::read(parlor.data().join("ca.pem")).expect("a certificate");
    parlor.kill().await;
    parlor.restart().await;
    assert_eq!(std::fs::read(parlor.data().join("ca.pem")).expect("a certificate"), before);
    assert_eq!(config(&parlor, "localhost").await, secure);
}

#[tokio::test]
async fn the_certificate_is_for_this_machine_only_and_its_key_for_its_owner() {
    let parlor = Parlor::start().await;
    let refused = connect(&parlor, "chat.example").await.expect_err("it is not chat.example");
    assert!(refused.to_string().contains("certificate"), "{refused}");
    // Somebody who says nothing, and somebody who says nonsense, keep nobody waiting.
    let _silent = TcpStream::connect(("127.0.0.1", parlor.port())).await.expect("a connection");
    let mut broken = TcpStream::connect(("127.0.0.1", parlor.port())).await.expect("a connection");
    broken.write_all(&[0x16, 0xff, 0xff, 0, 0]).await.expect("bytes go");
    config(&parlor, "localhost").await;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let key = std::fs::metadata(parlor.data().join("ca.key")).expect("a key");
        assert_eq!(key.permissions().mode() & 0o777, 0o600);
    }
}
