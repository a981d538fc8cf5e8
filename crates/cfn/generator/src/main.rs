//! Writes `crates/cfn/src/generated` from the official specification.
//!
//! ```text
//! crates/cfn/generator/fetch.sh target/cfn-spec
//! cargo run -p cfn-generator -- target/cfn-spec crates/cfn/src/generated
//! ```
//!
//! Two sources, both fetched by package name: npm's `@aws-cdk/aws-service-spec` has the resources, their
//! properties, attributes and relations; PyPI's `cfn-lint` adds the enumerations and the IAM actions, which the
//! first lacks. The same inputs give the same bytes. To add a service, add a line to [`SERVICES`], a feature of
//! the same name to `crates/cfn/Cargo.toml`, and run it.

mod corrections;
mod enumerations;
mod links;
mod model;
mod names;
mod naming;
mod prose;
mod schemas;
mod shared;
mod spec;
mod table;
mod write;

use std::path::{Path, PathBuf};
use std::{env, fs, process};

use schemas::Schemas;
use spec::Spec;

/// The services to generate: the module's name, and CloudFormation's.
const SERVICES: [(&str, &str); 23] = [
    ("amplify", "AWS::Amplify"),
    ("apigateway", "AWS::ApiGateway"),
    ("apigatewayv2", "AWS::ApiGatewayV2"),
    ("appsync", "AWS::AppSync"),
    ("certificatemanager", "AWS::CertificateManager"),
    ("cloudformation", "AWS::CloudFormation"),
    ("cloudfront", "AWS::CloudFront"),
    ("cloudwatch", "AWS::CloudWatch"),
    ("cognito", "AWS::Cognito"),
    ("dynamodb", "AWS::DynamoDB"),
    ("events", "AWS::Events"),
    ("iam", "AWS::IAM"),
    ("kms", "AWS::KMS"),
    ("lambda", "AWS::Lambda"),
    ("logs", "AWS::Logs"),
    ("route53", "AWS::Route53"),
    ("s3", "AWS::S3"),
    ("scheduler", "AWS::Scheduler"),
    ("secretsmanager", "AWS::SecretsManager"),
    ("sns", "AWS::SNS"),
    ("sqs", "AWS::SQS"),
    ("ssm", "AWS::SSM"),
    ("wafv2", "AWS::WAFv2"),
];

/// The services, by IAM's names, whose actions can be used in policies.
const ACTIONS: [&str; 27] = [
    "acm",
    "amplify",
    "apigateway",
    "appsync",
    "cloudformation",
    "cloudfront",
    "cloudwatch",
    "cognito-identity",
    "cognito-idp",
    "dynamodb",
    "events",
    "execute-api",
    "iam",
    "kms",
    "lambda",
    "logs",
    "route53",
    "s3",
    "scheduler",
    "secretsmanager",
    "sns",
    "sqs",
    "ssm",
    "states",
    "sts",
    "wafv2",
    "xray",
];

fn main() {
    let arguments: Vec<PathBuf> = env::args_os().skip(1).map(PathBuf::from).collect();
    let [inputs, output] = arguments.as_slice() else {
        eprintln!(
            "usage: cargo run -p cfn-generator -- <folder that fetch.sh filled> crates/cfn/src/generated"
        );
        process::exit(2);
    };
    if let Err(error) = generate(inputs, output) {
        eprintln!("{error}");
        process::exit(1);
    }
}

fn generate(inputs: &Path, output: &Path) -> Result<(), String> {
    let spec = Spec::read(&inputs.join("package"))?;
    let schemas = Schemas::read(&inputs.join("cfnlint"))?;
    let mut links = links::Links::default();
    let services: Vec<model::Service> = SERVICES
        .iter()
        .map(|(module, namespace)| model::service(&spec, &schemas, &mut links, module, namespace))
        .collect();
    let table = table::lines(&spec, &schemas, &SERVICES);
    for service in &services {
        save(output, &format!("{}.rs", service.module), &write::service(service, &links, &table))?;
    }
    save(output, "specification.txt", &table::text(&table))?;
    save(output, "links.rs", &shared::links(&links))?;
    save(output, "actions.rs", &shared::actions(&schemas, &ACTIONS)?)?;
    save(output, "mod.rs", &shared::index(&SERVICES, &spec.version, &schemas.version))
}

fn save(folder: &Path, name: &str, text: &str) -> Result<(), String> {
    let path = folder.join(name);
    fs::write(&path, text).map_err(|error| format!("{} cannot be written: {error}", path.display()))
}
