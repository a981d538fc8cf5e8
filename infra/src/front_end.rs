//! `config.json`: what a front end needs to know of a stack, in one format for a laptop and for AWS.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::sign_in_page::SCOPES;

/// A stack without this output is not one of ours, or an older one.
#[derive(Debug, PartialEq, Eq)]
pub struct MissingOutput(pub &'static str);

impl std::fmt::Display for MissingOutput {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "the stack has no output {}: deploy the template that this program prints", self.0)
    }
}

impl std::error::Error for MissingOutput {}

/// Makes the configuration from the stack's outputs.
///
/// `endpoint`: where all services are, if not at AWS (`http://localhost:4000/`). The member `amplify` is what
/// `Amplify.configure` of aws-amplify v6 takes. What the stack has only sometimes (`commandLineClientId`, the
/// client for curl, outside of production; `publicFilesUrl`; in `amplify` the sign-in page as `loginWith.oauth`) is
/// missing where it is off.
pub fn front_end_config(
    outputs: &BTreeMap<String, String>,
    endpoint: Option<&str>,
) -> Result<Value, MissingOutput> {
    let output = |name| outputs.get(name).map(String::as_str).ok_or(MissingOutput(name));
    let (region, bucket) = (output("Region")?, output("UploadsBucket")?);
    let (graphql_url, api_key) = (output("GraphQLUrl")?, output("ApiKey")?);
    let at_aws = |service: &str| format!("https://{service}.{region}.amazonaws.com/");
    let user_pool_endpoint = endpoint.map_or_else(|| at_aws("cognito-idp"), str::to_owned);
    let identity_pool_endpoint = endpoint.map_or_else(|| at_aws("cognito-identity"), str::to_owned);
    let mut cognito = json!({
        "userPoolId": output("UserPoolId")?,
        "userPoolClientId": output("UserPoolClientId")?,
        "identityPoolId": output("IdentityPoolId")?,
        "allowGuestAccess": output("GuestAccess")? == "true",
    });
    if let Some(domain) = outputs.get("SignInDomain") {
        // Amplify puts `https://` before it: a laptop's page is there for it where the port speaks TLS, too.
        let host = endpoint.map(|url| url.trim_start_matches("http://").trim_end_matches('/'));
        let domain = host.unwrap_or(domain);
        let urls = |name| Ok(output(name)?.split(',').collect::<Vec<_>>());
        cognito["loginWith"] = json!({ "oauth": {
            "domain": domain,
            "scopes": SCOPES,
            "redirectSignIn": urls("CallbackUrls")?,
            "redirectSignOut": urls("LogoutUrls")?,
            "responseType": "code",
        } });
    }
    if endpoint.is_some() {
        // Amplify knows AWS's own endpoints, and warns of any that it is given.
        cognito["userPoolEndpoint"] = json!(user_pool_endpoint);
        cognito["identityPoolEndpoint"] = json!(identity_pool_endpoint);
    }
    let mut config = json!({
        "region": region,
        "stage": output("Stage")?,
        "userPoolId": output("UserPoolId")?,
        "userPoolClientId": output("UserPoolClientId")?,
        "identityPoolId": output("IdentityPoolId")?,
        "userPoolEndpoint": user_pool_endpoint,
        "identityPoolEndpoint": identity_pool_endpoint,
        "graphqlUrl": graphql_url,
        "realtimeUrl": output("RealtimeUrl")?,
        "restUrl": output("RestUrl")?,
        "webSocketUrl": output("WebSocketUrl")?,
        "apiId": output("ApiId")?,
        "apiKey": api_key,
        "bucket": bucket,
        "amplify": {
            "Auth": { "Cognito": cognito },
            "API": { "GraphQL": {
                // Amplify turns a lower-case `http://` into `wss://`, which needs a certificate; this spelling
                // it leaves alone, and browsers take it as http and ws.
                "endpoint": graphql_url.replacen("http://", "HTTP://", 1),
                "region": region,
                "defaultAuthMode": "userPool",
                "apiKey": api_key,
            } },
        },
    });
    if endpoint.is_none() {
        // Amplify's Storage takes no endpoint: from a laptop it would go to AWS, to a bucket that may be anybody's.
        config["amplify"]["Storage"] = json!({ "S3": { "bucket": bucket, "region": region } });
    }
    for (member, name) in
        [("commandLineClientId", "CommandLineClientId"), ("publicFilesUrl", "PublicFilesUrl")]
    {
        if let Some(value) = outputs.get(name) {
            config[member] = json!(value);
        }
    }
    Ok(config)
}
