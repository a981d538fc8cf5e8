//! What GraphQL forbids and the library lets through: selection sets without selections, and objects in which two
//! fields have one name.
//!
//! A later edition of the specification permits `{ }`; AppSync reads the edition of 2021, as all of this crate.
//! <https://spec.graphql.org/October2021/#sec-Selection-Sets>
//! <https://spec.graphql.org/October2021/#sec-Input-Object-Field-Uniqueness>

use std::collections::HashSet;

use apollo_compiler::ast::{Definition, DirectiveList, Document, Selection, Value};
use apollo_compiler::parser::{LineColumn, SourceSpan};
use apollo_compiler::{Name, Node};

/// Where an empty selection set ends: the first token that should have been a selection.
pub(super) fn empty_selection_set(document: &Document) -> Option<LineColumn> {
    let brace = document.definitions.iter().find_map(|definition| match definition {
        Definition::OperationDefinition(it) => empty_within(&it.selection_set, it.location()),
        Definition::FragmentDefinition(it) => empty_within(&it.selection_set, it.location()),
        _ => None,
    })?;
    let end = brace.line_column_range(&document.sources)?.end;
    // The column after the brace, which is one byte.
    Some(LineColumn { column: end.column - 1, ..end })
}

/// The span of what has the first selection set without selections: its brace is the last token of it.
fn empty_within(selections: &[Selection], around: Option<SourceSpan>) -> Option<SourceSpan> {
    if selections.is_empty() {
        return around;
    }
    selections.iter().find_map(|selection| match selection {
        Selection::Field(field) => empty_within(field.selection_set.as_deref()?, field.location()),
        Selection::InlineFragment(inline) => empty_within(&inline.selection_set, inline.location()),
        Selection::FragmentSpread(_) => None,
    })
}

/// Each further field of the same name in an object of the document, and where it stands.
pub(super) fn repeated_input_fields(document: &Document) -> Repeated<'_> {
    let mut repeated = Vec::new();
    for definition in &document.definitions {
        match definition {
            Definition::OperationDefinition(operation) => {
                for variable in &operation.variables {
                    of_directives(&variable.directives, &mut repeated);
                    if let Some(default) = &variable.default_value {
                        of_value(default, &mut repeated);
                    }
                }
                of_directives(&operation.directives, &mut repeated);
                of_selections(&operation.selection_set, &mut repeated);
            }
            Definition::FragmentDefinition(fragment) => {
                of_directives(&fragment.directives, &mut repeated);
                of_selections(&fragment.selection_set, &mut repeated);
            }
            _ => {}
        }
    }
    repeated
}

type Repeated<'a> = Vec<(&'a Name, Option<SourceSpan>)>;

fn of_selections<'a>(selections: &'a [Selection], repeated: &mut Repeated<'a>) {
    for selection in selections {
        match selection {
            Selection::Field(field) => {
                of_directives(&field.directives, repeated);
                field.arguments.iter().for_each(|argument| of_value(&argument.value, repeated));
                of_selections(field.selection_set.as_deref().unwrap_or_default(), repeated);
            }
            Selection::InlineFragment(inline) => {
                of_directives(&inline.directives, repeated);
                of_selections(&inline.selection_set, repeated);
            }
            Selection::FragmentSpread(spread) => of_directives(&spread.directives, repeated),
        }
    }
}

fn of_directives<'a>(directives: &'a DirectiveList, repeated: &mut Repeated<'a>) {
    for directive in directives.iter() {
        directive.arguments.iter().for_each(|argument| of_value(&argument.value, repeated));
    }
}

fn of_value<'a>(value: &'a Node<Value>, repeated: &mut Repeated<'a>) {
    match value.as_ref() {
        Value::List(items) => items.iter().for_each(|item| of_value(item, repeated)),
        Value::Object(fields) => {
            let mut seen = HashSet::new();
            for (name, value) in fields {
                if !seen.insert(name) {
                    repeated.push((name, name.location()));
                }
                of_value(value, repeated);
            }
        }
        _ => {}
    }
}
