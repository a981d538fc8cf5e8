//! Conditions: what depends on parameters when the stack is deployed.

use serde_json::{Value as Json, json};

use crate::parameter::ParameterHandle;
use crate::value::Value;

/// What a condition tests: [`equals`], [`not`], [`and`], [`or`], or a condition that exists already.
#[derive(Clone, Debug)]
pub struct Test(pub(crate) Json);

/// `Fn::Equals`: the parameter, or other value, is this one, case-sensitively.
#[must_use]
pub fn equals<T>(left: impl Compared<T>, right: impl Into<Value<T>>) -> Test {
    Test(json!({ "Fn::Equals": [as_text(left.value()), as_text(right.into())] }))
}

/// What [`equals`] compares: the handle of a parameter, or a value.
pub trait Compared<T> {
    #[doc(hidden)]
    fn value(self) -> Value<T>;
}

impl<T> Compared<T> for &ParameterHandle<T> {
    fn value(self) -> Value<T> {
        ParameterHandle::value(self)
    }
}

impl<T> Compared<T> for Value<T> {
    fn value(self) -> Value<T> {
        self
    }
}

/// The values of parameters are text, whatever their type: `true` would never equal them.
fn as_text<T>(value: Value<T>) -> Json {
    match value.into_json() {
        Json::Bool(literal) => Json::from(literal.to_string()),
        Json::Number(literal) => Json::from(literal.to_string()),
        other => other,
    }
}

/// `Fn::Not`.
#[must_use]
pub fn not(test: impl Into<Test>) -> Test {
    Test(json!({ "Fn::Not": [test.into().0] }))
}

/// `Fn::And`: all of them hold. CloudFormation takes 2 to 10.
#[must_use]
pub fn and<const N: usize>(tests: [Test; N]) -> Test {
    const { assert!(N >= 2 && N <= 10, "Fn::And takes 2 to 10 tests") };
    Test(json!({ "Fn::And": tests.map(|test| test.0).to_vec() }))
}

/// `Fn::Or`: one of them holds. CloudFormation takes 2 to 10.
#[must_use]
pub fn or<const N: usize>(tests: [Test; N]) -> Test {
    const { assert!(N >= 2 && N <= 10, "Fn::Or takes 2 to 10 tests") };
    Test(json!({ "Fn::Or": tests.map(|test| test.0).to_vec() }))
}

/// A condition of the template, for [`if_`](crate::intrinsic::if_), and for resources and outputs that exist
/// only where it holds.
#[derive(Clone, Debug)]
pub struct ConditionHandle {
    id: String,
}

impl ConditionHandle {
    pub(crate) fn new(id: &str) -> Self {
        Self { id: id.to_owned() }
    }

    /// The condition's logical id.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }
}

impl From<&ConditionHandle> for Test {
    fn from(condition: &ConditionHandle) -> Self {
        Self(json!({ "Condition": condition.id }))
    }
}
