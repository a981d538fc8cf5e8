//! A picture goes along with a message.

use serde_json::{Value, json};
use tests::{MESSAGE, Parlor, Person};

const PICTURE: &[u8] = b"\x89PNG\r\n\x1a\n not really a picture, but bytes all the same";

#[tokio::test]
async fn a_member_uploads_a_picture_and_another_sees_it() {
    let mut parlor = Parlor::start().await;
    let (ann, ben, cy) = (
        Person::join(&parlor, "Ann").await,
        Person::join(&parlor, "Ben").await,
        Person::join(&parlor, "Cy").await,
    );
    let room = ann.create_room("PUBLIC").await;
    ben.join_room(&room).await;

    let upload = reserve(&ann, &room, PICTURE.len()).await;
    assert_eq!(put(&upload, PICTURE.to_vec()).await, 200);
    let id = upload["attachment"]["id"].as_str().expect("an id");
    let send =
        format!("mutation($input: SendMessageInput!) {{ sendMessage(input: $input) {{ {MESSAGE} }} }}");
    let input = json!({ "roomId": room, "content": { "attachmentIds": [id] } });
    ann.ask(&send, json!({ "input": input })).await;

    let seen = ben.sync(&room, 0).await["items"][0]["content"]["attachments"][0].take();
    assert_eq!((&seen["name"], &seen["size"]), (&json!("a.png"), &json!(PICTURE.len())));
    let url = seen["url"].as_str().expect("a link");
    let file = reqwest::get(url).await.expect("S3 answers");
    assert_eq!(file.headers()["content-type"], "image/png");
    assert_eq!(file.headers()["content-disposition"], "inline; filename*=UTF-8''a.png");
    assert_eq!(file.bytes().await.expect("a body"), PICTURE);

    // No link without membership, none that can be bent to another file, none without a signature.
    let get = "query($room: ID!, $id: ID!) { getAttachment(roomId: $room, id: $id) { url } }";
    assert_eq!(cy.refused(get, json!({ "room": room, "id": id })).await, "Forbidden");
    assert_eq!(reqwest::get(url.replace(id, "another")).await.expect("S3 answers").status(), 403);
    assert_eq!(
        reqwest::get(url.split('?').next().unwrap_or_default()).await.expect("S3 answers").status(),
        403
    );

    parlor.kill().await;
    parlor.restart().await;
    let fresh = ben.ask(get, json!({ "room": room, "id": id })).await;
    let url = fresh["getAttachment"]["url"].as_str().expect("a link").to_owned();
    assert_eq!(reqwest::get(url).await.expect("S3 answers").bytes().await.expect("a body"), PICTURE);
}

#[tokio::test]
async fn an_upload_has_the_length_and_type_that_were_reserved() {
    let parlor = Parlor::start().await;
    let ann = Person::join(&parlor, "Ann").await;
    let room = ann.create_room("PRIVATE").await;
    let upload = reserve(&ann, &room, 10).await;
    assert_eq!(put(&upload, vec![b'x'; 11]).await, 403, "longer than reserved");
    let url = upload["url"].as_str().expect("a link");
    let other_type = reqwest::Client::new().put(url).header("content-type", "text/html").body(vec![b'x'; 10]);
    assert_eq!(other_type.send().await.expect("S3 answers").status(), 403, "another type than reserved");
    assert_eq!(put(&upload, vec![b'x'; 10]).await, 200);
    assert_eq!(put(&upload, vec![b'y'; 10]).await, 412, "what is there is not replaced");
}

async fn reserve(person: &Person, room: &str, size: usize) -> Value {
    let query = "mutation($input: CreateUploadInput!) { createUpload(input: $input) {
        attachment { id name contentType size url } method url headers { name value } } }";
    let input = json!({ "roomId": room, "name": "a.png", "contentType": "image/png", "size": size });
    person.ask(query, json!({ "input": input })).await["createUpload"].take()
}

/// Uploads as told and answers the status.
async fn put(upload: &Value, bytes: Vec<u8>) -> u16 {
    assert_eq!(upload["method"], "PUT");
    let mut request = reqwest::Client::new().put(upload["url"].as_str().expect("a link"));
    for header in upload["headers"].as_array().expect("a list") {
        let (name, value) =
            (header["name"].as_str().unwrap_or_default(), header["value"].as_str().unwrap_or_default());
        // The client counts the bytes by itself, as a browser does.
        if name != "content-length" {
            request = request.header(name, value);
        }
    }
    request.body(bytes).send().await.expect("S3 answers").status().as_u16()
}
