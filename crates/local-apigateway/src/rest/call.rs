//! One request on its way: what is known of it, as `$context`, and as the event that functions get.
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html>

use std::net::IpAddr;

use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use http::{HeaderValue, request};
use indexmap::IndexMap;
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::definition::{Definition, Resource};
use super::stage::PreparedStage;
use crate::SignedRequest;
use crate::binary;
use crate::event::{Pairs, or_null, request_time, short_id};
use crate::mapping::Sources;

pub(super) struct Call {
    pub(super) body: Bytes,
    /// `requestContext`, and `$context` of templates.
    pub(super) context: Map<String, Value>,
    pub(super) headers: Pairs,
    pub(super) query: Pairs,
    pub(super) parameters: IndexMap<String, String>,
    pub(super) stage_variables: IndexMap<String, String>,
    /// `arn:aws:execute-api:…/{stage}/{method}/{path}`
    pub(super) method_arn: String,
    /// With API keys from the authorizer: what it gave.
    pub(super) usage_key: Option<String>,
    request_id: String,
    extended_request_id: String,
    method: String,
    path: String,
    resource_path: String,
    signed: SignedRequest,
}

impl Call {
    pub(super) fn new(
        definition: &Definition,
        stage: &PreparedStage,
        path: &str,
        parts: &request::Parts,
        source_ip: IpAddr,
    ) -> Call {
        let source_ip = source_ip.to_string();
        let headers = Pairs::of_headers(&parts.headers, &source_ip, false);
        let (request_id, extended_request_id) = (uuid::Uuid::new_v4().to_string(), short_id());
        let (time, epoch_ms) = request_time(Timestamp::now());
        let method = parts.method.as_str().to_owned();
        let identity = json!({
            "cognitoIdentityPoolId": null,
            "accountId": null,
            "cognitoIdentityId": null,
            "caller": null,
            "sourceIp": source_ip,
            "principalOrgId": null,
            "accessKey": null,
            "cognitoAuthenticationType": null,
            "cognitoAuthenticationProvider": null,
            "userArn": null,
            "userAgent": headers.get_ignoring_case("user-agent"),
            "user": null,
        });
        let context = json!({
            "accountId": definition.account_id,
            "apiId": definition.api_id,
            "deploymentId": "local",
            "domainName": definition.domain_name,
            "domainPrefix": definition.domain_name.split('.').next(),
            "extendedRequestId": extended_request_id,
            "httpMethod": method,
            "identity": identity,
            "path": format!("/{}{path}", stage.name()),
            "protocol": format!("{:?}", parts.version),
            "requestId": request_id,
            "requestTime": time,
            "requestTimeEpoch": epoch_ms,
            "stage": stage.name(),
        });
        let signed_headers = parts.headers.iter().map(|(name, value)| {
            (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
        });
        Call {
            body: Bytes::new(),
            context: object(context),
            headers,
            query: Pairs::of_query(parts.uri.query().unwrap_or_default()),
            parameters: IndexMap::new(),
            stage_variables: stage.variables().clone(),
            method_arn: format!(
                "arn:aws:execute-api:{}:{}:{}/{}/{method}{path}",
                definition.region,
                definition.account_id,
                definition.api_id,
                stage.name(),
            ),
            usage_key: None,
            request_id,
            extended_request_id,
            path: path.to_owned(),
            resource_path: String::new(),
            signed: SignedRequest {
                method: method.clone(),
                path: parts.uri.path().to_owned(),
                query: parts.uri.query().unwrap_or_default().to_owned(),
                headers: signed_headers.collect(),
                body: Bytes::new(),
            },
            method,
        }
    }

    pub(super) fn route(&mut self, resource: &Resource, parameters: IndexMap<String, String>) {
        self.context.insert("resourceId".to_owned(), resource.id.as_str().into());
        self.context.insert("resourcePath".to_owned(), resource.path.as_str().into());
        self.resource_path.clone_from(&resource.path);
        self.parameters = parameters;
    }

    pub(super) fn method(&self) -> &str {
        &self.method
    }

    pub(super) fn path(&self) -> &str {
        &self.path
    }

    pub(super) fn content_type(&self) -> Option<&str> {
        self.headers.get_ignoring_case("content-type")
    }

    /// Without parameters such as the charset; JSON if there is none.
    pub(super) fn media_type(&self) -> &str {
        let media_type = self.content_type().and_then(|header| header.split(';').next()).map(str::trim);
        media_type.filter(|media_type| !media_type.is_empty()).unwrap_or("application/json")
    }

    pub(super) fn identity(&mut self) -> Option<&mut Map<String, Value>> {
        self.context.get_mut("identity").and_then(Value::as_object_mut)
    }

    pub(super) fn signed_request(&self) -> SignedRequest {
        SignedRequest { body: self.body.clone(), ..self.signed.clone() }
    }

    /// What templates and mappings refer to; `body` is the request's, as text.
    pub(super) fn sources<'a>(&'a self, body: &'a str) -> Sources<'a> {
        Sources {
            context: &self.context,
            stage_variables: &self.stage_variables,
            path: &self.parameters,
            query: &self.query,
            headers: &self.headers,
            body,
            answer: None,
        }
    }

    /// The event of an AWS_PROXY integration.
    pub(super) fn event(&self, is_binary: bool) -> Value {
        let (is_encoded, body) = binary::of_event(&self.body, is_binary);
        let mut event = self.described();
        event.insert("body".to_owned(), body.into());
        event.insert("isBase64Encoded".to_owned(), is_encoded.into());
        Value::Object(event)
    }

    /// The event of an authorizer of the kind `REQUEST`.
    pub(super) fn authorizer_event(&self) -> Value {
        let mut event = self.described();
        event.insert("type".to_owned(), "REQUEST".into());
        event.insert("methodArn".to_owned(), self.method_arn.as_str().into());
        // Never null here, other than in proxy events.
        for name in
            ["queryStringParameters", "multiValueQueryStringParameters", "pathParameters", "stageVariables"]
        {
            if event.get(name).is_some_and(Value::is_null) {
                event.insert(name.to_owned(), json!({}));
            }
        }
        Value::Object(event)
    }

    fn described(&self) -> Map<String, Value> {
        let texts = |map: &IndexMap<String, String>| {
            or_null(map.iter().map(|(name, value)| (name.clone(), value.as_str().into())).collect())
        };
        object(json!({
            "resource": self.resource_path,
            "path": self.path,
            "httpMethod": self.method,
            "headers": self.headers.single(),
            "multiValueHeaders": self.headers.multiple(),
            "queryStringParameters": or_null(self.query.single()),
            "multiValueQueryStringParameters": or_null(self.query.multiple()),
            "pathParameters": texts(&self.parameters),
            "stageVariables": texts(&self.stage_variables),
            "requestContext": self.context,
        }))
    }

    /// The headers that every answer has.
    pub(super) fn finish(&self, mut response: Response<Body>) -> Response<Body> {
        let ids = [("x-amzn-requestid", &self.request_id), ("x-amz-apigw-id", &self.extended_request_id)];
        for (name, id) in ids {
            if let Ok(value) = HeaderValue::from_str(id) {
                response.headers_mut().insert(name, value);
            }
        }
        response
    }
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}
