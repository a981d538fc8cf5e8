//! Which callers may access a field: AppSync's authorization directives.
//! <https://docs.aws.amazon.com/appsync/latest/devguide/security-authz.html#using-additional-authorization-modes>

use apollo_compiler::ast::{Directive, Value};

use crate::caller::Caller;
use crate::definition::AuthMode;

/// The rules of one field, of which a caller must meet one.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Allowed(Vec<Rule>);

#[derive(Debug, Clone, PartialEq)]
struct Rule {
    mode: AuthMode,
    /// A caller must be in one of these, if they are given.
    groups: Option<Vec<String>>,
}

impl Allowed {
    /// A field's own directives count, else its type's, else the API's default mode.
    pub(crate) fn of<'a>(
        field: impl Iterator<Item = &'a Directive>,
        parent_type: impl Iterator<Item = &'a Directive>,
        default_mode: AuthMode,
    ) -> Allowed {
        let of_field: Vec<Rule> = field.filter_map(Rule::parse).collect();
        if !of_field.is_empty() {
            return Allowed(of_field);
        }
        let of_type: Vec<Rule> = parent_type.filter_map(Rule::parse).collect();
        if !of_type.is_empty() {
            return Allowed(of_type);
        }
        Allowed(vec![Rule { mode: default_mode, groups: None }])
    }

    pub(crate) fn admits(&self, caller: &Caller) -> bool {
        self.0.iter().any(|rule| rule.admits(caller))
    }

    pub(crate) fn modes(&self) -> impl Iterator<Item = AuthMode> {
        self.0.iter().map(|rule| rule.mode)
    }
}

impl Rule {
    fn parse(directive: &Directive) -> Option<Rule> {
        let mode = match directive.name.as_str() {
            "aws_api_key" => AuthMode::ApiKey,
            "aws_iam" => AuthMode::Iam,
            "aws_oidc" => AuthMode::Oidc,
            "aws_lambda" => AuthMode::Lambda,
            "aws_cognito_user_pools" | "aws_auth" => AuthMode::UserPool,
            _ => return None,
        };
        Some(Rule { mode, groups: strings(directive, "cognito_groups") })
    }

    fn admits(&self, caller: &Caller) -> bool {
        caller.mode == self.mode
            && self
                .groups
                .as_ref()
                .is_none_or(|groups| groups.iter().any(|group| caller.groups.contains(group)))
    }
}

/// A directive's argument that is a list of strings; GraphQL takes a lone string for a list of one.
pub(crate) fn strings(directive: &Directive, argument: &str) -> Option<Vec<String>> {
    match directive.specified_argument_by_name(argument)?.as_ref() {
        Value::List(items) => {
            Some(items.iter().filter_map(|item| item.as_str()).map(str::to_owned).collect())
        }
        Value::String(item) => Some(vec![item.clone()]),
        _ => None,
    }
}
