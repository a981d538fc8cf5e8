//! A realtime connection, as Amplify opens it.

use std::collections::VecDeque;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use futures::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, client_async};

use crate::PATIENCE;

/// One WebSocket with any number of subscriptions.
pub struct Live<S = MaybeTlsStream<TcpStream>> {
    socket: WebSocketStream<S>,
    authorization: Value,
    waiting: VecDeque<Value>,
    close_code: Option<u16>,
}

impl Live {
    /// Connects with the token in the subprotocol, and waits for `connection_ack`.
    pub async fn connect(config: &Value, token: &str) -> Live {
        let address = config["graphqlUrl"].as_str().and_then(|url| url.split('/').nth(2)).expect("a URL");
        let stream = TcpStream::connect(address).await.expect("the server takes connections");
        Live::connect_over(MaybeTlsStream::Plain(stream), config, token).await
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Live<S> {
    /// The same over a connection that is there.
    pub async fn connect_over(stream: S, config: &Value, token: &str) -> Live<S> {
        let host = config["graphqlUrl"].as_str().and_then(|url| url.split('/').nth(2)).expect("a URL");
        let authorization = json!({ "host": host, "Authorization": token });
        let url = config["realtimeUrl"].as_str().expect("a URL");
        let mut request = url.into_client_request().expect("the URL is one of a WebSocket");
        let header = BASE64_URL_SAFE_NO_PAD.encode(authorization.to_string());
        let protocols = format!("graphql-ws, header-{header}").parse().expect("base64 fits a header");
        request.headers_mut().insert("sec-websocket-protocol", protocols);
        let (socket, answer) = client_async(request, stream).await.expect("the server takes WebSockets");
        assert_eq!(answer.headers()["sec-websocket-protocol"], "graphql-ws");
        let mut live = Live { socket, authorization, waiting: VecDeque::new(), close_code: None };
        live.say(json!({ "type": "connection_init" })).await;
        live.hear(|frame| frame["type"] == "connection_ack").await;
        live
    }

    /// Subscribes and answers the server's frame: `start_ack`, or `error`.
    pub async fn start(&mut self, id: &str, query: &str, variables: Value) -> Value {
        let data = json!({ "query": query, "variables": variables }).to_string();
        let payload = json!({ "data": data, "extensions": { "authorization": self.authorization } });
        self.say(json!({ "id": id, "type": "start", "payload": payload })).await;
        self.hear(|frame| frame["id"] == id && (frame["type"] == "start_ack" || frame["type"] == "error"))
            .await
    }

    /// Subscribes to a room's messages; it must be allowed.
    pub async fn listen(&mut self, room: &str) {
        let query =
            format!("subscription($room: ID!) {{ onMessage(roomId: $room) {{ {} }} }}", crate::MESSAGE);
        let frame = self.start("messages", &query, json!({ "room": room })).await;
        assert_eq!(frame["type"], "start_ack", "{frame}");
    }

    /// The next message of [`Live::listen`].
    pub async fn message(&mut self) -> Value {
        let mut frame = self.hear(|frame| frame["type"] == "data").await;
        frame["payload"]["data"]["onMessage"].take()
    }

    /// Sends any frame.
    pub async fn say(&mut self, frame: Value) {
        self.say_raw(Message::text(frame.to_string())).await;
    }

    /// Sends anything.
    pub async fn say_raw(&mut self, message: Message) {
        self.socket.send(message).await.expect("the connection is open");
    }

    /// Waits for the first frame that fits; the others wait for their turn.
    pub async fn hear(&mut self, fits: impl Fn(&Value) -> bool) -> Value {
        if let Some(at) = self.waiting.iter().position(&fits) {
            return self.waiting.remove(at).expect("it was just found");
        }
        let next = async {
            loop {
                let message =
                    self.socket.next().await.expect("the connection is open").expect("frames are whole");
                let Message::Text(text) = message else { continue };
                let frame: Value = serde_json::from_str(&text).expect("frames are JSON");
                if fits(&frame) {
                    return frame;
                }
                self.waiting.push_back(frame);
            }
        };
        tokio::time::timeout(PATIENCE, next).await.expect("the frame comes in time")
    }

    /// Every further frame until the server closes the connection.
    pub async fn until_closed(&mut self) -> Vec<Value> {
        let rest = async {
            let mut heard = Vec::from(std::mem::take(&mut self.waiting));
            while let Some(Ok(message)) = self.socket.next().await {
                match message {
                    Message::Text(text) => {
                        heard.push(serde_json::from_str(&text).expect("frames are JSON"));
                    }
                    Message::Close(frame) => self.close_code = frame.map(|frame| frame.code.into()),
                    _ => {}
                }
            }
            heard
        };
        tokio::time::timeout(PATIENCE, rest).await.expect("the server closes the connection in time")
    }

    /// What the server closed with before [`Live::until_closed`] was over, if it said so.
    pub fn close_code(&self) -> Option<u16> {
        self.close_code
    }

    /// Frames that came and nobody asked for, of one type.
    pub fn unheard(&self, kind: &str) -> usize {
        self.waiting.iter().filter(|frame| frame["type"] == kind).count()
    }
}
