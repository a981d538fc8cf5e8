//! What a front end needs to know of a stack; `local` and a deployment write it into the same `config.json`.

use cfn::cognito::IdentityPool;
use cfn::{Handle, Output, Template, pseudo, sub};

use crate::auth::Auth;
use crate::files::Files;
use crate::graphql::Api;
use crate::hosting::Hosting;
use crate::parameters::Parameters;
use crate::rest::Rest;
use crate::sign_in_page::SignInPage;
use crate::socket::Socket;

/// The ways in.
pub(crate) struct Doors<'a> {
    pub(crate) api: &'a Api,
    pub(crate) rest: &'a Rest,
    pub(crate) socket: &'a Socket,
}

pub(crate) fn add(
    t: &mut Template,
    parameters: &Parameters,
    auth: &Auth,
    identity_pool: &Handle<IdentityPool>,
    doors: &Doors<'_>,
    files: &Files,
) {
    let Doors { api, rest, socket } = doors;
    t.output("GraphQLUrl", Output::new(api.api.graphql_url()).description("Queries and mutations."));
    t.output(
        "RealtimeUrl",
        Output::new(api.api.realtime_url()).description("Subscriptions, over WebSocket."),
    );
    t.output("RestUrl", Output::new(&rest.url).description("The REST API; its paths come behind it."));
    t.output(
        "WebSocketUrl",
        Output::new(&socket.url).description("The WebSocket API; POST /tickets opens it."),
    );
    t.output("ApiId", api.api.api_id());
    t.output("ApiKey", Output::new(api.key.api_key()).description("Opens the sample's todos, nothing else."));
    t.output("Region", pseudo::region());
    t.output("Stage", parameters.stage.value());
    t.output("GuestAccess", parameters.guest_access.value());
    t.output("UserPoolId", auth.user_pool.user_pool_id());
    t.output("UserPoolClientId", auth.web_client.client_id());
    let command_line = Output::new(auth.command_line_client.client_id())
        .description("The client for USER_PASSWORD_AUTH, as with curl; not in production.");
    t.output("CommandLineClientId", command_line.condition(&parameters.has_command_line));
    t.output("IdentityPoolId", identity_pool.identity_pool_id());
    t.output("UploadsBucket", files.uploads.bucket_name());
}

/// What is there only where it was asked for: an output that is missing means that the feature is off.
pub(crate) fn of_the_front_end(t: &mut Template, hosting: &Hosting, page: &SignInPage, files: &Files) {
    let on_cloudfront = &hosting.choices.is_on_cloudfront;
    let site = Output::new(hosting.origin()).description("The front end.");
    t.output("SiteUrl", site.condition(hosting.has_site()));
    let bucket = Output::new(hosting.bucket.bucket_name()).description("Where the built front end goes.");
    t.output("SiteBucket", bucket.condition(on_cloudfront));
    let distribution = Output::new(hosting.distribution.distribution_id())
        .description("What is told to forget the previous front end: `aws cloudfront create-invalidation`.");
    t.output("SiteDistributionId", distribution.condition(on_cloudfront));
    let public = Output::new(sub!("https://{}", files.public.distribution.domain_name()))
        .description("Before the keys of files under public/.");
    t.output("PublicFilesUrl", public.condition(&files.public.are_served));
    let domain = Output::new(page.domain()).description("The host of Cognito's sign-in page.");
    t.output("SignInDomain", domain.condition(&page.condition));
    t.output("CallbackUrls", Output::new(page.callback_urls()).condition(&page.condition));
    t.output("LogoutUrls", Output::new(page.logout_urls()).condition(&page.condition));
}
