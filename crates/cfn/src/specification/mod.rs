//! AWS's specification, for what is known by name alone: a template of someone else's, or two to compare.
//!
//! ```
//! use cfn::specification::{self, Replacement};
//! let stream = specification::property("AWS::DynamoDB::Table", "StreamSpecification.StreamViewType").unwrap();
//! assert_eq!(stream.replacement, Replacement::Never);
//! let name = specification::property("AWS::DynamoDB::Table", "TableName").unwrap();
//! assert_eq!(name.replacement, Replacement::Always);
//! assert!(specification::is_stateful("AWS::DynamoDB::Table"));
//! ```
//!
//! It knows the services of this crate, further ones that templates often have, and every resource that holds
//! data. What it does not know, it says nothing of.

#[allow(dead_code, reason = "the checks read more of it than is public")]
mod table;

mod pattern;

pub(crate) use pattern::Pattern;
pub(crate) use table::{Definition, Facts, Kind, Range};

const DOCUMENTATION: &str = "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference";

/// A property of a resource, or of something inside of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Property {
    /// Whether it has to be given.
    pub is_required: bool,
    /// What its change means for the resource.
    pub replacement: Replacement,
    /// The page about it, with its anchor.
    pub documentation: String,
}

/// What the change of a property means for the resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Replacement {
    /// The resource is updated as it stands.
    Never,
    /// It depends on the values, or on other properties.
    Conditional,
    /// Another resource is made in its place.
    Always,
}

/// The property of a resource type at a path such as `LifecycleConfiguration.Rules.0.Status`.
///
/// Indices of lists may be left out or written `Rules[0]`; the key of a map is a part of the path. Below what
/// the specification describes (a policy document), it is the innermost property that is described. A part of
/// what replaces the resource replaces it, too. `None` if the type or the property is unknown.
#[must_use]
pub fn property(resource_type: &str, path: &str) -> Option<Property> {
    let mut definition = Definition::of(resource_type)?;
    let mut owner = None;
    let mut found: Option<Property> = None;
    let mut inside: Option<&Kind> = None;
    for part in path.split(['.', '[', ']']).filter(|part| !part.is_empty()) {
        while let Some(Kind::List(element)) = inside {
            inside = Some(element);
            if part.bytes().all(|byte| byte.is_ascii_digit()) {
                break;
            }
        }
        match inside {
            Some(Kind::Map(element)) => {
                inside = Some(element);
                continue;
            }
            Some(Kind::PropertyType(name)) => {
                definition = Definition::of_part(resource_type, name)?;
                owner = Some(name.as_str());
            }
            Some(Kind::List(_)) | None => {}
            // Nothing is described any deeper.
            Some(_) => return found,
        }
        if part.bytes().all(|byte| byte.is_ascii_digit()) {
            continue;
        }
        let facts = definition.properties.get(part)?;
        let outer = found.map_or(Replacement::Never, |outer| outer.replacement);
        found = Some(Property {
            is_required: facts.is_required,
            replacement: outer.max(facts.replacement),
            documentation: link(resource_type, owner, Some(part)),
        });
        inside = Some(&facts.kind);
    }
    found
}

/// Whether such a resource holds data that its replacement or removal destroys; so for every type there is.
#[must_use]
pub fn is_stateful(resource_type: &str) -> bool {
    Definition::of(resource_type).is_some_and(|definition| definition.is_stateful)
}

/// The page about a resource type; `None` if the type is unknown.
#[must_use]
pub fn documentation(resource_type: &str) -> Option<String> {
    Definition::of(resource_type).map(|_| link(resource_type, None, None))
}

/// The page about a type, with the property's anchor.
pub(crate) fn link(resource_type: &str, part: Option<&str>, property: Option<&str>) -> String {
    let name = resource_type.trim_start_matches("AWS::").replace("::", "-").to_lowercase();
    let (page, anchor) = match part {
        None => (format!("aws-resource-{name}"), name),
        Some(part) => {
            let part = part.to_lowercase();
            (format!("aws-properties-{name}-{part}"), format!("{name}-{part}"))
        }
    };
    match property {
        None => format!("{DOCUMENTATION}/{page}.html"),
        Some(property) => {
            format!("{DOCUMENTATION}/{page}.html#cfn-{anchor}-{}", property.to_lowercase())
        }
    }
}
