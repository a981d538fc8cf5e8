//! Entries of an answer's `errors`, in the shapes that AppSync gives them.

use apollo_compiler::parser::{LineColumn, SourceMap, SourceSpan};
use serde::Serialize;
use serde_json::Value;

use crate::resolver::Raised;

/// An error of a document or of one of its fields.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct GraphQlError {
    path: Option<Vec<PathSegment>>,
    #[serde(flatten)]
    raised: Option<RaisedParts>,
    locations: Option<Vec<Location>>,
    pub(crate) message: String,
}

/// What errors of resolvers and of authorization have besides a message.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct RaisedParts {
    data: Value,
    error_type: Option<String>,
    error_info: Value,
}

/// One step from the answer's `data` to a value.
#[derive(Debug, Clone, Serialize, PartialEq)]
#[serde(untagged)]
pub(crate) enum PathSegment {
    Field(String),
    Index(usize),
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Location {
    line: usize,
    column: usize,
    /// Always null over HTTP, where a document has no file name.
    source_name: (),
}

impl Location {
    pub(crate) fn of(span: Option<SourceSpan>, sources: &SourceMap) -> Option<Location> {
        Some(Location::at(span?.line_column(sources)?))
    }

    pub(crate) fn at(LineColumn { line, column }: LineColumn) -> Location {
        Location { line, column, source_name: () }
    }
}

impl GraphQlError {
    /// The document or its variables are wrong: nothing is executed.
    pub(crate) fn of_document(message: impl Into<String>, location: Option<Location>) -> GraphQlError {
        let locations = location.map(|location| vec![location]);
        GraphQlError { path: None, raised: None, locations, message: message.into() }
    }

    /// A resolver raised an error, or the caller may not access the field.
    pub(crate) fn of_resolver(
        path: Vec<PathSegment>,
        location: Option<Location>,
        raised: Raised,
    ) -> GraphQlError {
        let Raised { message, error_type, data, info } = raised;
        let raised = Some(RaisedParts { data, error_type, error_info: info });
        GraphQlError { path: Some(path), raised, locations: location.map(|location| vec![location]), message }
    }

    /// A resolver's value does not fit the schema.
    pub(crate) fn of_value(path: Vec<PathSegment>, message: String) -> GraphQlError {
        GraphQlError { path: Some(path), raised: None, locations: None, message }
    }

    pub(crate) fn error_type(&self) -> Option<&str> {
        self.raised.as_ref()?.error_type.as_deref()
    }
}
