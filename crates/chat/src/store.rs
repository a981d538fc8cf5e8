//! Where everything is kept: the one table and the bucket, and the few ways in which use cases read them.

use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::ProvideErrorMetadata;
use aws_sdk_dynamodb::types::{
    AttributeValue, KeysAndAttributes, Put, ReturnValuesOnConditionCheckFailure, TransactWriteItem,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::sync::{Mutex, MutexGuard};

use crate::keys::Key;
use crate::page::{PageRequest, StartKey, token};
use crate::uploads::Bucket;
use crate::{Error, RoomId};

/// The table and the bucket. Cheap to share; made once per process, before the first call.
#[derive(Debug, Clone)]
pub struct Store {
    pub(crate) dynamodb: Client,
    pub(crate) table: String,
    pub(crate) uploads: Bucket,
    /// How long to go on trying for what others are writing at the same moment.
    pub(crate) patience: Duration,
    turns: Arc<[Mutex<()>]>,
}

/// A function has ten seconds for a call, and needs some of them itself.
const PATIENCE: Duration = Duration::from_secs(8);

/// Rooms beyond so many share their turns with others, which costs a moment at most.
const TURNS: usize = 64;

pub(crate) type Item = HashMap<String, AttributeValue>;

/// What one query asks: a partition of the table or an index, in one direction, from a place on.
pub(crate) struct Query {
    pub(crate) index: Option<&'static str>,
    pub(crate) partition: String,
    pub(crate) sort: Sort,
    pub(crate) ascending: bool,
    pub(crate) limit: i32,
    pub(crate) start: Option<StartKey>,
}

/// Which sort keys of the partition are meant.
pub(crate) enum Sort {
    All,
    StartsWith(&'static str),
    Between(String, String),
}

impl Store {
    /// `table` and `uploads` are physical names; the clients' credentials must be allowed to use them.
    pub fn new(dynamodb: Client, table: String, uploads: Bucket) -> Store {
        let turns = std::iter::repeat_with(Mutex::default).take(TURNS).collect();
        Store { dynamodb, table, uploads, patience: PATIENCE, turns }
    }

    /// The same, with another patience than 8 seconds: how long a send goes on trying for the next number of a
    /// room to which others send as well, before it is [`Error::Busy`].
    #[must_use]
    pub fn with_patience(self, patience: Duration) -> Store {
        Store { patience, ..self }
    }

    /// Waits for one's turn to send to a room: senders of one process would only race each other for the next number,
    /// and each loss costs a transaction. Those of other processes are met in the transaction itself.
    ///
    /// A Lambda function has one call at a time, so there nobody waits here.
    pub(crate) async fn turn(&self, room: RoomId) -> Result<MutexGuard<'_, ()>, Error> {
        let mut hasher = DefaultHasher::new();
        room.hash(&mut hasher);
        // The remainder of a division by a small number fits into any integer.
        let place = usize::try_from(hasher.finish() % TURNS as u64).unwrap_or_default();
        tokio::time::timeout(self.patience, self.turns[place].lock()).await.map_err(|_| Error::Busy)
    }

    /// A row that must be new, in a transaction; if it is not, the reason for the cancellation holds the one that is
    /// there.
    pub(crate) fn insert(&self, key: &Key, row: &impl Serialize) -> Result<TransactWriteItem, Error> {
        let put = Put::builder()
            .table_name(&self.table)
            .set_item(Some(item(key, row)?))
            .condition_expression("attribute_not_exists(pk)")
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .build()
            .map_err(Error::internal)?;
        Ok(TransactWriteItem::builder().put(put).build())
    }

    /// Reads rows by key, as of now; absent ones are absent from the answer. One request per 100 keys.
    pub(crate) async fn get_many(&self, keys: &[Key]) -> Result<Rows, Error> {
        let mut wanted: Vec<Key> = keys.iter().cloned().collect::<HashSet<_>>().into_iter().collect();
        let mut rows = HashMap::with_capacity(wanted.len());
        while !wanted.is_empty() {
            let batch = wanted.split_off(wanted.len().saturating_sub(100));
            let request = KeysAndAttributes::builder()
                .consistent_read(true)
                .set_keys(Some(batch.iter().map(Key::attributes).collect()))
                .build()
                .map_err(Error::internal)?;
            let mut pending = HashMap::from([(self.table.clone(), request)]);
            for pause_ms in [0, 20, 80, 320] {
                tokio::time::sleep(Duration::from_millis(pause_ms)).await;
                let answer = self.dynamodb.batch_get_item().set_request_items(Some(pending)).send().await?;
                for item in answer.responses.unwrap_or_default().into_values().flatten() {
                    rows.insert(key_of(&item)?, item);
                }
                pending = answer.unprocessed_keys.unwrap_or_default();
                if pending.is_empty() {
                    break;
                }
            }
            if !pending.is_empty() {
                return Err(Error::Busy);
            }
        }
        Ok(Rows(rows))
    }

    /// One page of a query, as of now (an index: as of a moment ago), and the key where it stopped.
    pub(crate) async fn query(&self, query: Query) -> Result<(Vec<Item>, Option<StartKey>), Error> {
        let (pk, sk) = match query.index {
            None => ("pk", "sk"),
            Some(_) => ("gsi1pk", "gsi1sk"),
        };
        let continued = query.start.is_some();
        let request = self
            .dynamodb
            .query()
            .table_name(&self.table)
            .set_index_name(query.index.map(str::to_owned))
            .consistent_read(query.index.is_none())
            .scan_index_forward(query.ascending)
            .limit(query.limit)
            .set_exclusive_start_key(query.start)
            .expression_attribute_values(":pk", AttributeValue::S(query.partition));
        let request = match query.sort {
            Sort::All => request.key_condition_expression(format!("{pk} = :pk")),
            Sort::StartsWith(prefix) => request
                .key_condition_expression(format!("{pk} = :pk AND begins_with({sk}, :prefix)"))
                .expression_attribute_values(":prefix", AttributeValue::S(prefix.to_owned())),
            Sort::Between(first, last) => request
                .key_condition_expression(format!("{pk} = :pk AND {sk} BETWEEN :first AND :last"))
                .expression_attribute_values(":first", AttributeValue::S(first))
                .expression_attribute_values(":last", AttributeValue::S(last)),
        };
        match request.send().await {
            Ok(answer) => Ok((answer.items.unwrap_or_default(), answer.last_evaluated_key)),
            // Our own part of the request is fixed: only the place to continue from can be wrong.
            Err(error) if continued && error.code() == Some("ValidationException") => {
                Err(Error::InvalidInput("nextToken is not one of this list's: start without it".into()))
            }
            Err(error) => Err(error.into()),
        }
    }

    /// One page of a whole partition's part, and the token that continues `list`.
    pub(crate) async fn page<T: DeserializeOwned>(
        &self,
        list: &str,
        page: &PageRequest,
        partition: String,
        sort: Sort,
        ascending: bool,
    ) -> Result<(Vec<T>, Option<String>), Error> {
        let query =
            Query { index: None, partition, sort, ascending, limit: page.limit(), start: page.start(list)? };
        let (items, end) = self.query(query).await?;
        let rows = items.into_iter().map(serde_dynamo::from_item).collect::<Result<_, _>>()?;
        Ok((rows, end.map(|key| token(list, key))))
    }
}

/// Rows that were read together.
pub(crate) struct Rows(HashMap<Key, Item>);

impl Rows {
    /// The row of this key as its type, if there is one.
    pub(crate) fn read<T: DeserializeOwned>(&self, key: &Key) -> Result<Option<T>, Error> {
        Ok(self.0.get(key).cloned().map(serde_dynamo::from_item).transpose()?)
    }
}

fn key_of(item: &Item) -> Result<Key, Error> {
    Ok(serde_dynamo::from_item(item.clone())?)
}

/// A row as an item of the table: its key and its attributes.
pub(crate) fn item(key: &Key, row: &impl Serialize) -> Result<Item, Error> {
    let mut item: Item = serde_dynamo::to_item(row)?;
    item.extend(key.attributes());
    Ok(item)
}
