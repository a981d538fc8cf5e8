//! From a method that may be called to what its integration answers.

use axum::body::Body;
use axum::response::Response;
use http::{HeaderName, HeaderValue, StatusCode};
use tokio::time::timeout;

use super::call::Call;
use super::gateway_response::Failure;
use super::methods::PreparedMethod;
use super::{RestApi, proxy};
use crate::IntegrationType;
use crate::integration::{Answered, IntegrationFailure};

impl RestApi {
    pub(super) async fn integrate(
        &self,
        method: &PreparedMethod,
        call: &Call,
    ) -> Result<Response<Body>, Failure> {
        if method.integration.kind == IntegrationType::AwsProxy {
            return self.integrate_proxy(method, call).await;
        }
        let is_binary = self.binary_media_types.include(call.content_type());
        let text = String::from_utf8_lossy(&call.body);
        let sources = call.sources(&text);
        let integration = &method.integration;
        let accept = call.headers.get_ignoring_case("accept");
        let ran = integration.run(&self.backend, &sources, call.media_type(), &call.body, is_binary).await;
        let answered = ran.and_then(|ran| {
            let is_binary = self.binary_media_types.include(ran.content_type());
            integration.respond(ran, &sources, accept, is_binary)
        });
        answered.and_then(response).map_err(|failure| failed(&failure, call))
    }

    async fn integrate_proxy(&self, method: &PreparedMethod, call: &Call) -> Result<Response<Body>, Failure> {
        let sources = call.sources("");
        let function = method.integration.function(&sources).ok_or_else(Failure::misconfigured)?;
        let event = call.event(self.binary_media_types.include(call.content_type()));
        let answer = timeout(method.integration.timeout, self.backend.invoke(&function, event)).await;
        match answer {
            Err(_) => Err(Failure::timed_out()),
            Ok(Err(error)) => {
                tracing::warn!(function, %error, path = call.path(), "a function failed");
                Err(Failure::bad_answer())
            }
            Ok(Ok(answer)) => {
                let accepts_binary =
                    self.binary_media_types.include(call.headers.get_ignoring_case("accept"));
                proxy::response(&answer, accepts_binary).ok_or_else(|| {
                    tracing::warn!(
                        function,
                        path = call.path(),
                        "a function's answer must be {{\"statusCode\": …, \"headers\": {{…}}, \"multiValueHeaders\": \
                         {{…}}, \"body\": \"…\", \"isBase64Encoded\": …}} and nothing else"
                    );
                    Failure::bad_answer()
                })
            }
        }
    }
}

fn response(answered: Answered) -> Result<Response<Body>, IntegrationFailure> {
    let failed = |what: String| IntegrationFailure::Misconfigured(what);
    let mut response = Response::new(Body::from(answered.body));
    *response.status_mut() = StatusCode::from_u16(answered.status)
        .map_err(|_| failed(format!("{} is not a status code", answered.status)))?;
    for (name, value) in answered.headers {
        // They are the connection's, not the answer's.
        if ["connection", "content-length", "transfer-encoding"].contains(&name.to_ascii_lowercase().as_str())
        {
            continue;
        }
        let header =
            HeaderName::try_from(&name).map_err(|_| failed(format!("{name:?} is not a header's name")))?;
        let value =
            HeaderValue::from_str(&value).map_err(|_| failed(format!("{name} cannot be {value:?}")))?;
        response.headers_mut().append(header, value);
    }
    Ok(response)
}

fn failed(failure: &IntegrationFailure, call: &Call) -> Failure {
    if *failure != IntegrationFailure::UnsupportedMediaType {
        tracing::warn!(%failure, method = call.method(), path = call.path(), "an integration failed");
    }
    match failure {
        IntegrationFailure::TimedOut => Failure::timed_out(),
        IntegrationFailure::NotReached(_) => Failure::not_reached(),
        IntegrationFailure::Misconfigured(_) => Failure::misconfigured(),
        IntegrationFailure::UnsupportedMediaType => Failure::unsupported_media_type(),
    }
}
