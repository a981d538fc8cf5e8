//! Who has subscribed to what, and the delivery of a mutation's result to them.
//!
//! Subscriptions that would get the very same payload form an audience: it is filtered, selected and serialized once.
//! One lock orders all deliveries: what was published first reaches every subscriber first.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};

use serde_json::{Value, json};

use super::filter::Filter;
use super::frames::{ServerFrame, SubscriptionId};
use super::missed::Invalidations;
use super::outbox::Outbox;
use crate::Api;
use crate::document::Document;
use crate::execution::{Call, Execution};
use crate::response::Output;

/// Every subscription of the API.
#[derive(Default)]
pub(crate) struct Subscriptions {
    registry: Mutex<Registry>,
}

#[derive(Default)]
struct Registry {
    by_field: HashMap<String, HashMap<AudienceKey, Audience>>,
    members_so_far: u64,
    invalidations: Invalidations,
}

/// Everything that decides what a subscription delivers.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct AudienceKey(Arc<str>);

struct Audience {
    subscription: Subscription,
    members: HashMap<u64, Member>,
}

struct Member {
    id: SubscriptionId,
    user: Option<String>,
    outbox: Outbox,
}

/// What a client subscribed to, once it was let through.
pub(super) struct Subscription {
    pub(super) field_name: String,
    pub(super) document: Document,
    /// The subscription's text, operation and variables, as the client sent them.
    pub(super) request: Value,
    pub(super) call: Call,
    pub(super) filter: Filter,
    pub(super) invalidation: Option<Filter>,
}

impl Subscription {
    /// By an `extensions.invalidateSubscriptions`.
    fn is_invalidated_by(&self, invalidation: &Value) -> bool {
        let filter = self.invalidation.as_ref();
        invalidation["subscriptionField"] == self.field_name
            && filter.is_some_and(|filter| filter.matches(&invalidation["payload"]))
    }

    fn key(&self) -> AudienceKey {
        let Subscription { request, call, filter, invalidation, .. } = self;
        let mut groups = call.caller.groups.clone();
        groups.sort();
        // Authorization of the delivered fields depends on the caller's mode, groups and permission.
        let (mode, permission) = (call.caller.mode, &call.caller.permission);
        AudienceKey(
            format!("{request} {mode:?} {groups:?} {permission:?} {filter:?} {invalidation:?}").into(),
        )
    }
}

/// One client's subscription; dropped, it ends.
pub(super) struct Membership {
    api: Arc<Api>,
    field_name: String,
    audience: AudienceKey,
    number: u64,
}

impl Drop for Membership {
    fn drop(&mut self) {
        let mut registry = self.api.subscriptions.registry();
        let Some(audiences) = registry.by_field.get_mut(&self.field_name) else {
            return;
        };
        if let Some(audience) = audiences.get_mut(&self.audience) {
            audience.members.remove(&self.number);
            if audience.members.is_empty() {
                audiences.remove(&self.audience);
            }
        }
    }
}

/// A start under way, from before its resolver is asked; dropped, it is given up.
pub(super) struct Start {
    api: Arc<Api>,
    begun: u64,
}

impl Drop for Start {
    fn drop(&mut self) {
        self.api.subscriptions.registry().invalidations.end(self.begun);
    }
}

impl Start {
    /// From now on the subscription is delivered to, unless it was invalidated since the start began: then it ends.
    pub(super) fn join(self, subscription: Subscription, id: SubscriptionId, outbox: Outbox) -> Membership {
        let api = &self.api;
        let key = subscription.key();
        let field_name = subscription.field_name.clone();
        let user = subscription.call.caller.identity["sub"].as_str().map(str::to_owned);
        let mut locked = api.subscriptions.registry();
        let registry = &mut *locked;
        if registry.invalidations.since(self.begun).any(|it| subscription.is_invalidated_by(it)) {
            outbox.invalidate(ServerFrame::complete(&id));
        }
        registry.members_so_far += 1;
        let number = registry.members_so_far;
        let audiences = registry.by_field.entry(field_name.clone()).or_default();
        // The key is as long as the subscription's text: its members share one.
        let key = audiences.get_key_value(&key).map_or(key, |(key, _)| key.clone());
        let audience = audiences
            .entry(key.clone())
            .or_insert_with(|| Audience { subscription, members: HashMap::new() });
        audience.members.insert(number, Member { id, user, outbox });
        Membership { api: api.clone(), field_name, audience: key, number }
    }
}

impl Subscriptions {
    /// To be called before the subscription's resolver is asked.
    pub(super) fn begin(api: &Arc<Api>) -> Start {
        let begun = api.subscriptions.registry().invalidations.begin();
        Start { api: api.clone(), begun }
    }

    fn registry(&self) -> MutexGuard<'_, Registry> {
        // A panic while delivering leaves the registry as it was.
        self.registry.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

/// A subscription that is delivered to now, in ids and names.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Subscribed {
    /// The WebSocket: 1, 2, 3 … in this process.
    pub connection: u64,
    /// The id that the client gave it, which is unique on its connection.
    pub id: String,
    /// The field of `Subscription`.
    pub field: String,
    /// The names of the variables; their values are the client's.
    pub variables: Vec<String>,
    /// The token's `sub`; none with an API key.
    pub user: Option<String>,
}

impl Api {
    /// Every subscription there is at this moment, in the order of their connections.
    pub fn subscriptions(&self) -> Vec<Subscribed> {
        let registry = self.subscriptions.registry();
        let audiences = registry.by_field.values().flat_map(HashMap::values);
        let mut all: Vec<Subscribed> = audiences
            .flat_map(|Audience { subscription, members }| {
                members.values().map(|Member { id, user, outbox }| Subscribed {
                    connection: outbox.number(),
                    id: id.name(),
                    field: subscription.field_name.clone(),
                    variables: subscription.call.variables.keys().cloned().collect(),
                    user: user.clone(),
                })
            })
            .collect();
        all.sort();
        all
    }

    /// Delivers a mutation's result to the subscriptions that it feeds, then ends those that it invalidates.
    pub(crate) fn publish(&self, mutation: &str, result: &Output, invalidations: &[Value]) {
        self.deliver(mutation, result);
        if !invalidations.is_empty() {
            self.invalidate(invalidations);
        }
    }

    fn deliver(&self, mutation: &str, result: &Output) {
        let Some(fields) = self.schema.subscribers_of.get(mutation) else {
            return;
        };
        if result.is_null() {
            return;
        }
        let registry = self.subscriptions.registry();
        let event = result.to_source();
        for audience in
            fields.iter().filter_map(|field| registry.by_field.get(field)).flat_map(HashMap::values)
        {
            if audience.subscription.filter.matches(&event) {
                let payload: Arc<str> = self.payload(&audience.subscription, &event).into();
                for Member { id, outbox, .. } in audience.members.values() {
                    outbox.put(ServerFrame::Data { id: id.clone(), payload: payload.clone() });
                }
            }
        }
    }

    /// Ends the subscriptions that `extensions.invalidateSubscriptions` means, and their connections with them.
    fn invalidate(&self, invalidations: &[Value]) {
        let mut registry = self.subscriptions.registry();
        for invalidation in invalidations {
            registry.invalidations.add(invalidation);
            let field = invalidation["subscriptionField"].as_str().unwrap_or_default();
            for audience in registry.by_field.get(field).into_iter().flat_map(HashMap::values) {
                if audience.subscription.is_invalidated_by(invalidation) {
                    for Member { id, outbox, .. } in audience.members.values() {
                        outbox.invalidate(ServerFrame::complete(id));
                    }
                }
            }
        }
    }

    fn payload(&self, subscription: &Subscription, event: &Value) -> String {
        let Subscription { field_name, document, call, .. } = subscription;
        let payload = match Execution::prepare(&self.schema, &self.limits, document, call) {
            Ok(execution) => serde_json::to_string(&execution.deliver(field_name, event)),
            Err(errors) => serde_json::to_string(&json!({"data": {field_name: null}, "errors": errors})),
        };
        match payload {
            Ok(payload) if payload.len() <= self.limits.subscription_payload_bytes => payload,
            Ok(_) => {
                let most = self.limits.subscription_payload_bytes;
                tracing::warn!(field_name, "an event is larger than {most} bytes and was not delivered");
                let message = format!("The event is larger than {most} bytes. Select less in the mutation.");
                let error =
                    json!({"path": [field_name], "errorType": "PayloadSizeExceeded", "message": message});
                json!({"data": {field_name: null}, "errors": [error]}).to_string()
            }
            Err(error) => {
                json!({"data": {field_name: null}, "errors": [{"message": error.to_string()}]}).to_string()
            }
        }
    }
}
