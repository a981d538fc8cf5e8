//! AppSync: resolvers on what they need, data sources with their settings, keys that expire in time.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::problem::{Findings, Judgement, quoted};
use super::view::{Resource, View, mentioned};

pub(super) fn check(view: &View<'_>, findings: &mut Findings<'_>) {
    let mut fields: BTreeMap<(String, String, String), &str> = BTreeMap::new();
    for schema in view.of("AWS::AppSync::GraphQLSchema") {
        after_schema(view, schema, findings);
    }
    for resolver in view.of("AWS::AppSync::Resolver") {
        kind(resolver, findings);
        script(view, resolver, findings);
        source(view, resolver, findings);
        let field = ["ApiId", "TypeName", "FieldName"].map(|name| resolver.get(name).to_string());
        if let Some(first) = fields.insert(field.into(), resolver.id) {
            findings.error(
                resolver.id,
                format!(
                    "`{first}` resolves {}.{} already: a field has one resolver, remove one",
                    resolver.get("TypeName").as_str().unwrap_or("…"),
                    resolver.get("FieldName").as_str().unwrap_or("…"),
                ),
            );
        }
    }
    for function in view.of("AWS::AppSync::FunctionConfiguration") {
        script(view, function, findings);
        source(view, function, findings);
    }
    let mut names: BTreeMap<(String, String), &str> = BTreeMap::new();
    for source in view.of("AWS::AppSync::DataSource") {
        let name = source.get("Name").to_string();
        if let Some(first) = names.insert((source.get("ApiId").to_string(), name.clone()), source.id) {
            findings.error(source.id, format!("`{first}` has the name {name} already: choose another"));
        }
        settings(source, findings);
    }
    for key in view.of("AWS::AppSync::ApiKey") {
        expiry(view, key, findings);
    }
    for api in view.of("AWS::AppSync::GraphQLApi") {
        authorization(api, findings);
        findings.range(api, "ResolverCountLimit", 0..=10_000);
        findings.range(api, "QueryDepthLimit", 0..=75);
        logs(view, api, findings);
        providers(view, api, findings);
    }
}

/// AppSync makes the group of an API that has none, and keeps its logs for ever.
fn logs(view: &View<'_>, api: Resource<'_>, findings: &mut Findings<'_>) {
    let config = api.get("LogConfig");
    if config.is_null() {
        return;
    }
    let has_group = view.of("AWS::Logs::LogGroup").any(|group| {
        let name = group.get("LogGroupName");
        mentioned(name).contains(api.id) && name.to_string().contains("/aws/appsync/apis/")
    });
    if !has_group {
        let text = "it has no log group of its own, so AppSync makes one that keeps logs for ever: add an \
                    `AWS::Logs::LogGroup` called `/aws/appsync/apis/` and the API's id, with `RetentionInDays`";
        findings.judge(api, Judgement::LogsForever, text);
    }
    let is_silent = view.values(api, "LogConfig.FieldLogLevel").iter().all(|level| **level == "NONE");
    if !is_silent && !view.values(api, "LogConfig.ExcludeVerboseContent").iter().any(|value| **value != false)
    {
        let text = "its logs hold headers and arguments, so tokens and messages: set `ExcludeVerboseContent`";
        findings.judge(api, Judgement::VerboseLogs, text);
    }
}

/// What the schema's directives, and a key, let in has to be a way in of the API.
fn providers(view: &View<'_>, api: Resource<'_>, findings: &mut Findings<'_>) {
    const WAYS: [(&str, &str); 4] = [
        ("@aws_api_key", "API_KEY"),
        ("@aws_iam", "AWS_IAM"),
        ("@aws_cognito_user_pools", "AMAZON_COGNITO_USER_POOLS"),
        ("@aws_lambda", "AWS_LAMBDA"),
    ];
    let main = api.get("AuthenticationType");
    let more = api.items("AdditionalAuthenticationProviders").map(|provider| &provider["AuthenticationType"]);
    let ways: Vec<&Json> = more.chain([main]).collect();
    if ways.iter().any(|way| !way.is_string()) {
        return;
    }
    let has = |way: &str| ways.iter().any(|known| **known == way);
    for schema in view.of("AWS::AppSync::GraphQLSchema") {
        let text = schema.get("Definition").as_str().unwrap_or_default();
        let lines = || text.lines().map(|line| line.split('#').next().unwrap_or_default());
        for (directive, way) in WAYS {
            let is_own = view.target(schema.get("ApiId")).is_some_and(|target| target.id == api.id);
            if is_own && !has(way) && lines().any(|line| line.contains(directive)) {
                let text =
                    format!("its schema says `{directive}`, but `{way}` is no way in: add it, or drop that");
                findings.error(api.id, text);
            }
        }
    }
    for key in view.of("AWS::AppSync::ApiKey") {
        if !has("API_KEY") && view.target(key.get("ApiId")).is_some_and(|target| target.id == api.id) {
            let text = format!("`{}` is not taken: it needs an authentication provider `API_KEY`", api.id);
            findings.error(key.id, text);
        }
    }
}

/// AppSync refuses a resolver whose field it does not know yet, and no property says that it has to wait.
fn after_schema(view: &View<'_>, schema: Resource<'_>, findings: &mut Findings<'_>) {
    let waiting = view.all_after(schema.id);
    for resolver in view.of("AWS::AppSync::Resolver") {
        if view.is_same(schema.get("ApiId"), resolver.get("ApiId")) && !waiting.contains(resolver.id) {
            findings.error(
                resolver.id,
                format!("it may be made before the schema, and then fails: add `DependsOn: {}`", schema.id),
            );
        }
    }
}

fn kind(resolver: Resource<'_>, findings: &mut Findings<'_>) {
    let functions = resolver.items("PipelineConfig.Functions").count();
    if !is_pipeline(resolver) && resolver.get("DataSourceName").is_null() {
        findings.error(resolver.id, "a unit resolver needs a `DataSourceName`: name its data source");
    }
    if is_pipeline(resolver) && functions == 0 {
        findings
            .error(resolver.id, "a pipeline resolver needs `PipelineConfig.Functions`: name its functions");
    }
    // Source: AppSync's quotas.
    if functions > 10 {
        findings
            .error(resolver.id, format!("its pipeline has {functions} functions of at most 10: join some"));
    }
}

fn is_pipeline(user: Resource<'_>) -> bool {
    user.get("Kind") == "PIPELINE"
}

/// Only a function (Lambda) answers without a script.
fn script(view: &View<'_>, user: Resource<'_>, findings: &mut Findings<'_>) {
    let has = |name: &str| !user.get(name).is_null();
    let has_code = has("Code") || has("CodeS3Location");
    if has_code && !has("Runtime") {
        findings.error(user.id, "`Code` needs a `Runtime`: set its name `APPSYNC_JS` and version `1.0.0`");
    }
    let has_template = has("RequestMappingTemplate") || has("RequestMappingTemplateS3Location");
    if has_code || has_template {
        return;
    }
    if is_pipeline(user) && user.items("PipelineConfig.Functions").next().is_some() {
        findings.error(
            user.id,
            "a pipeline resolver needs `Code`, what comes before and after its functions: add it",
        );
    }
    let source = super::scripts::source_of(view, user);
    if let Some(kind) = source.and_then(|source| source.get("Type").as_str())
        && kind != "AWS_LAMBDA"
    {
        let text = format!("it needs `Code`, as its data source is of type `{kind}`: add a script");
        findings.error(user.id, text);
    }
}

fn source(view: &View<'_>, user: Resource<'_>, findings: &mut Findings<'_>) {
    let Some(name) = user.get("DataSourceName").as_str() else {
        return;
    };
    let api = user.get("ApiId");
    if view.target(api).is_none() {
        return;
    }
    let of_api =
        || view.of("AWS::AppSync::DataSource").filter(|source| view.is_same(source.get("ApiId"), api));
    match of_api().find(|source| source.get("Name") == name) {
        Some(source) if !view.waits_for(user.id, source.id) => findings.error(
            user.id,
            format!("it may be made before the data source `{name}`: add `DependsOn: {}`", source.id),
        ),
        // A name that is put together by an intrinsic may be the one.
        None if of_api().all(|source| source.get("Name").is_string()) => findings.error(
            user.id,
            format!("no data source of its API is called `{name}`: correct `DataSourceName`"),
        ),
        _ => {}
    }
}

fn settings(source: Resource<'_>, findings: &mut Findings<'_>) {
    let needed: (&str, bool) = match source.get("Type").as_str() {
        Some("AWS_LAMBDA") => ("LambdaConfig", true),
        Some("AMAZON_DYNAMODB") => ("DynamoDBConfig", true),
        Some("AMAZON_EVENTBRIDGE") => ("EventBridgeConfig", true),
        Some("AMAZON_OPENSEARCH_SERVICE") => ("OpenSearchServiceConfig", true),
        Some("RELATIONAL_DATABASE") => ("RelationalDatabaseConfig", true),
        Some("HTTP") => ("HttpConfig", false),
        _ => return,
    };
    let (config, needs_role) = needed;
    let kind = quoted(source.get("Type"));
    if source.get(config).is_null() {
        findings.error(source.id, format!("a data source of type {kind} needs a `{config}`: set it"));
    }
    if needs_role && source.get("ServiceRoleArn").is_null() {
        findings.error(
            source.id,
            format!("a data source of type {kind} needs a `ServiceRoleArn`: give it a role"),
        );
    }
    if let Some(name) = source.get("Name").as_str()
        && !is_name(name)
    {
        findings.error(
            source.id,
            format!("its name is `{name}`: use letters, digits and `_`, and begin with a letter or `_`"),
        );
    }
}

/// GraphQL's rule for names, which AppSync's data sources share.
fn is_name(name: &str) -> bool {
    name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        && name.bytes().next().is_some_and(|byte| !byte.is_ascii_digit())
}

/// Source: `CreateApiKey` in AppSync's API reference: from 1 to 365 days after the creation.
fn expiry(view: &View<'_>, key: Resource<'_>, findings: &mut Findings<'_>) {
    const LONGEST_S: u64 = 365 * 24 * 3600;
    let now_s =
        std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0, |since| since.as_secs());
    for value in view.values(key, "Expires") {
        let expires_s = match value {
            Json::Number(number) => number.as_f64().map(|seconds| seconds as u64),
            Json::String(text) => text.parse::<f64>().ok().map(|seconds| seconds as u64),
            _ => continue,
        };
        let wrong = match expires_s {
            None => "no number of seconds since 1970",
            Some(expires_s) if expires_s <= now_s => "in the past",
            // AppSync rounds down to the hour.
            Some(expires_s) if expires_s > now_s + LONGEST_S + 3600 => "more than 365 days away",
            Some(_) => continue,
        };
        findings.error(
            key.id,
            format!(
                "`Expires` is {}, which is {wrong}: give 1 to 365 days, or leave it out for 7",
                quoted(value)
            ),
        );
    }
}

fn authorization(api: Resource<'_>, findings: &mut Findings<'_>) {
    let main = (
        api.get("AuthenticationType"),
        api.get("UserPoolConfig"),
        api.get("OpenIDConnectConfig"),
        api.get("LambdaAuthorizerConfig"),
    );
    let more = api.items("AdditionalAuthenticationProviders").map(|provider| {
        (
            &provider["AuthenticationType"],
            &provider["UserPoolConfig"],
            &provider["OpenIDConnectConfig"],
            &provider["LambdaAuthorizerConfig"],
        )
    });
    let mut seen: Vec<&str> = Vec::new();
    for (kind, pool, connect, function) in std::iter::once(main).chain(more) {
        let Some(kind) = kind.as_str() else { continue };
        let missing = match kind {
            "AMAZON_COGNITO_USER_POOLS" if pool.is_null() => Some("UserPoolConfig"),
            "OPENID_CONNECT" if connect.is_null() => Some("OpenIDConnectConfig"),
            "AWS_LAMBDA" if function.is_null() => Some("LambdaAuthorizerConfig"),
            _ => None,
        };
        if let Some(missing) = missing {
            findings.error(api.id, format!("the authorization `{kind}` needs a `{missing}`: set it"));
        }
        if ["API_KEY", "AWS_IAM"].contains(&kind) && seen.contains(&kind) {
            findings.error(api.id, format!("the authorization `{kind}` is given twice: remove one"));
        }
        seen.push(kind);
    }
}
