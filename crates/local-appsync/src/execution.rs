//! Executes an operation: the algorithm of the GraphQL specification, section 6, with AppSync's errors.
//!
//! `apollo-compiler` parses, validates and introspects. Its executor is not used: its futures cannot move between
//! threads, it runs one field at a time, and its errors are texts without AppSync's `errorType`, `data` and `info`.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use apollo_compiler::Node;
use apollo_compiler::executable::{Field, SelectionSet};
use apollo_compiler::schema::ObjectType;
use futures::future::{BoxFuture, FutureExt, join_all};
use serde_json::{Map, Value};

use crate::caller::Caller;
use crate::definition::Limits;
use crate::document::Document;
use crate::error::{GraphQlError, Location};
use crate::resolver::Raised;
use crate::response::{Output, Property, Response};
use crate::schema::Schema;

mod arguments;
mod batch;
mod budget;
mod collect;
mod completion;
mod error_data;
mod field;
mod info;
mod input;
mod introspection;
mod path;
mod subscription;

use batch::Batches;
use budget::Budget;
use path::Path;

/// Who asks, and how: what resolvers are told besides the field.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    pub(crate) caller: Caller,
    /// As resolvers see them.
    pub(crate) headers: Map<String, Value>,
    /// As the client sent them.
    pub(crate) variables: Map<String, Value>,
}

/// One operation being executed.
pub(crate) struct Execution<'a> {
    schema: &'a Schema,
    document: &'a Document,
    call: &'a Call,
    variables: Map<String, Value>,
    source: Source,
    budget: Budget,
    batches: Batches,
    errors: Mutex<Vec<GraphQlError>>,
    invalidations: Mutex<Vec<Value>>,
    invalidations_so_far: AtomicUsize,
    headers: Mutex<BTreeMap<String, String>>,
}

/// Where the values of fields with a resolver come from.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Source {
    Resolvers,
    /// The event that a subscription delivers holds everything; nothing is resolved again.
    Event,
}

/// AppSync's limit on the invalidations of one request.
const MOST_INVALIDATIONS: usize = 5;

/// AppSync's limit on what resolvers add to an answer's headers, names and values together.
const MOST_HEADER_BYTES: usize = 4096;

/// A null where the schema allows none, already reported: the parent becomes null instead.
struct Nullified;

type Completed = Result<Output, Nullified>;

impl<'a> Execution<'a> {
    /// Coerces the variables and arguments; errors here mean that nothing is executed.
    pub(crate) fn prepare(
        schema: &'a Schema,
        limits: &Limits,
        document: &'a Document,
        call: &'a Call,
    ) -> Result<Execution<'a>, Vec<GraphQlError>> {
        let variables = arguments::variables(schema, document, &call.variables)?;
        Ok(Execution {
            schema,
            document,
            call,
            variables,
            source: Source::Resolvers,
            budget: Budget::new(limits),
            batches: Batches::default(),
            errors: Mutex::default(),
            invalidations: Mutex::default(),
            invalidations_so_far: AtomicUsize::new(0),
            headers: Mutex::default(),
        })
    }

    /// Resolves a query, side by side where it can.
    pub(crate) async fn query(self) -> Response {
        let Some(root) = self.root_type() else {
            return Response::of_errors(Vec::new());
        };
        let introspected = match self.introspect(root) {
            Ok(introspected) => introspected,
            Err(errors) => return Response::of_errors(errors),
        };
        let sets = vec![&self.document.operation.selection_set];
        self.finish(self.selection(root, &introspected, sets, None).await)
    }

    /// Runs a mutation's fields one after the other, and tells of each that has a value before the next one starts.
    pub(crate) async fn mutation(self, succeeded: impl Fn(&str, &Output, Vec<Value>)) -> Response {
        let Some(root) = self.root_type() else {
            return Response::of_errors(Vec::new());
        };
        let sets = vec![&self.document.operation.selection_set];
        let mut data = Ok(Vec::new());
        for (response_name, fields) in self.collect_fields(root, &sets) {
            let done = self.property(root, &Value::Null, response_name, fields, None).await;
            let invalidations = std::mem::take(&mut *self.invalidations());
            match done {
                Ok(property) => {
                    succeeded(&property.field_name, &property.value, invalidations);
                    if let Ok(properties) = &mut data {
                        properties.push(property);
                    }
                }
                // The mutations after it run all the same; their values just have no place in the answer.
                Err(Nullified) => data = Err(Nullified),
            }
        }
        self.finish(data.map(|properties| Output::Object { type_name: root.name.clone(), properties }))
    }

    fn root_type(&self) -> Option<&'a Node<ObjectType>> {
        self.schema.graphql.get_object(self.document.operation.object_type())
    }

    /// The selected properties of one object.
    fn selection<'s>(
        &'s self,
        object_type: &'s ObjectType,
        source: &'s Value,
        sets: Vec<&'s SelectionSet>,
        path: Option<Path<'s>>,
    ) -> BoxFuture<'s, Completed> {
        async move {
            let fields = self.collect_fields(object_type, &sets).into_iter();
            let properties =
                fields.map(|(name, fields)| self.property(object_type, source, name, fields, path));
            let properties: Result<Vec<Property>, Nullified> = self.all(properties).await;
            Ok(Output::Object { type_name: object_type.name.clone(), properties: properties? })
        }
        .boxed()
    }

    /// Side by side if resolvers may be waited for, else simply one after the other.
    async fn all<T, F: Future<Output = Result<T, Nullified>>>(
        &self,
        futures: impl Iterator<Item = F>,
    ) -> Result<Vec<T>, Nullified> {
        if self.source == Source::Resolvers {
            return join_all(futures).await.into_iter().collect();
        }
        let mut values = Vec::new();
        for future in futures {
            values.push(future.await?);
        }
        Ok(values)
    }

    fn finish(&self, data: Completed) -> Response {
        if let Some(exceeded) = self.budget.exceeded() {
            return Response::of_errors(vec![GraphQlError::of_resolver(Vec::new(), None, exceeded)]);
        }
        let headers = std::mem::take(&mut *self.headers());
        Response { data: data.ok(), errors: self.take_errors(), headers }
    }

    fn take_errors(&self) -> Vec<GraphQlError> {
        std::mem::take(&mut *self.errors.lock().expect("no panic happens while errors are held"))
    }

    fn report(&self, error: GraphQlError) {
        self.errors.lock().expect("no panic happens while errors are held").push(error);
    }

    fn report_raised(&self, path: Path<'_>, fields: &[&Field], mut raised: Raised) {
        raised.data = self.selected_data(fields, raised.data);
        let location = Location::of(fields[0].name.location(), &self.document.executable.sources);
        self.report(GraphQlError::of_resolver(path.to_vec(), location, raised));
    }

    /// Takes them into the answer, unless they are too many.
    fn add_headers(&self, added: BTreeMap<String, String>) -> Result<(), Raised> {
        let mut headers = self.headers();
        let mut all = headers.clone();
        all.extend(added);
        let bytes: usize = all.iter().map(|(name, value)| name.len() + value.len()).sum();
        if bytes > MOST_HEADER_BYTES {
            let message = format!(
                "The headers of the answer would have {bytes} bytes, and may have {MOST_HEADER_BYTES}."
            );
            return Err(Raised::new("LimitExceeded", message));
        }
        *headers = all;
        Ok(())
    }

    fn add_invalidations(&self, mut added: Vec<Value>) -> Result<(), Raised> {
        let before = self.invalidations_so_far.fetch_add(added.len(), Ordering::Relaxed);
        let is_over = before + added.len() > MOST_INVALIDATIONS;
        added.truncate(MOST_INVALIDATIONS.saturating_sub(before));
        self.invalidations().extend(added);
        if is_over {
            let message = format!(
                "A request may invalidate subscriptions {MOST_INVALIDATIONS} times; the rest was not done."
            );
            return Err(Raised::new("LimitExceeded", message));
        }
        Ok(())
    }

    fn headers(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, String>> {
        self.headers.lock().expect("no panic happens while headers are held")
    }

    fn invalidations(&self) -> std::sync::MutexGuard<'_, Vec<Value>> {
        self.invalidations.lock().expect("no panic happens while invalidations are held")
    }
}
