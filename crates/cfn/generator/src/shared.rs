//! The text of the files that all services share: links, actions, and the one that declares the modules.

use std::fmt::Write as _;

use crate::links::Links;
use crate::schemas::Schemas;
use crate::write::MARK;

/// The kinds of links.
pub(crate) fn links(links: &Links) -> String {
    let mut text = format!("//! The kinds of links between resources.\n{MARK}use crate::link::LinkKind;\n");
    for (kind, providers) in &links.kinds {
        let from: Vec<String> = providers
            .iter()
            .map(|(resource, attribute)| match attribute {
                Some(attribute) => format!("the `{attribute}` of an `{resource}`"),
                None => format!("an `{resource}`"),
            })
            .collect();
        let _ = write!(
            text,
            "\n/// Wants {}.\npub struct {kind};\nimpl LinkKind for {kind} {{}}\n",
            from.join(", or ")
        );
    }
    text
}

/// The actions of IAM.
pub(crate) fn actions(schemas: &Schemas, services: &[&str]) -> Result<String, String> {
    let mut text = format!("//! The actions of IAM, by service, in lower case and in order.\n{MARK}");
    text.push_str("pub(crate) const BY_SERVICE: &[(&str, &[&str])] = &[\n");
    for service in services {
        let _ = writeln!(text, "    ({service:?}, &[");
        for action in schemas.actions(service)? {
            let _ = writeln!(text, "        {action:?},");
        }
        text.push_str("    ]),\n");
    }
    text.push_str("];\n\n/// All services that have actions.\npub(crate) const SERVICES: &[&str] = &[\n");
    for service in schemas.action_services() {
        let _ = writeln!(text, "    {service:?},");
    }
    text.push_str("];\n");
    Ok(text)
}

/// The file that declares the others.
pub(crate) fn index(services: &[(&str, &str)], spec: &str, lint: &str) -> String {
    let mut text = format!(
        "//! Generated from `@aws-cdk/aws-service-spec` {spec} (npm) and `cfn-lint` {lint} (PyPI).\n{MARK}\
         #[rustfmt::skip]\npub(crate) mod actions;\n#[rustfmt::skip]\npub(crate) mod links;\n"
    );
    for (module, _) in services {
        let _ = write!(text, "#[cfg(feature = \"{module}\")]\n#[rustfmt::skip]\npub mod {module};\n");
    }
    text.push_str(
        "\n/// What every service's file uses.\n#[allow(unused_imports)]\nmod prelude {\n    \
         pub(super) use std::marker::PhantomData;\n\n    \
         pub(super) use serde_json::Value as Json;\n\n    \
         pub(super) use crate::link::{self, Provides};\n    \
         pub(super) use crate::policy::PolicyDocument;\n    \
         pub(super) use crate::resource::{\n        \
         Attributes, Body as ResourceBody, Given, Handle, IsGiven, Resource as IsResource,\n    };\n    \
         pub(super) use crate::tag::Tag;\n    \
         pub(super) use crate::value::{Entries, List, Literal, Properties, Value};\n}\n",
    );
    text
}
