//! Functions: sizes, versions and aliases, event source mappings.

use super::problem::{Findings, quoted};
use super::view::{Resource, View, entries};

pub(super) fn check(view: &View<'_>, findings: &mut Findings<'_>) {
    for function in view.of("AWS::Lambda::Function") {
        // On instances of one's own, the quotas are others.
        if function.get("CapacityProviderConfig").is_null() {
            findings.range(function, "Timeout", 1..=900);
            findings.range(function, "MemorySize", 128..=10_240);
            findings.range(function, "EphemeralStorage.Size", 512..=10_240);
        }
        findings.range(function, "ReservedConcurrentExecutions", 0..=i64::from(i32::MAX));
        code(function, findings);
        environment(function, findings);
    }
    for alias in view.of("AWS::Lambda::Alias") {
        version(view, alias, findings);
    }
    for mapping in view.of("AWS::Lambda::EventSourceMapping") {
        mapped(view, mapping, findings);
    }
}

fn code(function: Resource<'_>, findings: &mut Findings<'_>) {
    if function.get("PackageType") == "Image" {
        return;
    }
    for name in ["Handler", "Runtime"] {
        if function.get(name).is_null() {
            findings.error(function.id, format!("a function from a zip needs a `{name}`: set it"));
        }
    }
}

/// Source: "Defined runtime environment variables" in the Lambda developer guide.
fn environment(function: Resource<'_>, findings: &mut Findings<'_>) {
    const RESERVED: [&str; 12] = [
        "_HANDLER",
        "AWS_ACCESS_KEY",
        "AWS_ACCESS_KEY_ID",
        "AWS_DEFAULT_REGION",
        "AWS_EXECUTION_ENV",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
        "AWS_LAMBDA_FUNCTION_NAME",
        "AWS_LAMBDA_FUNCTION_VERSION",
        "AWS_LAMBDA_RUNTIME_API",
        "AWS_REGION",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
    ];
    let variables = function.get("Environment.Variables");
    for (name, _) in entries(variables) {
        let is_name = name.len() > 1
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
            && name.bytes().next().is_some_and(|byte| byte.is_ascii_alphabetic());
        if RESERVED.contains(&name) {
            findings.error(
                function.id,
                format!("the variable `{name}` is set by Lambda itself: choose another name"),
            );
        } else if !is_name && !name.starts_with("Fn::") {
            findings.error(
                function.id,
                format!("the variable `{name}` needs two or more letters, digits and `_`, a letter first: rename it"),
            );
        }
    }
    let bytes = variables.to_string().len();
    if bytes > 4096 && variables.is_object() {
        findings.error(
            function.id,
            format!("its variables have about {bytes} bytes of at most 4,096: move some to SSM"),
        );
    }
}

fn version(view: &View<'_>, alias: Resource<'_>, findings: &mut Findings<'_>) {
    let version = alias.get("FunctionVersion");
    let name = alias.get("Name");
    if name.as_str().is_some_and(|name| name.bytes().all(|byte| byte.is_ascii_digit())) {
        findings
            .error(alias.id, format!("its name is {}: an alias is no number, call it `live`", quoted(name)));
    }
    if let Some(text) = version.as_str() {
        let has_versions = view
            .of("AWS::Lambda::Version")
            .any(|version| view.is_same(version.get("FunctionName"), alias.get("FunctionName")));
        if text != "$LATEST"
            && (text.parse::<u32>().is_err()
                || !has_versions && view.target(alias.get("FunctionName")).is_some())
        {
            findings.error(
                alias.id,
                format!(
                    "`FunctionVersion` is the version `{text}`, which the template does not make: add an \
                     `AWS::Lambda::Version` and take its `Version`"
                ),
            );
        }
        return;
    }
    let Some(target) = view.target(version) else {
        return;
    };
    if target.kind != "AWS::Lambda::Version" {
        findings.error(
            alias.id,
            format!(
                "`FunctionVersion` is of `{}`, an `{}`: take the `Version` of an `AWS::Lambda::Version`",
                target.id, target.kind
            ),
        );
    } else if !view.is_same(target.get("FunctionName"), alias.get("FunctionName")) {
        findings.error(
            alias.id,
            format!("`{}` is a version of another function: take a version of its own", target.id),
        );
    }
}

fn mapped(view: &View<'_>, mapping: Resource<'_>, findings: &mut Findings<'_>) {
    let is_stream = view
        .target(mapping.get("EventSourceArn"))
        .is_some_and(|from| ["AWS::DynamoDB::Table", "AWS::Kinesis::Stream"].contains(&from.kind));
    if is_stream && mapping.get("StartingPosition").is_null() {
        findings.error(
            mapping.id,
            "a stream is read from somewhere: set `StartingPosition` to `LATEST` or `TRIM_HORIZON`",
        );
    }
    findings.range(mapping, "BatchSize", 1..=10_000);
    findings.range(mapping, "MaximumBatchingWindowInSeconds", 0..=300);
    findings.range(mapping, "MaximumRetryAttempts", -1..=10_000);
    findings.range(mapping, "ParallelizationFactor", 1..=10);
    findings.range(mapping, "MaximumRecordAgeInSeconds", -1..=604_800);
}
