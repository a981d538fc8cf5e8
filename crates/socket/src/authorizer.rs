//! Before `$connect`: whose ticket is it?

use chat::tickets::{self, Ticket};
use chat::{Error, UserId};
use serde_json::{Value, json};

use crate::event::Event;
use crate::{App, Failure};

/// Uses up the ticket of `?ticket=…` and answers the policy that lets its owner in. Whoever has none is kept out
/// by a policy as well (403): an error of this function would count as a fault of ours.
pub(crate) async fn authorize(app: &App, event: &Event) -> Result<Value, Failure> {
    let ticket = event.query("ticket").unwrap_or_default();
    let user = match ticket.parse::<Ticket>() {
        Ok(ticket) => tickets::redeem(&app.store, &ticket).await,
        Err(error) => Err(error),
    };
    let arn = event.method_arn().unwrap_or_default();
    match user {
        Ok(user) => Ok(policy("Allow", arn, Some(user))),
        Err(Error::Forbidden(_)) => Ok(policy("Deny", arn, None)),
        Err(error) => Err(error.into()),
    }
}

fn policy(effect: &str, arn: &str, user: Option<UserId>) -> Value {
    let user = user.map(|user| user.to_string());
    json!({
        "principalId": user.as_deref().unwrap_or("nobody"),
        "policyDocument": {
            "Version": "2012-10-17",
            "Statement": [{ "Action": "execute-api:Invoke", "Effect": effect, "Resource": arn }],
        },
        "context": user.map_or_else(|| json!({}), |user| json!({ "userId": user })),
    })
}
