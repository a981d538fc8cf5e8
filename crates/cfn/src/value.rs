//! A property's value: a literal, or an intrinsic that CloudFormation resolves to one.

use std::fmt;
use std::marker::PhantomData;

use serde_json::{Map, Value as Json};

/// A value of type `T`, known now or resolved by CloudFormation when it deploys.
///
/// `T` says what the property takes: `String`, `bool`, `i64`, `f64`, an enum or a property type of a
/// service, [`List`], [`Entries`], a policy document, or the [link](crate::link) to another resource.
/// Setters take `impl Into<Value<T>>`, so a literal is written as itself.
pub struct Value<T> {
    json: Json,
    kind: PhantomData<fn() -> T>,
}

impl<T> Value<T> {
    /// Any JSON, unchecked: the way out when the specification is behind the service.
    #[must_use]
    pub fn unchecked(json: Json) -> Self {
        Self { json, kind: PhantomData }
    }

    /// The value as it stands in the template.
    #[must_use]
    pub fn into_json(self) -> Json {
        self.json
    }

    pub(crate) fn json(&self) -> &Json {
        &self.json
    }

    /// An intrinsic: an object with the function's name as its only key.
    pub(crate) fn intrinsic(function: &str, arguments: Json) -> Self {
        let mut object = Map::new();
        object.insert(function.to_owned(), arguments);
        Self::unchecked(Json::Object(object))
    }
}

impl Value<String> {
    /// The same text where a link to a resource is wanted, unchecked: for the ARN of something that
    /// another stack owns, or that came in by a parameter.
    #[must_use]
    pub fn cast<T>(self) -> Value<T> {
        Value::unchecked(self.json)
    }
}

impl<T> Clone for Value<T> {
    fn clone(&self) -> Self {
        Self::unchecked(self.json.clone())
    }
}

impl<T> fmt::Debug for Value<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.json.fmt(f)
    }
}

impl<T> From<&Value<T>> for Value<T> {
    fn from(value: &Value<T>) -> Self {
        value.clone()
    }
}

/// What can stand in a template as it is.
///
/// Implement it for an enum of your own to have parameters and conditions typed by it.
pub trait Literal {
    /// The literal as JSON.
    fn to_json(&self) -> Json;
}

impl Literal for String {
    fn to_json(&self) -> Json {
        Json::from(self.as_str())
    }
}

impl Literal for bool {
    fn to_json(&self) -> Json {
        Json::from(*self)
    }
}

impl Literal for i64 {
    fn to_json(&self) -> Json {
        Json::from(*self)
    }
}

impl Literal for f64 {
    fn to_json(&self) -> Json {
        Json::from(*self)
    }
}

impl Literal for Json {
    fn to_json(&self) -> Json {
        self.clone()
    }
}

impl<T: Literal> From<T> for Value<T> {
    fn from(literal: T) -> Self {
        Self::unchecked(literal.to_json())
    }
}

impl From<&str> for Value<String> {
    fn from(text: &str) -> Self {
        Self::unchecked(Json::from(text))
    }
}

impl From<i32> for Value<i64> {
    fn from(number: i32) -> Self {
        Self::unchecked(Json::from(number))
    }
}

impl From<i32> for Value<f64> {
    fn from(number: i32) -> Self {
        Self::unchecked(Json::from(number))
    }
}

/// A list of `T`: an array or a vector of whatever turns into `Value<T>`, or a [`list!`](crate::list).
pub struct List<T>(PhantomData<T>);

impl<T, U: Into<Value<T>>, const N: usize> From<[U; N]> for Value<List<T>> {
    fn from(items: [U; N]) -> Self {
        Self::unchecked(items.into_iter().map(|item| item.into().json).collect())
    }
}

impl<T, U: Into<Value<T>>> From<Vec<U>> for Value<List<T>> {
    fn from(items: Vec<U>) -> Self {
        Self::unchecked(items.into_iter().map(|item| item.into().json).collect())
    }
}

/// A list whose items are written differently: literals beside intrinsics.
///
/// ```
/// use cfn::{List, Value, list, pseudo};
/// let regions: Value<List<String>> = list!["eu-central-1", pseudo::region()];
/// assert_eq!(regions.into_json(), serde_json::json!(["eu-central-1", { "Ref": "AWS::Region" }]));
/// ```
#[macro_export]
macro_rules! list {
    ($($item:expr),* $(,)?) => {
        $crate::Value::<$crate::List<_>>::from(vec![$($crate::Value::from($item)),*])
    };
}

/// A map from text to `T`, such as a function's environment.
pub struct Entries<T>(PhantomData<T>);

impl<T, K: Into<String>, U: Into<Value<T>>, const N: usize> From<[(K, U); N]> for Value<Entries<T>> {
    fn from(entries: [(K, U); N]) -> Self {
        Vec::from(entries).into()
    }
}

impl<T, K: Into<String>, U: Into<Value<T>>> From<Vec<(K, U)>> for Value<Entries<T>> {
    fn from(entries: Vec<(K, U)>) -> Self {
        let object = entries.into_iter().map(|(key, value)| (key.into(), value.into().json)).collect();
        Self::unchecked(Json::Object(object))
    }
}

/// A property type under construction: what its setters were given, in their order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Properties(pub(crate) Map<String, Json>);

impl Properties {
    pub(crate) fn set<T>(&mut self, name: &str, value: Value<T>) {
        self.0.insert(name.to_owned(), value.json);
    }

    #[allow(dead_code, reason = "for the generated types, of which there may be none")]
    pub(crate) fn with<T>(mut self, name: &str, value: Value<T>) -> Self {
        self.set(name, value);
        self
    }

    #[allow(dead_code, reason = "for the generated types, of which there may be none")]
    pub(crate) fn into_value<T>(self) -> Value<T> {
        Value::unchecked(Json::Object(self.0))
    }
}
