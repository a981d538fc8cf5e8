//! Generated resources: links, attributes and grants.

use cfn::lambda::{Alias, Code, Function, Permission};
use cfn::{Handle, PolicyDocument, Template, Value, appsync, cognito, dynamodb, iam, s3};
use serde_json::json;

#[test]
fn a_resource_passed_as_itself_becomes_what_the_property_wants() {
    let mut t = Template::new("");
    let table = table(&mut t);
    let function = function(&mut t);
    let alias = t.add("Live", Alias::new().name("live").function_name(&function).function_version("1"));
    let pool = t.add("Pool", cognito::UserPool::new());
    let api = t.add(
        "Api",
        appsync::GraphQLApi::new().name("chat").authentication_type(appsync::AuthenticationType::ApiKey),
    );
    t.add("Key", appsync::ApiKey::new().api_id(&api));
    t.add("Source", source(&api, &table));
    t.add("MayFunction", permission(&function));
    t.add(
        "MayAlias",
        Permission::new()
            .function_name(&alias)
            .action("lambda:InvokeFunction")
            .principal("x")
            .source_arn(&pool),
    );
    t.add("Outside", appsync::ApiKey::new().api_id("abcdef"));
    t.add("Imported", appsync::ApiKey::new().api_id(cfn::intrinsic::import_value::<String>("Api").cast()));

    let resources = &t.to_json()["Resources"];
    let wanted = [
        ("/Live/Properties/FunctionName", json!({ "Ref": "Function" })),
        ("/Function/Properties/Role", json!({ "Fn::GetAtt": ["Role", "Arn"] })),
        ("/Key/Properties/ApiId", json!({ "Fn::GetAtt": ["Api", "ApiId"] })),
        ("/Source/Properties/DynamoDBConfig/TableName", json!({ "Ref": "Table" })),
        ("/MayFunction/Properties/FunctionName", json!({ "Fn::GetAtt": ["Function", "Arn"] })),
        ("/MayAlias/Properties/FunctionName", json!({ "Ref": "Live" })),
        ("/MayAlias/Properties/SourceArn", json!({ "Fn::GetAtt": ["Pool", "Arn"] })),
        ("/Outside/Properties/ApiId", json!("abcdef")),
        ("/Imported/Properties/ApiId", json!({ "Fn::ImportValue": "Api" })),
    ];
    for (pointer, expected) in wanted {
        assert_eq!(resources.pointer(pointer), Some(&expected), "{pointer}");
    }
}

#[test]
fn attributes_are_methods() {
    let mut t = Template::new("");
    let (table, function) = (table(&mut t), function(&mut t));
    let pool = t.add("Pool", cognito::UserPool::new());
    let table_of: [(Value<String>, serde_json::Value); 5] = [
        (table.table_name(), json!({ "Ref": "Table" })),
        (table.stream_arn(), json!({ "Fn::GetAtt": ["Table", "StreamArn"] })),
        (function.arn(), json!({ "Fn::GetAtt": ["Function", "Arn"] })),
        (pool.user_pool_id(), json!({ "Ref": "Pool" })),
        (pool.provider_name(), json!({ "Fn::GetAtt": ["Pool", "ProviderName"] })),
    ];
    for (value, expected) in table_of {
        assert_eq!(value.into_json(), expected);
    }
}

#[test]
fn grants_give_exactly_what_they_say() {
    let mut t = Template::new("");
    let (table, function) = (table(&mut t), function(&mut t));
    let bucket = t.add("Bucket", s3::Bucket::new());
    let mut role = role();
    table.grant_read(&mut role);
    bucket.grant_get("rooms/*", &mut role);
    function.grant_invoke(&mut role);
    t.add("Granted", role);

    let json = t.to_json();
    let policies = json["Resources"]["Granted"]["Properties"]["Policies"].as_array().unwrap();
    assert_eq!(policies.len(), 1, "one inline policy holds all grants");
    assert_eq!(
        policies[0]["PolicyDocument"]["Statement"],
        json!([
            {
                "Effect": "Allow", "Action": ["dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:Query"],
                "Resource": { "Fn::GetAtt": ["Table", "Arn"] },
            },
            { "Effect": "Allow", "Action": "dynamodb:Query", "Resource": { "Fn::Sub": "${Table.Arn}/index/*" } },
            { "Effect": "Allow", "Action": "s3:GetObject", "Resource": { "Fn::Sub": "${Bucket.Arn}/rooms/*" } },
            {
                "Effect": "Allow", "Action": "lambda:InvokeFunction",
                "Resource": [{ "Fn::GetAtt": ["Function", "Arn"] }, { "Fn::Sub": "${Function.Arn}:*" }],
            },
        ])
    );
}

#[test]
fn the_same_program_writes_the_same_text() {
    let write = || {
        let mut t = Template::new("");
        table(&mut t);
        function(&mut t);
        t.to_text()
    };
    assert_eq!(write(), write());
    assert!(
        write().find("\"Table\"") < write().find("\"Function\""),
        "resources stand in the order of their making"
    );
}

fn table(t: &mut Template) -> Handle<dynamodb::Table> {
    let key = dynamodb::KeySchema::new().attribute_name("id").key_type(dynamodb::KeyType::Hash);
    t.add("Table", dynamodb::Table::new().key_schema([key]))
}

fn function(t: &mut Template) -> Handle<Function> {
    let role = t.add("Role", role());
    t.add("Function", Function::new().role(&role).code(Code::packaged("function.zip")))
}

fn role() -> iam::Role<cfn::Given> {
    iam::Role::new().assume_role_policy_document(PolicyDocument::trusting_service("lambda.amazonaws.com"))
}

fn permission(function: &Handle<Function>) -> Permission<cfn::Given, cfn::Given, cfn::Given> {
    Permission::new().function_name(function).action("lambda:InvokeFunction").principal("x")
}

fn source(
    api: &Handle<appsync::GraphQLApi>,
    table: &Handle<dynamodb::Table>,
) -> appsync::DataSource<cfn::Given, cfn::Given, cfn::Given> {
    let config = appsync::DynamoDBConfig::new().table_name(table).aws_region("eu-central-1");
    appsync::DataSource::new()
        .api_id(api)
        .name("Source")
        .type_(appsync::DataSourceType::AmazonDynamodb)
        .dynamodb_config(config)
}
