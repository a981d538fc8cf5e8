//! Parameters: what whoever deploys the template may choose.

use std::marker::PhantomData;

use serde_json::{Map, Value as Json, json};

use crate::value::{List, Literal, Value};

/// A parameter of type `T`, with its constraints, for [`Template::parameter`](crate::Template::parameter).
///
/// ```
/// use cfn::{Parameter, Template};
/// let mut template = Template::new("Photos");
/// let days = template.parameter(
///     "RetentionDays",
///     Parameter::number().default(30).min_value(1).max_value(365).description("How long photos stay."),
/// );
/// # let _: cfn::Value<i64> = (&days).into();
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct Parameter<T> {
    pub(crate) definition: Map<String, Json>,
    pub(crate) group: Option<String>,
    pub(crate) label: Option<String>,
    kind: PhantomData<fn() -> T>,
}

impl Parameter<String> {
    /// Text.
    pub fn text() -> Self {
        Self::of_type("String")
    }

    /// `AllowedPattern`, a Java regular expression for the whole text.
    pub fn allowed_pattern(self, pattern: &str) -> Self {
        self.with("AllowedPattern", json!(pattern))
    }

    /// `MinLength`, in characters.
    pub fn min_length(self, characters: u32) -> Self {
        self.with("MinLength", json!(characters))
    }

    /// `MaxLength`, in characters.
    pub fn max_length(self, characters: u32) -> Self {
        self.with("MaxLength", json!(characters))
    }

    /// `NoEcho`: the value is shown as asterisks, wherever it is not written into a resource or an output.
    pub fn no_echo(self) -> Self {
        self.with("NoEcho", json!(true))
    }
}

impl Parameter<i64> {
    /// A whole number.
    pub fn number() -> Self {
        Self::of_type("Number")
    }

    /// `MinValue`.
    pub fn min_value(self, value: i64) -> Self {
        self.with("MinValue", json!(value))
    }

    /// `MaxValue`.
    pub fn max_value(self, value: i64) -> Self {
        self.with("MaxValue", json!(value))
    }
}

impl Parameter<List<String>> {
    /// `CommaDelimitedList`: texts in one line, with commas between them.
    pub fn comma_delimited() -> Self {
        Self::of_type("CommaDelimitedList")
    }

    /// `Default`.
    pub fn default_items<const N: usize>(self, items: [&str; N]) -> Self {
        self.with("Default", json!(items.join(",")))
    }
}

impl<T: Literal> Parameter<T> {
    /// One of these literals, as a drop-down in the console.
    pub fn one_of<const N: usize>(values: [T; N]) -> Self {
        let values: Vec<String> = values.iter().map(written).collect();
        Self::of_type("String").with("AllowedValues", json!(values))
    }

    /// `Default`. Without one, whoever deploys has to give the value.
    pub fn default(self, value: impl Into<T>) -> Self {
        self.with("Default", json!(written(&value.into())))
    }
}

impl<T> Parameter<T> {
    /// `Description`, at most 4,000 characters.
    pub fn description(self, text: &str) -> Self {
        self.with("Description", json!(text))
    }

    /// `ConstraintDescription`: what is said when the value does not fit.
    pub fn constraint_description(self, text: &str) -> Self {
        self.with("ConstraintDescription", json!(text))
    }

    /// The heading under which the console shows it, by `AWS::CloudFormation::Interface`.
    pub fn group(self, heading: &str) -> Self {
        Self { group: Some(heading.to_owned()), ..self }
    }

    /// What the console shows in place of its name, by `AWS::CloudFormation::Interface`.
    pub fn label(self, text: &str) -> Self {
        Self { label: Some(text.to_owned()), ..self }
    }

    fn of_type(name: &str) -> Self {
        let definition = Map::from_iter([("Type".to_owned(), json!(name))]);
        Self { definition, group: None, label: None, kind: PhantomData }
    }

    fn with(mut self, key: &str, value: Json) -> Self {
        self.definition.insert(key.to_owned(), value);
        self
    }
}

/// Parameters are text to CloudFormation, whatever they mean.
fn written<T: Literal>(value: &T) -> String {
    match value.to_json() {
        Json::String(text) => text,
        other => other.to_string(),
    }
}

/// A parameter of the template, for wherever a `Value<T>` goes.
#[derive(Clone, Debug)]
pub struct ParameterHandle<T> {
    id: String,
    kind: PhantomData<fn() -> T>,
}

impl<T> ParameterHandle<T> {
    pub(crate) fn new(id: &str) -> Self {
        Self { id: id.to_owned(), kind: PhantomData }
    }

    /// The parameter's logical id.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// `Ref` to the parameter.
    #[must_use]
    pub fn value(&self) -> Value<T> {
        Value::intrinsic("Ref", json!(self.id))
    }
}

impl From<&ParameterHandle<i64>> for Value<f64> {
    fn from(parameter: &ParameterHandle<i64>) -> Self {
        Value::unchecked(parameter.value().into_json())
    }
}

impl<T> From<&ParameterHandle<T>> for Value<T> {
    fn from(parameter: &ParameterHandle<T>) -> Self {
        parameter.value()
    }
}
