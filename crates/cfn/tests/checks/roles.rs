//! Roles: what they need for what is run under them, on ARNs of the right kind; and who may invoke a function.

use serde_json::{Value as Json, json};

use crate::{each_is_found, errors, function, permission, role, template};

const STATEMENT: &str = "/Resources/Role/Properties/Policies/0/PolicyDocument/Statement";

fn worker() -> Json {
    let mut template = template([("Queue", "AWS::SQS::Queue", json!({ "VisibilityTimeout": 60 }))]);
    function(&mut template, json!("sqs:SendMessage"), json!({ "Fn::GetAtt": ["Queue", "Arn"] }));
    let function = &mut template["Resources"]["Function"]["Properties"];
    function["Environment"]["Variables"]["QUEUE"] = json!({ "Ref": "Queue" });
    function["DeadLetterConfig"] = json!({ "TargetArn": { "Fn::GetAtt": ["Queue", "Arn"] } });
    template
}

fn at(path: &str) -> &'static str {
    Box::leak(format!("{STATEMENT}/{path}").into_boxed_str())
}

#[test]
fn a_function_may_use_what_it_is_told_of_and_log_and_hand_over() {
    each_is_found(
        &worker(),
        &[
            (at("0/Action"), json!("sqs:GetQueueUrl"), "Function", "allow `sqs:SendMessage` on `Queue`"),
            (
                at("1/Action"),
                json!("logs:PutLogEvents"),
                "Function",
                "allow `logs:CreateLogStream` on `Logs`",
            ),
            (
                "/Resources/Function/Properties/TracingConfig",
                json!({ "Mode": "Active" }),
                "Function",
                "allow `xray:PutTraceSegments`, `xray:PutTelemetryRecords`",
            ),
        ],
    );
    let mut silent = worker();
    crate::plant(&mut silent, "/Resources/Function/Properties/DeadLetterConfig", json!(null));
    crate::plant(&mut silent, at("0/Effect"), json!("Deny"));
    assert!(errors(&silent)[0].contains("its variable `QUEUE` names `Queue`"), "{:?}", errors(&silent));
    silent["Resources"]["Role"]["Properties"]["ManagedPolicyArns"] =
        json!(["arn:aws:iam::123456789012:policy/unseen"]);
    assert_eq!(errors(&silent), [""; 0], "what the template does not show may allow it");
}

#[test]
fn permissions_are_on_arns_of_the_right_kind() {
    let other = json!({ "Fn::Sub": "${Queue.Arn}" });
    let mut clean = template([
        ("Queue", "AWS::SQS::Queue", json!({})),
        (
            "Role",
            "AWS::IAM::Role",
            role("ec2.amazonaws.com", json!(["sqs:SendMessage", "sqs:GetQueueUrl"]), other),
        ),
    ]);
    each_is_found(
        &clean,
        &[
            (at("0/Resource"), json!({ "Ref": "Queue" }), "Role", "is about `Ref: Queue`, which is no ARN"),
            (at("0/Action"), json!("sns:Publish"), "Role", "`sns:Publish` on `Queue`, an `AWS::SQS::Queue`"),
            (at("0/Resource"), json!("arn:aws:sqs:::${aws:username}"), "Role", "`Version` `2012-10-17`"),
        ],
    );
    clean["Resources"]["Role"]["Properties"]["Policies"][0]["PolicyDocument"]["Version"] =
        json!("2012-10-17");
    crate::plant(&mut clean, at("0/Resource"), json!("arn:aws:sqs:::${aws:username}"));
    assert_eq!(errors(&clean), [""; 0]);
}

#[test]
fn who_invokes_a_function_is_bound_to_come_from_somewhere() {
    let mut clean = template([("Topic", "AWS::SNS::Topic", json!({}))]);
    function(&mut clean, json!("xray:PutTraceSegments"), json!("arn:aws:xray:::none"));
    clean["Resources"]["Subscription"] = json!({ "Type": "AWS::SNS::Subscription", "Properties": {
        "TopicArn": { "Ref": "Topic" }, "Protocol": "lambda", "Endpoint": { "Fn::GetAtt": ["Function", "Arn"] },
    } });
    clean["Resources"]["Permission"] = permission("Function", "sns.amazonaws.com");
    clean["Resources"]["Permission"]["Properties"]["SourceArn"] = json!({ "Ref": "Topic" });
    let permission = "/Resources/Permission/Properties";
    let at = |name: &str| -> &'static str { Box::leak(format!("{permission}/{name}").into_boxed_str()) };
    each_is_found(
        &clean,
        &[
            (at("SourceArn"), json!(null), "Permission", "anybody's resources"),
            (at("SourceArn"), json!({ "Fn::GetAtt": ["Logs", "Arn"] }), "Subscription", "does not let it"),
            (at("Action"), json!("lambda:GetFunction"), "Subscription", "does not let it"),
            (at("Principal"), json!("*"), "Permission", "anybody may invoke"),
        ],
    );
}

#[test]
fn nobody_waits_longer_than_they_do() {
    let mut clean = worker();
    clean["Resources"]["Mapping"] = json!({ "Type": "AWS::Lambda::EventSourceMapping", "Properties": {
        "EventSourceArn": { "Fn::GetAtt": ["Queue", "Arn"] }, "FunctionName": { "Ref": "Function" },
    } });
    let read =
        json!(["sqs:SendMessage", "sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]);
    crate::plant(&mut clean, at("0/Action"), read);
    each_is_found(
        &clean,
        &[("/Resources/Function/Properties/Timeout", json!(61), "Mapping", "out again after 60 s")],
    );
}
