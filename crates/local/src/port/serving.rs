//! HTTP on the connections that a port takes, within limits, from the first request to a polite end.

use std::convert::Infallible;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tower::Service as _;

use super::{Limits, Peer, Port};

/// Serves until `stopping` says so (or is gone), then waits for the requests that are under way.
///
/// Dropping it cuts them off.
pub(crate) async fn serve(mut port: Port, router: Router, stopping: watch::Receiver<bool>) {
    let mut connections = JoinSet::new();
    let mut stopped = std::pin::pin!(stop(stopping.clone()));
    loop {
        tokio::select! {
            (stream, peer) = port.accept() => {
                connections.spawn(connection(stream, peer, router.clone(), port.limits, stopping.clone()));
            }
            Some(_) = connections.join_next() => {}
            () = &mut stopped => break,
        }
    }
    drop(port);
    // `join_all` would go on with a handler's panic, which is the end of its own connection alone.
    while connections.join_next().await.is_some() {}
}

/// One connection, until it ends or becomes a WebSocket.
pub(super) async fn connection(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    peer: Peer,
    router: Router,
    limits: Limits,
    stopping: watch::Receiver<bool>,
) {
    let answer = service_fn(move |request: Request<Incoming>| {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(ConnectInfo(peer));
        // A router is always ready.
        let answer = router.clone().call(request);
        async move { Ok::<_, Infallible>(answer.await.unwrap_or_else(|never| match never {})) }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.head)
        .max_header_size(limits.head_bytes)
        .serve_connection(TokioIo::new(stream), answer)
        .with_upgrades();
    let mut connection = std::pin::pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = stop(stopping) => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection ended");
    }
}

async fn stop(mut stopping: watch::Receiver<bool>) {
    // An error means that the sender is gone, which is a stop as well.
    let _ = stopping.wait_for(|stop| *stop).await;
}
