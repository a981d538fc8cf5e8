//! The REST API and the WebSocket: a ticket opens the socket, what one posts there all hear.

use futures::{SinkExt, StreamExt};
use reqwest::{Client, Method};
use serde_json::{Value, json};
use tests::{Parlor, Person};
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::{Error, Message};

/// Status and body of a call of the REST API.
pub(crate) async fn rest(parlor: &Parlor, method: Method, path: &str, token: Option<&str>) -> (u16, Value) {
    let url = parlor.config().await["restUrl"].as_str().expect("a REST URL").to_owned();
    let mut request = Client::new().request(method, format!("{url}{path}"));
    if let Some(token) = token {
        request = request.header("authorization", token);
    }
    let answer = request.header("content-type", "application/json").body("{}").send().await;
    let answer = answer.expect("the server answers");
    (answer.status().as_u16(), answer.json().await.unwrap_or(Value::Null))
}

#[tokio::test]
async fn a_ticket_opens_the_socket_and_a_post_reaches_everyone() {
    let parlor = Parlor::start().await;
    let (ann, ben) = (Person::join(&parlor, "Ann").await, Person::join(&parlor, "Ben").await);
    let mut sockets = Vec::new();
    for person in [&ann, &ben] {
        let (status, ticket) = rest(&parlor, Method::POST, "/tickets", Some(&person.id_token)).await;
        assert_eq!(status, 201, "{ticket}");
        let url = ticket["url"].as_str().expect("the socket's address").to_owned();
        let (socket, _) = connect_async(&url).await.expect("a ticket opens the socket");
        sockets.push(socket);
        let again = connect_async(&url).await.expect_err("a ticket opens it once");
        assert!(matches!(again, Error::Http(answer) if answer.status() == 403));
    }
    let post = json!({ "action": "sendpost", "text": "Hello, feed", "clientId": "c1" });
    sockets[0].send(Message::from(post.to_string())).await.expect("the socket is open");
    loop {
        let frame = sockets[1].next().await.expect("the socket is open").expect("a frame");
        if frame.to_text().is_ok_and(|text| text.contains("Hello, feed")) {
            break;
        }
    }
    let (status, posts) = rest(&parlor, Method::GET, "/posts", Some(&ben.id_token)).await;
    assert_eq!((status, &posts["items"][0]["text"]), (200, &json!("Hello, feed")));
    assert!(!parlor.log().contains("@connections"), "a post is not as many lines as there are sockets");
}

#[tokio::test]
async fn the_gateway_refuses_by_itself_and_reads_profiles_by_itself() {
    let parlor = Parlor::start().await;
    let ann = Person::join(&parlor, "Ann").await;
    let (status, body) = rest(&parlor, Method::GET, "/posts", None).await;
    assert_eq!((status, &body["error"]), (401, &json!("Unauthorized")));
    let (status, body) = rest(&parlor, Method::GET, "/posts", Some(&ann.access_token)).await;
    assert_eq!((status, &body["error"]), (401, &json!("Unauthorized")));
    let (status, body) = rest(&parlor, Method::GET, "/nowhere", Some(&ann.id_token)).await;
    assert_eq!((status, &body["error"]), (404, &json!("NotFound")));
    let (status, body) =
        rest(&parlor, Method::GET, &format!("/profiles/{}", ann.id), Some(&ann.id_token)).await;
    assert_eq!((status, &body["id"]), (200, &json!(ann.id)), "{body}");
    let (status, body) = rest(&parlor, Method::GET, "/profiles/nobody", Some(&ann.id_token)).await;
    assert_eq!((status, &body["error"]), (404, &json!("NotFound")), "{body}");
}
