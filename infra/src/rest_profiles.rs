//! `GET /profiles/{id}`: who somebody is, read by API Gateway itself from the table, without a function.

use cfn::apigateway::{Integration, IntegrationResponse, IntegrationType, Method, PassthroughBehavior};
use cfn::{Compare, Grantee as _, Statement, Template, actions, pseudo, sub};
use serde_json::{Value as Json, json};

use crate::data::Data;
use crate::functions::role_of;
use crate::rest::{Api, answer, required};

/// `crates/chat/src/keys.rs` has the key: a test there reads a profile by this very template.
const REQUEST: &str = r##"{
  "TableName": "$stageVariables.chatTable",
  "Key": { "pk": { "S": "USER#$util.escapeJavaScript($input.params('id'))" }, "sk": { "S": "PROFILE" } },
  "ProjectionExpression": "#name, avatarUrl",
  "ExpressionAttributeNames": { "#name": "name" }
}"##;

/// Lets pages of the allowed origins read the answer; the other methods' function does the same.
const CORS: &str = r#"#set($origin = $input.params().header.get("origin"))
#if(!$origin || $origin == "")#set($origin = $input.params().header.get("Origin"))#end
#set($allowed = ",$stageVariables.allowedOrigins,")
#if($origin && $origin != "" && $allowed.contains(",$origin,"))#set($context.responseOverride.header.Access-Control-Allow-Origin = $origin)#end
"#;

const FOUND: &str = r#"#set($name = $input.path('$.Item.name.S'))
#set($avatar = $input.path('$.Item.avatarUrl.S'))
#if($name && $name != "")
{"id":"$util.escapeJavaScript($input.params('id'))","name":$input.json('$.Item.name.S'),"avatarUrl":#if($avatar && $avatar != "")$input.json('$.Item.avatarUrl.S')#{else}null#end}
#else
#set($context.responseOverride.status = 404)
{"error":"NotFound","message":"There is no such user: id is the `id` of a sender or member."}
#end"#;

/// DynamoDB answers 400 to a key that cannot be one, but also to what is our own fault, as a missing permission.
const REFUSED: &str = r#"#if($input.path('$.__type').contains("ValidationException"))
{"error":"InvalidInput","message":"This is not the id of a user."}
#else
#set($context.responseOverride.status = 500)
{"error":"Internal","message":"Something failed on our side. Repeat the same call; if it fails again, tell the operator."}
#end"#;
const FAILED: &str = r#"{"error":"Internal","message":"Something failed on our side. Repeat the same call; if it fails again, tell the operator."}"#;

pub(crate) fn add(t: &mut Template, api: &mut Api, data: &Data) {
    let profiles = api.resource(t, "RestProfiles", "profiles", None);
    let profile = api.resource(t, "RestProfile", "{id}", Some(&profiles));
    let model = api.model(t, "RestProfileModel", model());

    let mut role = role_of("apigateway.amazonaws.com");
    // Of all rows, those of users; of these, the template reads the profile.
    let may = Statement::allow(actions!["dynamodb:GetItem"]).on([data.chat_table.arn()]);
    role.grant(may.when(Compare::AllStringLike, "dynamodb:LeadingKeys", ["USER#*"]));
    let role = t.add("RestProfilesRole", role);

    let response = |status: &str, template: &str| {
        IntegrationResponse::new()
            .status_code(status)
            .response_parameters([("method.response.header.Vary", "'Origin'")])
            .response_templates([("application/json", format!("{CORS}{template}"))])
    };
    let integration = Integration::new()
        .type_(IntegrationType::Aws)
        .integration_http_method("POST")
        .uri(sub!("arn:{}:apigateway:{}:dynamodb:action/GetItem", pseudo::partition(), pseudo::region()))
        .credentials(&role)
        .passthrough_behavior(PassthroughBehavior::Never)
        .request_templates([("application/json", REQUEST)])
        .integration_responses([
            response("200", FOUND),
            response("400", REFUSED).selection_pattern(r"4\d{2}"),
            response("500", FAILED).selection_pattern(r"5\d{2}"),
        ]);
    let headers = response_headers();
    let with_headers = |status, model| answer(status, model).response_parameters(headers.clone());
    let get = Method::new()
        .http_method("GET")
        .request_parameters(required([("path.id", true)]))
        .method_responses([
            with_headers("200", &model),
            with_headers("400", &api.failure),
            with_headers("404", &api.failure),
            with_headers("500", &api.failure),
        ]);
    api.method(t, "RestProfileGet", &profile, get, integration);
    api.preflight(t, "RestProfileOptions", &profile);
}

/// The headers that the responses may have.
fn response_headers() -> cfn::Value<cfn::Entries<String>> {
    let headers = ["Access-Control-Allow-Origin", "Vary"];
    let named = headers.iter().map(|name| (format!("method.response.header.{name}"), json!(true)));
    cfn::Value::unchecked(Json::Object(named.collect()))
}

fn model() -> Json {
    let text = json!({ "type": "string" });
    json!({
        "type": "object",
        "required": ["id", "name", "avatarUrl"],
        "properties": { "id": text, "name": text, "avatarUrl": { "type": ["string", "null"] } },
    })
}
