//! Connections: who is at the other end of which WebSocket.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use serde::Serialize;

use crate::keys::{CONNECTION_PARTS, CONNECTION_PREFIX, GSI1, Key, connections_part};
use crate::store::{Query, Sort, item};
use crate::{Error, Store, Timestamp, UserId};

/// API Gateway ends a connection after two hours; what it did not tell us of is forgotten a little later.
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html>
const LIFE: Duration = Duration::from_secs((2 * 60 + 10) * 60);

/// The name of a connection: 1 to 128 characters of base64, as API Gateway makes them.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ConnectionId(String);

impl ConnectionId {
    /// As it came.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The part of the index in which the connection lies.
    fn part(&self) -> u32 {
        self.0.bytes().map(u32::from).sum::<u32>() % CONNECTION_PARTS
    }
}

impl FromStr for ConnectionId {
    type Err = Error;

    fn from_str(text: &str) -> Result<ConnectionId, Error> {
        let is_base64 = |byte: u8| byte.is_ascii_alphanumeric() || b"+/-_=".contains(&byte);
        if (1..=128).contains(&text.len()) && text.bytes().all(is_base64) {
            Ok(ConnectionId(text.to_owned()))
        } else {
            Err(Error::InvalidInput("this is not the id of a connection".into()))
        }
    }
}

impl fmt::Display for ConnectionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// An open connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connection {
    /// Who is there.
    pub user: UserId,
    /// Which of their connections it is.
    pub id: ConnectionId,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ConnectionRow<'a> {
    gsi1pk: String,
    gsi1sk: &'a str,
    /// In seconds since 1970, as the table's time to live wants it.
    expires_at: u64,
}

/// Remembers a connection; repeating it changes nothing. Costs 1 request, 2 WU.
pub async fn open(store: &Store, user: UserId, id: &ConnectionId) -> Result<(), Error> {
    let row = ConnectionRow {
        gsi1pk: connections_part(id.part()),
        gsi1sk: id.as_str(),
        expires_at: Timestamp::now().plus(LIFE).as_s(),
    };
    let item = item(&Key::connection(user, id), &row)?;
    store.dynamodb.put_item().table_name(&store.table).set_item(Some(item)).send().await?;
    Ok(())
}

/// Forgets a connection; repeating it changes nothing. Costs 1 request, 2 WU.
pub async fn close(store: &Store, user: UserId, id: &ConnectionId) -> Result<(), Error> {
    let key = Some(Key::connection(user, id).attributes());
    store.dynamodb.delete_item().table_name(&store.table).set_key(key).send().await?;
    Ok(())
}

/// Every connection, as of a moment ago: among them some that are gone, and perhaps not those of this very second.
/// Costs a request per part of the index and 1 MB in it, all parts at once, 1 RU per 8 KB (about 50 connections).
pub async fn list(store: &Store) -> Result<Vec<Connection>, Error> {
    let mut parts = tokio::task::JoinSet::new();
    for number in 0..CONNECTION_PARTS {
        let store = store.clone();
        parts.spawn(async move { part(&store, number).await });
    }
    parts.join_all().await.into_iter().try_fold(Vec::new(), |mut all, part| {
        all.extend(part?);
        Ok(all)
    })
}

async fn part(store: &Store, part: u32) -> Result<Vec<Connection>, Error> {
    let (mut found, mut start) = (Vec::new(), None);
    loop {
        let query = Query {
            index: Some(GSI1),
            partition: connections_part(part),
            sort: Sort::All,
            ascending: true,
            limit: 5000,
            start,
        };
        let (items, end) = store.query(query).await?;
        for item in items {
            let key: Key = serde_dynamo::from_item(item)?;
            found.push(Connection {
                user: key.pk.trim_start_matches("USER#").parse()?,
                id: key.sk.trim_start_matches(CONNECTION_PREFIX).parse()?,
            });
        }
        start = end;
        if start.is_none() {
            return Ok(found);
        }
    }
}
