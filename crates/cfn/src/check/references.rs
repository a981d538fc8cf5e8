//! References to what is not in the template.

use std::collections::BTreeSet;

use super::problem::Findings;
use super::view::{Reference, View, entries, keys, walk};

pub(super) fn check(view: &View<'_>, findings: &mut Findings<'_>) {
    let names = |section: &str| -> BTreeSet<&str> { keys(&view.json[section]).collect() };
    let (parameters, resources) = (names("Parameters"), names("Resources"));
    let (conditions, mappings) = (names("Conditions"), names("Mappings"));
    for section in ["Conditions", "Rules", "Resources", "Outputs"] {
        for (about, entry) in entries(&view.json[section]) {
            walk(entry, &mut |reference| {
                let text = match reference {
                    Reference::Thing(id)
                        if !id.starts_with("AWS::")
                            && !parameters.contains(id)
                            && !resources.contains(id) =>
                    {
                        format!("it refers to `{id}`, which is not in the template: add it")
                    }
                    Reference::Thing(id)
                        if section != "Resources" && section != "Outputs" && resources.contains(id) =>
                    {
                        format!(
                            "it refers to the resource `{id}`, which does not exist yet when it is evaluated: use a parameter"
                        )
                    }
                    Reference::Before(id) if !resources.contains(id) => {
                        format!(
                            "it depends on `{id}`, which is no resource of the template: add it, or drop the dependency"
                        )
                    }
                    Reference::Condition(id) if !conditions.contains(id) => {
                        format!("the condition `{id}` is not in the template: add it")
                    }
                    Reference::Mapping(id) if !mappings.contains(id) => {
                        format!("the mapping `{id}` is not in the template: add it")
                    }
                    _ => return,
                };
                findings.error(about, text);
            });
        }
    }
}
