//! The two halves of a subscription: its start, which asks its resolver, and its events, which ask nobody.

use futures::FutureExt;
use serde_json::{Map, Value};

use super::path::Path;
use super::{Execution, Source};
use crate::error::GraphQlError;
use crate::resolver::Extensions;
use crate::response::Response;

/// A subscription that its resolver let through.
pub(crate) struct Accepted {
    pub(crate) field_name: String,
    /// Coerced; those neither given nor defaulted are absent.
    pub(crate) arguments: Map<String, Value>,
    pub(crate) extensions: Extensions,
}

impl<'a> Execution<'a> {
    /// Asks the resolver of a subscription's field, if it has one, whether and what the caller may receive.
    pub(crate) async fn subscribe(self) -> Result<Accepted, Vec<GraphQlError>> {
        let accepted = self.accept().await;
        let errors = self.take_errors();
        if errors.is_empty() { accepted.ok_or_else(Vec::new) } else { Err(errors) }
    }

    async fn accept(&self) -> Option<Accepted> {
        let root = self.root_type()?;
        let sets = vec![&self.document.operation.selection_set];
        let (response_name, fields) = self.collect_fields(root, &sets).into_iter().next()?;
        let path = Path::root(response_name);
        let (arguments, resolved) = self.resolve(root, &Value::Null, &fields, path).await.ok()?;
        let value = resolved.value.into_owned();
        if !value.is_null() {
            self.complete(&fields[0].definition.ty, &value, &fields, path, &root.name).await.ok()?;
        }
        Some(Accepted { field_name: fields[0].name.to_string(), arguments, extensions: resolved.extensions })
    }

    /// What a subscription delivers of an event: the mutation's result, by the names that the mutation gave.
    pub(crate) fn deliver(mut self, field_name: &str, event: &Value) -> Response {
        self.source = Source::Event;
        let Some(root) = self.root_type() else {
            return Response::of_errors(Vec::new());
        };
        let root_value = Value::Object(Map::from_iter([(field_name.to_owned(), event.clone())]));
        let sets = vec![&self.document.operation.selection_set];
        let data = self
            .selection(root, &root_value, sets, None)
            .now_or_never()
            .expect("nothing waits where nothing is resolved");
        self.finish(data)
    }
}
