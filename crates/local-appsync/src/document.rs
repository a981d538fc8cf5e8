//! From the text of a GraphQL document to an operation that can be executed, within the API's limits.

use apollo_compiler::executable::{Operation, OperationType};
use apollo_compiler::parser::Parser;
use apollo_compiler::validation::Valid;
use apollo_compiler::{ExecutableDocument, Node, introspection};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::definition::Limits;
use crate::error::{GraphQlError, Location};
use crate::object::Object;
use crate::schema::Schema;

mod extent;
mod grammar;
mod validation;

/// The body of a GraphQL request, over HTTP and in the `data` of a `start` frame.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct GraphQlRequest {
    pub(crate) query: String,
    #[serde(default)]
    pub(crate) variables: Option<Map<String, Value>>,
    #[serde(default)]
    pub(crate) operation_name: Option<String>,
}

impl GraphQlRequest {
    pub(crate) fn from_json(text: &[u8]) -> Result<GraphQlRequest, serde_json::Error> {
        serde_json::from_slice(text).map(|Object(request)| request)
    }
}

/// A valid document and the operation of it that is wanted.
#[derive(Debug)]
pub(crate) struct Document {
    pub(crate) executable: Valid<ExecutableDocument>,
    pub(crate) operation: Node<Operation>,
}

/// Why a document is not executed.
pub(crate) enum Unacceptable {
    /// It is not GraphQL.
    Malformed(String),
    /// It asks for too much, or for no operation of the document.
    BadRequest(String),
    /// It does not fit the schema: the answer's errors.
    Invalid(Vec<GraphQlError>),
}

impl Document {
    pub(crate) fn parse(
        schema: &Schema,
        limits: &Limits,
        request: &GraphQlRequest,
    ) -> Result<Document, Unacceptable> {
        let tokens = count_tokens(&request.query, limits.query_tokens);
        if tokens > limits.query_tokens {
            return Err(Unacceptable::BadRequest(format!(
                "The document has more than {} tokens. Send less in one request.",
                limits.query_tokens
            )));
        }
        let ast = Parser::new()
            // Values nest too; a little more than selections may.
            .recursion_limit(2 * limits.query_depth)
            .parse_ast(&*request.query, "")
            .map_err(|with_errors| match validation::is_too_deep(&with_errors.errors) {
                true => extent::too_deep(limits),
                false => Unacceptable::Malformed(validation::syntax_error(&with_errors.errors)),
            })?;
        if let Some(at) = grammar::empty_selection_set(&ast) {
            return Err(Unacceptable::Malformed(validation::no_selection(at)));
        }
        extent::check(&ast, limits)?;
        let repeated = validation::repeated_input_fields(&ast);
        let executable = ast
            .to_executable_validate(&schema.graphql)
            .map_err(|with_errors| validation::errors(&ast, &with_errors))
            .and_then(|executable| if repeated.is_empty() { Ok(executable) } else { Err(repeated) })
            .map_err(Unacceptable::Invalid)?;
        let operation = executable
            .operations
            .get(request.operation_name.as_deref().filter(|name| !name.is_empty()))
            .map_err(|_| Unacceptable::BadRequest(unknown_operation(request)))?
            .clone();
        let hidden = validation::hidden_fields(&executable, &operation, limits);
        if !hidden.is_empty() {
            return Err(Unacceptable::Invalid(hidden));
        }
        if operation.operation_type == OperationType::Query {
            introspection::check_max_depth(&executable, &operation).map_err(|error| {
                let location = Location::of(error.location(), &executable.sources);
                Unacceptable::Invalid(vec![GraphQlError::of_document(error.message().to_string(), location)])
            })?;
        }
        Ok(Document { executable, operation })
    }
}

fn unknown_operation(request: &GraphQlRequest) -> String {
    match &request.operation_name {
        Some(name) if !name.is_empty() => format!("Unknown operation named '{name}'."),
        _ => "Must provide operation name if query contains multiple operations.".to_owned(),
    }
}

/// Lexical tokens as GraphQL counts them, which leaves out spaces, commas and comments; stops soon after `enough`.
fn count_tokens(query: &str, enough: usize) -> usize {
    use apollo_parser::TokenKind::{Comma, Comment, Eof, Whitespace};
    if query.len() <= enough {
        return 0;
    }
    let tokens = apollo_parser::Lexer::new(query).filter(|token| match token {
        Ok(token) => !matches!(token.kind(), Whitespace | Comment | Comma | Eof),
        Err(_) => true,
    });
    tokens.take(enough + 1).count()
}
