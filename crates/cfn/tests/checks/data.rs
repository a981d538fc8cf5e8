//! Data: who may read it, whether it is encrypted, what it outlives.

use serde_json::{Value as Json, json};

use crate::{each_is_found, errors, template};

fn store() -> Json {
    let mut template = template([
        (
            "Bucket",
            "AWS::S3::Bucket",
            json!({
                "PublicAccessBlockConfiguration": {
                    "BlockPublicAcls": true, "BlockPublicPolicy": true,
                    "IgnorePublicAcls": true, "RestrictPublicBuckets": true,
                },
                "VersioningConfiguration": { "Status": "Enabled" },
                "BucketEncryption": { "ServerSideEncryptionConfiguration": [
                    { "ServerSideEncryptionByDefault": { "SSEAlgorithm": "AES256" } },
                ] },
                "LifecycleConfiguration": { "Rules": [{ "Id": "Old", "Status": "Enabled", "ExpirationInDays": 30 }] },
            }),
        ),
        (
            "Policy",
            "AWS::S3::BucketPolicy",
            json!({ "Bucket": { "Ref": "Bucket" }, "PolicyDocument": { "Statement": [{
                "Effect": "Allow", "Principal": { "Service": "cloudfront.amazonaws.com" }, "Action": "s3:GetObject",
                "Resource": { "Fn::Sub": "${Bucket.Arn}/*" },
            }, {
                "Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": { "Fn::Sub": "${Bucket.Arn}/*" },
                "Condition": { "Bool": { "aws:SecureTransport": "false" } },
            }] } }),
        ),
        ("Other", "Custom::Bucket", json!({})),
        (
            "Table",
            "AWS::DynamoDB::Table",
            json!({
                "SSESpecification": { "SSEEnabled": true },
                "KeySchema": [{ "AttributeName": "id", "KeyType": "HASH" }],
                "AttributeDefinitions": [{ "AttributeName": "id", "AttributeType": "S" }],
                "BillingMode": "PAY_PER_REQUEST",
                "PointInTimeRecoverySpecification": { "PointInTimeRecoveryEnabled": true },
            }),
        ),
        (
            "Cache",
            "AWS::AppSync::ApiCache",
            json!({
                "AtRestEncryptionEnabled": true, "TransitEncryptionEnabled": true, "ApiCachingBehavior": "FULL_REQUEST_CACHING",
                "ApiId": "abc", "Ttl": 60, "Type": "SMALL",
            }),
        ),
    ]);
    for id in ["Bucket", "Table"] {
        template["Resources"][id]["DeletionPolicy"] = json!("Retain");
        template["Resources"][id]["UpdateReplacePolicy"] = json!("Retain");
    }
    template
}

#[test]
fn nothing_is_public_unencrypted_or_lost_with_its_stack() {
    let bucket = "/Resources/Bucket/Properties";
    let at = |path: &str| -> &'static str { Box::leak(format!("{bucket}/{path}").into_boxed_str()) };
    each_is_found(
        &store(),
        &[
            (
                at("PublicAccessBlockConfiguration"),
                json!(null),
                "Bucket",
                "nothing says that it is not public",
            ),
            (
                at("PublicAccessBlockConfiguration/BlockPublicPolicy"),
                json!(false),
                "Bucket",
                "BlockPublicPolicy` is `false`",
            ),
            (
                at("PublicAccessBlockConfiguration/IgnorePublicAcls"),
                json!(null),
                "Bucket",
                "IgnorePublicAcls",
            ),
            (at("AccessControl"), json!("PublicRead"), "Bucket", "`PublicRead`"),
            (
                at("LifecycleConfiguration/Rules/0/ExpirationInDays"),
                json!(null),
                "Bucket",
                "rule `Old` does nothing",
            ),
            (at("LifecycleConfiguration/Rules/0/ExpirationInDays"), json!(0), "Bucket", "at least 1"),
            (at("VersioningConfiguration"), json!(null), "Bucket", "overwritten in it is lost"),
            (
                at("CorsConfiguration"),
                json!({ "CorsRules": [{ "AllowedOrigins": ["*"], "AllowedMethods": ["PUT"] }] }),
                "Bucket",
                "pages of any origin",
            ),
            (
                at("CorsConfiguration"),
                json!({ "CorsRules": [
                    { "AllowedOrigins": ["https://a.example"], "AllowedMethods": ["GET"] },
                    { "AllowedOrigins": ["https://a.example"], "AllowedMethods": ["GET"], "MaxAge": 60 },
                ] }),
                "Bucket",
                "CORS rule 2",
            ),
            (
                "/Resources/Policy/Properties/PolicyDocument/Statement/1/Condition/Bool/aws:SecureTransport",
                json!("true"),
                "Bucket",
                "answers on plain HTTP",
            ),
            ("/Resources/Bucket/DeletionPolicy", json!("Delete"), "Bucket", "`DeletionPolicy` is `Delete`"),
            (
                "/Resources/Table/UpdateReplacePolicy",
                json!(null),
                "Table",
                "`UpdateReplacePolicy` is not set",
            ),
            (
                "/Resources/Table/Properties/SSESpecification/SSEEnabled",
                json!(false),
                "Table",
                "not encrypted",
            ),
            ("/Resources/Cache/Properties/AtRestEncryptionEnabled", json!(null), "Cache", "not encrypted"),
        ],
    );
}

#[test]
fn a_bucket_policy_is_about_its_own_bucket_and_not_for_anyone() {
    let mut clean = store();
    clean["Resources"]["Bucket"]["Metadata"] =
        json!({ "Accepted": { "PlainHttp": "Not what this is about." } });
    clean["Resources"]["Second"] = clean["Resources"]["Bucket"].clone();
    let statement = "/Resources/Policy/Properties/PolicyDocument/Statement/0";
    let at = |name: &str| -> &'static str { Box::leak(format!("{statement}/{name}").into_boxed_str()) };
    each_is_found(
        &clean,
        &[
            (
                at("Resource"),
                json!({ "Fn::Sub": "${Second.Arn}/*" }),
                "Policy",
                "a statement is about `Second`",
            ),
            (at("Principal"), json!("*"), "Policy", "anyone do `s3:GetObject`"),
            (at("Principal"), json!({ "AWS": ["*"] }), "Policy", "`Principal: *`"),
        ],
    );
    clean["Resources"]["Policy"]["Properties"]["Bucket"] = json!("photos");
    crate::plant(&mut clean, "/Resources/Policy/Properties/PolicyDocument/Statement/1", json!({}));
    clean["Resources"]["Policy"]["Properties"]["PolicyDocument"]["Statement"][0]["Resource"] =
        json!("arn:aws:s3:::films/*");
    let found = errors(&clean);
    assert!(found.len() == 1 && found[0].contains("`photos`, but a statement is about `films`"), "{found:?}");
}

#[test]
fn a_recorded_reason_settles_a_judgement_and_no_rule_of_aws() {
    let mut template = store();
    template["Resources"]["Table"]["DeletionPolicy"] = json!("Delete");
    template["Resources"]["Table"]["Metadata"] = json!({ "Accepted": { "NotRetained": "It is a cache." } });
    assert_eq!(errors(&template), [""; 0]);
    template["Resources"]["Table"]["DependsOn"] = json!("Gone");
    assert_eq!(errors(&template).len(), 1);
}

#[test]
fn both_branches_of_a_condition_are_looked_at() {
    let mut template = store();
    template["Conditions"] = json!({ "IsSmall": { "Fn::Equals": ["a", "a"] } });
    template["Resources"]["Bucket"]["Properties"]["AccessControl"] =
        json!({ "Fn::If": ["IsSmall", { "Ref": "AWS::NoValue" }, "PublicReadWrite"] });
    let found = errors(&template);
    assert!(found.len() == 1 && found[0].contains("PublicReadWrite"), "{found:?}");
}

#[test]
fn encryption_that_is_left_to_s3_is_a_note_and_no_error() {
    let mut template = store();
    template["Resources"]["Bucket"]["Properties"].as_object_mut().unwrap().remove("BucketEncryption");
    let problems = cfn::check::json(&template);
    assert!(problems.len() == 1 && !problems[0].is_error(), "{problems:?}");
}
