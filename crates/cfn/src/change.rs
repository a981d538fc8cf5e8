//! `CreationPolicy` and `UpdatePolicy`: when a resource counts as made, and how it is changed.

use serde_json::{Value as Json, json};

use crate::value::Value;

/// When a resource counts as made.
#[derive(Clone, Debug)]
#[must_use]
pub struct CreationPolicy(pub(crate) Json);

impl CreationPolicy {
    /// Once so many signals have come (`cfn-signal`), at most so many minutes later.
    pub fn signals(count: u32, timeout_minutes: u32) -> Self {
        Self(json!({ "ResourceSignal": { "Count": count, "Timeout": format!("PT{timeout_minutes}M") } }))
    }
}

/// How a resource is changed by an update of the stack.
#[derive(Clone, Debug)]
#[must_use]
pub struct UpdatePolicy(pub(crate) Json);

impl UpdatePolicy {
    /// An alias of a function moves to its new version as the CodeDeploy deployment group says: a part of the
    /// calls first, back again on an alarm.
    pub fn code_deploy_alias(
        application_name: impl Into<Value<String>>,
        deployment_group_name: impl Into<Value<String>>,
    ) -> Self {
        Self(json!({ "CodeDeployLambdaAliasUpdate": {
            "ApplicationName": application_name.into().into_json(),
            "DeploymentGroupName": deployment_group_name.into().into_json(),
        } }))
    }

    /// With [`code_deploy_alias`](Self::code_deploy_alias): a function that tests the new version first.
    pub fn before_allow_traffic(mut self, function_name: impl Into<Value<String>>) -> Self {
        self.0["CodeDeployLambdaAliasUpdate"]["BeforeAllowTrafficHook"] = function_name.into().into_json();
        self
    }

    /// An Auto Scaling group is replaced as a whole, and the old one is kept until the new one works.
    pub fn auto_scaling_replacing_update() -> Self {
        Self(json!({ "AutoScalingReplacingUpdate": { "WillReplace": true } }))
    }

    /// Any other, by CloudFormation's name.
    pub fn other(name: &str, settings: Json) -> Self {
        Self(json!({ name: settings }))
    }
}
