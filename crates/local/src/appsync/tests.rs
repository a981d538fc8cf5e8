//! Templates with resolvers of each kind, asked over HTTP as a client does.

mod refusals;

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use axum::body::{Body, to_bytes};
use axum::http::Request;
use lambda_runtime::Diagnostic;
use local_appsync::{Api, AuthMode, Authenticator, Caller, Credentials, Definition, Refused};
use local_dynamodb::DynamoDb;
use serde_json::{Value, json};
use tower::ServiceExt;

use super::{limits, resolvers, unserved};
use crate::functions::Function;
use crate::stack::{Stack, StackError};

const SCHEMA: &str = "
    type Query {
        chain(n: Int, stop: String): Chain
        people: [Person]
        env: String
        count(by: Int): Int
    }
    type Chain { before: Int  none: Int  stored: Int  invoked: Int  direct: Int  order: [String] }
    type Person { id: Int  double: Int  piped: Int  direct: Int }
";

const FUNCTION: &str = "arn:aws:lambda:us-east-1:123456789012:function:parlor-local-Double";

struct Anyone;

#[async_trait]
impl Authenticator for Anyone {
    async fn authenticate(&self, _: &Credentials) -> Result<Caller, Refused> {
        let (mode, identity, groups) = (AuthMode::ApiKey, Value::Null, Vec::new());
        Ok(Caller { mode, identity, groups, expires_at_s: None, permission: None })
    }
}

/// Doubles what scripts send it, alone or in a list; of Context objects it doubles the `id` of the source, or the
/// result of the function before.
fn double(event: Value) -> Result<Value, Diagnostic> {
    let number = |event: &Value| {
        [&event["n"], &event["prev"]["result"], &event["source"]["id"]].into_iter().find_map(Value::as_i64)
    };
    match event {
        Value::Array(events) if events.len() > 3 => Err(Diagnostic {
            error_type: "TooMany".to_owned(),
            error_message: format!("{} at once", events.len()),
        }),
        Value::Array(events) => {
            Ok(events.iter().map(|event| json!({ "data": number(event).map(|n| n * 2) })).collect())
        }
        event => match number(&event) {
            Some(13) => Err(Diagnostic {
                error_type: "Unlucky".to_owned(),
                error_message: "13 is not doubled".to_owned(),
            }),
            number => Ok(json!(number.map(|n| n * 2))),
        },
    }
}

fn source(name: &str, kind: &str, more: Value) -> Value {
    let mut properties = json!({ "ApiId": { "Fn::GetAtt": ["Api", "ApiId"] }, "Name": name, "Type": kind });
    properties.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    json!({ "Type": "AWS::AppSync::DataSource", "Properties": properties })
}

fn code(request: &str, response: &str) -> Value {
    let code = format!(
        "import {{ util, runtime }} from '@aws-appsync/utils';
        export function request(ctx) {{ {request} }}
        export function response(ctx) {{ {response} }}"
    );
    json!({ "Code": code, "Runtime": { "Name": "APPSYNC_JS", "RuntimeVersion": "1.0.0" } })
}

fn resource(kind: &str, parts: &[Value]) -> Value {
    let mut properties = json!({ "ApiId": { "Fn::GetAtt": ["Api", "ApiId"] } });
    for part in parts {
        properties.as_object_mut().unwrap().extend(part.as_object().unwrap().clone());
    }
    json!({ "Type": format!("AWS::AppSync::{kind}"), "Properties": properties })
}

fn function(source: &str, parts: &[Value]) -> Value {
    let name = json!({ "Name": "Step", "DataSourceName": { "Fn::GetAtt": [source, "Name"] } });
    resource("FunctionConfiguration", &[&[name], parts].concat())
}

fn unit(field: (&str, &str), source: &str, parts: &[Value]) -> Value {
    let field = json!({ "TypeName": field.0, "FieldName": field.1, "DataSourceName": { "Fn::GetAtt": [source, "Name"] } });
    resource("Resolver", &[&[field], parts].concat())
}

fn pipeline(field: (&str, &str), functions: &[&str], parts: &[Value]) -> Value {
    let ids: Vec<Value> = functions.iter().map(|id| json!({ "Fn::GetAtt": [id, "FunctionId"] })).collect();
    let pipeline = json!({ "TypeName": field.0, "FieldName": field.1, "Kind": "PIPELINE", "PipelineConfig": { "Functions": ids } });
    resource("Resolver", &[&[pipeline], parts].concat())
}

/// An API, a table and a data source of each kind; `more` is added, or takes their place.
fn template(more: Value) -> Value {
    let key = |name: &str| json!({ "AttributeName": name, "AttributeType": "S" });
    let mut resources = json!({
        "Api": { "Type": "AWS::AppSync::GraphQLApi", "Properties": {
            "AuthenticationType": "API_KEY", "EnvironmentVariables": { "STAGE": { "Ref": "AWS::Region" } },
            "ResolverCountLimit": 0, "QueryDepthLimit": 0,
        } },
        "Numbers": { "Type": "AWS::DynamoDB::Table", "Properties": {
            "AttributeDefinitions": [key("id")], "BillingMode": "PAY_PER_REQUEST",
            "KeySchema": [{ "AttributeName": "id", "KeyType": "HASH" }],
        } },
        "Nothing": source("Nothing", "NONE", json!({})),
        "Table": source("Table", "AMAZON_DYNAMODB", json!({ "DynamoDBConfig": { "TableName": { "Ref": "Numbers" } } })),
        // A name that is put together is found as well.
        "Double": source("", "AWS_LAMBDA", json!({
            "Name": { "Fn::Sub": "Double_${AWS::AccountId}" }, "LambdaConfig": { "LambdaFunctionArn": FUNCTION },
        })),
    });
    resources.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    json!({ "Resources": resources })
}

async fn open(more: Value) -> Result<Arc<Api>, StackError> {
    let stack = Stack::deploy(&template(more), &BTreeMap::new(), "http://localhost:4000")?;
    let dynamodb = DynamoDb::in_memory().await.unwrap();
    for (_, table) in stack.of_kind("AWS::DynamoDB::Table") {
        dynamodb.create_table_if_absent(&table.physical_id, &table.properties).await.unwrap();
    }
    let functions = BTreeMap::from([(FUNCTION.to_owned(), Function::of(double))]);
    unserved(&stack)?;
    let definition = Definition {
        api_id: "api".to_owned(),
        schema: SCHEMA.to_owned(),
        default_mode: AuthMode::ApiKey,
        additional_modes: Vec::new(),
        lambda_authorizer: None,
        oidc: Vec::new(),
        resolvers: resolvers::of_template(&stack, &functions, &dynamodb)?,
        limits: limits(stack.only("AWS::AppSync::GraphQLApi")?.1),
    };
    Ok(Api::new(definition, Arc::new(Anyone)).unwrap())
}

async fn ask(api: &Arc<Api>, query: &str) -> Value {
    let request = Request::post("/graphql").header("x-api-key", "any");
    let request = request.body(Body::from(json!({ "query": query }).to_string())).unwrap();
    let answer = api.router().oneshot(request).await.unwrap();
    serde_json::from_slice(&to_bytes(answer.into_body(), usize::MAX).await.unwrap()).unwrap()
}

/// Over all three kinds of data sources and a function without a script; `stop` says which step is not to go well.
fn chain() -> Value {
    let step = |name: &str, request: &str| {
        code(
            &format!(
                "ctx.stash.order.push('{name}');
                if (ctx.args.stop === '{name} early') runtime.earlyReturn(1000);
                if (ctx.args.stop === '{name} end') runtime.earlyReturn(2000, {{ skipTo: 'END' }});
                if (ctx.args.stop === '{name} appends') util.appendError('{name}', 'Half');
                if (ctx.args.stop === '{name} raises') {{
                    util.appendError('first');
                    util.error('{name}', 'Forbidden', {{ none: 1 }}, {{ why: 'x' }});
                }}
                {request}"
            ),
            &format!(
                "if (ctx.error) util.error(ctx.error.message, ctx.error.type);
                if (ctx.args.stop === '{name} fails late') util.error('{name}', 'Late');
                ctx.stash.{name} = ctx.result.value ?? ctx.result;
                return ctx.stash.{name};"
            ),
        )
    };
    let put = "return {
        operation: 'PutItem',
        key: util.dynamodb.toMapValues({ id: 'only' }),
        attributeValues: util.dynamodb.toMapValues({ value: ctx.prev.result + 1 }),
    };";
    json!({
        "Add": function("Nothing", &[step("none", "return { payload: ctx.prev.result + 1 };")]),
        "Store": function("Table", &[step("stored", put)]),
        "Invoke": function("Double", &[step("invoked", "return { operation: 'Invoke', payload: { n: ctx.prev.result } };")]),
        "Direct": function("Double", &[]),
        "ChainResolver": pipeline(("Query", "chain"), &["Add", "Store", "Invoke", "Direct"], &[code(
            "if (ctx.args.stop === 'before') runtime.earlyReturn(5);
            ctx.stash.order = ['before'];
            ctx.stash.before = ctx.args.n;
            return ctx.args.n;",
            "if (ctx.args.stop === 'after') util.error('after', 'Forbidden');
            return { ...ctx.stash, direct: ctx.result };",
        )]),
    })
}

const CHAIN: &str = "{ before none stored invoked direct order }";

async fn chained(api: &Arc<Api>, n: i64, stop: &str) -> Value {
    ask(api, &format!("{{ chain(n: {n}, stop: \"{stop}\") {CHAIN} }}")).await
}

#[tokio::test]
async fn a_pipeline_runs_its_functions_in_order_on_every_kind_of_data_source() {
    let api = open(chain()).await.unwrap();
    let expected = json!({ "data": { "chain": {
        "before": 1, "none": 2, "stored": 3, "invoked": 6, "direct": 12,
        "order": ["before", "none", "stored", "invoked"],
    } } });
    assert_eq!(chained(&api, 1, "").await, expected);
}

#[tokio::test]
async fn an_early_return_in_a_pipeline_passes_over_what_aws_says() {
    let api = open(chain()).await.unwrap();
    let of = |answer: &Value, field: &str| answer["data"]["chain"][field].clone();
    let next = chained(&api, 1, "none early").await;
    assert_eq!(
        [of(&next, "none"), of(&next, "stored"), of(&next, "direct")],
        [json!(null), json!(1001), json!(4004)]
    );
    let end = chained(&api, 1, "stored end").await;
    assert_eq!(
        [of(&end, "none"), of(&end, "stored"), of(&end, "direct")],
        [json!(2), json!(null), json!(2000)]
    );
    assert_eq!(of(&end, "order"), json!(["before", "none", "stored"]));
    let before = chained(&api, 1, "before").await;
    assert_eq!([of(&before, "direct"), of(&before, "order")], [json!(5), json!(null)]);
}

#[tokio::test]
async fn an_error_at_any_step_of_a_pipeline_is_told_as_aws_tells_it() {
    let api = open(chain()).await.unwrap();
    for (n, stop, error_type, message) in [
        (1, "stored raises", "Forbidden", "stored"),
        (1, "invoked fails late", "Late", "invoked"),
        // As a script hears of it, and as AppSync itself does.
        (11, "", "Lambda:Unhandled", "13 is not doubled"),
        (1, "after", "Forbidden", "after"),
    ] {
        let answer = chained(&api, n, stop).await;
        assert_eq!(answer["data"], json!({ "chain": null }), "{stop}");
        let error = answer["errors"].as_array().unwrap().last().unwrap();
        assert_eq!((&error["errorType"], &error["message"]), (&json!(error_type), &json!(message)), "{stop}");
        assert_eq!(error["path"], json!(["chain"]));
    }
    let raised = chained(&api, 1, "stored raises").await;
    assert_eq!(raised["errors"][0]["message"], "first");
    assert_eq!(raised["errors"][1]["data"], json!({ "none": 1 }));
    assert_eq!(raised["errors"][1]["errorInfo"], json!({ "why": "x" }));
    let direct = chained(&api, 1, "invoked early").await;
    assert_eq!(direct["data"]["chain"]["direct"], 2000);
    let appended = chained(&api, 1, "invoked appends").await;
    assert_eq!(appended["data"]["chain"]["direct"], 12);
    assert_eq!(
        (&appended["errors"][0]["message"], &appended["errors"][0]["errorType"]),
        (&json!("invoked"), &json!("Half"))
    );
}

#[tokio::test]
async fn a_function_without_a_script_fails_a_pipeline_by_its_own_error_type() {
    let mut more = chain();
    more["ChainResolver"] =
        pipeline(("Query", "chain"), &["Direct"], &[code("return ctx.args.n;", "return {};")]);
    let error = chained(&open(more).await.unwrap(), 13, "").await["errors"][0].clone();
    assert_eq!((&error["errorType"], &error["message"]), (&json!("Unlucky"), &json!("13 is not doubled")));
}

fn people(count: i64, double: Value, piped: Value, direct: Value) -> Value {
    let everyone: Vec<Value> = (1..=count).map(|id| json!({ "id": id })).collect();
    let request = "return { operation: 'BatchInvoke', payload: { n: ctx.source.id } };";
    let response = "if (ctx.error) util.error(ctx.error.message, ctx.error.type); return ctx.result.data;";
    let batching = code(request, response);
    json!({
        "People": unit(("Query", "people"), "Nothing", &[code(&format!("return {{ payload: {} }};", json!(everyone)), "return ctx.result;")]),
        "Batched": unit(("Person", "double"), "Double", &[batching.clone(), double]),
        "Step": function("Double", &[batching, piped]),
        "Piped": pipeline(("Person", "piped"), &["Step"], &[code("", "return ctx.result;")]),
        "Together": unit(("Person", "direct"), "Double", &[direct]),
    })
}

#[tokio::test]
async fn the_items_of_a_list_reach_a_function_in_batches_of_the_templates_size() {
    let three = || json!({ "MaxBatchSize": 3 });
    let api = open(people(7, three(), three(), three())).await.unwrap();
    let answer = ask(&api, "{ people { id double piped direct } }").await;
    let expected: Vec<Value> =
        (1..=7).map(|id| json!({ "id": id, "double": id * 2, "piped": id * 2, "direct": id * 2 })).collect();
    assert_eq!(answer, json!({ "data": { "people": expected } }));
}

#[tokio::test]
async fn a_batch_is_of_five_unless_the_template_says_otherwise_and_fails_as_one() {
    let api = open(people(7, json!({}), json!({}), json!({ "MaxBatchSize": 0 }))).await.unwrap();
    for field in ["double", "piped"] {
        let answer = ask(&api, &format!("{{ people {{ {field} direct }} }}")).await;
        let people = answer["data"]["people"].as_array().unwrap();
        let values: Vec<&Value> = people.iter().map(|person| &person[field]).collect();
        assert_eq!(
            values,
            [&json!(null), &json!(null), &json!(null), &json!(null), &json!(null), &json!(12), &json!(14)]
        );
        assert!(people.iter().all(|person| person["direct"].is_number()));
        let errors = answer["errors"].as_array().unwrap();
        assert_eq!(errors.len(), 5);
        assert!(errors.iter().all(|error| error["message"] == "5 at once"), "{errors:?}");
    }
}

#[tokio::test]
async fn the_apis_variables_are_the_scripts_environment() {
    let step = function(
        "Nothing",
        &[code("return { payload: `${ctx.prev.result} ${ctx.env.STAGE}` };", "return ctx.result;")],
    );
    let around = code("return ctx.env.STAGE;", "return ctx.result;");
    let api =
        open(json!({ "Step": step, "Env": pipeline(("Query", "env"), &["Step"], &[around]) })).await.unwrap();
    assert_eq!(ask(&api, "{ env }").await, json!({ "data": { "env": "us-east-1 us-east-1" } }));
}

#[tokio::test]
async fn introspection_ends_where_the_template_says_so() {
    let mut api = template(json!({}))["Resources"]["Api"].clone();
    let query = "{ ...All env } fragment All on Query { a: __schema { queryType { name } } __typename }";
    let open_to_all = open(json!({ "Api": api.clone() })).await.unwrap();
    assert_eq!(ask(&open_to_all, query).await["data"]["a"]["queryType"]["name"], "Query");
    api["Properties"]["IntrospectionConfig"] = json!("DISABLED");
    let closed = open(json!({ "Api": api })).await.unwrap();
    let answer = ask(&closed, query).await;
    assert_eq!(answer["data"], Value::Null);
    let message =
        "Validation error of type FieldUndefined: Field '__schema' in type 'Query' is undefined @ 'a'";
    assert_eq!(answer["errors"][0]["message"], message);
    assert_eq!(ask(&closed, "{ __typename }").await["data"]["__typename"], "Query");
}
