//! API Gateway's REST APIs: methods, their authorizers and integrations, and deployments after them.

use super::problem::{Findings, quoted};
use super::view::{Resource, View};

pub(super) fn check(view: &View<'_>, findings: &mut Findings<'_>) {
    for method in view.of("AWS::ApiGateway::Method") {
        authorizer(view, method, findings);
        integration(method, findings);
        twice(view, method, findings);
    }
    for deployment in view.of("AWS::ApiGateway::Deployment") {
        after_methods(view, deployment, findings);
    }
    for authorizer in view.of("AWS::ApiGateway::Authorizer") {
        let (needed, why) = match authorizer.get("Type").as_str() {
            Some("COGNITO_USER_POOLS") => ("ProviderARNs", "user pools"),
            Some("TOKEN" | "REQUEST") => ("AuthorizerUri", "function"),
            _ => continue,
        };
        if authorizer.get(needed).is_null() {
            let kind = quoted(authorizer.get("Type"));
            findings.error(
                authorizer.id,
                format!("an authorizer of type {kind} needs `{needed}`: name its {why}"),
            );
        }
        findings.range(authorizer, "AuthorizerResultTtlInSeconds", 0..=3600);
    }
}

fn authorizer(view: &View<'_>, method: Resource<'_>, findings: &mut Findings<'_>) {
    let wanted: &[&str] = match method.get("AuthorizationType").as_str() {
        Some("COGNITO_USER_POOLS") => &["COGNITO_USER_POOLS"],
        Some("CUSTOM") => &["TOKEN", "REQUEST"],
        _ => return,
    };
    let kind = quoted(method.get("AuthorizationType"));
    let id = method.get("AuthorizerId");
    if id.is_null() {
        findings.error(
            method.id,
            format!("a method with the authorization {kind} needs an `AuthorizerId`: name its authorizer"),
        );
    }
    if let Some(named) = view.target(id) {
        let fits = named.kind == "AWS::ApiGateway::Authorizer"
            && named.get("Type").as_str().is_none_or(|found| wanted.contains(&found));
        if !fits {
            findings.error(
                method.id,
                format!(
                    "`AuthorizerId` is `{}`, which is no authorizer of type {}: name one",
                    named.id,
                    wanted.join(" or ")
                ),
            );
        }
    }
}

fn integration(method: Resource<'_>, findings: &mut Findings<'_>) {
    let kind = method.get("Integration.Type");
    let needs_method = ["AWS", "AWS_PROXY", "HTTP", "HTTP_PROXY"];
    if !kind.as_str().is_some_and(|kind| needs_method.contains(&kind)) {
        return;
    }
    let kind = quoted(kind);
    if method.get("Integration.Uri").is_null() {
        findings.error(method.id, format!("an integration of type {kind} needs a `Uri`: set it"));
    }
    let verb = method.get("Integration.IntegrationHttpMethod");
    let uri = method.get("Integration.Uri").to_string();
    if verb.is_null() {
        findings.error(
            method.id,
            format!(
                "an integration of type {kind} needs an `IntegrationHttpMethod`; for a function it is `POST`"
            ),
        );
    } else if uri.contains(":lambda:path/") && verb.is_string() && verb != "POST" {
        findings.error(
            method.id,
            format!("`IntegrationHttpMethod` is {}: functions are invoked by `POST`", quoted(verb)),
        );
    }
    findings.range(method, "Integration.TimeoutInMillis", 50..=300_000);
}

fn twice(view: &View<'_>, method: Resource<'_>, findings: &mut Findings<'_>) {
    let key = |method: Resource<'_>| {
        ["RestApiId", "ResourceId", "HttpMethod"].map(|name| method.get(name).to_string())
    };
    let first = view.of("AWS::ApiGateway::Method").find(|other| key(*other) == key(method));
    if let Some(first) = first
        && first.id != method.id
    {
        let verb = quoted(method.get("HttpMethod"));
        findings
            .error(method.id, format!("`{}` is {verb} on the same resource already: remove one", first.id));
    }
}

/// A deployment is a snapshot: what is made after it is not in it, and without methods it fails.
fn after_methods(view: &View<'_>, deployment: Resource<'_>, findings: &mut Findings<'_>) {
    let api = deployment.get("RestApiId");
    let before = view.all_before(deployment.id);
    for method in view.of("AWS::ApiGateway::Method") {
        if view.is_same(method.get("RestApiId"), api) && !before.contains(method.id) {
            findings.error(
                deployment.id,
                format!(
                    "it may be made before the method `{0}`, and then lacks it: add `DependsOn: {0}`",
                    method.id
                ),
            );
        }
    }
}
