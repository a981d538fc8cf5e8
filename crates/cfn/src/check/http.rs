//! API Gateway's HTTP and WebSocket APIs: routes, how they are selected, and who may call them.

use std::collections::BTreeMap;

use super::problem::{Findings, quoted};
use super::view::{Resource, View};

pub(super) fn check(view: &View<'_>, findings: &mut Findings<'_>) {
    for api in view.of("AWS::ApiGatewayV2::Api") {
        if is_websocket(api) && api.get("RouteSelectionExpression").is_null() {
            findings.error(
                api.id,
                "a WebSocket API needs a `RouteSelectionExpression`, such as `$request.body.action`: set it",
            );
        }
    }
    let mut keys: BTreeMap<[String; 2], &str> = BTreeMap::new();
    for route in view.of("AWS::ApiGatewayV2::Route") {
        let key = ["ApiId", "RouteKey"].map(|name| route.get(name).to_string());
        if let Some(first) = keys.insert(key, route.id) {
            let key = quoted(route.get("RouteKey"));
            findings
                .error(route.id, format!("`{first}` has the route key {key} already: rename or remove one"));
        }
        authorization(view, route, findings);
        shape(view, route, findings);
    }
    for deployment in view.of("AWS::ApiGatewayV2::Deployment") {
        let before = view.all_before(deployment.id);
        for route in view.of("AWS::ApiGatewayV2::Route") {
            if view.is_same(route.get("ApiId"), deployment.get("ApiId")) && !before.contains(route.id) {
                findings.error(
                    deployment.id,
                    format!(
                        "it may be made before the route `{0}`, and then lacks it: add `DependsOn: {0}`",
                        route.id
                    ),
                );
            }
        }
    }
    for integration in view.of("AWS::ApiGatewayV2::Integration") {
        if integration.get("IntegrationType") == "AWS_PROXY"
            && integration.get("IntegrationUri").is_null()
            && integration.get("IntegrationSubtype").is_null()
        {
            findings.error(
                integration.id,
                "an integration of type `AWS_PROXY` needs an `IntegrationUri`: name its function",
            );
        }
        findings.range(integration, "TimeoutInMillis", 50..=30_000);
    }
}

fn is_websocket(api: Resource<'_>) -> bool {
    api.get("ProtocolType") == "WEBSOCKET"
}

fn authorization(view: &View<'_>, route: Resource<'_>, findings: &mut Findings<'_>) {
    let kind = route.get("AuthorizationType");
    let key = route.get("RouteKey");
    let of_websocket = view.target(route.get("ApiId")).is_some_and(is_websocket);
    if ["CUSTOM", "JWT"].iter().any(|name| kind == name) && route.get("AuthorizerId").is_null() {
        findings.error(
            route.id,
            format!("a route with the authorization {} needs an `AuthorizerId`: name it", quoted(kind)),
        );
    }
    if of_websocket && !kind.is_null() && kind != "NONE" && key.as_str().is_some_and(|key| key != "$connect")
    {
        findings.error(
            route.id,
            format!(
                "a WebSocket API authorizes on `$connect` alone, not on {}: remove its `AuthorizationType` {}",
                quoted(key),
                quoted(kind)
            ),
        );
    }
    if of_websocket && kind == "JWT" {
        findings.error(route.id, "a WebSocket API has no JWT authorizer: use a function, `CUSTOM`");
    }
}

fn shape(view: &View<'_>, route: Resource<'_>, findings: &mut Findings<'_>) {
    const VERBS: [&str; 8] = ["ANY", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"];
    let (Some(api), Some(key)) = (view.target(route.get("ApiId")), route.get("RouteKey").as_str()) else {
        return;
    };
    let is_right = if is_websocket(api) {
        !key.is_empty()
            && !key.contains(' ')
            && (!key.starts_with('$') || ["$connect", "$disconnect", "$default"].contains(&key))
    } else {
        key == "$default" || key.split_once(" /").is_some_and(|(verb, _)| VERBS.contains(&verb))
    };
    if api.get("ProtocolType").is_string() && !is_right {
        let like =
            if is_websocket(api) { "`$connect`, or the value that selects it" } else { "`GET /posts`" };
        findings.error(route.id, format!("the route key `{key}` fits no request: write it as {like}"));
    }
}
