//! A role of the template, its policies read.

use std::fmt::Display;
use std::time::SystemTime;

use local_iam::{Circumstances, Policy, Request, decide};
use serde_json::Value;

use crate::stack::{ACCOUNT, REGION, Resource, Stack, StackError, role_id};

/// The condition keys that a request may have a value for here; others never have one.
const KEYS: [&str; 17] = [
    "aws:currenttime",
    "aws:epochtime",
    "aws:principalaccount",
    "aws:principalarn",
    "aws:principaltype",
    "aws:requestedregion",
    "aws:securetransport",
    "aws:sourceip",
    "aws:userid",
    "cognito-identity.amazonaws.com:amr",
    "cognito-identity.amazonaws.com:aud",
    "cognito-identity.amazonaws.com:sub",
    "dynamodb:enclosingoperation",
    "dynamodb:leadingkeys",
    "s3:delimiter",
    "s3:max-keys",
    "s3:prefix",
];

/// A role, its policies read. Without one, nothing is allowed.
#[derive(Default)]
pub(crate) struct Role {
    name: String,
    id: String,
    policies: Vec<Policy>,
}

impl Role {
    /// The role behind an ARN, with its own policies and those that the template attaches to it.
    pub(super) fn read(stack: &Stack, arn: &str) -> Result<Role, StackError> {
        let name = arn.rsplit('/').next().unwrap_or_default().to_owned();
        let is_it = |(_, role): &(&String, &Resource)| role.physical_id == name;
        let (id, role) = stack
            .of_kind("AWS::IAM::Role")
            .find(is_it)
            .ok_or_else(|| StackError(format!("the role {arn} is not there")))?;
        let inline = role.property("/Policies").and_then(Value::as_array);
        let inline = inline.into_iter().flatten().map(|policy| &policy["PolicyDocument"]);
        let apart =
            ["AWS::IAM::Policy", "AWS::IAM::ManagedPolicy"].into_iter().flat_map(|kind| stack.of_kind(kind));
        let apart = apart
            .filter(|(_, policy)| policy.texts("/Roles").contains(&name))
            .filter_map(|(_, policy)| policy.property("/PolicyDocument"));
        let failed = |error: &dyn Display| StackError(format!("role {id}: {error}"));
        if let Some(managed) = role.texts("/ManagedPolicyArns").first() {
            return Err(failed(&format!(
                "the managed policy {managed} is not evaluated here, write it inline"
            )));
        }
        if role.property("/PermissionsBoundary").is_some() {
            return Err(failed(
                &"its PermissionsBoundary is not evaluated here, leave it out by a condition that holds on AWS alone",
            ));
        }
        let read = |document: &Value| {
            let policy = Policy::parse(document)?;
            policy.only_hangs_on(|key| KEYS.contains(&key))?;
            Ok(policy)
        };
        let policies = inline.chain(apart).map(read).collect::<Result<_, local_iam::PolicyError>>();
        Ok(Role { policies: policies.map_err(|error| failed(&error))?, id: role_id(id), name })
    }

    /// Whether a session of this role may do something; the error is AWS's message.
    pub(super) fn permits(
        &self,
        session: &str,
        action: &str,
        resource: &str,
        circumstances: Circumstances,
        now: SystemTime,
    ) -> Result<(), String> {
        let circumstances = circumstances
            .with("aws:PrincipalAccount", [ACCOUNT])
            .with("aws:PrincipalArn", [format!("arn:aws:iam::{ACCOUNT}:role/{}", self.name)])
            .with("aws:PrincipalType", ["AssumedRole"])
            .with("aws:userid", [self.user_id(session)])
            .with("aws:RequestedRegion", [REGION])
            // What is here never leaves the machine.
            .with("aws:SecureTransport", ["true"])
            .with("aws:SourceIp", ["127.0.0.1"]);
        let now = jiff::Timestamp::try_from(now).unwrap_or_default();
        let circumstances = circumstances
            .with("aws:CurrentTime", [now.to_string()])
            .with("aws:EpochTime", [now.as_second().to_string()]);
        decide(&self.policies, Request { action, resource, circumstances: &circumstances }).map_err(
            |denied| {
                let user = self.session_arn(session);
                format!(
                    "User: {user} is not authorized to perform: {action} on resource: \"{resource}\" {denied}"
                )
            },
        )
    }

    pub(super) fn session_arn(&self, session: &str) -> String {
        format!("arn:aws:sts::{ACCOUNT}:assumed-role/{}/{session}", self.name)
    }

    pub(super) fn user_id(&self, session: &str) -> String {
        format!("{}:{session}", self.id)
    }
}
