//! Validation errors in AppSync's words: `Validation error of type <Kind>: <what> @ '<path>'`.

use apollo_compiler::ast::{Definition, Document, Selection};
use apollo_compiler::diagnostic::Diagnostic;
use apollo_compiler::executable::{Field, Operation};
use apollo_compiler::parser::{LineColumn, SourceMap, SourceSpan};
use apollo_compiler::validation::{DiagnosticData, DiagnosticList, WithErrors};
use apollo_compiler::{ExecutableDocument, Name, Node};

use super::grammar;
use crate::definition::Limits;
use crate::error::{GraphQlError, Location};

/// The first thing that is not GraphQL, and where.
pub(super) fn syntax_error(errors: &DiagnosticList) -> String {
    let Some(first) = errors.iter().next() else {
        return "Unable to parse GraphQL query.".to_owned();
    };
    let what = first.error.to_string();
    match first.line_column_range() {
        Some(at) => unparsable(&what, at.start),
        None => format!("Unable to parse GraphQL query. {what}"),
    }
}

/// A selection set ends where its first selection should be.
pub(super) fn no_selection(at: LineColumn) -> String {
    unparsable("syntax error: expected a selection, got R_CURLY", at)
}

fn unparsable(what: &str, LineColumn { line, column }: LineColumn) -> String {
    format!("Unable to parse GraphQL query. {what} at line {line} column {column}")
}

/// Whether the parser gave up because of nesting, not because of what it read.
pub(super) fn is_too_deep(errors: &DiagnosticList) -> bool {
    errors.iter().any(|it| it.error.to_string() == "parser recursion limit reached")
}

/// More than anyone reads, and few enough that finding each one's path stays cheap.
const MOST_ERRORS: usize = 100;

/// The ways in which the document does not fit the schema.
pub(super) fn errors(document: &Document, with_errors: &WithErrors<ExecutableDocument>) -> Vec<GraphQlError> {
    with_errors.errors.iter().take(MOST_ERRORS).map(|diagnostic| error(document, &diagnostic)).collect()
}

/// Names that are given twice in one object: graphql-java knows them as `UniqueObjectFieldName`.
pub(super) fn repeated_input_fields(document: &Document) -> Vec<GraphQlError> {
    let error = |(name, span): (&Name, Option<SourceSpan>)| {
        let start = span.and_then(|span| span.line_column(&document.sources));
        let what = format!("There can be only one field named '{name}'");
        validation_error(document, "UniqueObjectFieldName", &what, start)
    };
    grammar::repeated_input_fields(document).into_iter().take(MOST_ERRORS).map(error).collect()
}

/// Introspection where the API has none: as if the schema did not have these fields, which is how graphql-java hides
/// them.
pub(super) fn hidden_fields(
    executable: &ExecutableDocument,
    operation: &Operation,
    limits: &Limits,
) -> Vec<GraphQlError> {
    let is_hidden = |name: &str| !limits.introspection && matches!(name, "__schema" | "__type");
    let fields = operation.root_fields(executable).filter(|field| is_hidden(&field.name));
    let error = |field: &Node<Field>| {
        let (name, parent) = (&field.name, operation.object_type());
        let message = format!(
            "Validation error of type FieldUndefined: Field '{name}' in type '{parent}' is undefined @ '{}'",
            field.response_name()
        );
        GraphQlError::of_document(message, Location::of(field.name.location(), &executable.sources))
    };
    fields.take(MOST_ERRORS).map(error).collect()
}

fn error(document: &Document, diagnostic: &Diagnostic<'_, DiagnosticData>) -> GraphQlError {
    let kind = kind(diagnostic.error);
    let start = diagnostic.line_column_range().map(|range| range.start);
    validation_error(document, kind, &wording(kind, diagnostic.error), start)
}

fn validation_error(document: &Document, kind: &str, what: &str, start: Option<LineColumn>) -> GraphQlError {
    let mut message = format!("Validation error of type {kind}: {what}");
    if let Some(start) = start {
        let path = path_at(document, start);
        if !path.is_empty() {
            message.push_str(&format!(" @ '{}'", path.join("/")));
        }
    }
    GraphQlError::of_document(message, start.map(Location::at))
}

/// The names that AppSync (graphql-java) gives to kinds of errors. The library's own names are marked unstable;
/// its version is pinned, and the tests of this crate know them.
fn kind(error: &DiagnosticData) -> &'static str {
    match error.unstable_error_name().unwrap_or("InvalidSyntax") {
        "UndefinedField" => "FieldUndefined",
        "UndefinedArgument" => "UnknownArgument",
        "RequiredArgument" => "MissingFieldArgument",
        "MissingSubselection" | "EmptyFieldSet" => "SubSelectionRequired",
        "SubselectionOnScalarType" | "SubselectionOnEnumType" => "SubSelectionNotAllowed",
        "DisallowedVariableUsage" => "VariableTypeMismatch",
        "VariableInputType" => "NonInputTypeOnVariable",
        "UniqueVariable" => "DuplicateVariableName",
        "UniqueArgument" => "DuplicateArgumentNames",
        "UniqueDirective" => "DuplicateDirectiveName",
        "UnsupportedValueType"
        | "IntCoercionError"
        | "FloatCoercionError"
        | "UndefinedEnumValue"
        | "UndefinedInputValue"
        | "RequiredField"
        | "UniqueInputValue" => "WrongType",
        "UndefinedDefinition"
        | "UndefinedTypeInNamedFragmentTypeCondition"
        | "UndefinedTypeInInlineFragmentTypeCondition" => "UnknownType",
        "UndefinedDirective" => "UnknownDirective",
        "UnsupportedLocation" => "MisplacedDirective",
        "InvalidFragmentSpread" => "InvalidFragmentType",
        "InvalidFragmentTarget" => "FragmentTypeConditionInvalid",
        "RecursiveFragmentDefinition" => "FragmentCycle",
        "ConflictingFieldType" | "ConflictingFieldName" | "ConflictingFieldArgument" => "FieldsConflict",
        "AmbiguousAnonymousOperation" => "LoneAnonymousOperationViolation",
        "OperationNameCollision" => "DuplicateOperationName",
        "FragmentNameCollision" => "DuplicateFragmentName",
        "SubscriptionUsesMultipleFields" => "SubscriptionMultipleRootFields",
        other => other,
    }
}

/// AppSync's sentence where it is known, otherwise the library's.
fn wording(kind: &str, error: &DiagnosticData) -> String {
    let text = error.to_string();
    let names: Vec<&str> = text.split('`').skip(1).step_by(2).collect();
    match (kind, &names[..]) {
        ("FieldUndefined", [type_name, field, ..]) => {
            format!("Field '{field}' in type '{type_name}' is undefined")
        }
        ("UnknownArgument", [argument, ..]) => format!("Unknown field argument {argument}"),
        ("UndefinedVariable", [variable, ..]) => {
            format!("Undefined variable {}", variable.trim_start_matches('$'))
        }
        ("UndefinedFragment", [fragment, ..]) => format!("Undefined fragment {fragment}"),
        _ => text,
    }
}

/// The response names of the fields around a position.
fn path_at(document: &Document, position: LineColumn) -> Vec<String> {
    let mut path = Vec::new();
    let mut selections = document.definitions.iter().flat_map(selections_of).collect::<Vec<&Selection>>();
    while let Some(around) =
        selections.iter().find(|selection| contains(selection, &document.sources, position))
    {
        selections = match around {
            Selection::Field(field) => {
                path.push(field.response_name().to_string());
                field.selection_set.iter().flatten().collect()
            }
            Selection::InlineFragment(inline) => inline.selection_set.iter().collect(),
            Selection::FragmentSpread(_) => break,
        };
    }
    path
}

fn selections_of(definition: &Definition) -> &[Selection] {
    match definition {
        Definition::OperationDefinition(operation) => &operation.selection_set,
        Definition::FragmentDefinition(fragment) => &fragment.selection_set,
        _ => &[],
    }
}

fn contains(selection: &Selection, sources: &SourceMap, position: LineColumn) -> bool {
    let span = match selection {
        Selection::Field(field) => field.location(),
        Selection::InlineFragment(inline) => inline.location(),
        Selection::FragmentSpread(spread) => spread.location(),
    };
    let order = |at: LineColumn| (at.line, at.column);
    span.and_then(|span| span.line_column_range(sources))
        .is_some_and(|range| (order(range.start)..order(range.end)).contains(&order(position)))
}
