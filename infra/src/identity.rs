//! AWS credentials for people: the identity pool, and what its two roles may do with files and the sample's todos.
//!
//! The access levels are those of Amplify Storage: `public/` is everyone's, `protected/{identity}/` is
//! written by its owner and read by whoever is signed in, `private/{identity}/` is its owner's alone.

use cfn::cognito::{CognitoIdentityProvider, IdentityPool, IdentityPoolRoleAttachment};
use cfn::{
    Action, Compare, Given, Grantee as _, Handle, PolicyDocument, Principal, Statement, Template, actions,
    iam, if_, list, no_value, prelude::*,
};

use crate::auth::Auth;
use crate::files::Files;
use crate::graphql::Api;
use crate::parameters::Parameters;
use crate::resolvers;

/// IAM's variable for the caller's identity in the pool.
const OWN: &str = "${cognito-identity.amazonaws.com:sub}";

pub(crate) fn add(
    t: &mut Template,
    parameters: &Parameters,
    auth: &Auth,
    files: &Files,
    api: &Api,
) -> Handle<IdentityPool> {
    let tokens_of = |client| {
        CognitoIdentityProvider::new()
            .client_id(client)
            .provider_name(&auth.user_pool)
            .server_side_token_check(true)
    };
    let command_line = if_(&parameters.has_command_line, tokens_of(&auth.command_line_client), no_value());
    let pool = t.add(
        "IdentityPool",
        IdentityPool::new()
            .allow_unauthenticated_identities(if_(&parameters.allows_guests, true, false))
            .allow_classic_flow(false)
            .cognito_identity_providers(list![tokens_of(&auth.web_client), command_line])
            .accept_checkov("CKV_AWS_366", "Off, unless the parameter GuestAccess asks for it.")
            // The identities are in the keys of files: they must live as long as the bucket.
            .retain(),
    );

    let mut authenticated = role_in(&pool, "authenticated");
    let folders = ["public", &format!("protected/{OWN}"), &format!("private/{OWN}")];
    may(&mut authenticated, actions!["s3:GetObject", "s3:PutObject", "s3:DeleteObject"], files, &folders);
    may(&mut authenticated, actions!["s3:GetObject"], files, &["protected"]);
    may_list(&mut authenticated, files, &["public", "protected", &format!("private/{OWN}")]);
    api.api.grant_fields(&todos(), &mut authenticated);
    let authenticated = t.add("AuthenticatedRole", authenticated);

    let mut guest = role_in(&pool, "unauthenticated").condition(&parameters.allows_guests);
    may(&mut guest, actions!["s3:GetObject", "s3:PutObject"], files, &["public"]);
    may_list(&mut guest, files, &["public"]);
    let guest = t.add("GuestRole", guest);

    t.add(
        "IdentityPoolRoles",
        IdentityPoolRoleAttachment::new().identity_pool_id(&pool).roles([
            ("authenticated", authenticated.arn()),
            ("unauthenticated", if_(&parameters.allows_guests, guest.arn(), no_value())),
        ]),
    );
    pool
}

/// The sample's fields, and all of the types that they answer.
fn todos() -> Vec<(&'static str, &'static str)> {
    let fields = resolvers::TODO.iter().map(|(parent, field, _)| (*parent, *field));
    fields.chain([("Subscription", "onTodo"), ("Todo", "*"), ("TodoPage", "*")]).collect()
}

/// A role for identities of this pool alone, signed in or not.
fn role_in(pool: &Handle<IdentityPool>, amr: &str) -> iam::Role<Given> {
    iam::Role::new().assume_role_policy_document(PolicyDocument::new([Statement::allow(actions![
        "sts:AssumeRoleWithWebIdentity"
    ])
    .principal(Principal::federated("cognito-identity.amazonaws.com"))
    .when(Compare::StringEquals, "cognito-identity.amazonaws.com:aud", [pool.identity_pool_id()])
    .when(Compare::AnyStringLike, "cognito-identity.amazonaws.com:amr", [amr])]))
}

fn may(role: &mut iam::Role<Given>, actions: impl Into<Vec<Action>>, files: &Files, folders: &[&str]) {
    let objects: Vec<_> =
        folders.iter().map(|folder| files.uploads.objects(&format!("{folder}/*"))).collect();
    role.grant(Statement::allow(actions).on(objects));
}

fn may_list(role: &mut iam::Role<Given>, files: &Files, folders: &[&str]) {
    let prefixes: Vec<String> =
        folders.iter().flat_map(|folder| [format!("{folder}/"), format!("{folder}/*")]).collect();
    role.grant(Statement::allow(actions!["s3:ListBucket"]).on([files.uploads.arn()]).when(
        Compare::StringLike,
        "s3:prefix",
        prefixes,
    ));
}
