//! Somebody who uploads one file after the other and sends it: bytes in S3, held by a row and a message.

use std::path::Path;

use serde_json::{Value, json};

use crate::door::{Door, Gone, again};
use crate::messages::SEND;

const RESERVE: &str = "mutation($input: CreateUploadInput!) { createUpload(input: $input) {
    attachment { id } method url headers { name value } } }";
const LINK: &str = "query($room: ID!, $id: ID!) { getAttachment(roomId: $room, id: $id) { url } }";

pub(crate) struct Uploader {
    name: usize,
    room: String,
    under_way: Option<Upload>,
    pub(crate) acknowledged: Vec<Sent>,
}

/// A file that was reserved, and perhaps more.
struct Upload {
    request: Value,
    is_uploaded: bool,
    is_tried: bool,
}

/// A file whose message was acknowledged.
pub(crate) struct Sent {
    id: String,
    pub(crate) message: Value,
}

impl Uploader {
    pub(crate) fn new(name: usize, room: &str) -> Uploader {
        Uploader { name, room: room.to_owned(), under_way: None, acknowledged: Vec::new() }
    }

    /// The next file, reserved, uploaded and sent; after a kill it goes on where that was.
    pub(crate) async fn step(&mut self, door: &Door) -> Result<(), Gone> {
        let (number, bytes) = (self.acknowledged.len(), self.bytes(self.acknowledged.len()));
        let upload = match &mut self.under_way {
            Some(upload) => upload,
            none => {
                let name = format!("{number}.bin");
                let input = json!({
                    "roomId": self.room, "name": name, "contentType": "image/png", "size": bytes.len(),
                });
                let request = door.graphql(RESERVE, json!({ "input": input })).await?["createUpload"].take();
                none.insert(Upload { request, is_uploaded: false, is_tried: false })
            }
        };
        if upload.is_tried {
            again();
        }
        if !upload.is_uploaded {
            let is_tried = std::mem::replace(&mut upload.is_tried, true);
            let status = door.upload(&upload.request, bytes).await?;
            // Before its answer was lost it may have been stored: then it is there already, and stays.
            assert!(status == 200 || is_tried && status == 412, "{status}");
            upload.is_uploaded = true;
        }
        let id = upload.request["attachment"]["id"].as_str().unwrap().to_owned();
        let client_id = format!("file-{}-{number}", self.name);
        let input =
            json!({ "roomId": self.room, "clientId": client_id, "content": { "attachmentIds": [id] } });
        let message = door.graphql(SEND, json!({ "input": input })).await?["sendMessage"].take();
        self.under_way = None;
        self.acknowledged.push(Sent { id, message });
        Ok(())
    }

    /// From this one on, every file can be had and is whole.
    pub(crate) async fn check(&self, door: &Door, from: usize) {
        for (number, sent) in self.acknowledged.iter().enumerate().skip(from) {
            let link = door.graphql(LINK, json!({ "room": self.room, "id": sent.id })).await.unwrap();
            let (status, bytes) = door.get(link["getAttachment"]["url"].as_str().unwrap()).await.unwrap();
            assert_eq!(status, 200, "{}", sent.message);
            assert!(bytes == self.bytes(number), "a file has changed: {}", sent.message);
        }
    }

    /// Each file has bytes and a size of its own, up to half a megabyte.
    fn bytes(&self, number: usize) -> Vec<u8> {
        let size =
            1 + (number * 7919 + self.name * 104_729) % (if number % 8 == 7 { 500_000 } else { 5_000 });
        (0..size).map(|at| (at * 31 + number * 17 + self.name) as u8).collect()
    }
}

/// How many files S3 keeps, whatever points to them.
pub(crate) fn on_disk(data: &Path) -> usize {
    std::fs::read_dir(data.join("s3/blobs")).unwrap().count()
}
