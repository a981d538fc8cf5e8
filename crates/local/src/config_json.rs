//! `/config.json`: what a front end needs to know, in the one format that local and AWS share.

use serde_json::{Value, json};

use crate::stack::{Stack, StackError};

/// Made from the stack's outputs, as a deployment to AWS makes it; the endpoints are what differs.
pub(crate) fn config_json(stack: &Stack, base_url: &str) -> Result<Value, StackError> {
    let output = |name| stack.output(name);
    let (region, graphql_url) = (output("Region")?, output("GraphQLUrl")?);
    let (user_pool, client) = (output("UserPoolId")?, output("UserPoolClientId")?);
    let (identity_pool, api_key) = (output("IdentityPoolId")?, output("ApiKey")?);
    let bucket = output("UploadsBucket")?;
    let endpoint = format!("{base_url}/");
    let guests = stack.parameters.get("GuestAccess").is_some_and(|access| access == "true");
    Ok(json!({
        "region": region,
        "stage": output("Stage")?,
        "userPoolId": user_pool,
        "userPoolClientId": client,
        "identityPoolId": identity_pool,
        "userPoolEndpoint": endpoint,
        "identityPoolEndpoint": endpoint,
        "graphqlUrl": graphql_url,
        "realtimeUrl": output("RealtimeUrl")?,
        "apiId": output("ApiId")?,
        "apiKey": api_key,
        "bucket": bucket,
        "amplify": {
            "Auth": { "Cognito": {
                "userPoolId": user_pool,
                "userPoolClientId": client,
                "userPoolEndpoint": endpoint,
                "identityPoolId": identity_pool,
                "identityPoolEndpoint": endpoint,
                "allowGuestAccess": guests,
            } },
            "API": { "GraphQL": {
                // Amplify turns a lower-case `http://` into `wss://`, which needs a certificate; this spelling
                // it leaves alone, and browsers take it as http and ws.
                "endpoint": graphql_url.replacen("http://", "HTTP://", 1),
                "region": region,
                "defaultAuthMode": "userPool",
                "apiKey": api_key,
            } },
            // For AWS: Amplify's Storage takes no endpoint from here. On a laptop use `createUpload`.
            "Storage": { "S3": { "bucket": bucket, "region": region } },
        },
    }))
}
