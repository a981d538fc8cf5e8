//! What a front end needs to know of a stack; `local` and a deployment write it into the same `config.json`.

use cfn::cognito::IdentityPool;
use cfn::{Handle, Output, Template, pseudo};

use crate::auth::Auth;
use crate::files::Files;
use crate::graphql::Api;
use crate::parameters::Parameters;

pub(crate) fn add(
    t: &mut Template,
    parameters: &Parameters,
    auth: &Auth,
    identity_pool: &Handle<IdentityPool>,
    api: &Api,
    files: &Files,
) {
    t.output("GraphQLUrl", Output::new(api.api.graphql_url()).description("Queries and mutations."));
    t.output(
        "RealtimeUrl",
        Output::new(api.api.realtime_url()).description("Subscriptions, over WebSocket."),
    );
    t.output("ApiId", api.api.api_id());
    t.output("ApiKey", Output::new(api.key.api_key()).description("Opens the sample's todos, nothing else."));
    t.output("Region", pseudo::region());
    t.output("Stage", parameters.stage.value());
    t.output("GuestAccess", parameters.guest_access.value());
    t.output("UserPoolId", auth.user_pool.user_pool_id());
    t.output("UserPoolClientId", auth.web_client.client_id());
    t.output("IdentityPoolId", identity_pool.identity_pool_id());
    t.output("UploadsBucket", files.uploads.bucket_name());
}
