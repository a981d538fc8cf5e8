//! The headers that tell a browser what the site may do.

use cfn::cloudfront::{
    ContentSecurityPolicy, ContentTypeOptions, CustomHeader, CustomHeadersConfig, FrameOptions,
    ReferrerPolicy, ResponseHeadersPolicy, ResponseHeadersPolicyConfig, SecurityHeadersConfig,
    StrictTransportSecurity,
};
use cfn::{Given, Value, if_, pseudo, sub};
use serde_json::json;

use super::Choices;
use super::distribution::unique_name;

/// What the page may load and reach: itself, and in this region AppSync, API Gateway, Cognito and S3, whose
/// presigned links have the bucket's name in their host. With `${…}` of `Fn::Sub`.
const CONTENT_SECURITY_POLICY: &str = "\
    default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; manifest-src 'self'; \
    img-src 'self' data: blob: https://*.s3.${AWS::Region}.${AWS::URLSuffix}${PublicFiles}; \
    media-src 'self' blob: https://*.s3.${AWS::Region}.${AWS::URLSuffix}${PublicFiles}; \
    connect-src 'self' https://*.appsync-api.${AWS::Region}.${AWS::URLSuffix} \
    wss://*.appsync-realtime-api.${AWS::Region}.${AWS::URLSuffix} \
    https://*.execute-api.${AWS::Region}.${AWS::URLSuffix} wss://*.execute-api.${AWS::Region}.${AWS::URLSuffix} \
    https://cognito-idp.${AWS::Region}.${AWS::URLSuffix} https://cognito-identity.${AWS::Region}.${AWS::URLSuffix} \
    https://*.auth.${AWS::Region}.amazoncognito.com https://*.s3.${AWS::Region}.${AWS::URLSuffix}${PublicFiles}; \
    base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'; upgrade-insecure-requests";

/// A year, in seconds: for so long a browser that was here asks by HTTPS alone.
const HSTS_MAX_AGE_S: i32 = 31_536_000;
const PERMISSIONS: &str = "camera=(), microphone=(), geolocation=(), payment=(), usb=()";
const REFERRER: &str = "strict-origin-when-cross-origin";

/// The headers of every answer of the site. `cache_control` is for what was uploaded without one of its own.
pub(super) fn policy(
    choices: &Choices,
    name: &str,
    cache_control: Option<&str>,
) -> ResponseHeadersPolicy<Given> {
    let header = |name: &str, value: &str| CustomHeader::new().header(name).value(value).override_(false);
    let mut headers = vec![header("Permissions-Policy", PERMISSIONS)];
    headers.extend(cache_control.map(|value| header("Cache-Control", value)));
    let security = SecurityHeadersConfig::new()
        .content_security_policy(
            ContentSecurityPolicy::new()
                .content_security_policy(content_security_policy(choices))
                .override_(true),
        )
        .content_type_options(ContentTypeOptions::new().override_(true))
        .frame_options(FrameOptions::new().frame_option("DENY").override_(true))
        .referrer_policy(ReferrerPolicy::new().referrer_policy(REFERRER).override_(true))
        .strict_transport_security(
            StrictTransportSecurity::new().access_control_max_age_sec(HSTS_MAX_AGE_S).override_(true),
        );
    ResponseHeadersPolicy::new().response_headers_policy_config(
        ResponseHeadersPolicyConfig::new()
            .name(unique_name(name))
            .comment(sub!("{} of {}", name, pseudo::stack_name()))
            .security_headers_config(security)
            .custom_headers_config(CustomHeadersConfig::new().items(headers)),
    )
}

/// The same headers as Amplify takes them, in YAML.
pub(super) fn for_amplify(choices: &Choices) -> Value<String> {
    let headers = [
        ("Content-Security-Policy", CONTENT_SECURITY_POLICY),
        ("Permissions-Policy", PERMISSIONS),
        ("Referrer-Policy", REFERRER),
        ("Strict-Transport-Security", &format!("max-age={HSTS_MAX_AGE_S}")),
        ("X-Content-Type-Options", "nosniff"),
        ("X-Frame-Options", "DENY"),
    ];
    let mut yaml = "customHeaders:\n  - pattern: '**/*'\n    headers:\n".to_owned();
    for (name, value) in headers {
        yaml.push_str(&format!("      - key: {name}\n        value: \"{value}\"\n"));
    }
    substituted(choices, &yaml)
}

fn content_security_policy(choices: &Choices) -> Value<String> {
    substituted(choices, CONTENT_SECURITY_POLICY)
}

/// The public files' own domain cannot be named: its bucket's CORS names the site.
fn substituted(choices: &Choices, text: &str) -> Value<String> {
    let public_files: Value<String> = if_(&choices.serves_public_files, " https://*.cloudfront.net", "");
    Value::unchecked(json!({ "Fn::Sub": [text, { "PublicFiles": public_files.into_json() }] }))
}
