//! Links: a property that names another resource takes that resource itself.

use crate::generated::links;
use crate::resource::Handle;
use crate::value::Value;

/// The kinds of links there are; each is what some property wants, such as "the id of a GraphQL API".
pub use links::*;

/// A kind of link: `Value<K>` takes a handle of the right resource, or text.
#[diagnostic::on_unimplemented(
    message = "text is not what the property takes: `{Self}` is wanted",
    label = "not text",
    note = "an enumeration is given as one of its variants, a property type by `new()` and its setters"
)]
pub trait LinkKind {}

/// The resource has what links of kind `K` want.
#[diagnostic::on_unimplemented(
    message = "this resource is not what the property refers to: `{K}` is wanted",
    label = "`{Self}` is the wrong kind of resource",
    note = "pass the handle of the resource that `{K}` names; for the ARN or id of something outside of this \
            template pass text, or `value.cast()`"
)]
pub trait Provides<K> {
    /// The attribute to get; `Ref` if there is none.
    const ATTRIBUTE: Option<&'static str>;
}

impl<K: LinkKind, R: Provides<K>> From<&Handle<R>> for Value<K> {
    fn from(handle: &Handle<R>) -> Self {
        match R::ATTRIBUTE {
            Some(attribute) => handle.get_att(attribute),
            None => handle.reference(),
        }
    }
}

impl<K: LinkKind> From<&str> for Value<K> {
    fn from(text: &str) -> Self {
        Value::<String>::from(text).cast()
    }
}
