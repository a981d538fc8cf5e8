//! What is watched beside the functions, which bring their alarms along: the APIs, the tables, and a dashboard.

use cfn::cloudwatch::{Dashboard, Statistic};
use cfn::{Template, Value, prelude::*};

use crate::alarms::Metric;
use crate::dashboard::{self, Line};
use crate::data::Data;
use crate::gateway;
use crate::outputs::Doors;
use crate::parameters::Parameters;

pub(crate) fn add(t: &mut Template, parameters: &Parameters, data: &Data, doors: &Doors<'_>) {
    let api = doors.api;
    // All of them are sent without being asked for, under the API's id.
    // <https://docs.aws.amazon.com/appsync/latest/devguide/monitoring.html>
    let of_api = |name, statistic| Metric {
        namespace: "AWS/AppSync",
        name,
        statistic,
        of: vec![("GraphQLAPIId", api.api.api_id())],
    };
    let api_alarms = [
        (
            "MessagesDropped",
            "InboundMessageDropped",
            "Messages did not reach subscribers: a rate quota was hit. Clients that sync find them.",
        ),
        (
            "MessagesDelayed",
            "InboundMessageDelayed",
            "Messages reach subscribers late: a rate quota is near.",
        ),
        (
            "MessagesRefused",
            "InboundMessageError",
            "Messages were not published, such as for more than 240 KB.",
        ),
        ("MessagesFailed", "InboundMessageFailure", "Messages were not published, for a fault of AppSync."),
        (
            "SubscriptionsFailed",
            "SubscribeServerError",
            "People could not subscribe, for a fault of the service.",
        ),
        ("ApiErrors", "5XXError", "Requests to the GraphQL API failed, for a fault of the service."),
    ];
    for (id, metric, says) in api_alarms {
        parameters.alarms.add(t, &format!("{id}Alarm"), of_api(metric, Statistic::Sum), 1, says);
    }

    // <https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-metrics-and-dimensions.html>
    let of_rest = |name, statistic| Metric {
        namespace: "AWS/ApiGateway",
        name,
        statistic,
        of: vec![("ApiName", doors.rest.name.clone()), ("Stage", gateway::STAGE.into())],
    };
    // <https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-logging.html>
    let of_socket = |name, statistic| Metric {
        namespace: "AWS/ApiGateway",
        name,
        statistic,
        of: vec![("ApiId", doors.socket.api.api_id()), ("Stage", gateway::STAGE.into())],
    };
    let says = "Requests to the REST API failed, for a fault of the service or of its function.";
    parameters.alarms.add(t, "RestErrorsAlarm", of_rest("5XXError", Statistic::Sum), 1, says);
    // People come with tickets that have ended all the time: that is no alarm before it is many.
    let socket_alarms = [
        (
            "IntegrationError",
            1,
            "The WebSocket API's function failed, or was not reached: posts were not taken.",
        ),
        ("ExecutionError", 1, "The WebSocket API failed before or after its function was called."),
        ("ClientError", 200, "The WebSocket API refused many: a client is wrong, or somebody tries tickets."),
    ];
    for (metric, at_least, says) in socket_alarms {
        let id = format!("Socket{metric}sAlarm");
        parameters.alarms.add(t, &id, of_socket(metric, Statistic::Sum), at_least, says);
    }

    let tables = [("ChatTable", data.chat_table.table_name()), ("TodoTable", data.todo_table.table_name())];
    let of_table = |name, table: &Value<String>| Metric {
        namespace: "AWS/DynamoDB",
        name,
        statistic: Statistic::Sum,
        of: vec![("TableName", table.clone())],
    };
    for (id, table) in &tables {
        for (what, metric) in [("Reads", "ReadThrottleEvents"), ("Writes", "WriteThrottleEvents")] {
            let says =
                format!("{what} of the {id} were throttled: a partition or the account is at its limit.");
            parameters.alarms.add(t, &format!("{id}{what}ThrottledAlarm"), of_table(metric, table), 1, &says);
        }
    }

    let functions = dashboard::functions(t);
    let of_functions = |name, statistic| -> Vec<Line> {
        let metric = |function: &Value<String>| Metric {
            namespace: "AWS/Lambda",
            name,
            statistic,
            of: vec![("FunctionName", function.clone())],
        };
        functions.iter().map(|function| Line::of(metric(function))).collect()
    };
    let of_tables = |names: &[&'static str]| -> Vec<Line> {
        let lines = |name| tables.iter().map(move |(_, table)| Line::of(of_table(name, table)));
        names.iter().flat_map(|name| lines(*name)).collect()
    };
    let of_api = |names: &[&'static str], statistic| -> Vec<Line> {
        names.iter().map(|name| Line::of(of_api(name, statistic))).collect()
    };
    let latency = of_api(&["Latency"], Statistic::Average).remove(0);
    let widgets = [
        dashboard::graph(
            "Messages out, in, and not delivered",
            of_api(
                &[
                    "OutboundMessages",
                    "InboundMessageSuccess",
                    "InboundMessageDropped",
                    "InboundMessageDelayed",
                    "InboundMessageError",
                ],
                Statistic::Sum,
            ),
        ),
        dashboard::graph(
            "Connections and subscriptions",
            of_api(&["ActiveConnections", "ActiveSubscriptions"], Statistic::Sum),
        ),
        dashboard::graph(
            "Requests and errors",
            of_api(&["Requests", "4XXError", "5XXError", "SubscribeServerError"], Statistic::Sum),
        ),
        dashboard::graph("Latency, ms", vec![latency.clone().percentile("p50"), latency.percentile("p99")]),
        dashboard::graph(
            "REST API: requests and errors",
            ["Count", "4XXError", "5XXError"].map(|name| Line::of(of_rest(name, Statistic::Sum))).into(),
        ),
        dashboard::graph(
            "REST API: latency, ms",
            ["p50", "p99"]
                .map(|part| Line::of(of_rest("Latency", Statistic::Average)).percentile(part))
                .into(),
        ),
        dashboard::graph(
            "WebSocket API: connections, messages, errors",
            ["ConnectCount", "MessageCount", "ClientError", "IntegrationError", "ExecutionError"]
                .map(|name| Line::of(of_socket(name, Statistic::Sum)))
                .into(),
        ),
        dashboard::graph(
            "WebSocket API: latency of its functions, ms",
            ["p50", "p99"]
                .map(|part| Line::of(of_socket("IntegrationLatency", Statistic::Average)).percentile(part))
                .into(),
        ),
        dashboard::graph("Functions: errors", of_functions("Errors", Statistic::Sum)),
        dashboard::graph("Functions: throttles", of_functions("Throttles", Statistic::Sum)),
        dashboard::graph(
            "Functions: duration p99, ms",
            of_functions("Duration", Statistic::Maximum)
                .into_iter()
                .map(|line| line.percentile("p99"))
                .collect(),
        ),
        dashboard::graph(
            "Tables: consumed units",
            of_tables(&["ConsumedReadCapacityUnits", "ConsumedWriteCapacityUnits"]),
        ),
        dashboard::graph(
            "Tables: throttles and conflicts",
            of_tables(&["ReadThrottleEvents", "WriteThrottleEvents", "TransactionConflict"]),
        ),
        dashboard::search(
            "Tables: failed by operation",
            tables.iter().flat_map(|(_, table)| {
                ["ThrottledRequests", "SystemErrors"].map(|name| (name, table.clone()))
            }),
        ),
        dashboard::log_errors("Errors in the functions' logs", &dashboard::function_logs(t)),
    ];
    t.add(
        "Dashboard",
        Dashboard::new().dashboard_body(dashboard::body(widgets)).condition(&parameters.alarms.wanted),
    );
}
