//! The template's tables and buckets, open.

use std::sync::Arc;

use local_dynamodb::DynamoDb;
use local_iam::Circumstances;
use local_s3::{Attempt, Bucket, Credential, S3};

use crate::StartError;
use crate::data_folder::DataFolder;
use crate::iam::Iam;
use crate::stack::{REGION, Stack};

/// Opens DynamoDB with every table of the template.
pub(crate) async fn open_tables(stack: &Stack, folder: &DataFolder) -> Result<DynamoDb, StartError> {
    let failed = |error: &dyn std::fmt::Display| StartError::Service("DynamoDB", error.to_string());
    let dynamodb = DynamoDb::open(&folder.dynamodb()).await.map_err(|error| failed(&error))?;
    for (_, table) in stack.of_kind("AWS::DynamoDB::Table") {
        let made = dynamodb.create_table_if_absent(&table.physical_id, &table.properties).await;
        made.map_err(|error| failed(&error))?;
    }
    Ok(dynamodb)
}

/// What this server answers at paths that could be buckets: the APIs, Cognito's sign-in page and what `/` shows.
const PATHS: [&str; 8] =
    ["config.json", "graphql", "login", "logout", "oauth2", "resendcode", "restapis", "signup"];

/// Opens S3 with every bucket of the template. Requests are signed with keys that IAM knows, and do what it permits.
pub(crate) async fn open_buckets(
    stack: &Stack,
    folder: &DataFolder,
    iam: Arc<Iam>,
) -> Result<S3, StartError> {
    let failed = |error: &dyn std::fmt::Display| StartError::Service("S3", error.to_string());
    let mut buckets = Vec::new();
    for (_, bucket) in stack.of_kind("AWS::S3::Bucket") {
        let mut properties = bucket.properties.clone();
        allow_localhost(&mut properties);
        let opened = Bucket::of_template(&bucket.physical_id, &properties);
        buckets.push(opened.map_err(|error| failed(&error))?);
    }
    let keys = Arc::clone(&iam);
    let credentials = move |access_key_id: &str| {
        keys.key(access_key_id).map(|key| Credential {
            has_expired: keys.has_expired(&key),
            secret_access_key: key.secret_access_key,
            session_token: key.session_token,
        })
    };
    let permits = move |Attempt { access_key_id, action, resource, circumstances }: &Attempt| {
        let circumstances = circumstances
            .iter()
            .fold(Circumstances::default(), |all, (key, value)| all.with(key, [value.as_str()]));
        iam.permits(access_key_id, action, resource, circumstances)
    };
    let config = local_s3::Config {
        folder: folder.s3(),
        account: crate::stack::ACCOUNT.to_owned(),
        region: REGION.to_owned(),
        buckets,
        reserved_names: PATHS.map(str::to_owned).to_vec(),
        credentials: Arc::new(credentials),
        permits: Arc::new(permits),
        upload_limit_bytes: local_s3::DEFAULT_UPLOAD_LIMIT_BYTES,
    };
    S3::open(config).await.map_err(|error| failed(&error))
}

/// On a laptop a front end is served from whatever port is free: every one of localhost may do what the
/// template's origins may.
fn allow_localhost(properties: &mut serde_json::Value) {
    let rules = properties.pointer_mut("/CorsConfiguration/CorsRules").and_then(|rules| rules.as_array_mut());
    for rule in rules.into_iter().flatten() {
        if let Some(origins) = rule.get_mut("AllowedOrigins").and_then(|origins| origins.as_array_mut()) {
            origins.push("http://localhost:*".into());
            origins.push("http://127.0.0.1:*".into());
        }
    }
}
