//! A Lambda function with what belongs to it: a role of its own and a log group that forgets.

use cfn::lambda::{
    self, Code, Environment, FunctionLoggingConfig, LogFormat, Runtime, TracingConfig, TracingConfigMode,
};
use cfn::logs::LogGroup;
use cfn::{
    Given, Grantee, Handle, PolicyDocument, Statement, Template, Value, actions, iam, if_, prelude::*,
};

use crate::parameters::Parameters;

/// A function before it is in the template: grants and variables are still being added.
pub(crate) struct Function {
    /// The logical id.
    id: &'static str,
    /// The package whose `bootstrap` it runs, as `cargo lambda build --output-format zip` lays it down.
    package: &'static str,
    memory_mb: i64,
    timeout_s: i64,
    role: iam::Role<Given>,
    variables: Vec<(&'static str, Value<String>)>,
}

impl Grantee for Function {
    fn grant(&mut self, statement: Statement) {
        self.role.grant(statement);
    }
}

impl Function {
    pub(crate) fn new(id: &'static str, package: &'static str, memory_mb: i64, timeout_s: i64) -> Self {
        Self {
            id,
            package,
            memory_mb,
            timeout_s,
            role: role_of("lambda.amazonaws.com"),
            variables: Vec::new(),
        }
    }

    /// An environment variable.
    pub(crate) fn variable(&mut self, name: &'static str, value: Value<String>) {
        self.variables.push((name, value));
    }

    /// Adds the function as `{id}`, with `{id}Role` and `{id}LogGroup`.
    pub(crate) fn add(mut self, t: &mut Template, parameters: &Parameters) -> Handle<lambda::Function> {
        let id = self.id;
        let log_group = t.add(&format!("{id}LogGroup"), log_group(parameters));
        self.grant(
            Statement::allow(actions!["logs:CreateLogStream", "logs:PutLogEvents"]).on([log_group.arn()]),
        );
        // X-Ray has no resources to name.
        self.grant(
            Statement::allow(actions!["xray:PutTraceSegments", "xray:PutTelemetryRecords"])
                .sid("XRayHasNoResources")
                .on(["*"]),
        );
        let role = t.add(&format!("{id}Role"), self.role);
        t.add(
            id,
            lambda::Function::new()
                .runtime(Runtime::ProvidedAl2023)
                .handler("bootstrap")
                .architectures([&parameters.architecture])
                .code(Code::packaged(&format!("target/lambda/{}/bootstrap.zip", self.package)))
                .role(&role)
                .memory_size(self.memory_mb)
                .timeout(self.timeout_s)
                .environment(Environment::new().variables(self.variables))
                .tracing_config(TracingConfig::new().mode(TracingConfigMode::Active))
                .logging_config(
                    FunctionLoggingConfig::new().log_format(LogFormat::Json).log_group(&log_group),
                )
                .accept_checkov(
                    "CKV_AWS_115",
                    "A limit of its own would refuse callers before the account's does.",
                )
                .accept_checkov("CKV_AWS_116", "Its callers wait for it, and are told of a failure.")
                .accept_checkov(
                    "CKV_AWS_117",
                    "It reaches DynamoDB and S3 alone, by IAM; a VPC would only slow it.",
                )
                .accept_checkov("CKV_AWS_173", "The variables are names, no secrets.")
                .accept_cfn_lint("W3002", "The path becomes an S3 object in `aws cloudformation package`."),
        )
    }
}

/// A log group that forgets: after three months in production, two weeks elsewhere.
pub(crate) fn log_group(parameters: &Parameters) -> LogGroup {
    LogGroup::new().retention_in_days(if_(&parameters.is_production, 90, 14)).accept_checkov(
        "CKV_AWS_158",
        "Encrypted with CloudWatch's key; logs hold ids, no text, token or address.",
    )
}

/// A role that the service may take, with no permissions yet.
pub(crate) fn role_of(service: &str) -> iam::Role<Given> {
    iam::Role::new().assume_role_policy_document(PolicyDocument::trusting_service(service))
}
