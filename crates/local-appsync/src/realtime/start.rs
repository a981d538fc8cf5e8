//! A `start` frame: who asks for what, and does the subscription's resolver agree?

use std::net::IpAddr;
use std::sync::Arc;

use apollo_compiler::executable::OperationType;
use bytes::Bytes;
use serde_json::{Value, json};

use super::filter::Filter;
use super::frames::{Problem, StartPayload};
use super::handshake::lower_case;
use super::kept_headers::KeptHeaders;
use super::subscriptions::Subscription;
use super::told::SubscriptionStart;
use crate::credentials::Evidence;
use crate::document::{Document, GraphQlRequest, Unacceptable};
use crate::execution::{Call, Execution};
use crate::object::Object;
use crate::{Api, caller};

/// Checks everything and asks the resolver; nothing is delivered yet. What is learnt of it on the way is `told`.
pub(super) async fn prepare(
    api: &Arc<Api>,
    payload: Option<Value>,
    connect_headers: &KeptHeaders,
    source_ip: IpAddr,
    told: &mut SubscriptionStart,
) -> Result<Subscription, Vec<Problem>> {
    let payload = parse(payload)?;
    let mut headers = lower_case(&payload.extensions.0.authorization);
    let body = Bytes::from(payload.data);
    let evidence = Evidence { path: "/graphql", query: "", headers: &headers, body: &body };
    let caller = caller::identify(api, evidence, source_ip).await.map_err(|refused| {
        tracing::debug!(%refused, "a subscription was not authorized");
        vec![Problem::new("UnauthorizedException", "Permission denied")]
    })?;
    told.user = caller.identity["sub"].as_str().map(str::to_owned);
    let request = GraphQlRequest::from_json(&body).map_err(|_| {
        vec![Problem::new("BadRequestException", "payload.data must be a GraphQL request as JSON text.")]
    })?;
    let others = connect_headers.iter().filter(|(name, _)| !headers.iter().any(|(other, _)| other == name));
    let others: Vec<_> = others.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    headers.extend(others);
    let call = Call {
        caller,
        headers: crate::http::visible_headers(&headers, source_ip),
        variables: request.variables.clone().unwrap_or_default(),
    };
    let document = document(api, &request)?;
    told.field = document.operation.selection_set.fields().next().map(|field| field.name.to_string());
    let accepted = async {
        let execution = Execution::prepare(&api.schema, &api.limits, &document, &call)?;
        execution.subscribe().await
    };
    let accepted = tokio::time::timeout(api.limits.execution, accepted)
        .await
        .map_err(|_| vec![Problem::new("ExecutionTimeout", "Execution timed out.")])?
        .map_err(|errors| errors.iter().map(Problem::from).collect::<Vec<_>>())?;
    let enhanced = |filter: &Value| {
        Filter::enhanced(filter).map_err(|problem| vec![Problem::new("InvalidSubscriptionFilter", problem)])
    };
    Ok(Subscription {
        filter: match &accepted.extensions.subscription_filter {
            Some(filter) => enhanced(filter)?,
            None => Filter::Arguments(accepted.arguments),
        },
        invalidation: accepted.extensions.invalidation_filter.as_ref().map(enhanced).transpose()?,
        request: json!([request.query, request.operation_name, request.variables]),
        field_name: accepted.field_name,
        document,
        call,
    })
}

fn parse(payload: Option<Value>) -> Result<StartPayload, Vec<Problem>> {
    let parsed = serde_json::from_value(payload.unwrap_or_default());
    parsed.map(|Object(payload)| payload).map_err(|error| {
        let expected = r#"{"data": "<GraphQL request>", "extensions": {"authorization": {…}}}"#;
        vec![Problem::new(
            "BadRequestException",
            format!("A start frame's payload must be {expected}: {error}"),
        )]
    })
}

fn document(api: &Api, request: &GraphQlRequest) -> Result<Document, Vec<Problem>> {
    let document =
        Document::parse(&api.schema, &api.limits, request).map_err(|unacceptable| match unacceptable {
            Unacceptable::Malformed(message) => vec![Problem::new("MalformedHttpRequestException", message)],
            Unacceptable::BadRequest(message) => vec![Problem::new("BadRequestException", message)],
            Unacceptable::Invalid(errors) => errors.iter().map(Problem::from).collect(),
        })?;
    match document.operation.operation_type {
        OperationType::Subscription => Ok(document),
        other => {
            let message = format!("{} not supported through the realtime channel", other.name());
            Err(vec![Problem::new("UnsupportedOperation", message)])
        }
    }
}
