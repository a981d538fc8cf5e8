//! Which resource a path belongs to: written-out parts win over `{name}`, which wins over `{name+}`.

use std::collections::HashMap;

use indexmap::IndexMap;

use super::definition::Resource;
use crate::BuildError;

#[derive(Debug, Default)]
pub(super) struct Routes {
    root: Node,
    templates: Vec<Vec<Segment>>,
}

#[derive(Debug, Default)]
struct Node {
    literal: HashMap<String, Node>,
    parameter: Option<Box<Node>>,
    greedy: Option<usize>,
    resource: Option<usize>,
}

#[derive(Debug, Clone, PartialEq)]
enum Segment {
    Literal(String),
    Parameter(String),
    Greedy(String),
}

/// A resource, by its place in the definition, and `pathParameters`: still percent-encoded, as in AWS's events.
#[derive(Debug, PartialEq)]
pub(super) struct Found {
    pub(super) resource: usize,
    pub(super) parameters: IndexMap<String, String>,
}

impl Routes {
    pub(super) fn new(resources: &[Resource]) -> Result<Routes, BuildError> {
        let mut routes = Routes::default();
        for (index, resource) in resources.iter().enumerate() {
            let segments = segments(&resource.path)?;
            // A resource without methods is only a step on the way to others.
            if !resource.methods.is_empty() {
                routes.add(index, &segments).map_err(|problem| BuildError::new(&resource.path, problem))?;
            }
            routes.templates.push(segments);
        }
        Ok(routes)
    }

    fn add(&mut self, index: usize, segments: &[Segment]) -> Result<(), &'static str> {
        let mut node = &mut self.root;
        for segment in segments {
            match segment {
                Segment::Literal(text) => node = node.literal.entry(text.clone()).or_default(),
                Segment::Parameter(_) => node = node.parameter.get_or_insert_default(),
                Segment::Greedy(_) => {
                    let taken = node.greedy.replace(index).is_some();
                    return if taken { Err("another resource has this path") } else { Ok(()) };
                }
            }
        }
        let taken = node.resource.replace(index).is_some();
        if taken { Err("another resource has this path") } else { Ok(()) }
    }

    /// Slashes at the end do not count.
    pub(super) fn find(&self, path: &str) -> Option<Found> {
        let path = path.trim_matches('/');
        let parts: Vec<&str> = if path.is_empty() { Vec::new() } else { path.split('/').collect() };
        let resource = self.root.find(&parts)?;
        let mut parameters = IndexMap::new();
        for (at, segment) in self.templates[resource].iter().enumerate() {
            match segment {
                Segment::Literal(_) => {}
                Segment::Parameter(name) => _ = parameters.insert(name.clone(), parts[at].to_owned()),
                Segment::Greedy(name) => _ = parameters.insert(name.clone(), parts[at..].join("/")),
            }
        }
        Some(Found { resource, parameters })
    }
}

impl Node {
    /// Each node is looked at once at most, so the definition bounds the work, and the definition's depth the stack.
    fn find(&self, parts: &[&str]) -> Option<usize> {
        let Some((first, rest)) = parts.split_first() else { return self.resource };
        let literal = self.literal.get(*first).and_then(|node| node.find(rest));
        let parameter =
            || self.parameter.as_ref().filter(|_| !first.is_empty()).and_then(|node| node.find(rest));
        literal.or_else(parameter).or(self.greedy)
    }
}

fn segments(path: &str) -> Result<Vec<Segment>, BuildError> {
    let failed = |problem: &str| BuildError::new(path, problem);
    let rest = path.strip_prefix('/').ok_or_else(|| failed("a path begins with a slash"))?;
    let mut segments = Vec::new();
    for part in rest.split('/').filter(|part| !part.is_empty()) {
        if matches!(segments.last(), Some(Segment::Greedy(_))) {
            return Err(failed("nothing can come after a {name+}"));
        }
        segments.push(match part.strip_prefix('{').and_then(|part| part.strip_suffix('}')) {
            None if part.contains(['{', '}']) => {
                return Err(failed("a parameter is a whole part, as {name}"));
            }
            None => Segment::Literal(part.to_owned()),
            Some(name) => match name.strip_suffix('+') {
                Some(name) => Segment::Greedy(name.to_owned()),
                None => Segment::Parameter(name.to_owned()),
            },
        });
    }
    Ok(segments)
}

#[cfg(test)]
mod tests {
    use super::super::definition::Method;
    use super::*;

    fn routes(paths: &[&str]) -> Result<Routes, BuildError> {
        let resource = |path: &&str| Resource {
            path: (*path).to_owned(),
            methods: vec![Method::default()],
            ..Resource::default()
        };
        Routes::new(&paths.iter().map(resource).collect::<Vec<_>>())
    }

    #[test]
    fn the_most_particular_resource_is_found() {
        let paths = [
            "/",
            "/rooms",
            "/rooms/{id}",
            "/rooms/new",
            "/rooms/{id}/messages",
            "/rooms/{proxy+}",
            "/files/{key+}",
        ];
        let routes = routes(&paths).unwrap();
        for (path, expected, parameters) in [
            ("/", Some("/"), ""),
            ("/rooms", Some("/rooms"), ""),
            ("/rooms/", Some("/rooms"), ""),
            ("/rooms/new", Some("/rooms/new"), ""),
            ("/rooms/1", Some("/rooms/{id}"), "id=1"),
            ("/rooms/a%20b", Some("/rooms/{id}"), "id=a%20b"),
            ("/rooms/new/messages", Some("/rooms/{id}/messages"), "id=new"),
            ("/rooms/new/other", Some("/rooms/{proxy+}"), "proxy=new/other"),
            ("/files/a/b/c", Some("/files/{key+}"), "key=a/b/c"),
            ("/files", None, ""),
            ("/other", None, ""),
        ] {
            let found = routes.find(path);
            assert_eq!(found.as_ref().map(|found| paths[found.resource]), expected, "{path}");
            let text = found.map(|found| {
                found.parameters.iter().map(|(name, value)| format!("{name}={value}")).collect::<String>()
            });
            assert_eq!(text.unwrap_or_default(), parameters, "{path}");
        }
    }

    #[test]
    fn paths_that_cannot_be_told_apart_are_refused() {
        for paths in [
            ["/a/{x}", "/a/{y}"].as_slice(),
            &["/a", "/a"],
            &["/{x+}", "/{y+}"],
            &["/{x+}/a"],
            &["a"],
            &["/a{x}"],
        ] {
            assert!(routes(paths).is_err(), "{paths:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn what_is_found_fits_the_path(path in "(/(a|b|c|%2F|é|)){0,6}") {
            let templates = ["/", "/a", "/a/{x}", "/a/{x}/b", "/{x}/b/{rest+}", "/b/c"];
            let routes = routes(&templates).unwrap();
            if let Some(found) = routes.find(&path) {
                let mut filled = templates[found.resource].to_owned();
                for (name, value) in &found.parameters {
                    filled = filled.replace(&format!("{{{name}}}"), value).replace(&format!("{{{name}+}}"), value);
                }
                proptest::prop_assert_eq!(filled.trim_matches('/'), path.trim_matches('/'));
            }
        }
    }
}
