//! A Lambda function with what belongs to it: a role of its own and a log group that forgets.

use cfn::cloudwatch::Statistic;
use cfn::lambda::{
    self, Alias, Code, Environment, FunctionLoggingConfig, LogFormat, Runtime, TracingConfig,
    TracingConfigMode,
};
use cfn::logs::LogGroup;
use cfn::{
    Given, Grantee, Handle, PolicyDocument, Statement, Template, Value, actions, iam, if_, prelude::*,
};

use crate::alarms::{Alarms, Metric};
use crate::build::Build;
use crate::parameters::Parameters;
use crate::versions;

/// A function before it is in the template: grants and variables are still being added.
pub(crate) struct Function {
    /// The logical id.
    id: &'static str,
    /// The package whose `bootstrap` it runs, as `cargo lambda build --output-format zip` lays it down.
    package: &'static str,
    memory_mb: i64,
    timeout_s: i64,
    role: iam::Role<Given>,
    variables: Vec<(String, Value<String>)>,
}

impl Grantee for Function {
    fn grant(&mut self, statement: Statement) {
        self.role.grant(statement);
    }

    fn variable(&mut self, name: &str, value: Value<String>) {
        if self.variables.iter().all(|(known, _)| known != name) {
            self.variables.push((name.to_owned(), value));
        }
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

    /// Adds the function as `{id}`, with `{id}Role`, `{id}LogGroup` and a published `{id}Version`; callers get
    /// the alias `{id}Live`.
    #[track_caller]
    pub(crate) fn add(mut self, t: &mut Template, parameters: &Parameters) -> Handle<Alias> {
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
        let reads_a_stream = self.role.to_json().to_string().contains("dynamodb:GetRecords");
        let role = t.add(&format!("{id}Role"), self.role);
        let function = lambda::Function::new()
            .runtime(Runtime::ProvidedAl2023)
            .handler("bootstrap")
            .architectures([&parameters.architecture])
            .code(Code::packaged(&Build::zip(self.package)))
            .role(&role)
            .memory_size(self.memory_mb)
            .timeout(self.timeout_s)
            .environment(Environment::new().variables(self.variables))
            .tracing_config(TracingConfig::new().mode(TracingConfigMode::Active))
            .logging_config(FunctionLoggingConfig::new().log_format(LogFormat::Json).log_group(&log_group))
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
            .accept_guard(
                "CT.LAMBDA.PR.3",
                "It reaches DynamoDB and S3 alone, by IAM; a VPC would only slow it.",
            )
            .accept_cfn_lint("W3002", "The path becomes an S3 object in `aws cloudformation package`.");
        let (function, live) = versions::add(t, id, function, self.package, &parameters.build);
        watch(t, &parameters.alarms, id, &function, self.timeout_s, reads_a_stream);
        live
    }
}

/// The alarms of a function.
fn watch(
    t: &mut Template,
    alarms: &Alarms,
    id: &str,
    function: &Handle<lambda::Function>,
    timeout_s: i64,
    reads_a_stream: bool,
) {
    let metric = |name, statistic| Metric {
        namespace: "AWS/Lambda",
        name,
        statistic,
        of: vec![("FunctionName", function.function_name())],
    };
    let mut add = |suffix: &str, metric, at_least: i32, says: &str| {
        alarms.add(t, &format!("{id}{suffix}Alarm"), metric, at_least, &format!("{id} {says}"));
    };
    add("Errors", metric("Errors", Statistic::Sum), 1, "failed: its log says why.");
    let says = "was not started: the account's concurrency is used up.";
    add("Throttles", metric("Throttles", Statistic::Sum), 1, says);
    let limit_ms = i32::try_from(timeout_s * 800).expect("at most 15 minutes");
    let says = "took four fifths of the time it has, or more.";
    add("Duration", metric("Duration", Statistic::Maximum), limit_ms, says);
    if reads_a_stream {
        let says = "is a minute or more behind its stream.";
        add("IteratorAge", metric("IteratorAge", Statistic::Maximum), 60_000, says);
    }
}

/// A log group that forgets: after three months in production, two weeks elsewhere.
pub(crate) fn log_group(parameters: &Parameters) -> LogGroup {
    LogGroup::new()
        .retention_in_days(if_(&parameters.is_production, 90, 14))
        .accept_checkov(
            "CKV_AWS_158",
            "Encrypted with CloudWatch's key; logs hold ids, no text, token or address.",
        )
        .accept_guard(
            "CT.CLOUDWATCH.PR.2",
            "Logs help for a while; a year of them is only a year of ids to lose.",
        )
        .accept_guard(
            "CT.CLOUDWATCH.PR.3",
            "Encrypted with CloudWatch's key; logs hold ids, no text, token or address.",
        )
}

/// A role that the service may take, with no permissions yet.
pub(crate) fn role_of(service: &str) -> iam::Role<Given> {
    iam::Role::new().assume_role_policy_document(PolicyDocument::trusting_service(service))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_reads_a_stream_has_an_alarm_for_falling_behind() {
        let threshold = |actions: Vec<cfn::Action>| {
            let mut t = Template::new("");
            let parameters = crate::parameters::add(&mut t, &Build::none());
            let mut function = Function::new("Fanout", "fanout", 128, 30);
            function.grant(Statement::allow(actions).on(["arn:aws:dynamodb:::table/t/stream/*"]));
            function.add(&mut t, &parameters);
            t.to_json()["Resources"]["FanoutIteratorAgeAlarm"]["Properties"]["Threshold"].clone()
        };
        assert_eq!(threshold(actions!["dynamodb:GetRecords"].into()), 60_000);
        assert!(threshold(actions!["dynamodb:GetItem"].into()).is_null());
    }
}
