//! CloudFormation templates as typed values: what AWS would refuse, the compiler refuses first.
//!
//! Every resource type is generated from AWS's own specification. Its setters bear the properties' names and
//! take literals or intrinsics of the right type; [`Template::add`] takes it once its required properties are
//! set. What comes back is a handle, which is passed wherever another resource refers to it: the right `Ref`
//! or `Fn::GetAtt` is written.
//!
//! ```
//! use cfn::{Template, dynamodb::*, prelude::*};
//!
//! let mut template = Template::new("Photos");
//! let table = template.add(
//!     "PhotoTable",
//!     Table::new()
//!         .attribute_definitions([
//!             AttributeDefinition::new().attribute_name("id").attribute_type(AttributeType::S),
//!         ])
//!         .key_schema([KeySchema::new().attribute_name("id").key_type(KeyType::Hash)])
//!         .billing_mode(BillingMode::PayPerRequest)
//!         .point_in_time_recovery_specification(
//!             PointInTimeRecoverySpecification::new().point_in_time_recovery_enabled(true),
//!         )
//!         .retain(),
//! );
//! template.output("PhotoTable", table.table_name());
//!
//! template.check().expect("nothing dangles");
//! assert_eq!(template.to_json()["Outputs"]["PhotoTable"]["Value"]["Ref"], "PhotoTable");
//! ```
//!
//! # What does not compile
//!
//! - a property, an attribute, an enumeration's value or an IAM action that does not exist,
//! - a value of the wrong type, and text where the specification lists the values,
//! - a resource, or a part of one, without a required property,
//! - the wrong kind of resource, or its name where another thing's id is wanted.
//!
//! `tests/refused` has an example of each, and what the compiler says to it.
//! [`Template::check`] finds the rest of what can be known before AWS is asked, and [`check`] does so for any
//! template that is JSON.
//!
//! # Services
//!
//! Each service is a module and a cargo feature of the same name; on by default are those that Parlor's template
//! is made of, and `all` turns on every one. CPU seconds of a `cargo check` of this crate alone, on 2 shared
//! cores:
//!
//! | features | s |
//! |---|---|
//! | none | 0.1 |
//! | `sqs`, 3 types | 0.2 |
//! | `dynamodb`, 40 types | 0.2 |
//! | default, 7 services | 0.7 |
//! | `all`, 23 services, 989 types | 1.6 |
//!
//! The setters' docstrings come from the same specification; they cost the compiler nothing that can be measured.
//! `specification` embeds it as a table, 0.7 MB, of which [`check`] reads the types that a template has, so that
//! it also finds a wrong property, value or reference in templates that no compiler has seen.
//!
//! `graph` draws a template. `graphql` has the checks read the schema of a GraphQL API, too, with a parser of its own.

mod action;
mod change;
pub mod check;
pub mod condition;
mod generated;
mod grant;
#[cfg(feature = "graph")]
pub mod graph;
pub mod intrinsic;
#[cfg(feature = "lambda")]
mod invocation;
pub mod link;
mod mapping;
mod output;
#[cfg(feature = "lambda")]
mod package;
mod parameter;
mod part;
mod policy;
pub mod pseudo;
mod resource;
pub mod rule;
#[cfg(feature = "specification")]
pub mod specification;
mod split;
mod tag;
mod template;
mod value;

pub use action::Action;
pub use change::{CreationPolicy, UpdatePolicy};
pub use check::{Judgement, Problem};
pub use condition::{ConditionHandle, Test};
#[allow(unused_imports, unreachable_pub, reason = "there is nothing to export without a service")]
pub use generated::*;
pub use grant::Grantee;
pub use intrinsic::{if_, join, no_value, select, split};
pub use mapping::{Mapping, MappingHandle};
pub use output::Output;
pub use parameter::{Parameter, ParameterHandle};
pub use part::Part;
pub use policy::{Compare, PolicyDocument, Principal, Statement};
pub use resource::{Attributes, Body, DeletionPolicy, Given, Handle, IsGiven, Raw, Resource};
pub use rule::Rule;
pub use split::{Piece, Split};
pub use tag::Tag;
pub use template::Template;
pub use value::{Entries, List, Literal, Value};

/// The traits whose methods resources have: `use cfn::prelude::*`.
pub mod prelude {
    pub use crate::grant::Grantee as _;
    pub use crate::resource::Attributes as _;
}
