//! Faults in the functions, their roles and their logs.

use serde_json::json;

use super::{Fault, fault};

pub(super) fn faults() -> Vec<Fault> {
    vec![
        fault("runtime misspelt", |t| t.set("ResolversFunction/Runtime", "provided.al2032"))
            .compiler("runtime_misspelt"),
        fault("function without a role", |t| t.remove("ResolversFunction/Role"))
            .compiler("function_without_a_role"),
        fault("a table as a function's role", |t| {
            t.set("ResolversFunction/Role", json!({ "Fn::GetAtt": ["ChatTable", "Arn"] }));
        })
        .compiler("table_as_role"),
        fault("a role's name where its ARN belongs", |t| {
            t.set("ResolversFunction/Role", json!({ "Ref": "ResolversFunctionRole" }));
        })
        .compiler("name_where_an_arn_belongs"),
        fault("function without a handler", |t| t.remove("ResolversFunction/Handler"))
            .check("ResolversFunction", "needs a `Handler`"),
        fault("timeout beyond Lambda's", |t| t.set("ResolversFunction/Timeout", 901))
            .check("ResolversFunction", "from 1 to 900"),
        fault("timeout longer than AppSync waits", |t| t.set("ResolversFunction/Timeout", 60))
            .check("ResolversFunction", "AppSync waits 30 s"),
        fault("trigger that takes longer than Cognito waits", |t| t.set("PostConfirmation/Timeout", 30))
            .check("PostConfirmation", "Cognito waits 5 s"),
        fault("too little memory", |t| t.set("ResolversFunction/MemorySize", 64))
            .check("ResolversFunction", "from 128 to 10240"),
        fault("variable that Lambda sets itself", |t| {
            t.set("ResolversFunction/Environment/Variables/AWS_REGION", "eu-central-1");
        })
        .check("ResolversFunction", "set by Lambda itself"),
        fault("variable's name with a dash", |t| {
            t.rename("ResolversFunction/Environment/Variables/CHAT_TABLE", "CHAT-TABLE");
        })
        .check("ResolversFunction", "rename it"),
        fault("log group dropped from the function", |t| t.remove("ResolversFunction/LoggingConfig"))
            .check("ResolversFunction", "no log group of its own"),
        fault("log retention removed", |t| t.remove("ResolversFunctionLogGroup/RetentionInDays"))
            .check("ResolversFunctionLogGroup", "for ever"),
        fault("log retention that does not exist", |t| {
            t.set("ResolversFunctionLogGroup/RetentionInDays/Fn::If/2", 15);
        })
        .check("ResolversFunctionLogGroup", "`15`, which CloudWatch Logs does not take"),
        fault("permission to write logs removed", |t| t.revoke("ResolversFunctionRole", "logs:PutLogEvents"))
            .check("ResolversFunction", "allow `logs:PutLogEvents` on `ResolversFunctionLogGroup`"),
        fault("permission to write another function's logs", |t| {
            t.statement("PostConfirmationRole", "logs:PutLogEvents")["Resource"] =
                json!({ "Fn::GetAtt": ["ResolversFunctionLogGroup", "Arn"] });
        })
        .check("PostConfirmation", "allow `logs:CreateLogStream`"),
        fault("permission to send traces removed", |t| {
            t.revoke("PostConfirmationRole", "xray:PutTraceSegments");
        })
        .check("PostConfirmation", "send its traces"),
        fault("permission on the table removed", |t| t.revoke("PostConfirmationRole", "dynamodb:PutItem"))
            .check("PostConfirmation", "`CHAT_TABLE` names `ChatTable`"),
        fault("permission on another table", |t| {
            t.statement("PostConfirmationRole", "dynamodb:PutItem")["Resource"] =
                json!({ "Fn::GetAtt": ["TodoTable", "Arn"] });
        })
        .check("PostConfirmation", "`CHAT_TABLE` names `ChatTable`"),
        fault("permissions on the bucket removed", |t| {
            t.revoke("ResolversFunctionRole", "s3:GetObject");
            t.revoke("ResolversFunctionRole", "s3:PutObject");
        })
        .check("ResolversFunction", "`UPLOADS_BUCKET` names `UploadsBucket`"),
        fault("one of several permissions on a table removed", |t| {
            t.revoke("ResolversFunctionRole", "dynamodb:ConditionCheckItem");
        }),
        fault("one of two permissions on the bucket removed", |t| {
            t.revoke("ResolversFunctionRole", "s3:PutObject");
        }),
        fault("variable that the code reads removed", |t| {
            t.remove("PostConfirmation/Environment/Variables/CHAT_TABLE");
        }),
        fault("action misspelt", |t| {
            t.statement("PostConfirmationRole", "dynamodb:PutItem")["Action"] = json!("dynamodb:PutItems");
        })
        .compiler("action_misspelt")
        .check("PostConfirmationRole", "the nearest is `dynamodb:putitem`"),
        fault("action of a service that does not exist", |t| {
            t.statement("PostConfirmationRole", "dynamodb:PutItem")["Action"] = json!("dynamo:PutItem");
        })
        .compiler("action_of_no_service")
        .check("PostConfirmationRole", "`dynamo:PutItem` does not exist"),
        fault("all actions on the table", |t| {
            t.statement("PostConfirmationRole", "dynamodb:PutItem")["Action"] = json!("dynamodb:*");
        })
        .check("PostConfirmationRole", "it allows the actions `dynamodb:*`"),
        fault("an action on everything", |t| {
            t.statement("PostConfirmationRole", "dynamodb:PutItem")["Resource"] = json!("*");
        })
        .check("PostConfirmationRole", "on `*`: name the ARNs"),
        fault("all actions but some", |t| {
            let statement = t.statement("PostConfirmationRole", "dynamodb:PutItem");
            let statement = statement.as_object_mut().unwrap();
            statement.remove("Action");
            statement.insert("NotAction".into(), json!("dynamodb:DeleteTable"));
        })
        .check("PostConfirmationRole", "`NotAction`"),
        fault("statement without a resource", |t| {
            t.statement("PostConfirmationRole", "dynamodb:PutItem")
                .as_object_mut()
                .unwrap()
                .remove("Resource");
        })
        .check("PostConfirmationRole", "has no `Resource`"),
        fault("effect misspelt", |t| {
            t.statement("PostConfirmationRole", "dynamodb:PutItem")["Effect"] = json!("Allowed");
        })
        .compiler("effect_misspelt")
        .check("PostConfirmationRole", "a statement's effect is `Allowed`"),
        fault("allowed turned into denied", |t| {
            t.statement("ResolversFunctionRole", "dynamodb:PutItem")["Effect"] = json!("Deny");
        })
        .check("ResolversFunction", "`CHAT_TABLE` names `ChatTable`"),
        fault("a table's name where its ARN belongs", |t| {
            t.statement("PostConfirmationRole", "dynamodb:PutItem")["Resource"] =
                json!({ "Ref": "ChatTable" });
        })
        .check("PostConfirmationRole", "which is no ARN"),
        fault("action on a resource of another kind", |t| {
            t.statement("PostConfirmationRole", "dynamodb:PutItem")["Resource"] =
                json!({ "Fn::GetAtt": ["UploadsBucket", "Arn"] });
        })
        .check("PostConfirmationRole", "an `AWS::S3::Bucket`, so it allows nothing"),
        fault("action on objects, given the bucket", |t| {
            t.statement("ResolversFunctionRole", "s3:GetObject")["Resource"] =
                json!({ "Fn::GetAtt": ["UploadsBucket", "Arn"] });
        })
        .check("ResolversFunctionRole", "add `/*` to its ARN"),
        fault("role that trusts another service", |t| {
            let path = "ResolversFunctionRole/AssumeRolePolicyDocument/Statement/0/Principal/Service";
            t.set(path, "ec2.amazonaws.com");
        })
        .check("ResolversFunctionRole", "does not trust `lambda.amazonaws.com`"),
        fault("role that may not be taken", |t| {
            let path = "ResolversFunctionRole/AssumeRolePolicyDocument/Statement/0/Action";
            t.set(path, "sts:GetCallerIdentity");
        })
        .check("ResolversFunctionRole", "principal of `sts:AssumeRole`"),
        fault("trust without a principal", |t| {
            t.remove("ResolversFunctionRole/AssumeRolePolicyDocument/Statement/0/Principal");
        })
        .check("ResolversFunctionRole", "without `Principal`"),
        fault("alias of a version that is not made", |t| {
            let alias = json!({ "FunctionName": { "Ref": "ResolversFunction" }, "FunctionVersion": "latest",
                "Name": "planted" });
            t.add("PlantedAlias", "AWS::Lambda::Alias", alias);
        })
        .check("PlantedAlias", "the version `latest`"),
        fault("alias of another function's version", |t| {
            let version = json!({ "FunctionName": { "Ref": "PostConfirmation" } });
            t.add("PlantedVersion", "AWS::Lambda::Version", version);
            let version = json!({ "Fn::GetAtt": ["PlantedVersion", "Version"] });
            let alias = json!({ "FunctionName": { "Ref": "ResolversFunction" }, "FunctionVersion": version,
                "Name": "planted" });
            t.add("PlantedAlias", "AWS::Lambda::Alias", alias);
        })
        .check("PlantedAlias", "a version of another function"),
        fault("attribute that a function does not have", |t| {
            let variable = json!({ "Fn::GetAtt": ["ChatTable", "TableArn"] });
            t.set("ResolversFunction/Environment/Variables/TABLE_ARN", variable);
        })
        .compiler("attribute_that_does_not_exist"),
    ]
}
