//! Versions of functions: when a new one is published, and the alias `live` by which all callers come.
//!
//! CloudFormation publishes a version when it makes an `AWS::Lambda::Version`, and never again: to publish the
//! next one it has to replace the resource, which it does when the version's `Description` changes. That holds a
//! digest of the function's code and properties, and the values of the parameters on which the properties depend.
//! The function bears the same description, as Lambda refuses to publish a function that did not change.

use cfn::lambda::{self, Alias, Version};
use cfn::{Given, Handle, Template, Value, join, prelude::*};
use serde_json::Value as Json;

use crate::build::{Build, digest};

/// What callers name.
const LIVE: &str = "live";

/// Adds the function as `{id}`, its current version as `{id}Version` and the alias as `{id}Live`.
///
/// Versions stay when they are replaced, so that one can go back; they vanish with their function.
#[track_caller]
pub(crate) fn add(
    t: &mut Template,
    id: &str,
    mut function: lambda::Function<Given, Given>,
    package: &str,
    build: &Build,
) -> (Handle<lambda::Function>, Handle<Alias>) {
    let described = description(t, &function.to_json()["Properties"], build.of(package));
    let function = t.add(id, function.description(&described));
    let version = t.add(
        &format!("{id}Version"),
        Version::new().function_name(&function).description(&described).retain(),
    );
    let alias = Alias::new().name(LIVE).function_name(&function).function_version(&version);
    let alias = t.add(&format!("{id}Live"), alias);
    (function, alias)
}

/// Text that changes whenever the function does, when the template is made or when it is deployed.
fn description(t: &Template, properties: &Json, zip: &str) -> Value<String> {
    let digest = digest(format!("{zip}\n{properties}").as_bytes());
    let mut parts: Vec<Value<String>> = vec![digest[..16].into()];
    parts.extend(t.parameters_behind(properties));
    join(" ", parts)
}
