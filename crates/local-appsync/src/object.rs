//! JSON objects and nothing else: a struct alone would be read from a list as well, as its properties in their order.

use serde::de::{DeserializeOwned, Error};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

/// Reads a `T` whose JSON is an object.
#[derive(Debug, Default)]
pub(crate) struct Object<T>(pub(crate) T);

impl<'de, T: DeserializeOwned> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Object<T>, D::Error> {
        let properties = Map::<String, Value>::deserialize(deserializer)?;
        T::deserialize(Value::Object(properties)).map(Object).map_err(D::Error::custom)
    }
}
