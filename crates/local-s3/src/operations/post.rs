//! Storing what an HTML form brings, and telling a browser where it is.
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/RESTObjectPOST.html>

use axum::body::Body;
use axum::response::Response;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri, header};
use s3s::dto::{PutObjectInput, StreamingBlob, Timestamp, TimestampFormat};
use s3s::{S3Error, S3ErrorCode, S3Result, s3_error};

use super::headers::headers_of;
use super::receive::{Promise, receive};
use super::write::{commit, object_of};
use super::{Backend, internal, url_encoded};
use crate::access::promises::can_be_kept;
use crate::form::{Form, policy, signature};
use crate::store::blob::hex;
use crate::store::index::Condition;

/// How fields begin that are kept with the object. Their values may be any text: it is told encoded.
const METADATA: &str = "x-amz-meta-";

/// Other fields that are told with the object as they are.
const TOLD: [&str; 6] = [
    "cache-control",
    "content-disposition",
    "content-encoding",
    "content-language",
    "content-type",
    "x-amz-website-redirect-location",
];

/// Stores the file of a form for `bucket`, if its policy was signed by somebody who may. `address` is where the bucket
/// is, as the sender sees it.
pub(crate) async fn post_object(
    backend: &Backend,
    bucket: String,
    address: &str,
    headers: &HeaderMap,
    body: StreamingBlob,
) -> S3Result<Response> {
    let mut form = Form::read(headers, body).await?;
    let signer = signature::signer(&form, &backend.gate).await?;
    let sizes = policy::allows(&form, &bucket)?;
    can_be_kept(&backend.gate.account, "PostObject", |name| {
        form.field(if name == "x-amz-acl" { "acl" } else { name })
    })?;
    let key = key_of(&form)?;
    backend.gate.permits_key(Some(&signer), "s3:PutObject", &bucket, &key)?;
    backend.has_bucket(&bucket)?;
    let mut input = input_of(&form)?;
    let mut stored = headers_of!(input)?;
    let checksums = checksums_of(&form);
    let md5 = form.field("content-md5").map(str::to_owned);
    let promise = Promise { length: None, md5: md5.as_deref(), headers: &checksums, trailers: None };
    let file = std::mem::replace(&mut form.file, StreamingBlob::from(s3s::Body::empty()));
    let most = backend.upload_limit_bytes.min(*sizes.end());
    let (blob, checksum) = receive(backend, Some(file), promise, most).await?;
    if blob.size_bytes < *sizes.start() {
        return Err(s3_error!(
            EntityTooSmall,
            "Your proposed upload is smaller than the minimum allowed size"
        ));
    }
    stored.checksum = checksum;
    let object = object_of(key.clone(), &blob, hex(&blob.md5), stored);
    let etag = format!("\"{}\"", object.etag);
    commit(backend, bucket.clone(), object, blob, Condition::None).await?;
    told(&form, &Stored { bucket, key, etag, address })
}

fn key_of(form: &Form) -> S3Result<String> {
    match form.needed("key")? {
        "" => Err(s3_error!(InvalidArgument, "User key must have a length greater than 0.")),
        key if key.len() > 1_024 => Err(s3_error!(KeyTooLongError, "Your key is too long")),
        key => Ok(key.to_owned()),
    }
}

/// The fields that other requests have as headers.
fn input_of(form: &Form) -> S3Result<PutObjectInput> {
    if form.field("tagging").is_some() {
        return Err(s3_error!(NotImplemented, "The field tagging is not served on localhost."));
    }
    // Whoever reads the object gets them as headers.
    let is_header = |name: &str, value: &str| {
        name.parse::<HeaderName>().is_ok()
            && (name.starts_with(METADATA) || HeaderValue::from_bytes(value.as_bytes()).is_ok())
    };
    let is_told = |name: &str| name.starts_with(METADATA) || TOLD.contains(&name);
    if let Some((name, _)) = form.fields().find(|(name, value)| is_told(name) && !is_header(name, value)) {
        let message = format!("The field {name:?} makes no header.");
        return Err(S3Error::with_message(S3ErrorCode::InvalidArgument, message));
    }
    let text = |name| form.field(name).map(str::to_owned);
    let metadata = form
        .fields()
        .filter_map(|(name, value)| Some((name.strip_prefix(METADATA)?.to_owned(), value.to_owned())));
    let expires = form.field("expires").map(|at| Timestamp::parse(TimestampFormat::HttpDate, at)).transpose();
    Ok(PutObjectInput {
        cache_control: text("cache-control"),
        content_disposition: text("content-disposition"),
        content_encoding: text("content-encoding"),
        content_language: text("content-language"),
        content_type: text("content-type"),
        expires: expires.map_err(|e| S3Error::with_message(S3ErrorCode::InvalidArgument, e.to_string()))?,
        metadata: Some(metadata.collect()),
        website_redirect_location: text("x-amz-website-redirect-location"),
        ..Default::default()
    })
}

fn checksums_of(form: &Form) -> HeaderMap {
    let checksums = form.fields().filter(|(name, _)| name.starts_with("x-amz-checksum-"));
    checksums
        .filter_map(|(name, value)| Some((name.parse::<HeaderName>().ok()?, value.parse().ok()?)))
        .collect()
}

struct Stored<'a> {
    bucket: String,
    key: String,
    etag: String,
    address: &'a str,
}

/// Sends the browser on, if the form says where to, or answers with the status that it asks for.
fn told(form: &Form, stored: &Stored<'_>) -> S3Result<Response> {
    let encoded = |text: &str| url_encoded(text).replace('/', "%2F");
    let next = form.field("success_action_redirect").or(form.field("redirect"));
    if let Some(next) = next.filter(|next| is_absolute(next)) {
        let mark = if next.contains('?') { '&' } else { '?' };
        let (bucket, key, etag) = (&stored.bucket, encoded(&stored.key), encoded(&stored.etag));
        let location = format!("{next}{mark}bucket={bucket}&key={key}&etag={etag}");
        return answer(StatusCode::SEE_OTHER, &location, &stored.etag, Body::empty());
    }
    let location = format!("{}/{}", stored.address, encoded(&stored.key));
    match form.field("success_action_status") {
        Some("200") => answer(StatusCode::OK, &location, &stored.etag, Body::empty()),
        Some("201") => {
            let element = crate::explain::element;
            let body = [
                element("Location", &location),
                element("Bucket", &stored.bucket),
                element("Key", &stored.key),
                element("ETag", &stored.etag),
            ];
            let body = format!(
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<PostResponse>{}</PostResponse>",
                body.concat()
            );
            let mut answer = answer(StatusCode::CREATED, &location, &stored.etag, Body::from(body))?;
            let xml = HeaderValue::from_static("application/xml");
            answer.headers_mut().insert(header::CONTENT_TYPE, xml);
            Ok(answer)
        }
        _ => answer(StatusCode::NO_CONTENT, &location, &stored.etag, Body::empty()),
    }
}

/// What is no address is as good as not there.
fn is_absolute(address: &str) -> bool {
    address.parse::<Uri>().is_ok_and(|uri| matches!(uri.scheme_str(), Some("http" | "https")))
}

fn answer(status: StatusCode, location: &str, etag: &str, body: Body) -> S3Result<Response> {
    let mut answer = Response::new(body);
    *answer.status_mut() = status;
    for (name, value) in [(header::LOCATION, location), (header::ETAG, etag)] {
        answer.headers_mut().insert(name, HeaderValue::from_str(value).map_err(internal)?);
    }
    Ok(answer)
}
