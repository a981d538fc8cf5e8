//! Cognito's own sign-in page: a domain, and where it may send people back to.
//!
//! With the authorization-code flow alone: the client has no secret, so whoever uses the page proves with PKCE
//! that the code is theirs, as Amplify does. The implicit flow would put tokens into addresses.

use cfn::cognito::{AllowedOAuthFlow, UserPool, UserPoolClient, UserPoolDomain};
use cfn::condition::{equals, not};
use cfn::{
    ConditionHandle, Given, Handle, List, Parameter, ParameterHandle, Template, Value, if_, join, list,
    no_value, prelude::*, pseudo, split, sub,
};

use crate::hosting::Hosting;

/// What whoever signs in there may ask for: who they are, and to change it.
pub(crate) const SCOPES: [&str; 4] = ["openid", "email", "profile", "aws.cognito.signin.user.admin"];

/// The heading under which the console shows the parameters.
const PAGE: &str = "Sign-in page";

/// Handles to the parameters; `condition` is whether there is a page at all.
pub(crate) struct SignInPage {
    pub(crate) condition: ConditionHandle,
    prefix: ParameterHandle<String>,
    callback_urls: Value<List<String>>,
    logout_urls: Value<List<String>>,
}

pub(crate) fn add(t: &mut Template, hosting: &Hosting) -> SignInPage {
    let prefix = t.parameter(
        "SignInDomain",
        Parameter::text()
            .default("")
            .allowed_pattern("^$|^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$")
            .constraint_description("Small letters, digits and hyphens, without aws, amazon or cognito.")
            .description(
                "Turns on Cognito's sign-in page, at this prefix, which nobody else in the region has. Empty: none.",
            )
            .group(PAGE)
            .label("Prefix of the sign-in page"),
    );
    let mut urls = |id: &str, label: &str, description: &str| {
        let parameter = Parameter::comma_delimited()
            .default_items(["http://localhost:5173/"])
            .description(description)
            .group(PAGE)
            .label(label);
        t.parameter(id, parameter)
    };
    let callback_urls = urls(
        "CallbackUrls",
        "Addresses after signing in",
        "Where the sign-in page may send people who signed in, besides the stack's site.",
    );
    let logout_urls = urls(
        "LogoutUrls",
        "Addresses after signing out",
        "Where the sign-in page may send people who signed out, besides the stack's site.",
    );
    let condition = t.condition("HasSignInPage", not(equals(&prefix, "")));
    SignInPage {
        condition,
        prefix,
        callback_urls: with_site(&callback_urls, hosting),
        logout_urls: with_site(&logout_urls, hosting),
    }
}

/// The URLs and the site's own.
fn with_site(urls: &ParameterHandle<List<String>>, hosting: &Hosting) -> Value<List<String>> {
    let site = sub!("{}/", hosting.origin());
    if_(hosting.has_site(), split(",", join(",", list![join(",", urls), site])), urls)
}

impl SignInPage {
    /// Adds the page's domain.
    pub(crate) fn of(&self, t: &mut Template, user_pool: &Handle<UserPool>) {
        t.add(
            "SignInPage",
            UserPoolDomain::new().user_pool_id(user_pool).domain(&self.prefix).condition(&self.condition),
        );
    }

    /// Lets the client's people sign in there.
    pub(crate) fn for_client(&self, client: UserPoolClient<Given>) -> UserPoolClient<Given> {
        let has_page = &self.condition;
        client
            .allowed_o_auth_flows_user_pool_client(if_(has_page, true, no_value()))
            .allowed_o_auth_flows(if_(has_page, [AllowedOAuthFlow::Code], no_value()))
            .allowed_o_auth_scopes(if_(has_page, SCOPES, no_value()))
            .callback_urls(if_(has_page, &self.callback_urls, no_value()))
            .logout_urls(if_(has_page, &self.logout_urls, no_value()))
    }

    /// The page's host.
    pub(crate) fn domain(&self) -> Value<String> {
        sub!("{}.auth.{}.amazoncognito.com", &self.prefix, pseudo::region())
    }

    /// Where it sends people who signed in, with commas between.
    pub(crate) fn callback_urls(&self) -> Value<String> {
        join(",", &self.callback_urls)
    }

    /// Where it sends people who signed out, with commas between.
    pub(crate) fn logout_urls(&self) -> Value<String> {
        join(",", &self.logout_urls)
    }
}
