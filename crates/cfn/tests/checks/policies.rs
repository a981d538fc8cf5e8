//! Policies: actions that exist, permissions for what is needed, and for all only with a reason.

use serde_json::json;

use crate::{each_is_found, errors, role, template};

#[test]
fn actions_exist_and_nothing_is_allowed_for_everything_without_a_reason() {
    let arn = json!("arn:aws:dynamodb:eu-central-1:123456789012:table/chat");
    let clean =
        template([("Role", "AWS::IAM::Role", role("ec2.amazonaws.com", json!(["dynamodb:GetItem"]), arn))]);
    let statement = "/Resources/Role/Properties/Policies/0/PolicyDocument/Statement/0";
    let at = |name: &str| -> &'static str { Box::leak(format!("{statement}/{name}").into_boxed_str()) };
    each_is_found(
        &clean,
        &[
            (at("Action"), json!("dynamodb:GetItems"), "Role", "the nearest is `dynamodb:getitem`"),
            (at("Action"), json!("dynamo:GetItem"), "Role", "does not exist"),
            (at("Action"), json!("GetItem"), "Role", "no IAM action"),
            (at("Action"), json!("dynamodb:Gott????"), "Role", "does not exist"),
            (at("Action"), json!("dynamodb:*"), "Role", "allows the actions `dynamodb:*`"),
            (at("Action"), json!(null), "Role", "no `Action`"),
            (at("Resource"), json!("*"), "Role", "allows `dynamodb:GetItem` on `*`"),
            (
                at("Resource"),
                json!(["arn:aws:s3:::a", "arn:aws:sqs:*:*:*"]),
                "Role",
                "on `arn:aws:sqs:*:*:*`",
            ),
            (at("Effect"), json!("Permit"), "Role", "write `Allow` or `Deny`"),
        ],
    );
}

#[test]
fn a_reason_settles_a_wildcard() {
    let mut clean =
        template([("Role", "AWS::IAM::Role", role("ec2.amazonaws.com", json!("xray:Put*"), json!("*")))]);
    assert_eq!(errors(&clean).len(), 2, "its actions, and what they are on");
    let statement =
        &mut clean["Resources"]["Role"]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"][0];
    statement["Sid"] = json!("XRayHasNoResources");
    assert_eq!(errors(&clean), [""; 0]);

    let mut clean =
        template([("Role", "AWS::IAM::Role", role("ec2.amazonaws.com", json!("s3:*"), json!("*")))]);
    clean["Resources"]["Role"]["Metadata"] = json!({ "Accepted": { "Wildcard": "It restores backups." } });
    assert_eq!(errors(&clean), [""; 0]);
    clean["Resources"]["Role"]["Metadata"]["Accepted"]["Wildcard"] = json!(" ");
    assert_eq!(errors(&clean).len(), 2, "an empty reason is none");
}

#[test]
fn what_runs_as_a_role_is_trusted_by_it() {
    let mut clean = template([]);
    crate::function(&mut clean, json!("logs:PutLogEvents"), json!({ "Fn::GetAtt": ["Logs", "Arn"] }));
    let trust = "/Resources/Role/Properties/AssumeRolePolicyDocument/Statement/0/Principal";
    each_is_found(
        &clean,
        &[(
            trust,
            json!({ "Service": "ec2.amazonaws.com" }),
            "Role",
            "does not trust `lambda.amazonaws.com`",
        )],
    );
}
