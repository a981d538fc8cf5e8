//! Tickets: what opens a WebSocket in place of a token, once and within a minute.
//!
//! A browser can set no header on a WebSocket, and a URL is no place for a token that lives for an hour: URLs end up
//! in logs. A ticket in a log is worth nothing any more.

use std::str::FromStr;
use std::time::Duration;

use aws_sdk_dynamodb::error::ProvideErrorMetadata;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::keys::Key;
use crate::store::item;
use crate::{Error, Store, Timestamp, UserId};

/// How long a ticket is good for.
pub const LIFE: Duration = Duration::from_secs(60);

/// A secret of 244 random bits, written as 64 hexadecimal digits.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Ticket(String);

/// A ticket that was just made.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Issued {
    /// The secret.
    pub ticket: Ticket,
    /// From then on it opens nothing.
    pub expires_at: Timestamp,
}

impl Ticket {
    fn fresh() -> Ticket {
        Ticket(format!("{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple()))
    }

    /// For the URL that it goes into.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Ticket {
    type Err = Error;

    fn from_str(text: &str) -> Result<Ticket, Error> {
        let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        if text.len() == 64 && text.bytes().all(is_digit) {
            Ok(Ticket(text.to_owned()))
        } else {
            Err(REFUSED)
        }
    }
}

const REFUSED: Error =
    Error::Forbidden("This ticket is unknown, used or expired: take a new one for every connection.");

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct TicketRow {
    user_id: String,
    expires_at: u64,
}

/// Makes a ticket for the caller. Costs 1 request, 1 WU.
pub async fn create(store: &Store, caller: UserId) -> Result<Issued, Error> {
    let ticket = Ticket::fresh();
    let expires_at_s = Timestamp::now().plus(LIFE).as_s();
    let row = TicketRow { user_id: caller.to_string(), expires_at: expires_at_s };
    store
        .dynamodb
        .put_item()
        .table_name(&store.table)
        .set_item(Some(item(&Key::ticket(&ticket), &row)?))
        .send()
        .await?;
    Ok(Issued { ticket, expires_at: Timestamp::from_ms(expires_at_s * 1000) })
}

/// Whose ticket it is; from now on it is nobody's. Costs 1 request, 1 WU.
pub async fn redeem(store: &Store, ticket: &Ticket) -> Result<UserId, Error> {
    let deleted = store
        .dynamodb
        .delete_item()
        .table_name(&store.table)
        .set_key(Some(Key::ticket(ticket).attributes()))
        // The table forgets expired rows when it finds the time, which may be days.
        .condition_expression("expiresAt > :now")
        .expression_attribute_values(":now", AttributeValue::N(Timestamp::now().as_s().to_string()))
        .return_values(ReturnValue::AllOld)
        .send()
        .await;
    match deleted {
        Ok(answer) => {
            let row: TicketRow = serde_dynamo::from_item(answer.attributes.ok_or(REFUSED)?)?;
            row.user_id.parse()
        }
        Err(error) if error.code() == Some("ConditionalCheckFailedException") => Err(REFUSED),
        Err(error) => Err(error.into()),
    }
}
