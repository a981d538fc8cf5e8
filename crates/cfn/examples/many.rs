//! A template of COUNT resources, checked and printed: how synth grows, for `benches/synth`.
//!
//! In fives: a queue with its dead-letter queue, a function with its role and its log group, as `many.ts` has it.

use cfn::lambda::{Code, Environment, Function, FunctionArchitecture, FunctionLoggingConfig, Runtime};
use cfn::logs::LogGroup;
use cfn::sqs::Queue;
use cfn::{Grantee as _, PolicyDocument, Statement, Template, actions, iam, prelude::*};
use serde_json::json;

fn main() {
    let count: usize = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(10);
    let mut template = Template::new("Many");
    for at in 0..count / 5 {
        add(&mut template, at);
    }
    if let Err(problems) = template.check() {
        problems.iter().for_each(|problem| eprintln!("{problem}"));
        std::process::exit(1);
    }
    println!("{}", template.to_text());
}

fn add(t: &mut Template, at: usize) {
    let failed = t.add(&format!("Failed{at}"), Queue::new().sqs_managed_sse_enabled(true));
    let redrive = json!({ "deadLetterTargetArn": { "Fn::GetAtt": [format!("Failed{at}"), "Arn"] }, "maxReceiveCount": 5 });
    let queue = t.add(
        &format!("Queue{at}"),
        Queue::new()
            .sqs_managed_sse_enabled(true)
            .visibility_timeout(60)
            .redrive_policy(redrive)
            .depends_on(&failed),
    );
    let logs = t.add(&format!("Logs{at}"), LogGroup::new().retention_in_days(14));
    let mut role = iam::Role::new()
        .assume_role_policy_document(PolicyDocument::trusting_service("lambda.amazonaws.com"));
    role.grant(Statement::allow(actions!["sqs:SendMessage"]).on([queue.arn()]));
    role.grant(Statement::allow(actions!["logs:CreateLogStream", "logs:PutLogEvents"]).on([logs.arn()]));
    let role = t.add(&format!("Role{at}"), role);
    t.add(
        &format!("Worker{at}"),
        Function::new()
            .runtime(Runtime::ProvidedAl2023)
            .handler("bootstrap")
            .architectures([FunctionArchitecture::Arm64])
            .code(Code::new().s3_bucket("code").s3_key("bootstrap.zip"))
            .memory_size(128)
            .timeout(10)
            .environment(Environment::new().variables([("QUEUE", queue.queue_url())]))
            .logging_config(FunctionLoggingConfig::new().log_group(&logs))
            .role(&role),
    );
}
