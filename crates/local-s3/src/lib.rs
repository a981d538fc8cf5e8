//! Amazon S3 on localhost: buckets on disk behind the real protocol, with signatures, presigned URLs and CORS.
//!
//! The protocol (routing, XML, signatures, POST policies) is `s3s`; what lies behind it is ours: an index in
//! SQLite and immutable files beside it, so that no object key ever becomes a path.

mod access;
mod body;
mod buckets;
mod cors;
mod explain;
mod form;
mod host;
mod operations;
mod range;
mod request_id;
mod store;

use std::path::PathBuf;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::Request;
use axum::http::{StatusCode, Uri, header, request};
use axum::response::{IntoResponse, Response};
use s3s::dto::StreamingBlob;
use s3s::service::{S3Service, S3ServiceBuilder};
use s3s::{S3Result, s3_error};

use access::Gate;
use body::SharedBody;
use buckets::Buckets;
use explain::{Asked, with_references};
use host::BucketHosts;
use operations::{Backend, Status, post};
use range::Admitted;
use request_id::RequestId;
use store::Store;

pub use access::{Attempt, Credential, Credentials, Permits};
pub use cors::{Bucket, CorsRule, InvalidBucket};
pub use store::OpenError;

/// The largest upload in one request by default, in bytes (100 MB). AWS allows 5 GB.
pub const DEFAULT_UPLOAD_LIMIT_BYTES: u64 = 100 * 1024 * 1024;

/// What an S3 of one account in one region consists of.
pub struct Config {
    /// Where objects are kept; made when absent.
    pub folder: PathBuf,
    /// The number of the account, by which callers say whose bucket they expect.
    pub account: String,
    /// The region that buckets say they are in, such as `us-east-1`.
    pub region: String,
    /// The buckets of the template. What is in one that is no longer named stays on disk, out of reach until a bucket
    /// of that name is named or made again. Others can be made with `CreateBucket`.
    pub buckets: Vec<Bucket>,
    /// The names that no bucket can be made with: the host answers these paths with something else.
    pub reserved_names: Vec<String>,
    /// Who may sign requests.
    pub credentials: Credentials,
    /// What they may do.
    pub permits: Permits,
    /// The largest body of one request, in bytes; more is refused with `EntityTooLarge`. See
    /// [`DEFAULT_UPLOAD_LIMIT_BYTES`]. A multipart upload may have many such parts.
    pub upload_limit_bytes: u64,
}

/// The buckets of a template, served from disk. Cheap to clone.
#[derive(Clone)]
pub struct S3 {
    service: S3Service,
    /// The same without the gate, for what the gate has admitted already.
    admitted: S3Service,
    backend: Backend,
    buckets: Arc<Buckets>,
    upload_limit_bytes: u64,
}

impl S3 {
    /// Opens the buckets kept in the folder, and tidies away what an interrupted upload may have left there.
    ///
    /// A second process on the same folder gets [`OpenError::InUse`].
    pub async fn open(config: Config) -> Result<S3, OpenError> {
        let Config {
            folder,
            account,
            region,
            buckets,
            reserved_names,
            credentials,
            permits,
            upload_limit_bytes,
        } = config;
        let gate = Gate { account, region: region.clone(), credentials, permits };
        let store = tokio::task::spawn_blocking(move || Store::open(&folder)).await;
        let (store, made) = store.expect("opening does not panic")?;
        let buckets = Arc::new(Buckets::new(buckets, reserved_names, made));
        let backend =
            Backend { store, region, buckets: Arc::clone(&buckets), gate: gate.clone(), upload_limit_bytes };
        let mut admitted = S3ServiceBuilder::new(backend.clone());
        admitted.set_host(BucketHosts(Arc::clone(&buckets)));
        let mut builder = S3ServiceBuilder::new(backend.clone());
        builder.set_auth(gate.clone());
        builder.set_access(gate);
        builder.set_host(BucketHosts(Arc::clone(&buckets)));
        Ok(S3 { service: builder.build(), admitted: admitted.build(), backend, buckets, upload_limit_bytes })
    }

    /// Whether a request is for S3: its path or host begins with a bucket of the template, it is signed for S3, or it
    /// is a form for a bucket that was made.
    ///
    /// Path style is `/<bucket>/<key>`; virtual-hosted style is `<bucket>.localhost:<port>/<key>`.
    pub fn owns<B>(&self, request: &axum::http::Request<B>) -> bool {
        self.bucket(request).is_some()
            || is_signed_for_s3(request)
            || form::is_form(request.method(), request.headers())
                && first_segment(request.uri()).is_some_and(|name| self.buckets.was_made(name))
    }

    /// Answers one request, with the CORS headers that the bucket's rules allow.
    pub async fn handle(&self, request: Request) -> Response {
        let id = RequestId::new();
        let mut response = self.handle_as(&id, request).await;
        id.tell(response.headers_mut());
        response
    }

    async fn handle_as(&self, id: &RequestId, request: Request) -> Response {
        let rules = self.bucket(&request).map(|bucket| bucket.cors.as_slice());
        let Some(origin) = request.headers().get(header::ORIGIN).cloned() else {
            return self.answer(id, request).await;
        };
        if request.method() == axum::http::Method::OPTIONS {
            return cors::preflight(rules, &origin, request.headers());
        }
        let method = request.method().clone();
        let mut response = self.answer(id, request).await;
        cors::allow(rules, &origin, &method, response.headers_mut());
        response
    }

    async fn answer(&self, id: &RequestId, request: Request) -> Response {
        let (parts, body) = request.into_parts();
        let host = parts.headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
        let named = host::named_in(host, &self.buckets);
        let asked = Asked::of(&parts, named);
        let body = SharedBody::new(body);
        let rest = body.clone();
        if form::is_form(&parts.method, &parts.headers) {
            let address = match named {
                Some(_) => format!("http://{host}"),
                None => format!("http://{host}/{}", asked.bucket()),
            };
            return match self.post(&asked, &address, &parts, body).await {
                Ok(response) => response,
                Err(error) => {
                    rest.drain(self.upload_limit_bytes).await;
                    refused(&asked, id, error)
                }
            };
        }
        match self.call(parts, body).await {
            Ok(response) => {
                if response.status().is_success() {
                    let mut response = with_body(response, |xml| with_references(xml).into_owned());
                    if let Some(Status(status)) = response.extensions().get().copied() {
                        *response.status_mut() = status;
                    }
                    return response;
                }
                rest.drain(self.upload_limit_bytes).await;
                explained(&asked, id, response)
            }
            Err(e) => broken(&e),
        }
    }

    async fn call(
        &self,
        mut parts: request::Parts,
        body: SharedBody,
    ) -> Result<s3s::HttpResponse, s3s::HttpError> {
        let (again, admitted) = (range::amended(&parts), Admitted::default());
        parts.extensions.insert(admitted.clone());
        let request = Request::from_parts(parts, s3s::Body::http_body_unsync(body));
        let response = self.service.call(request).await?;
        match again {
            Some(again) if admitted.is_told() && response.status() == StatusCode::BAD_REQUEST => {
                self.admitted.call(Request::from_parts(again, s3s::Body::empty())).await
            }
            _ => Ok(response),
        }
    }

    /// A form, which `s3s` does not get to see.
    async fn post(
        &self,
        asked: &Asked,
        address: &str,
        parts: &request::Parts,
        body: SharedBody,
    ) -> S3Result<Response> {
        if asked.bucket().is_empty()
            || !asked.key().is_empty()
            || parts.uri.query().is_some_and(|q| !q.is_empty())
        {
            return Err(s3_error!(
                MethodNotAllowed,
                "A form is posted to a bucket: the specified method is not allowed against this resource."
            ));
        }
        let body = StreamingBlob::from(s3s::Body::http_body_unsync(body));
        post::post_object(&self.backend, asked.bucket().to_owned(), address, &parts.headers, body).await
    }

    fn bucket<B>(&self, request: &axum::http::Request<B>) -> Option<&Bucket> {
        let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
        let by_host = host.and_then(|host| host::bucket_of(host, self.buckets.of_template()));
        by_host.or_else(|| {
            let first_segment = first_segment(request.uri())?;
            self.buckets.of_template().iter().find(|bucket| bucket.name == first_segment)
        })
    }
}

impl std::fmt::Debug for S3 {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("S3").field("buckets", &self.buckets).finish_non_exhaustive()
    }
}

/// The bucket of a request in path style.
fn first_segment(uri: &Uri) -> Option<&str> {
    uri.path().trim_start_matches('/').split('/').next()
}

fn refused(asked: &Asked, id: &RequestId, error: s3s::S3Error) -> Response {
    match error.to_http_response() {
        Ok(response) => explained(asked, id, response),
        Err(e) => broken(&e),
    }
}

fn broken(error: &dyn std::fmt::Debug) -> Response {
    tracing::error!("S3 could not form an answer: {error:?}");
    StatusCode::INTERNAL_SERVER_ERROR.into_response()
}

/// Adds to an error what AWS says in it, and `s3s` does not.
fn explained(asked: &Asked, id: &RequestId, response: s3s::HttpResponse) -> Response {
    with_body(response, |xml| with_references(&asked.explain(xml, id)).into_owned())
}

/// The answer with its XML as `write` has it. Objects, whatever they hold, come as streams and are none.
fn with_body(response: s3s::HttpResponse, write: impl FnOnce(&str) -> String) -> Response {
    let (mut parts, body) = response.into_parts();
    let is_xml = parts.headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind == "application/xml");
    let body = match body.bytes() {
        Some(bytes) => match std::str::from_utf8(&bytes) {
            Ok(text) if is_xml && !text.is_empty() => {
                parts.headers.remove(header::CONTENT_LENGTH);
                Body::from(write(text))
            }
            _ => Body::from(bytes),
        },
        None => Body::new(body),
    };
    Response::from_parts(parts, body)
}

/// Whether the scope of the request's signature names the service `s3`, in the header or in a presigned URL. Of the
/// signatures before that (version 2), which boto3 still makes in URLs, S3 is the only one here to take any.
fn is_signed_for_s3<B>(request: &axum::http::Request<B>) -> bool {
    let header = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let presigned = |uri: &Uri| {
        let is_parameter =
            |name: &str| uri.query().is_some_and(|q| q.split('&').any(|pair| pair.starts_with(name)));
        uri.query().is_some_and(|q| q.contains("%2Fs3%2Faws4_request"))
            || is_parameter("AWSAccessKeyId=") && is_parameter("Signature=")
    };
    header.is_some_and(|value| value.contains("/s3/aws4_request")) || presigned(request.uri())
}

/// The path of an object's URL in path style, encoded: `/<bucket>/<key>`.
pub fn path_of(bucket: &str, key: &str) -> String {
    format!("/{bucket}/{}", operations::url_encoded(key))
}
