//! How API Gateway names a function that it invokes: not by its ARN, but by a URI around it.

use crate::lambda::{Alias, Function};
use crate::resource::Handle;
use crate::value::Value;
use crate::{pseudo, sub};

impl Handle<Function> {
    /// What `Uri`, `IntegrationUri` and `AuthorizerUri` of API Gateway take.
    #[must_use]
    pub fn invocation_uri(&self) -> Value<String> {
        around(self.arn())
    }
}

impl Handle<Alias> {
    /// What `Uri`, `IntegrationUri` and `AuthorizerUri` of API Gateway take, for this alias.
    #[must_use]
    pub fn invocation_uri(&self) -> Value<String> {
        around(self.alias_arn())
    }
}

fn around(arn: Value<String>) -> Value<String> {
    sub!(
        "arn:{}:apigateway:{}:lambda:path/2015-03-31/functions/{}/invocations",
        pseudo::partition(),
        pseudo::region(),
        arn,
    )
}
