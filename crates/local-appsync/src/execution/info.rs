//! What a resolver is told of the selection: `info` of the Context.
//! <https://docs.aws.amazon.com/appsync/latest/devguide/resolver-context-reference-js.html#aws-appsync-resolver-context-reference-info-js>

use std::collections::HashSet;

use apollo_compiler::Name;
use apollo_compiler::executable::{Field, Selection, SelectionSet};
use apollo_compiler::schema::ObjectType;

use super::Execution;
use crate::resolver::Info;

impl<'a> Execution<'a> {
    pub(super) fn info(&self, parent: &ObjectType, fields: &[&Field]) -> Info {
        let mut list = List::default();
        for set in fields.iter().filter_map(|field| field.selection_set.as_ref()) {
            self.flatten(set, &set.ty, "", &mut list);
        }
        Info {
            selection_set_list: list.paths,
            selection_set_graphql: graphql(fields),
            parent_type_name: parent.name.to_string(),
            field_name: fields[0].name.to_string(),
            variables: self.call.variables.clone(),
        }
    }

    /// Only fields of the declared type: fragments on its implementations are left out.
    fn flatten(&self, set: &SelectionSet, declared: &Name, prefix: &str, list: &mut List) {
        for selection in set.selections.iter().filter(|selection| self.is_included(selection.directives())) {
            match selection {
                Selection::Field(field) => {
                    let path = format!("{prefix}{}", field.response_name());
                    if let Some(below) = &field.selection_set {
                        let prefix = format!("{path}/");
                        list.push(path);
                        self.flatten(below, &below.ty, &prefix, list);
                    } else {
                        list.push(path);
                    }
                }
                Selection::InlineFragment(inline) => {
                    if inline.type_condition.as_ref().is_none_or(|name| self.is_declared(name, declared)) {
                        self.flatten(&inline.selection_set, declared, prefix, list);
                    }
                }
                Selection::FragmentSpread(spread) => {
                    if let Some(fragment) = self.document.executable.fragments.get(&spread.fragment_name)
                        && self.is_declared(fragment.type_condition(), declared)
                    {
                        self.flatten(&fragment.selection_set, declared, prefix, list);
                    }
                }
            }
        }
    }

    fn is_declared(&self, type_condition: &Name, declared: &Name) -> bool {
        type_condition == declared || self.schema.graphql.is_subtype(type_condition, declared)
    }
}

/// Paths in the order of the document, each once.
#[derive(Default)]
struct List {
    paths: Vec<String>,
    seen: HashSet<String>,
}

impl List {
    fn push(&mut self, path: String) {
        if self.seen.insert(path.clone()) {
            self.paths.push(path);
        }
    }
}

fn graphql(fields: &[&Field]) -> String {
    let mut sets = fields.iter().filter_map(|field| field.selection_set.as_ref());
    let Some(first) = sets.next() else {
        return String::new();
    };
    let mut merged = first.clone();
    merged.selections.extend(sets.flat_map(|set| set.selections.iter().cloned()));
    merged.to_string()
}
