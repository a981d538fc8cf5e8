//! Functions that may take longer than whoever waits for them does.

use super::permissions::function_behind;
use super::problem::Findings;
use super::view::{Resource, View, entries};

pub(super) fn check(view: &View<'_>, findings: &mut Findings<'_>) {
    // Source: "Customizing user pool workflows with Lambda triggers" in the Cognito guide.
    for pool in view.of("AWS::Cognito::UserPool") {
        for (name, value) in entries(pool.get("LambdaConfig")) {
            let value = if value["LambdaArn"].is_null() { value } else { &value["LambdaArn"] };
            if name != "CustomEmailSender" && name != "CustomSMSSender" {
                longer(function_behind(view, value), 5, "Cognito", findings);
            }
        }
    }
    // Source: "AppSync endpoints and quotas": 30 s for a request.
    for source in view.of("AWS::AppSync::DataSource") {
        let function = function_behind(view, source.get("LambdaConfig.LambdaFunctionArn"));
        longer(function, 30, "AppSync", findings);
    }
    // Source: "Quotas for HTTP APIs", "Quotas for WebSocket APIs"; a REST API's is 29 s unless raised.
    for integration in view.of("AWS::ApiGatewayV2::Integration") {
        let function = view.targets(integration.get("IntegrationUri")).find_map(|named| behind(view, named));
        longer(function, 30, "API Gateway", findings);
    }
    for method in view.of("AWS::ApiGateway::Method") {
        if method.get("Integration.TimeoutInMillis").is_null() {
            let function = view.targets(method.get("Integration.Uri")).find_map(|named| behind(view, named));
            longer(function, 29, "API Gateway", findings);
        }
    }
    for mapping in view.of("AWS::Lambda::EventSourceMapping") {
        queue(view, mapping, findings);
    }
}

fn behind<'a>(view: &View<'a>, named: Resource<'a>) -> Option<Resource<'a>> {
    match named.kind {
        "AWS::Lambda::Function" => Some(named),
        "AWS::Lambda::Alias" | "AWS::Lambda::Version" => view.target(named.get("FunctionName")),
        _ => None,
    }
}

fn longer(function: Option<Resource<'_>>, longest_s: i64, who: &str, findings: &mut Findings<'_>) {
    let Some(function) = function else { return };
    if let Some(timeout_s) = function.get("Timeout").as_i64().filter(|timeout_s| *timeout_s > longest_s) {
        findings.error(
            function.id,
            format!("`Timeout` is {timeout_s} s, but {who} waits {longest_s} s for it: lower it"),
        );
    }
}

/// A message that is still being handled must not be given out again.
fn queue(view: &View<'_>, mapping: Resource<'_>, findings: &mut Findings<'_>) {
    let queue = view.target(mapping.get("EventSourceArn")).filter(|from| from.kind == "AWS::SQS::Queue");
    let (Some(queue), Some(function)) = (queue, function_behind(view, mapping.get("FunctionName"))) else {
        return;
    };
    let visible_s = match queue.get("VisibilityTimeout") {
        value if value.is_null() => Some(30),
        value => value.as_i64(),
    };
    let timeout_s = function.get("Timeout").as_i64().unwrap_or(3);
    if let Some(visible_s) = visible_s.filter(|visible_s| *visible_s < timeout_s) {
        findings.error(
            mapping.id,
            format!(
                "`{}` gives a message out again after {visible_s} s, but `{}` may take {timeout_s} s: raise \
                 `VisibilityTimeout`, best to six times that",
                queue.id, function.id
            ),
        );
    }
}
