//! The page at `/`: what runs where, the outbox and the console.

use std::path::Path;

use axum::extract::Path as UrlPath;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use include_dir::{Dir, include_dir};
use serde::Serialize;
use serde_json::{Value, json};

use crate::stack::{REGION, Stack};

/// A part of the template that this machine does not serve.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct NotServed {
    /// The resource.
    pub(crate) what: String,
    /// The reason.
    pub(crate) why: &'static str,
}

/// The console's files, in this program.
static CONSOLE: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/console");

/// What people know the resources of these services by, and what there is instead.
const FEATURES: [(&[&str], &str, &str); 5] = [
    (
        &["AWS::CloudFront::", "AWS::Amplify::"],
        "the front end and public files on a domain of their own",
        "`npm --prefix web run dev` serves the front end, and S3 the files",
    ),
    (
        &["AWS::CertificateManager::", "AWS::Route53::"],
        "the domain, its certificate and its records",
        "everything here is on localhost",
    ),
    (&["AWS::WAFv2::"], "the firewall", "nobody but this machine comes here"),
    (
        &["AWS::CloudWatch::", "AWS::SNS::", "AWS::KMS::"],
        "alarms and the dashboard",
        "the log is on the terminal",
    ),
    (&["AWS::Events::", "AWS::Scheduler::"], "schedules", "nothing is called by the clock"),
];

/// Resources of the template without an effect here, by type.
pub(crate) fn not_served(stack: &Stack) -> Vec<NotServed> {
    let mut found: Vec<NotServed> = Vec::new();
    let mut resource_policies = 0;
    for (id, resource) in &stack.resources {
        let feature = match resource.kind.as_str() {
            "AWS::AppSync::ApiKey"
            | "AWS::AppSync::DataSource"
            | "AWS::AppSync::FunctionConfiguration"
            | "AWS::AppSync::GraphQLApi"
            | "AWS::AppSync::GraphQLSchema"
            | "AWS::AppSync::Resolver"
            | "AWS::Cognito::IdentityPool"
            | "AWS::Cognito::UserPool"
            | "AWS::Cognito::UserPoolClient"
            | "AWS::Cognito::UserPoolDomain"
            | "AWS::Cognito::UserPoolGroup"
            | "AWS::DynamoDB::Table"
            | "AWS::Lambda::Alias"
            | "AWS::Lambda::Function"
            | "AWS::Lambda::Version"
            | "AWS::S3::Bucket" => continue,
            // The log is on the terminal.
            "AWS::Logs::LogGroup" => continue,
            "AWS::Cognito::IdentityPoolRoleAttachment" => continue,
            "AWS::IAM::ManagedPolicy" | "AWS::IAM::Policy" | "AWS::IAM::Role" => continue,
            "AWS::Lambda::Permission" | "AWS::S3::BucketPolicy" => {
                resource_policies += 1;
                continue;
            }
            // What an API consists of; its deployments and the account's settings have nothing to do here.
            kind if kind.starts_with("AWS::ApiGateway") => continue,
            kind => FEATURES.iter().find(|(of, ..)| of.iter().any(|service| kind.starts_with(service))),
        };
        let (what, why) = match feature {
            Some((_, what, why)) => ((*what).to_owned(), *why),
            None => (format!("{id} ({})", resource.kind), "no service on this machine does it"),
        };
        if !found.iter().any(|known| known.what == what) {
            found.push(NotServed { what, why });
        }
    }
    if resource_policies > 0 {
        found.push(NotServed {
            what: format!("{resource_policies} policies of functions and buckets"),
            why: "of IAM the policies of roles are evaluated; AWS will be stricter",
        });
    }
    found
}

/// `GET /_local/status`: services, resources, and what is not served.
pub(crate) fn status(stack: &Stack, base_url: &str, folder: &Path, not_served: &[NotServed]) -> Value {
    let service = |name: &str, url: String, note: &str| json!({ "name": name, "url": url, "note": note });
    let output = |name: &str| stack.outputs.get(name).cloned().unwrap_or_default();
    let resources: Vec<Value> = stack
        .resources
        .iter()
        .map(|(id, resource)| {
            json!({ "logicalId": id, "type": resource.kind, "physicalId": resource.physical_id })
        })
        .collect();
    json!({
        "stage": stack.outputs.get("Stage"),
        "region": REGION,
        "dataDir": folder.display().to_string(),
        "services": [
            service("GraphQL", format!("{base_url}/graphql"), "AppSync over HTTP"),
            service(
                "Realtime",
                format!("{}/graphql/realtime", base_url.replacen("http", "ws", 1)),
                "AppSync's WebSocket protocol",
            ),
            service("REST", output("RestUrl"), "API Gateway, with the pool's ID token in Authorization"),
            service("WebSocket", output("WebSocketUrl"), "API Gateway; POST /tickets of the REST API opens it"),
            service("Configuration", format!("{base_url}/config.json"), "for Amplify.configure(config.amplify)"),
            service("Cognito", format!("{base_url}/"), "aws cognito-idp --endpoint-url"),
            service("DynamoDB", format!("{base_url}/"), "aws dynamodb --endpoint-url"),
            service("S3", format!("{base_url}/"), "aws s3 --endpoint-url, with AWS_SHARED_CREDENTIALS_FILE=(data folder)/credentials"),
            service(
                "TLS",
                base_url.replacen("http", "https", 1),
                "all of this, in TLS; trust (data folder)/ca.pem: curl --cacert, NODE_EXTRA_CA_CERTS, or the browser's import",
            ),
            service("Live", format!("{base_url}/_local/live"), "requests, subscriptions, the outbox and tables, as they come"),
            service("Outbox", format!("{base_url}/_local/outbox"), "the e-mails and text messages that Cognito would send"),
        ],
        "resources": resources,
        "notServed": not_served,
    })
}

/// `GET /`.
pub(crate) async fn console() -> Response {
    console_file(UrlPath("index.html".to_owned())).await
}

/// `GET /_local/console/{file}`.
pub(crate) async fn console_file(UrlPath(name): UrlPath<String>) -> Response {
    let Some(file) = CONSOLE.get_file(&name) else {
        return (StatusCode::NOT_FOUND, "The console has no such file.\n").into_response();
    };
    let content_type = match name.rsplit('.').next() {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        _ => "text/html; charset=utf-8",
    };
    // Nobody puts the console into a frame of theirs.
    let headers = [("content-type", content_type), ("content-security-policy", "frame-ancestors 'none'")];
    (headers, file.contents()).into_response()
}
