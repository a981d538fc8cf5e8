//! The chat's table, row by row: each row has those that it belongs to.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use tests::{Key, Parlor};

/// Every row, by its key.
pub(crate) struct Rows(BTreeMap<(String, String), Value>);

impl Rows {
    /// Reads it all, by DynamoDB's own protocol.
    pub(crate) async fn scan(parlor: &Parlor) -> Rows {
        let (key, url) = (Key::of_owner(parlor), parlor.url());
        let mut rows = BTreeMap::new();
        for table in call(&key, url, "ListTables", json!({})).await["TableNames"].as_array().unwrap() {
            let mut request = json!({ "TableName": table, "ConsistentRead": true });
            loop {
                let mut page = call(&key, url, "Scan", request.clone()).await;
                for row in page["Items"].as_array_mut().unwrap().drain(..) {
                    if let (Some(pk), Some(sk)) = (row["pk"]["S"].as_str(), row["sk"]["S"].as_str()) {
                        rows.insert((pk.to_owned(), sk.to_owned()), row);
                    }
                }
                match page["LastEvaluatedKey"].take() {
                    Value::Null => break,
                    last => request["ExclusiveStartKey"] = last,
                }
            }
        }
        Rows(rows)
    }

    /// No row without the others that were written with it.
    pub(crate) fn check(&self) {
        let mut messages: BTreeMap<&str, Vec<u64>> = BTreeMap::new();
        for ((pk, sk), row) in &self.0 {
            let (kind, id) = pk.split_once('#').unwrap_or((pk, ""));
            match (kind, sk.split_once('#').unwrap_or((sk, ""))) {
                ("USER", ("ROOM", room)) => {
                    self.needs((pk, sk), &format!("ROOM#{room}"), &format!("MEMBER#{id}"))
                }
                ("ROOM", ("ROOM", _)) => {
                    self.needs((pk, sk), pk, &format!("MEMBER#{}", row["ownerId"]["S"].as_str().unwrap()));
                    messages.entry(pk).or_default();
                }
                ("ROOM", ("MEMBER", user)) => {
                    self.needs((pk, sk), pk, "ROOM");
                    self.needs((pk, sk), &format!("USER#{user}"), pk);
                }
                ("ROOM", ("MSG", _)) => {
                    let seq = number(&row["seq"]);
                    messages.entry(pk).or_default().push(seq);
                    if let Some(client_id) = row["clientId"]["S"].as_str() {
                        let sent = format!("SENT#{}#{client_id}", row["senderId"]["S"].as_str().unwrap());
                        assert_eq!(number(&self.needed((pk, sk), pk, &sent)["seq"]), seq);
                    }
                    for file in row["attachments"]["L"].as_array().into_iter().flatten() {
                        let file = format!("FILE#{}", file["M"]["id"]["S"].as_str().unwrap());
                        assert_eq!(number(&self.needed((pk, sk), pk, &file)["seq"]), seq);
                    }
                }
                ("ROOM", ("SENT", who)) => {
                    let message = self.needed((pk, sk), pk, &format!("MSG#{:010}", number(&row["seq"])));
                    let client_id = message["clientId"]["S"].as_str().unwrap();
                    assert_eq!(who, format!("{}#{client_id}", message["senderId"]["S"].as_str().unwrap()));
                }
                ("ROOM", ("FILE", id)) if row.get("seq").is_some() => {
                    assert!(row.get("expiresAt").is_none(), "{row}");
                    let message = self.needed((pk, sk), pk, &format!("MSG#{:010}", number(&row["seq"])));
                    let mut files = message["attachments"]["L"].as_array().unwrap().iter();
                    assert!(files.any(|file| file["M"]["id"]["S"] == id), "{row}");
                }
                // Reserved, and not sent yet: it goes by itself.
                ("ROOM", ("FILE", _)) => assert!(row.get("expiresAt").is_some(), "{row}"),
                _ => {}
            }
        }
        for (room, seqs) in messages {
            let head = number(&self.0[&(room.to_owned(), "ROOM".to_owned())]["headSeq"]);
            assert!(seqs.iter().copied().eq(1..=head), "{room} is at {head} and has {seqs:?}");
        }
    }

    /// The post-confirmation function has done its work; an empty id was never acknowledged.
    pub(crate) fn has_profile(&self, user: &str) {
        if !user.is_empty() {
            assert!(self.0.contains_key(&(format!("USER#{user}"), "PROFILE".to_owned())), "{user}");
        }
    }

    fn needs(&self, who: (&str, &str), pk: &str, sk: &str) {
        self.needed(who, pk, sk);
    }

    fn needed(&self, who: (&str, &str), pk: &str, sk: &str) -> &Value {
        let found = self.0.get(&(pk.to_owned(), sk.to_owned()));
        found.unwrap_or_else(|| panic!("{who:?} is there without {pk} {sk}"))
    }
}

fn number(attribute: &Value) -> u64 {
    attribute["N"].as_str().and_then(|number| number.parse().ok()).unwrap_or_else(|| panic!("{attribute}"))
}

async fn call(key: &Key, url: &str, operation: &str, body: Value) -> Value {
    let target = format!("DynamoDB_20120810.{operation}");
    let answer = key.call("dynamodb", url, &target, &body).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    answer.json().await.unwrap()
}
