//! Parlor's CloudFormation template as a value: one file per part.
//!
//! Logical ids are a contract: CloudFormation replaces what is renamed, and `local` finds things by their
//! types and ids. Physical names are left to CloudFormation, so that two stages live in one account.

mod auth;
mod data;
mod files;
mod front_end;
mod functions;
mod graphql;
mod identity;
mod outputs;
mod parameters;
mod resolvers;

use cfn::Template;

pub use front_end::{MissingOutput, front_end_config};

/// The whole application.
#[must_use]
pub fn template() -> Template {
    let mut template = Template::new("Parlor: real-time chat");
    let t = &mut template;

    let parameters = parameters::add(t);
    let data = data::add(t, &parameters);
    let files = files::add(t, &parameters);
    let auth = auth::add(t, &parameters, &data);
    let identity_pool = identity::add(t, &parameters, &auth, &files);
    let api = graphql::add(t, &parameters, &auth, &data, &files);
    outputs::add(t, &parameters, &auth, &identity_pool, &api, &files);

    template
}
