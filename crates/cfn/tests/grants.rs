//! Grants of every kind: exactly the actions, exactly the ARNs, and the variable.
#![allow(clippy::unwrap_used)]

use cfn::lambda::{Alias, Code, Function};
use cfn::{Grantee, Handle, Statement, Template, Value, actions, apigatewayv2, appsync, cognito};
use cfn::{dynamodb, s3, secretsmanager, sns, sqs, ssm};
use serde_json::{Value as Json, json};

/// A grantee that only listens.
#[derive(Default)]
struct Listener {
    statements: Vec<Json>,
    variables: Vec<(String, Json)>,
}

impl Grantee for Listener {
    fn grant(&mut self, statement: Statement) {
        // As a role would write it.
        let mut role = cfn::iam::Role::new()
            .assume_role_policy_document(cfn::PolicyDocument::trusting_service("lambda.amazonaws.com"));
        role.grant(statement);
        let mut template = Template::new("");
        template.add("Role", role);
        let json = template.to_json();
        let document = &json["Resources"]["Role"]["Properties"]["Policies"][0]["PolicyDocument"];
        self.statements.extend(document["Statement"].as_array().unwrap().iter().cloned());
    }

    fn variable(&mut self, name: &str, value: Value<String>) {
        self.variables.push((name.to_owned(), value.into_json()));
    }
}

#[track_caller]
fn gives(grant: impl FnOnce(&mut Listener), statements: &[(Json, Json)], variable: Option<(&str, Json)>) {
    let mut listener = Listener::default();
    grant(&mut listener);
    let given: Vec<(Json, Json)> = listener
        .statements
        .iter()
        .map(|statement| {
            assert_eq!(statement["Effect"], "Allow");
            (statement["Action"].clone(), statement["Resource"].clone())
        })
        .collect();
    assert_eq!(given, statements);
    let variable: Vec<(String, Json)> =
        variable.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    listener.variables.dedup();
    assert_eq!(listener.variables, variable);
}

fn arn(id: &str) -> Json {
    json!({ "Fn::GetAtt": [id, "Arn"] })
}

#[test]
fn a_table_gives_its_items_its_stream_and_its_name() {
    let key = dynamodb::KeySchema::new().attribute_name("id").key_type(dynamodb::KeyType::Hash);
    let table = Template::new("").add("ChatTable", dynamodb::Table::new().key_schema([key]));
    let name = || Some(("CHAT_TABLE", json!({ "Ref": "ChatTable" })));
    gives(
        |to| table.grant(actions!["dynamodb:PutItem"], to),
        &[(json!("dynamodb:PutItem"), arn("ChatTable"))],
        name(),
    );
    let all = json!([
        "dynamodb:GetItem",
        "dynamodb:BatchGetItem",
        "dynamodb:Query",
        "dynamodb:PutItem",
        "dynamodb:UpdateItem",
        "dynamodb:DeleteItem",
        "dynamodb:ConditionCheckItem",
    ]);
    let indexes = (json!("dynamodb:Query"), json!({ "Fn::Sub": "${ChatTable.Arn}/index/*" }));
    gives(|to| table.grant_read_write(to), &[(all, arn("ChatTable")), indexes], name());
    let stream = json!(["dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:DescribeStream"]);
    gives(
        |to| table.grant_stream_read(to),
        &[(stream, json!({ "Fn::GetAtt": ["ChatTable", "StreamArn"] }))],
        None,
    );
}

#[test]
fn a_bucket_gives_objects_by_their_keys_and_the_list_by_prefix() {
    let bucket = Template::new("").add("UploadsBucket", s3::Bucket::new());
    let name = || Some(("UPLOADS_BUCKET", json!({ "Ref": "UploadsBucket" })));
    let objects = || json!({ "Fn::Sub": "${UploadsBucket.Arn}/rooms/*" });
    gives(|to| bucket.grant_get("rooms/*", to), &[(json!("s3:GetObject"), objects())], name());
    gives(|to| bucket.grant_put("rooms/*", to), &[(json!("s3:PutObject"), objects())], name());
    gives(|to| bucket.grant_delete("rooms/*", to), &[(json!("s3:DeleteObject"), objects())], name());
    gives(|to| bucket.grant_list("*", to), &[(json!("s3:ListBucket"), arn("UploadsBucket"))], name());
    let mut listener = Listener::default();
    bucket.grant_list("rooms/*", &mut listener);
    assert_eq!(listener.statements[0]["Condition"], json!({ "StringLike": { "s3:prefix": "rooms/*" } }));
}

#[test]
fn a_graphql_api_gives_single_fields_and_whole_types() {
    let mode = appsync::AuthenticationType::AwsIam;
    let api = appsync::GraphQLApi::new().name("Chat").authentication_type(mode);
    let api = Template::new("").add("Api", api);
    let fields = ["Query/fields/getTodo", "Todo/fields/*"];
    let fields = fields.map(|field| json!({ "Fn::Sub": format!("${{Api}}/types/{field}") }));
    gives(
        |to| api.grant_fields(&[("Query", "getTodo"), ("Todo", "*")], to),
        &[(json!("appsync:GraphQL"), json!(fields))],
        None,
    );
}

#[test]
fn queues_topics_secrets_and_parameters_give_what_a_function_does_with_them() {
    let mut t = Template::new("");
    let queue = t.add("Mails", sqs::Queue::new());
    let url = || Some(("MAILS", json!({ "Ref": "Mails" })));
    gives(|to| queue.grant_send(to), &[(json!("sqs:SendMessage"), arn("Mails"))], url());
    let consume = json!([
        "sqs:ReceiveMessage",
        "sqs:DeleteMessage",
        "sqs:ChangeMessageVisibility",
        "sqs:GetQueueAttributes",
    ]);
    gives(|to| queue.grant_consume(to), &[(consume, arn("Mails"))], url());
    for (id, action, grant) in [
        ("Alarms", "sns:Publish", {
            let topic = t.add("Alarms", sns::Topic::new());
            Box::new(move |to: &mut Listener| topic.grant_publish(to)) as Box<dyn FnOnce(&mut Listener)>
        }),
        ("Token", "secretsmanager:GetSecretValue", {
            let secret = t.add("Token", secretsmanager::Secret::new());
            Box::new(move |to: &mut Listener| secret.grant_read(to))
        }),
    ] {
        let reference = json!({ "Ref": id });
        gives(grant, &[(json!(action), reference.clone())], Some((&id.to_uppercase(), reference)));
    }
    let parameter = t.add("Level", ssm::Parameter::new().type_(ssm::ParameterType::String).value("info"));
    let read = json!(["ssm:GetParameter", "ssm:GetParameters"]);
    gives(|to| parameter.grant_read(to), &[(read, arn("Level"))], Some(("LEVEL", json!({ "Ref": "Level" }))));
}

#[test]
fn an_alias_is_invoked_by_itself_alone_and_a_function_by_any_version() {
    let mut t = Template::new("");
    let function: Handle<Function> = t.add(
        "Sender",
        Function::new().code(Code::new().s3_bucket("code").s3_key("a.zip")).role("arn:aws:iam::1:role/a"),
    );
    let alias = t.add("Live", Alias::new().name("live").function_name(&function).function_version("1"));
    let invoke = json!("lambda:InvokeFunction");
    let reference = json!({ "Ref": "Live" });
    gives(|to| alias.grant_invoke(to), &[(invoke.clone(), reference.clone())], Some(("LIVE", reference)));
    gives(
        |to| function.grant_invoke(to),
        &[(invoke, json!([arn("Sender"), { "Fn::Sub": "${Sender.Arn}:*" }]))],
        Some(("SENDER", arn("Sender"))),
    );
}

#[test]
fn a_user_pool_gives_the_actions_that_are_named() {
    let pool = Template::new("").add("UserPool", cognito::UserPool::new());
    gives(
        |to| pool.grant(actions!["cognito-idp:AdminGetUser", "cognito-idp:AdminDeleteUser"], to),
        &[(json!(["cognito-idp:AdminGetUser", "cognito-idp:AdminDeleteUser"]), arn("UserPool"))],
        Some(("USER_POOL", json!({ "Ref": "UserPool" }))),
    );
}

#[test]
fn a_websocket_api_gives_the_connections_of_one_stage_and_its_address() {
    let api = Template::new("").add(
        "SocketApi",
        apigatewayv2::Api::new().name("feed").protocol_type(apigatewayv2::ProtocolType::Websocket),
    );
    let connections = "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${SocketApi}/live/*/@connections/*";
    let address = "https://${SocketApi}.execute-api.${AWS::Region}.${AWS::URLSuffix}/live";
    gives(
        |to| api.grant_manage_connections("live", to),
        &[(json!("execute-api:ManageConnections"), json!({ "Fn::Sub": connections }))],
        Some(("SOCKET_API", json!({ "Fn::Sub": address }))),
    );
}
