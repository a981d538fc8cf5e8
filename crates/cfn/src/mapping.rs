//! Mappings: tables of literals that CloudFormation looks things up in when it deploys.

use std::marker::PhantomData;

use serde_json::{Map, Value as Json, json};

use crate::parameter::ParameterHandle;
use crate::value::{Literal, Value};

/// A table of two keys, for [`Template::mapping`](crate::Template::mapping).
///
/// ```
/// use cfn::{Mapping, Template, Value, pseudo};
/// let mut template = Template::new("Photos");
/// let sizes = template.mapping(
///     "Sizes",
///     Mapping::new().row("eu-central-1", [("MemoryMb", 256)]).row("us-east-1", [("MemoryMb", 512)]),
/// );
/// let memory: Value<i64> = sizes.find(pseudo::region(), "MemoryMb");
/// # assert_eq!(
/// #     memory.into_json(),
/// #     serde_json::json!({ "Fn::FindInMap": ["Sizes", { "Ref": "AWS::Region" }, "MemoryMb"] })
/// # );
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct Mapping<T> {
    pub(crate) rows: Map<String, Json>,
    kind: PhantomData<fn() -> T>,
}

impl<T: Literal> Mapping<T> {
    /// No rows yet.
    #[allow(clippy::new_without_default, reason = "an empty mapping is refused by CloudFormation")]
    pub fn new() -> Self {
        Self { rows: Map::new(), kind: PhantomData }
    }

    /// The values under a first key, each under its second key.
    pub fn row<U: Into<T>, const N: usize>(mut self, key: &str, values: [(&str, U); N]) -> Self {
        let values: Map<String, Json> =
            values.into_iter().map(|(key, value)| (key.to_owned(), value.into().to_json())).collect();
        self.rows.insert(key.to_owned(), Json::Object(values));
        self
    }
}

/// A mapping of the template, to look things up in.
#[derive(Clone, Debug)]
pub struct MappingHandle<T> {
    id: String,
    kind: PhantomData<fn() -> T>,
}

impl<T> MappingHandle<T> {
    pub(crate) fn new(id: &str) -> Self {
        Self { id: id.to_owned(), kind: PhantomData }
    }

    /// `Fn::FindInMap`: the value under the two keys.
    #[must_use]
    pub fn find(&self, first: impl Key, second: impl Key) -> Value<T> {
        Value::intrinsic("Fn::FindInMap", json!([self.id, first.json(), second.json()]))
    }
}

/// What a mapping is looked up by: text, a parameter, or a pseudo parameter.
pub trait Key {
    #[doc(hidden)]
    fn json(self) -> Json;
}

impl Key for &str {
    fn json(self) -> Json {
        Json::from(self)
    }
}

impl<T> Key for Value<T> {
    fn json(self) -> Json {
        self.into_json()
    }
}

impl<T> Key for &ParameterHandle<T> {
    fn json(self) -> Json {
        self.value().into_json()
    }
}
