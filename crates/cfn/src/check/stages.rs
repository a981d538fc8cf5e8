//! API Gateway's stages: that they serve a deployment, of their own API, and exist before what names them.

use super::problem::Findings;
use super::view::{Resource, View};

pub(super) fn check(view: &View<'_>, findings: &mut Findings<'_>) {
    for stage in view.of("AWS::ApiGateway::Stage") {
        deployment(view, stage, "RestApiId", findings);
    }
    for stage in view.of("AWS::ApiGatewayV2::Stage") {
        let deploys_itself = stage.get("AutoDeploy");
        if stage.get("DeploymentId").is_null() && (deploys_itself.is_null() || *deploys_itself == false) {
            findings.error(stage.id, "it serves nothing: give it a `DeploymentId`, or set `AutoDeploy`");
        }
        deployment(view, stage, "ApiId", findings);
    }
    for mapping in view.of("AWS::ApiGateway::BasePathMapping") {
        named(view, mapping, "RestApiId", "AWS::ApiGateway::Stage", findings);
    }
    for mapping in view.of("AWS::ApiGatewayV2::ApiMapping") {
        named(view, mapping, "ApiId", "AWS::ApiGatewayV2::Stage", findings);
    }
}

fn deployment(view: &View<'_>, stage: Resource<'_>, api: &str, findings: &mut Findings<'_>) {
    let Some(deployment) = view.target(stage.get("DeploymentId")) else {
        return;
    };
    let (own, other) = (view.target(stage.get(api)), view.target(deployment.get(api)));
    if let (Some(own), Some(other)) = (own, other)
        && own.id != other.id
    {
        findings.error(
            stage.id,
            format!(
                "`{}` is a deployment of `{}`, and the stage is of `{}`: name one of its own",
                deployment.id, other.id, own.id
            ),
        );
    }
}

/// A stage that is named by text, and not by a reference, may not be there yet.
fn named(view: &View<'_>, mapping: Resource<'_>, api: &str, kind: &str, findings: &mut Findings<'_>) {
    let name = mapping.get("Stage");
    if !name.is_string() {
        return;
    }
    let stage = view
        .of(kind)
        .find(|stage| stage.get("StageName") == name && view.is_same(stage.get(api), mapping.get(api)));
    if let Some(stage) = stage
        && !view.waits_for(mapping.id, stage.id)
    {
        findings.error(
            mapping.id,
            format!("it may be made before its stage, and then fails: add `DependsOn: {}`", stage.id),
        );
    }
}
