//! Parlor's CloudFormation template as a value: one file per part, or two.
//!
//! Parts refer to those above them, never back: each can be a stack of its own.
//!
//! Logical ids are a contract: CloudFormation replaces what is renamed, and `local` finds things by their
//! types and ids. Physical names are left to CloudFormation, so that two stages live in one account.

mod alarms;
mod auth;
mod buckets;
mod build;
mod dashboard;
mod data;
mod files;
mod firewall;
mod front_end;
mod functions;
mod gateway;
mod graphql;
mod hosting;
mod identity;
mod monitoring;
mod outputs;
mod parameters;
mod public_files;
mod resolvers;
mod rest;
mod rest_profiles;
mod sign_in_page;
mod socket;
mod versions;

use cfn::Template;

pub use build::Build;
pub use front_end::{MissingOutput, front_end_config};

/// The whole application, without regard to what its functions are built to: for tests, and for `local`, which
/// has the functions linked in.
#[must_use]
pub fn template() -> Template {
    template_of(&Build::none())
}

/// The whole application, as it is deployed: each function's version is that of its code.
#[must_use]
pub fn template_of(build: &Build) -> Template {
    let mut template = Template::new("Parlor: real-time chat");
    let t = &mut template;

    let parameters = parameters::add(t, build);
    // Which stack it is, CloudFormation's own tags say.
    t.tag("application", "parlor");
    t.tag("stage", cfn::Value::unchecked(parameters.stage.value().into_json()));
    let hosting = t.part("hosting", hosting::add);
    let sign_in_page = sign_in_page::add(t, &hosting);
    let data = t.part("data", |t| data::add(t, &parameters));
    let files = t.part("files", |t| files::add(t, &parameters, &hosting));
    let auth = t.part("auth", |t| auth::add(t, &parameters, &data, &sign_in_page));
    let api = t.part("graphql", |t| graphql::add(t, &parameters, &auth, &data, &files));
    let identity_pool = t.part("identity", |t| identity::add(t, &parameters, &auth, &files, &api));
    let account = t.part("gateway", gateway::add_account);
    let socket = t.part("socket", |t| socket::add(t, &parameters, &data, &account));
    let rest = t.part("rest", |t| rest::add(t, &parameters, &auth, &data, &account, &socket, &hosting));
    let doors = outputs::Doors { api: &api, rest: &rest, socket: &socket };
    t.part("firewall", |t| firewall::before_apis(t, &hosting, &auth, &doors));
    // Last: it shows whatever is there.
    t.part("monitoring", |t| monitoring::add(t, &parameters, &data, &doors));
    outputs::add(t, &parameters, &auth, &identity_pool, &doors, &files);
    outputs::of_the_front_end(t, &hosting, &sign_in_page, &files);
    t.part("delivery", |t| hosting::build_on_push(t, &parameters, &hosting));

    template
}
