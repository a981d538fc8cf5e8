//! A WebSocket API of the template, as the engine wants it.

use indexmap::IndexMap;
use local_apigateway::websocket::{Definition, Route, Stage};

use super::{parts, read, throttle};
use crate::stack::{ACCOUNT, REGION, Resource, Stack, StackError};

pub(super) fn definition(stack: &Stack, api: &Resource, host: &str) -> Result<Definition, StackError> {
    let of_api = |kind: &'static str| parts(stack, kind, "/ApiId", api);
    let mut definition = Definition {
        api_id: api.physical_id.clone(),
        account_id: ACCOUNT.to_owned(),
        region: REGION.to_owned(),
        domain_name: host.to_owned(),
        route_selection_expression: api.text("/RouteSelectionExpression").unwrap_or_default(),
        ..Definition::default()
    };
    for (id, route) in of_api("AWS::ApiGatewayV2::Route") {
        let mut route: Route = read(id, &route.properties)?;
        route.target = route.target.map(|target| target.trim_start_matches("integrations/").to_owned());
        definition.routes.push(route);
    }
    for (id, integration) in of_api("AWS::ApiGatewayV2::Integration") {
        definition.integrations.insert(integration.physical_id.clone(), read(id, &integration.properties)?);
    }
    for (id, authorizer) in of_api("AWS::ApiGatewayV2::Authorizer") {
        definition.authorizers.insert(authorizer.physical_id.clone(), read(id, &authorizer.properties)?);
    }
    for (id, stage) in of_api("AWS::ApiGatewayV2::Stage") {
        definition.stages.push(Stage {
            name: stage.text("/StageName").unwrap_or_default(),
            variables: match stage.property("/StageVariables") {
                Some(variables) => read(id, variables)?,
                None => IndexMap::new(),
            },
            throttle: throttle(stage.property("/DefaultRouteSettings")),
        });
    }
    Ok(definition)
}
