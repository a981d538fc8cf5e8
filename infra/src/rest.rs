//! The REST API: resources, methods behind the user pool's authorizer, and the stage that serves them.

use cfn::apigateway::{
    AuthorizationType, Authorizer, AuthorizerType, Deployment, GatewayResponse, Integration, IntegrationType,
    Method, MethodResponse, MethodSetting, Model, RequestValidator, Resource, RestApi,
    RestApiEndpointConfiguration, Stage, StageAccessLogSetting,
};
use cfn::lambda::{self, Alias};
use cfn::link::ApiGatewayResourceResourceId;
use cfn::{Entries, Handle, Template, Value, if_, join, list, prelude::*, pseudo, sub};
use serde_json::{Value as Json, json};

use crate::auth::Auth;
use crate::build::digest;
use crate::data::Data;
use crate::functions::{Function, log_group};
use crate::gateway::{self, STAGE};
use crate::hosting::Hosting;
use crate::parameters::Parameters;
use crate::rest_profiles;
use crate::socket::Socket;

/// What others need to know of the API.
pub(crate) struct Rest {
    /// `https://…`, without a path.
    pub(crate) url: Value<String>,
    /// What its metrics are called by.
    pub(crate) name: Value<String>,
    /// The stage's ARN, as WAF takes it.
    pub(crate) stage_arn: Value<String>,
}

/// The API while methods are being added to it.
pub(crate) struct Api {
    pub(crate) api: Handle<RestApi>,
    pub(crate) failure: Handle<Model>,
    authorizer: Handle<Authorizer>,
    validator: Handle<RequestValidator>,
    function: Handle<Alias>,
    methods: Vec<Handle<Method>>,
}

pub(crate) fn add(
    t: &mut Template,
    parameters: &Parameters,
    auth: &Auth,
    data: &Data,
    account: &gateway::Account,
    socket: &Socket,
    hosting: &Hosting,
) -> Rest {
    let mut api = api(t, parameters, auth, data, socket);
    let posts = api.resource(t, "RestPosts", "posts", None);
    let page = api.model(t, "RestPostPage", page_of_posts());
    let list = Method::new()
        .http_method("GET")
        .method_responses([answer("200", &page), answer("400", &api.failure)])
        .request_parameters(required([("querystring.limit", false), ("querystring.nextToken", false)]));
    api.proxied(t, "RestPostsGet", &posts, list);
    api.preflight(t, "RestPostsOptions", &posts);

    let tickets = api.resource(t, "RestTickets", "tickets", None);
    let nothing = api.model(t, "RestNothing", nothing());
    let ticket = api.model(t, "RestTicket", ticket());
    let create = Method::new()
        .http_method("POST")
        .request_models([("application/json", nothing.name())])
        .method_responses([answer("201", &ticket), answer("400", &api.failure)]);
    api.proxied(t, "RestTicketsPost", &tickets, create);
    api.preflight(t, "RestTicketsOptions", &tickets);

    rest_profiles::add(t, &mut api, data);

    let responses = gateway_responses(t, &api.api);
    let stage = stage(t, parameters, data, account, &api, &responses, hosting);
    let (partition, region) = (pseudo::partition(), pseudo::region());
    let (id, stage) = (api.api.rest_api_id(), stage.stage_name());
    Rest {
        url: gateway::url("https", api.api.rest_api_id()),
        name: name(),
        stage_arn: sub!("arn:{}:apigateway:{}::/restapis/{}/stages/{}", partition, region, id, stage),
    }
}

/// The API's name: CloudWatch knows a REST API by it, and by nothing else.
fn name() -> Value<String> {
    sub!("{}-rest", pseudo::stack_name())
}

fn api(t: &mut Template, parameters: &Parameters, auth: &Auth, data: &Data, socket: &Socket) -> Api {
    let mut function = Function::new("RestFunction", "rest", 256, 10);
    function.variable("CHAT_TABLE", data.chat_table.table_name());
    function.variable("WEBSOCKET_URL", socket.url.clone());
    data.chat_table
        .grant(cfn::actions!["dynamodb:BatchGetItem", "dynamodb:Query", "dynamodb:PutItem"], &mut function);
    let function = function.add(t, parameters);
    let api = t.add(
        "RestApi",
        RestApi::new()
            .name(name())
            .endpoint_configuration(RestApiEndpointConfiguration::new().types(["REGIONAL"])),
    );
    let authorizer = t.add(
        "RestAuthorizer",
        Authorizer::new()
            .rest_api_id(&api)
            .name("users")
            .type_(AuthorizerType::CognitoUserPools)
            .provider_arns([&auth.user_pool])
            .identity_source("method.request.header.Authorization"),
    );
    let validator = t.add(
        "RestValidator",
        RequestValidator::new()
            .rest_api_id(&api)
            .name("everything")
            .validate_request_body(true)
            .validate_request_parameters(true),
    );
    t.add(
        "RestPermission",
        lambda::Permission::new()
            .function_name(&function)
            .action("lambda:InvokeFunction")
            .principal("apigateway.amazonaws.com")
            .source_arn(gateway::arn(api.rest_api_id(), format!("{STAGE}/*").into()).cast())
            .accept_guard("CT.LAMBDA.PR.2", "One API alone may call it: cfn-guard does not read `Fn::Sub`."),
    );
    let failure = t.add("RestFailure", model_of(&api, "Failure", failure()));
    Api { api, failure, authorizer, validator, function, methods: Vec::new() }
}

type Given = cfn::Given;
type Resourceless = Method<Given>;

impl Api {
    /// A path below another, or below the root.
    pub(crate) fn resource(
        &self,
        t: &mut Template,
        id: &str,
        part: &str,
        parent: Option<&Handle<Resource>>,
    ) -> Handle<Resource> {
        let parent: Value<ApiGatewayResourceResourceId> =
            parent.map_or_else(|| self.api.root_resource_id().cast(), Into::into);
        t.add(id, Resource::new().rest_api_id(&self.api).parent_id(parent).path_part(part))
    }

    /// A shape of JSON; its name is the id without `Rest`.
    pub(crate) fn model(&self, t: &mut Template, id: &str, schema: Json) -> Handle<Model> {
        t.add(id, model_of(&self.api, id.trim_start_matches("Rest"), schema))
    }

    /// A method for signed-in users, whose request is as its models and parameters say.
    pub(crate) fn method(
        &mut self,
        t: &mut Template,
        id: &str,
        on: &Handle<Resource>,
        method: Resourceless,
        integration: Integration<Given>,
    ) {
        let method = method
            .rest_api_id(&self.api)
            .resource_id(on)
            .authorization_type(AuthorizationType::CognitoUserPools)
            .authorizer_id(&self.authorizer)
            .request_validator_id(&self.validator)
            .integration(integration);
        self.methods.push(t.add(id, method));
    }

    /// A method that the function answers.
    fn proxied(&mut self, t: &mut Template, id: &str, on: &Handle<Resource>, method: Resourceless) {
        let integration = self.to_function();
        self.method(t, id, on, method, integration);
    }

    /// What browsers ask before a page of another origin may call. It is asked without a token, so it is open;
    /// the function answers it, as it knows the allowed origins.
    pub(crate) fn preflight(&mut self, t: &mut Template, id: &str, on: &Handle<Resource>) {
        let method = Method::new()
            .rest_api_id(&self.api)
            .resource_id(on)
            .http_method("OPTIONS")
            .authorization_type(AuthorizationType::None)
            .integration(self.to_function());
        self.methods.push(t.add(id, method));
    }

    fn to_function(&self) -> Integration<Given> {
        Integration::new()
            .type_(IntegrationType::AwsProxy)
            .integration_http_method("POST")
            .uri(self.function.invocation_uri())
    }
}

/// A response of this status, with the model of its body.
pub(crate) fn answer(status: &str, model: &Handle<Model>) -> MethodResponse<Given> {
    MethodResponse::new().status_code(status).response_models([("application/json", model.name())])
}

/// Parameters of the request, and whether it must have them.
pub(crate) fn required<const N: usize>(parameters: [(&str, bool); N]) -> Value<Entries<String>> {
    let named = parameters.into_iter().map(|(name, is)| (format!("method.request.{name}"), json!(is)));
    Value::unchecked(Json::Object(named.collect()))
}

fn model_of(api: &Handle<RestApi>, name: &str, mut schema: Json) -> Model<Given> {
    schema["$schema"] = json!("http://json-schema.org/draft-04/schema#");
    schema["title"] = json!(name);
    Model::new().rest_api_id(api).name(name).content_type("application/json").schema(schema)
}

fn failure() -> Json {
    let text = json!({ "type": "string" });
    json!({ "type": "object", "required": ["error", "message"], "properties": { "error": text, "message": text } })
}

/// Whose ticket it is says the token, and nothing in the body.
fn nothing() -> Json {
    json!({ "type": "object", "additionalProperties": false })
}

fn ticket() -> Json {
    let text = json!({ "type": "string" });
    json!({
        "type": "object",
        "required": ["ticket", "expiresAt", "url"],
        "properties": { "ticket": text, "expiresAt": { "type": "string", "format": "date-time" }, "url": text },
    })
}

fn page_of_posts() -> Json {
    let (text, maybe) = (json!({ "type": "string" }), json!({ "type": ["string", "null"] }));
    let sender = json!({
        "type": "object",
        "required": ["id", "name"],
        "properties": { "id": text, "name": text, "avatarUrl": maybe },
    });
    let post = json!({
        "type": "object",
        "required": ["id", "sender", "text", "createdAt"],
        "properties": {
            "id": text,
            "clientId": maybe,
            "sender": sender,
            "text": text,
            "createdAt": { "type": "string", "format": "date-time" },
        },
    });
    json!({
        "type": "object",
        "required": ["items", "nextToken"],
        "properties": { "items": { "type": "array", "items": post }, "nextToken": maybe },
    })
}

/// What the gateway itself refuses, in the shape that the function's refusals have. Any page may read why it was
/// refused: these hold nothing of anybody's.
fn gateway_responses(t: &mut Template, api: &Handle<RestApi>) -> Vec<Handle<GatewayResponse>> {
    let said = r#"{"error":"$context.error.responseType","message":$context.error.messageString}"#;
    let unauthorized = r#"{"error":"Unauthorized","message":"Send the ID token of a signed-in user in the header Authorization."}"#;
    let absent = r#"{"error":"NotFound","message":"There is no such path, or not with this method."}"#;
    let unfit = r#"{"error":"InvalidInput","message":"The body does not fit the model of this method."}"#;
    let all = [
        ("RestDefault4xx", "DEFAULT_4XX", None, said),
        ("RestDefault5xx", "DEFAULT_5XX", None, said),
        ("RestUnauthorized", "UNAUTHORIZED", Some("401"), unauthorized),
        // A path that is not there is a missing token to API Gateway.
        ("RestAbsent", "MISSING_AUTHENTICATION_TOKEN", Some("404"), absent),
        ("RestUnfit", "BAD_REQUEST_BODY", Some("400"), unfit),
    ];
    let mut added = Vec::new();
    for (id, kind, status, template) in all {
        let mut response = GatewayResponse::new()
            .rest_api_id(api)
            .response_type(kind)
            .response_parameters([("gatewayresponse.header.Access-Control-Allow-Origin", "'*'")])
            .response_templates([("application/json", template)]);
        if let Some(status) = status {
            response = response.status_code(status);
        }
        added.push(t.add(id, response));
    }
    added
}

/// A deployment is a copy of the API as it is when it is made, and never changes: so it is another one, by another
/// id, whenever something in the API does. CloudFormation makes the new one, points the stage to it, and then
/// deletes the old one. What only parameters change is in the stage's variables, which need no deployment.
fn stage(
    t: &mut Template,
    parameters: &Parameters,
    data: &Data,
    account: &gateway::Account,
    api: &Api,
    responses: &[Handle<GatewayResponse>],
    hosting: &Hosting,
) -> Handle<Stage> {
    let mut deployment = Deployment::new().rest_api_id(&api.api);
    for method in &api.methods {
        deployment = deployment.depends_on(method);
    }
    for response in responses {
        deployment = deployment.depends_on(response);
    }
    let deployment = t.add(&format!("RestDeployment{}", &digest_of_api(t)[..8]), deployment);
    let logs = t.add("RestApiLogGroup", log_group(parameters));
    let origins = join(",", &parameters.allowed_origins);
    let and_site = join(",", list![origins.clone(), hosting.origin()]);
    t.add(
        "RestStage",
        Stage::new()
            .rest_api_id(&api.api)
            .stage_name(STAGE)
            .accept_guard(
                "CT.APIGATEWAY.PR.1",
                "Access logs tell of every request; execution logs hold bodies.",
            )
            .deployment_id(&deployment)
            .variables([
                ("chatTable", data.chat_table.table_name()),
                ("allowedOrigins", if_(hosting.has_site(), and_site, origins)),
            ])
            .access_log_setting(StageAccessLogSetting::new().destination_arn(&logs).format(
                gateway::log_format(&[
                    ("method", "$context.httpMethod"),
                    ("path", "$context.resourcePath"),
                    ("user", "$context.authorizer.claims.sub"),
                    ("ms", "$context.responseLatency"),
                    ("error", "$context.error.responseType"),
                ]),
            ))
            .method_settings([MethodSetting::new()
                .http_method("*")
                .resource_path("/*")
                .throttling_rate_limit(500)
                .throttling_burst_limit(1000)
                .metrics_enabled(true)
                // Bodies would be in the log.
                .data_trace_enabled(false)])
            .tracing_enabled(true)
            .accept_checkov("CKV_AWS_120", "The feed is of this moment, and tickets are used once: no cache.")
            .depends_on(&account.account),
    )
}

/// Of everything that a deployment copies.
fn digest_of_api(t: &Template) -> String {
    let template = t.to_json();
    let resources = template["Resources"].as_object().into_iter().flatten();
    let of_api = resources.filter(|(_, resource)| {
        let kind = resource["Type"].as_str().unwrap_or_default();
        let is_no_part =
            ["Account", "Deployment", "Stage"].iter().any(|name| kind.ends_with(&format!("::{name}")));
        kind.starts_with("AWS::ApiGateway::") && !is_no_part
    });
    let text: String = of_api.map(|(id, resource)| format!("{id} {}\n", resource["Properties"])).collect();
    digest(text.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_api_is_deployed_anew_when_it_changes_and_only_then() {
        let digest_with = |add: &dyn Fn(&mut Template)| {
            let mut t = crate::template();
            add(&mut t);
            digest_of_api(&t)
        };
        let before = digest_with(&|_| {});
        let api: Handle<RestApi> = Template::new("").add("RestApi", RestApi::new());
        let changed = digest_with(&|t| drop(t.add("Another", model_of(&api, "Another", failure()))));
        assert_ne!(before, changed);
        assert_eq!(before, digest_with(&|t| drop(t.add("Elsewhere", cfn::Raw::new("Custom::Elsewhere")))));
        let template = crate::template().to_json();
        let id = format!("RestDeployment{}", &before[..8]);
        assert_eq!(template["Resources"]["RestStage"]["Properties"]["DeploymentId"]["Ref"], id);
    }
}
