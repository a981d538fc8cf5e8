//! Faults in the GraphQL API: schema, resolvers, data sources, ways in, logs.

use serde_json::json;

use super::{Fault, fault};

pub(super) fn faults() -> Vec<Fault> {
    vec![
        fault("authentication misspelt", |t| t.set("GraphQLApi/AuthenticationType", "COGNITO_USER_POOLS"))
            .compiler("authentication_misspelt"),
        fault("user pools as a way in, and none named", |t| t.remove("GraphQLApi/UserPoolConfig"))
            .check("GraphQLApi", "needs a `UserPoolConfig`"),
        fault("way in dropped that the schema names", |t| {
            let providers = json!([{ "AuthenticationType": "AWS_IAM" }]);
            t.set("GraphQLApi/AdditionalAuthenticationProviders", providers);
        })
        .check("GraphQLApi", "`@aws_api_key`, but `API_KEY` is no way in"),
        fault("schema that does not parse", |t| {
            t.replace("ApiSchema/Definition", "type Query {", "type Query")
        })
        .check("ApiSchema", "of the schema"),
        fault("type that the schema does not have", |t| {
            t.replace("ApiSchema/Definition", ": Room", ": Roam")
        })
        .check("ApiSchema", "the type `Roam`, which does not exist"),
        fault("field given twice", |t| {
            t.replace("ApiSchema/Definition", "type Query {", "type Query {\n  me: String\n");
        })
        .check("ApiSchema", "`Query.me` is in the schema twice"),
        fault("resolver of a field that does not exist", |t| {
            t.set("SendMessageResolver/FieldName", "sendMesage")
        })
        .check("SendMessageResolver", "the nearest is `sendMessage`"),
        fault("resolver of a type that does not exist", |t| {
            t.set("SendMessageResolver/TypeName", "Mutations")
        })
        .check("SendMessageResolver", "the schema has no type `Mutations`"),
        fault("two resolvers of one field", |t| t.copy("MeResolver", "PlantedResolver"))
            .check("PlantedResolver", "resolves Query.me already"),
        fault("resolver that does not wait for the schema", |t| t.remove("/Resources/MeResolver/DependsOn"))
            .check("MeResolver", "may be made before the schema"),
        fault("resolver without a data source", |t| t.remove("SendMessageResolver/DataSourceName"))
            .check("SendMessageResolver", "needs a `DataSourceName`"),
        fault("resolver on a source that does not exist", |t| {
            t.set("SendMessageResolver/DataSourceName", "ChatSauce");
        })
        .check("SendMessageResolver", "no data source of its API is called `ChatSauce`"),
        fault("resolver that does not wait for its source", |t| {
            t.set("SendMessageResolver/DataSourceName", "NoneSource");
        })
        .check("SendMessageResolver", "may be made before the data source"),
        fault("the API as a resolver's data source", |t| {
            t.set("SendMessageResolver/DataSourceName", json!({ "Fn::GetAtt": ["GraphQLApi", "ApiId"] }));
        })
        .compiler("api_as_data_source"),
        fault("a table as a resolver's API", |t| t.set("MeResolver/ApiId", json!({ "Ref": "ChatTable" })))
            .compiler("table_as_api"),
        fault("script for a table on the function", |t| {
            t.set("GetTodoResolver/DataSourceName", json!({ "Fn::GetAtt": ["ChatSource", "Name"] }));
        })
        .check("GetTodoResolver", "`GetItem`, which the data source `ChatSource` does not do"),
        fault("script that is no JavaScript", |t| t.replace("GetTodoResolver/Code", "{\n", "\n"))
            .check("GetTodoResolver", "no JavaScript"),
        fault("script without a response", |t| {
            t.replace("GetTodoResolver/Code", "export function response", "function response");
        })
        .check("GetTodoResolver", "exports no function `response`"),
        fault("script that waits", |t| {
            t.replace("GetTodoResolver/Code", "export function request", "export async function request");
        })
        .check("GetTodoResolver", "`async`, which AppSync's runtime does not have"),
        fault("script that imports a package", |t| {
            t.replace("GetTodoResolver/Code", "'@aws-appsync/utils'", "'lodash'");
        })
        .check("GetTodoResolver", "imports `lodash`"),
        fault("script of an operation that does not exist", |t| {
            t.replace("GetTodoResolver/Code", "'GetItem'", "'ReadItem'");
        })
        .check("GetTodoResolver", "`ReadItem`, which the data source `TodoSource` does not do"),
        fault("script without a runtime", |t| t.remove("GetTodoResolver/Runtime"))
            .check("GetTodoResolver", "`Code` needs a `Runtime`"),
        fault("runtime of a script misspelt", |t| {
            t.set("GetTodoResolver/Runtime/Name", "APPSYNC_JAVASCRIPT")
        })
        .compiler("script_runtime_misspelt"),
        fault("pipeline of no functions", |t| t.set("MeResolver/Kind", "PIPELINE"))
            .check("MeResolver", "needs `PipelineConfig.Functions`"),
        fault("permission that a script needs removed", |t| t.revoke("TodoSourceRole", "dynamodb:Query"))
            .check("ListTodosResolver", "do `Query`, which its code asks for"),
        fault("permission of the source on another table", |t| {
            t.statement("TodoSourceRole", "dynamodb:GetItem")["Resource"] =
                json!({ "Fn::GetAtt": ["ChatTable", "Arn"] });
        })
        .check("TodoSource", "does not allow `dynamodb:*` on `TodoTable`"),
        fault("permission to invoke the function removed", |t| t.remove("ChatSourceRole/Policies"))
            .check("ChatSource", "does not allow `lambda:InvokeFunction`"),
        fault("permission to invoke another function", |t| {
            t.statement("ChatSourceRole", "lambda:InvokeFunction")["Resource"] =
                json!({ "Fn::GetAtt": ["PostConfirmation", "Arn"] });
        })
        .check("ChatSource", "does not allow `lambda:InvokeFunction`"),
        fault("source whose role trusts another service", |t| {
            let path = "ChatSourceRole/AssumeRolePolicyDocument/Statement/0/Principal/Service";
            t.set(path, "lambda.amazonaws.com");
        })
        .check("ChatSourceRole", "does not trust `appsync.amazonaws.com`"),
        fault("source without a role", |t| t.remove("ChatSource/ServiceRoleArn"))
            .check("ChatSource", "needs a `ServiceRoleArn`"),
        fault("source without its function", |t| t.remove("ChatSource/LambdaConfig"))
            .check("ChatSource", "needs a `LambdaConfig`"),
        fault("source of a type that does not exist", |t| t.set("ChatSource/Type", "LAMBDA"))
            .compiler("source_type_misspelt"),
        fault("name of a source with a dash", |t| t.set("ChatSource/Name", "Chat-Source"))
            .check("ChatSource", "begin with a letter or `_`"),
        fault("two sources of one name", |t| t.set("NoneSource/Name", "TodoSource"))
            .check("NoneSource", "has the name \"TodoSource\" already"),
        fault("key that ends in two years", |t| t.set("ApiKey/Expires", 4_102_444_800_i64))
            .check("ApiKey", "more than 365 days away"),
        fault("key for an API that takes none", |t| {
            t.replace("ApiSchema/Definition", "@aws_api_key", "");
            let schema = t.0["Resources"]["ApiSchema"]["Properties"]["Definition"].as_str().unwrap();
            let schema = schema.replace("@aws_api_key", "");
            t.set("ApiSchema/Definition", schema);
            let providers = json!([{ "AuthenticationType": "AWS_IAM" }]);
            t.set("GraphQLApi/AdditionalAuthenticationProviders", providers);
        })
        .check("ApiKey", "needs an authentication provider `API_KEY`"),
        fault("log group of another name", |t| {
            t.replace("GraphQLApiLogGroup/LogGroupName/Fn::Sub", "/aws/appsync/apis/", "/aws/appsync/");
        })
        .check("GraphQLApi", "no log group of its own"),
        fault("tokens and messages in the logs", |t| t.remove("GraphQLApi/LogConfig/ExcludeVerboseContent"))
            .check("GraphQLApi", "set `ExcludeVerboseContent`"),
        fault("permission to write the API's logs removed", |t| t.remove("GraphQLApiLogsRole/Policies"))
            .check("GraphQLApi", "does not let it write its logs"),
        fault("logs' role that trusts another service", |t| {
            let path = "GraphQLApiLogsRole/AssumeRolePolicyDocument/Statement/0/Principal/Service";
            t.set(path, "apigateway.amazonaws.com");
        })
        .check("GraphQLApiLogsRole", "does not trust `appsync.amazonaws.com`"),
        fault("more resolvers in a request than AppSync takes", |t| {
            t.set("GraphQLApi/ResolverCountLimit", 20_000);
        })
        .check("GraphQLApi", "ResolverCountLimit"),
        fault("script of another field", |t| {
            let code = t.0["Resources"]["DeleteTodoResolver"]["Properties"]["Code"].clone();
            t.set("GetTodoResolver/Code", code);
        })
        .escapes(
            "it is a right script; that it deletes is for the stories, and for whoever reviews the snapshot",
        ),
        fault("field opened to whoever has the key", |t| {
            t.replace("ApiSchema/Definition", "me: Profile", "me: Profile @aws_api_key");
        })
        .escapes("it is a right schema; the resolvers refuse the caller, and the review sees the line"),
        fault("two resolvers made at once", |t| {
            t.set("/Resources/GetRoomResolver/DependsOn", json!(["ApiSchema"]))
        })
        .escapes("AWS takes it on most days; `infra/tests/template.rs` holds the order"),
        fault("schema of no API", |t| t.remove("ApiSchema/ApiId")).compiler("schema_of_no_api"),
    ]
}
