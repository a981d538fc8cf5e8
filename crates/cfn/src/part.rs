//! Parts: which resources and outputs of a template belong together.

use crate::template::Entry;

/// A part of a template: what was added within [`Template::part`](crate::Template::part).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part<'a> {
    /// Its name; none for what was added outside of any part.
    pub name: Option<&'a str>,
    /// The logical ids of its resources, in the order in which they were added.
    pub resources: Vec<&'a str>,
    /// The logical ids of its outputs, in the order in which they were added.
    pub outputs: Vec<&'a str>,
}

pub(crate) fn collect<'a, R, O>(resources: &'a [Entry<R>], outputs: &'a [Entry<O>]) -> Vec<Part<'a>> {
    let mut parts = Vec::new();
    for entry in resources {
        named(&mut parts, entry.part.as_deref()).resources.push(&entry.id);
    }
    for entry in outputs {
        named(&mut parts, entry.part.as_deref()).outputs.push(&entry.id);
    }
    parts
}

fn named<'a, 'p>(parts: &'p mut Vec<Part<'a>>, name: Option<&'a str>) -> &'p mut Part<'a> {
    let at = parts.iter().position(|part| part.name == name).unwrap_or_else(|| {
        parts.push(Part { name, resources: Vec::new(), outputs: Vec::new() });
        parts.len() - 1
    });
    &mut parts[at]
}
