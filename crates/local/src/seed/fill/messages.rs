//! A message of the seed is sent, with its files, then edited or deleted.

use serde_json::{Value, json};

use super::Filling;
use crate::seed::client::Refusal;
use crate::seed::{Message, SeedError};

/// A message that was there before.
pub(super) struct Known {
    pub(super) id: Value,
    pub(super) version: u64,
}

/// Every field, so that whoever listens gets all of them.
const MESSAGE: &str = "id roomId seq clientId sender { id name avatarUrl } \
    content { text attachments { id name contentType size url } } createdAt updatedAt deletedAt version";

impl Filling<'_> {
    /// Sends it, if it is not there; then edits or deletes it, unless that, or anything else, was done to it.
    pub(super) async fn message(
        &mut self,
        room: &Value,
        message: &Message,
        known: Option<&Known>,
    ) -> Result<(), SeedError> {
        let refused =
            |what: &str, refusal: Refusal| self.seed.refused(message.line, what, refusal.to_string());
        let (id, version) = match known {
            Some(known) => (known.id.clone(), known.version),
            None => (self.send(room, message).await?, 1),
        };
        if version == 1 {
            let token = self.token(message.from);
            let target = json!({ "roomId": room, "id": id });
            if let Some(text) = &message.edited {
                let query = format!(
                    "mutation($input: UpdateMessageInput!) {{ updateMessage(input: $input) {{ {MESSAGE} }} }}"
                );
                let mut input = target;
                input["content"] = json!({ "text": text });
                let edited = self.front_end.graphql(token, &query, json!({ "input": input })).await;
                edited.map_err(|refusal| refused("updateMessage", refusal))?;
            } else if message.is_deleted {
                let query = format!(
                    "mutation($input: DeleteMessageInput!) {{ deleteMessage(input: $input) {{ {MESSAGE} }} }}"
                );
                let deleted = self.front_end.graphql(token, &query, json!({ "input": target })).await;
                deleted.map_err(|refusal| refused("deleteMessage", refusal))?;
            }
        }
        self.filled.messages += usize::from(known.is_none());
        Ok(())
    }

    /// Uploads the files, sends the message and answers its id.
    async fn send(&self, room: &Value, message: &Message) -> Result<Value, SeedError> {
        let refused = |what: &str, reason: String| self.seed.refused(message.line, what, reason);
        let token = self.token(message.from);
        let mut attachments = Vec::new();
        for file in &message.files {
            let bytes = std::fs::read(&file.path)
                .map_err(|cause| SeedError::Unreadable { path: file.path.clone(), cause })?;
            let query = "mutation($input: CreateUploadInput!) { createUpload(input: $input) { \
                         attachment { id } method url headers { name value } } }";
            let input = json!({
                "roomId": room, "name": file.name, "contentType": file.content_type, "size": bytes.len(),
            });
            let upload = self.front_end.graphql(token, query, json!({ "input": input })).await;
            let upload = upload.map_err(|refusal| refused("createUpload", refusal.to_string()))?;
            let uploaded = self.front_end.upload(&upload, bytes).await;
            uploaded.map_err(|refusal| refused(&file.name, refusal.to_string()))?;
            attachments.push(upload["attachment"]["id"].clone());
        }
        let query =
            format!("mutation($input: SendMessageInput!) {{ sendMessage(input: $input) {{ {MESSAGE} }} }}");
        let input = json!({
            "roomId": room,
            "clientId": message.client_id,
            "content": { "text": message.text, "attachmentIds": attachments },
        });
        let sent = self.front_end.graphql(token, &query, json!({ "input": input })).await;
        let sent = sent.map_err(|refusal| refused("sendMessage", refusal.to_string()))?;
        Ok(sent["id"].clone())
    }
}
