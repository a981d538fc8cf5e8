//! AppSync: resolvers after their schema, on their sources; keys that expire in time; the schema itself.

use serde_json::{Value as Json, json};

use crate::{each_is_found, function, role, template};

fn api() -> Json {
    let of_api = |mut properties: Json| {
        properties["ApiId"] = json!({ "Fn::GetAtt": ["Api", "ApiId"] });
        properties
    };
    let invoke = role(
        "appsync.amazonaws.com",
        json!("lambda:InvokeFunction"),
        json!({ "Fn::GetAtt": ["Function", "Arn"] }),
    );
    let schema = "type Query { room(id: ID!): Room rooms: [Room!]! }\ntype Room { id: ID! at: AWSDateTime }";
    let mut template = template([
        ("Api", "AWS::AppSync::GraphQLApi", json!({ "AuthenticationType": "API_KEY", "Name": "chat" })),
        ("Other", "Custom::Function", json!({})),
        ("Schema", "AWS::AppSync::GraphQLSchema", of_api(json!({ "Definition": schema }))),
        ("Key", "AWS::AppSync::ApiKey", of_api(json!({}))),
        ("SourceRole", "AWS::IAM::Role", invoke),
        (
            "Source",
            "AWS::AppSync::DataSource",
            of_api(json!({
                "Name": "Chat", "Type": "AWS_LAMBDA", "ServiceRoleArn": { "Fn::GetAtt": ["SourceRole", "Arn"] },
                "LambdaConfig": { "LambdaFunctionArn": { "Fn::GetAtt": ["Function", "Arn"] } },
            })),
        ),
        (
            "Room",
            "AWS::AppSync::Resolver",
            of_api(json!({ "TypeName": "Query", "FieldName": "room", "DataSourceName": "Chat" })),
        ),
        (
            "Rooms",
            "AWS::AppSync::Resolver",
            of_api(json!({
                "TypeName": "Query", "FieldName": "rooms", "DataSourceName": { "Fn::GetAtt": ["Source", "Name"] },
            })),
        ),
    ]);
    template["Resources"]["Room"]["DependsOn"] = json!(["Schema", "Source"]);
    template["Resources"]["Rooms"]["DependsOn"] = json!("Room");
    function(&mut template, json!("logs:PutLogEvents"), json!({ "Fn::GetAtt": ["Logs", "Arn"] }));
    template
}

#[test]
fn a_resolver_waits_for_its_schema_and_has_its_source() {
    each_is_found(
        &api(),
        &[
            ("/Resources/Rooms/DependsOn", json!(null), "Rooms", "add `DependsOn: Schema`"),
            ("/Resources/Room/DependsOn", json!(["Schema"]), "Room", "add `DependsOn: Source`"),
            (
                "/Resources/Room/Properties/DataSourceName",
                json!("Chatt"),
                "Room",
                "no data source of its API is called `Chatt`",
            ),
            ("/Resources/Room/Properties/DataSourceName", json!(null), "Room", "needs a `DataSourceName`"),
            (
                "/Resources/Rooms/Properties/Kind",
                json!("PIPELINE"),
                "Rooms",
                "needs `PipelineConfig.Functions`",
            ),
            (
                "/Resources/Rooms/Properties/FieldName",
                json!("room"),
                "Rooms",
                "`Room` resolves Query.room already",
            ),
            (
                "/Resources/Rooms/Properties/Code",
                json!("export function request() {} export function response() {}"),
                "Rooms",
                "needs a `Runtime`",
            ),
            ("/Resources/Source/Properties/LambdaConfig", json!(null), "Source", "needs a `LambdaConfig`"),
            (
                "/Resources/Api/Properties/AdditionalAuthenticationProviders",
                json!([{ "AuthenticationType": "AWS_LAMBDA" }]),
                "Api",
                "needs a `LambdaAuthorizerConfig`",
            ),
        ],
    );
}

/// `Rooms` as a pipeline of a script and of a function without one.
fn pipeline() -> Json {
    let mut template = api();
    let code =
        "export function request(ctx) { return {}; } export function response(ctx) { return ctx.result; }";
    let of_api = |mut properties: Json| {
        properties["ApiId"] = json!({ "Fn::GetAtt": ["Api", "ApiId"] });
        properties
    };
    let scripted = |mut properties: Json| {
        properties["Code"] = json!(code);
        properties["Runtime"] = json!({ "Name": "APPSYNC_JS", "RuntimeVersion": "1.0.0" });
        of_api(properties)
    };
    let resources = &mut template["Resources"];
    resources["Nothing"] = json!({
        "Type": "AWS::AppSync::DataSource", "Properties": of_api(json!({ "Name": "Nothing", "Type": "NONE" })),
    });
    resources["First"] = json!({
        "Type": "AWS::AppSync::FunctionConfiguration",
        "Properties": scripted(json!({ "Name": "first", "DataSourceName": { "Fn::GetAtt": ["Nothing", "Name"] } })),
    });
    resources["Second"] = json!({
        "Type": "AWS::AppSync::FunctionConfiguration",
        "Properties": of_api(json!({ "Name": "second", "DataSourceName": { "Fn::GetAtt": ["Source", "Name"] } })),
    });
    let functions = ["First", "Second"].map(|id| json!({ "Fn::GetAtt": [id, "FunctionId"] }));
    resources["Rooms"]["Properties"] = scripted(json!({
        "TypeName": "Query", "FieldName": "rooms", "Kind": "PIPELINE", "PipelineConfig": { "Functions": functions },
    }));
    template
}

#[test]
fn a_pipeline_and_its_functions_have_what_they_run() {
    let function = json!({ "Fn::GetAtt": ["First", "FunctionId"] });
    each_is_found(
        &pipeline(),
        &[
            ("/Resources/Rooms/Properties/Code", json!(null), "Rooms", "a pipeline resolver needs `Code`"),
            ("/Resources/Rooms/Properties/Runtime", json!(null), "Rooms", "needs a `Runtime`"),
            (
                "/Resources/Rooms/Properties/PipelineConfig/Functions",
                json!(vec![function; 11]),
                "Rooms",
                "11 functions of at most 10",
            ),
            ("/Resources/First/Properties/Runtime", json!(null), "First", "needs a `Runtime`"),
            ("/Resources/Nothing/Properties/Type", json!("HTTP"), "Nothing", "needs a `HttpConfig`"),
            ("/Resources/First/Properties/Code", json!(null), "First", "its data source is of type `NONE`"),
            (
                "/Resources/First/Properties/DataSourceName",
                json!("Absent"),
                "First",
                "no data source of its API is called `Absent`",
            ),
            (
                "/Resources/First/Properties/Code",
                json!("export function request() {} "),
                "First",
                "exports no function `response`",
            ),
        ],
    );
}

#[test]
fn a_source_may_reach_what_it_reads() {
    let statement = "/Resources/SourceRole/Properties/Policies/0/PolicyDocument/Statement/0";
    let at = |name: &str| -> &'static str { Box::leak(format!("{statement}/{name}").into_boxed_str()) };
    let says = "`lambda:InvokeFunction` on `Function`";
    each_is_found(
        &api(),
        &[
            (at("Action"), json!("lambda:GetFunction"), "Source", says),
            (at("Resource"), json!({ "Fn::GetAtt": ["Other", "Arn"] }), "Source", says),
            (at("Effect"), json!("Deny"), "Source", says),
        ],
    );
}

#[test]
fn a_key_expires_within_a_year() {
    let expires = "/Resources/Key/Properties/Expires";
    each_is_found(
        &api(),
        &[
            (expires, json!(1_000_000_000), "Key", "in the past"),
            (expires, json!(33_000_000_000_i64), "Key", "more than 365 days away"),
            (expires, json!("soon"), "Key", "no number of seconds"),
        ],
    );
}

#[cfg(feature = "graphql")]
#[test]
fn the_schema_parses_and_has_what_is_named() {
    let definition = "/Resources/Schema/Properties/Definition";
    let rest = "rooms: [Room!]! } type Room { id: ID! at: AWSDateTime }";
    let schema = |query: &str| json!(format!("type Query {{\n {query} {rest}"));
    each_is_found(
        &api(),
        &[
            (definition, schema("room(id: ID!: Room"), "Schema", "line 2 of the schema"),
            (
                definition,
                schema("room(id: ID!): Rom"),
                "Schema",
                "type `Rom`, which does not exist (the nearest is `Room`)",
            ),
            (
                definition,
                schema("room(id: Id!): Room"),
                "Schema",
                "`Query.room` in the schema is of the type `Id`",
            ),
            (definition, schema("rom: Room"), "Room", "`Query` has no such field (the nearest is `rom`)"),
            (definition, schema("room: Room room: Room"), "Schema", "`Query.room` is in the schema twice"),
            (
                "/Resources/Rooms/Properties/TypeName",
                json!("Qery"),
                "Rooms",
                "no type `Qery` (the nearest is `Query`)",
            ),
        ],
    );
}
