//! Links: which property wants which resource, and what of it.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use crate::corrections;
use crate::spec::Spec;

/// A resource type, and which of its identifiers or attributes is wanted.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Target<'a>(pub(crate) &'a str, pub(crate) &'a str);

/// A kind of link: its name, and the resources that provide it.
#[derive(Default)]
pub(crate) struct Links {
    /// Each kind's providers: resource type → attribute, or `None` for `Ref`.
    pub(crate) kinds: BTreeMap<String, BTreeMap<String, Option<String>>>,
}

impl Links {
    /// The kind of link that a property wants, if it wants one.
    pub(crate) fn of(
        &mut self,
        spec: &Spec,
        resource: &str,
        owner: &str,
        name: &str,
        property: &Json,
    ) -> Option<String> {
        let mut targets = targets(spec, owner, name, property);
        let first = *targets.first()?;
        if targets.contains(&Target("AWS::Lambda::Function", "Arn")) {
            // Whatever takes a function takes one version of it, or an alias.
            targets.push(Target("AWS::Lambda::Alias", "AliasArn"));
            targets.push(Target("AWS::Lambda::Version", "FunctionArn"));
        }
        let others = |target: &Target<'_>| {
            target.0 != first.0 && !["AWS::Lambda::Alias", "AWS::Lambda::Version"].contains(&target.0)
        };
        let kind = if targets.iter().any(others) {
            // What several kinds of resources fit is called after the property.
            let service =
                if owner == resource { "" } else { resource.split("::").nth(1).unwrap_or_default() };
            format!("{service}{}{name}", compact(owner))
        } else {
            format!("{}{}", compact(first.0), first.1)
        };
        let providers = self.kinds.entry(kind.clone()).or_default();
        for Target(resource, wanted) in targets {
            providers.entry(resource.to_owned()).or_insert_with(|| attribute(spec, resource, wanted));
        }
        Some(kind)
    }

    /// The kinds that a resource provides, each with the attribute, or `None` for `Ref`.
    pub(crate) fn provided_by<'a>(
        &'a self,
        resource: &'a str,
    ) -> impl Iterator<Item = (&'a str, Option<&'a str>)> {
        self.kinds.iter().filter_map(move |(kind, providers)| {
            providers.get(resource).map(|attribute| (kind.as_str(), attribute.as_deref()))
        })
    }
}

/// What a property wants by the specification, and by our corrections to it; nothing if it is no link.
pub(crate) fn targets<'a>(spec: &Spec, owner: &str, name: &str, property: &'a Json) -> Vec<Target<'a>> {
    if corrections::is_no_link(owner, name) {
        return Vec::new();
    }
    let relations = property["relationshipRefs"].as_array().into_iter().flatten();
    let mut targets: Vec<Target<'_>> = relations
        .filter_map(|relation| {
            Some(Target(relation["cloudFormationType"].as_str()?, relation["propertyName"].as_str()?))
        })
        .filter(|target| spec.resources.contains_key(target.0))
        .collect();
    if targets.is_empty() {
        targets.extend(corrections::link(owner, name));
    }
    targets
}

fn attribute(spec: &Spec, resource: &str, wanted: &str) -> Option<String> {
    let by_reference = spec.reference(resource) == Some(wanted);
    (!by_reference && spec.has_attribute(resource, wanted)).then(|| wanted.to_owned())
}

/// `AWS::AppSync::GraphQLApi` → `AppSyncGraphQLApi`
fn compact(resource: &str) -> String {
    resource.trim_start_matches("AWS::").replace("::", "")
}
