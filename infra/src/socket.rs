//! The WebSocket API: its routes, the authorizer before them, and a function with a role of its own for each.

use cfn::apigatewayv2::{
    AccessLogSettings, Api, AuthorizationType, Authorizer, AuthorizerType, Integration, IntegrationType,
    ProtocolType, Route, RouteSettings, Stage,
};
use cfn::lambda::{self, Alias};
use cfn::{Compare, Handle, Statement, Template, Value, actions, prelude::*, pseudo, sub};

use crate::data::Data;
use crate::functions::{Function, log_group};
use crate::gateway::{self, STAGE};
use crate::parameters::Parameters;

/// What others need to know of the API.
pub(crate) struct Socket {
    /// `wss://…`, without a ticket.
    pub(crate) url: Value<String>,
    pub(crate) api: Handle<Api>,
}

pub(crate) fn add(
    t: &mut Template,
    parameters: &Parameters,
    data: &Data,
    account: &gateway::Account,
) -> Socket {
    let api = t.add(
        "SocketApi",
        Api::new()
            .name(sub!("{}-socket", pseudo::stack_name()))
            .protocol_type(ProtocolType::Websocket)
            .route_selection_expression("$request.body.action"),
    );
    let functions = functions(t, parameters, data, &api);

    let authorizer = t.add(
        "SocketAuthorizer",
        Authorizer::new()
            .api_id(&api)
            .name("ticket")
            .authorizer_type(AuthorizerType::Request)
            .authorizer_uri(functions.authorizer.invocation_uri())
            // Who comes without one is refused (401) before anything runs.
            .identity_source(["route.request.querystring.ticket"]),
    );
    let by_ticket =
        |route: Route<_, _>| route.authorization_type(AuthorizationType::Custom).authorizer_id(&authorizer);
    // A WebSocket API asks who somebody is when they connect, and never again.
    let as_connected = |route: Route<_, _>| {
        route.accept_guard(
            "CT.APIGATEWAY.PR.5",
            "AWS takes an authorizer on $connect alone: it is the connection's.",
        )
    };
    route(t, &api, "SocketConnect", "$connect", &functions.connect, by_ticket);
    route(t, &api, "SocketDisconnect", "$disconnect", &functions.disconnect, as_connected);
    route(t, &api, "SocketSendpost", "sendpost", &functions.sendpost, as_connected);
    // Any other action: it tells the client which ones there are, which it can, and no other function.
    route(t, &api, "SocketDefault", "$default", &functions.sendpost, as_connected);

    permission(
        t,
        &api,
        "SocketAuthorizer",
        &functions.authorizer,
        sub!("authorizers/{}", authorizer.authorizer_id()),
    );
    let logs = t.add("SocketApiLogGroup", log_group(parameters));
    t.add(
        "SocketStage",
        Stage::new()
            .api_id(api.api_id())
            .stage_name(STAGE)
            // A deployment of one's own would have to be made anew whenever a route changes.
            .auto_deploy(true)
            .access_log_settings(
                // No query string: the ticket is in it.
                AccessLogSettings::new().destination_arn(logs.arn()).format(gateway::log_format(&[
                    ("connection", "$context.connectionId"),
                    ("route", "$context.routeKey"),
                    ("event", "$context.eventType"),
                    ("user", "$context.authorizer.userId"),
                    ("ms", "$context.integrationLatency"),
                    ("error", "$context.error.responseType"),
                ])),
            )
            .default_route_settings(
                RouteSettings::new()
                    .throttling_rate_limit(500)
                    .throttling_burst_limit(1000)
                    .detailed_metrics_enabled(true)
                    .data_trace_enabled(false),
            )
            .depends_on(&account.account),
    );
    Socket { url: gateway::url("wss", api.api_id()), api }
}

/// The alias of each function.
struct Functions {
    authorizer: Handle<Alias>,
    connect: Handle<Alias>,
    disconnect: Handle<Alias>,
    sendpost: Handle<Alias>,
}

/// One program, four functions: each may do what its own event needs, and nothing of the others'.
fn functions(t: &mut Template, parameters: &Parameters, data: &Data, api: &Handle<Api>) -> Functions {
    let function = |id| {
        let mut function = Function::new(id, "socket", 256, 10);
        function.variable("CHAT_TABLE", data.chat_table.table_name());
        function
    };
    let rows = |kind: &str| vec![format!("{kind}#*")];
    let on = |actions, kind: &str, function: &mut Function| {
        let may = Statement::allow(actions).on([data.chat_table.arn()]);
        function.grant(may.when(Compare::AllStringLike, "dynamodb:LeadingKeys", rows(kind)));
    };
    let mut authorizer = function("SocketAuthorizerFunction");
    on(actions!["dynamodb:DeleteItem"], "TICKET", &mut authorizer);
    let mut connect = function("SocketConnectFunction");
    on(actions!["dynamodb:PutItem"], "USER", &mut connect);
    let mut disconnect = function("SocketDisconnectFunction");
    on(actions!["dynamodb:DeleteItem"], "USER", &mut disconnect);

    let mut sendpost = function("SocketSendpostFunction");
    sendpost.variable("CONNECTIONS_URL", gateway::url("https", api.api_id()));
    data.chat_table
        .grant(actions!["dynamodb:BatchGetItem", "dynamodb:PutItem", "dynamodb:DeleteItem"], &mut sendpost);
    sendpost.grant(
        Statement::allow(actions!["dynamodb:Query"]).on([sub!("{}/index/gsi1", data.chat_table.arn())]),
    );
    let connections = gateway::arn(api.api_id(), format!("{STAGE}/POST/@connections/*").into());
    sendpost.grant(Statement::allow(actions!["execute-api:ManageConnections"]).on([connections]));
    Functions {
        authorizer: authorizer.add(t, parameters),
        connect: connect.add(t, parameters),
        disconnect: disconnect.add(t, parameters),
        sendpost: sendpost.add(t, parameters),
    }
}

/// Adds the route `{id}Route` to the function, its integration and its permission.
fn route(
    t: &mut Template,
    api: &Handle<Api>,
    id: &str,
    key: &str,
    function: &Handle<Alias>,
    authorized: impl FnOnce(Route<cfn::Given, cfn::Given>) -> Route<cfn::Given, cfn::Given>,
) {
    let integration = t.add(
        &format!("{id}Integration"),
        Integration::new()
            .api_id(api)
            .integration_type(IntegrationType::AwsProxy)
            .integration_uri(function.invocation_uri()),
    );
    let route =
        Route::new().api_id(api).route_key(key).target(sub!("integrations/{}", integration.integration_id()));
    t.add(&format!("{id}Route"), authorized(route));
    permission(t, api, id, function, format!("{STAGE}/{key}").into());
}

/// Lets exactly this part of the API call the function.
fn permission(t: &mut Template, api: &Handle<Api>, id: &str, function: &Handle<Alias>, part: Value<String>) {
    t.add(
        &format!("{id}Permission"),
        lambda::Permission::new()
            .function_name(function)
            .action("lambda:InvokeFunction")
            .principal("apigateway.amazonaws.com")
            .source_arn(gateway::arn(api.api_id(), part).cast())
            .accept_guard("CT.LAMBDA.PR.2", "One API alone may call it: cfn-guard does not read `Fn::Sub`."),
    );
}
