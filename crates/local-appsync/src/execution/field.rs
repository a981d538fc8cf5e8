//! One field of one object: may the caller see it, and what is its value?

use std::borrow::Cow;
use std::panic::AssertUnwindSafe;

use apollo_compiler::Name;
use apollo_compiler::executable::Field;
use apollo_compiler::schema::ObjectType;
use futures::FutureExt;
use serde_json::{Map, Value};

use super::introspection::{introspected, is_introspection};
use super::path::Path;
use super::{Completed, Execution, Nullified, Source, arguments};
use crate::caller::Permission;
use crate::error::GraphQlError;
use crate::resolver::{Context, Extensions, Raised, Request, Resolved, Resolver};
use crate::response::{Output, Property};

/// A field's value before it is fitted to its type.
pub(super) struct FieldValue<'s> {
    pub(super) value: Cow<'s, Value>,
    pub(super) extensions: Extensions,
}

impl<'a> Execution<'a> {
    pub(super) async fn property<'s>(
        &'s self,
        parent: &'s ObjectType,
        source: &'s Value,
        response_name: &'s Name,
        fields: Vec<&'s Field>,
        parent_path: Option<Path<'s>>,
    ) -> Result<Property, Nullified> {
        let path = Path::field(parent_path.as_ref(), response_name);
        let value = self.field(parent, source, &fields, path).await?;
        self.budget.spend_bytes(response_name.len() + 4).map_err(|_| Nullified)?;
        Ok(Property { response_name: response_name.clone(), field_name: fields[0].name.clone(), value })
    }

    async fn field(
        &self,
        parent: &ObjectType,
        source: &Value,
        fields: &[&Field],
        path: Path<'_>,
    ) -> Completed {
        if fields[0].name == "__typename" {
            return Ok(Output::Leaf(parent.name.as_str().into()));
        }
        if is_introspection(fields[0]) {
            let value = source.get(introspected(fields[0].response_name()));
            return value.cloned().map(Output::Leaf).ok_or(Nullified);
        }
        match self.resolve(parent, source, fields, path).await {
            Ok((_, FieldValue { value, extensions })) => {
                if let Err(raised) = self.add_invalidations(extensions.invalidations) {
                    self.report_raised(path, fields, raised);
                }
                self.complete(&fields[0].definition.ty, &value, fields, path, &parent.name).await
            }
            Err(Nullified) if fields[0].definition.ty.is_non_null() => Err(Nullified),
            Err(Nullified) => Ok(Output::NULL),
        }
    }

    /// The field's arguments and value; an error is reported before it is told.
    pub(super) async fn resolve<'s>(
        &'s self,
        parent: &ObjectType,
        source: &'s Value,
        fields: &[&'s Field],
        path: Path<'_>,
    ) -> Result<(Map<String, Value>, FieldValue<'s>), Nullified> {
        let field = fields[0];
        let plan = self.schema.plan(&parent.name, &field.name).ok_or(Nullified)?;
        let caller = &self.call.caller;
        let may = |permission: &Permission| permission.admits(&parent.name, &field.name);
        if !plan.allowed.admits(caller) || !caller.permission.as_ref().is_none_or(may) {
            let message = format!("Not Authorized to access {} on type {}", field.name, parent.name);
            self.report_raised(path, fields, Raised::new("Unauthorized", message));
            return Err(Nullified);
        }
        let resolver = plan.resolver.as_ref().filter(|_| self.source == Source::Resolvers);
        let Some(resolver) = resolver else {
            let value = Cow::Borrowed(source.get(field.name.as_str()).unwrap_or(&Value::Null));
            // Only subscriptions look at the arguments of a field without a resolver.
            let arguments = arguments::of_field(self.schema, field, &self.variables).unwrap_or_default();
            return Ok((arguments, FieldValue { value, extensions: Extensions::default() }));
        };
        let arguments = arguments::of_field(self.schema, field, &self.variables).map_err(|error| {
            self.report(GraphQlError::of_value(path.to_vec(), error.to_string()));
            Nullified
        })?;
        self.budget.spend_resolver_call().map_err(|_| Nullified)?;
        let context = self.context(parent, source, fields, arguments.clone());
        let answer = match resolver.max_batch_size() {
            0 | 1 => call(resolver.as_ref(), context).await,
            _ => hide_refusal(self.batches.resolve(resolver, context).await),
        };
        match answer {
            Ok(Resolved { value, extensions, errors, response_headers }) => {
                for raised in errors.into_iter().chain(self.add_headers(response_headers).err()) {
                    self.report_raised(path, fields, raised);
                }
                Ok((arguments, FieldValue { value: Cow::Owned(value), extensions }))
            }
            Err(raised) => {
                self.report_raised(path, fields, raised);
                Err(Nullified)
            }
        }
    }

    fn context(
        &self,
        parent: &ObjectType,
        source: &Value,
        fields: &[&Field],
        arguments: Map<String, Value>,
    ) -> Context {
        Context {
            arguments,
            identity: self.call.caller.identity.clone(),
            source: source.clone(),
            request: Request { headers: self.call.headers.clone(), domain_name: None },
            prev: Value::Null,
            info: self.info(parent, fields),
            stash: Map::new(),
        }
    }
}

/// A resolver that panics fails its field, not the server.
async fn call(resolver: &dyn Resolver, context: Context) -> Result<Resolved, Raised> {
    let field = format!("{}.{}", context.info.parent_type_name, context.info.field_name);
    match AssertUnwindSafe(resolver.resolve(context)).catch_unwind().await {
        Ok(answer) => hide_refusal(answer),
        Err(_) => {
            tracing::error!(field, "the resolver panicked");
            Err(Raised::new(
                "InternalFailure",
                format!("The resolver of {field} panicked; the log says where."),
            ))
        }
    }
}

/// AppSync hides what a function says when it refuses by this type.
/// <https://docs.aws.amazon.com/appsync/latest/devguide/security-authz.html>
fn hide_refusal(answer: Result<Resolved, Raised>) -> Result<Resolved, Raised> {
    answer.map_err(|raised| match raised.error_type.as_deref() {
        Some("UnauthorizedException") => {
            Raised { message: "You are not authorized to make this call.".to_owned(), ..raised }
        }
        _ => raised,
    })
}
