//! What a request asks for in headers beside its object, if it cannot be had: better refused than taken and dropped.

use s3s::{S3Error, S3ErrorCode, S3Result, s3_error};

/// Headers of what is not here: appending, sizes and times as conditions (of directory buckets alone, at AWS), keys that
/// the caller brings along, and buckets that lock.
const NOT_SERVED: [&str; 6] = [
    "x-amz-write-offset-bytes",
    "x-amz-if-match-size",
    "x-amz-if-match-last-modified-time",
    "x-amz-server-side-encryption-customer-algorithm",
    "x-amz-copy-source-server-side-encryption-customer-algorithm",
    "x-amz-bucket-object-lock-enabled",
];

const LOCKS: [&str; 3] =
    ["x-amz-object-lock-legal-hold", "x-amz-object-lock-mode", "x-amz-object-lock-retain-until-date"];

const GRANTS: [&str; 5] = [
    "x-amz-grant-full-control",
    "x-amz-grant-read",
    "x-amz-grant-read-acp",
    "x-amz-grant-write",
    "x-amz-grant-write-acp",
];

/// The storage classes of general purpose buckets from which an object can be read at once. They differ in cost alone.
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/storage-class-intro.html>
const CLASSES: [&str; 6] =
    ["STANDARD", "REDUCED_REDUNDANCY", "STANDARD_IA", "ONEZONE_IA", "INTELLIGENT_TIERING", "GLACIER_IR"];

/// Refuses what this account's buckets cannot give. `said` finds a header, also one that was signed into a URL.
pub(crate) fn can_be_kept<'r>(
    account: &str,
    operation: &str,
    said: impl Fn(&str) -> Option<&'r str>,
) -> S3Result<()> {
    for name in ["x-amz-expected-bucket-owner", "x-amz-source-expected-bucket-owner"] {
        if said(name).is_some_and(|owner| owner != account) {
            return Err(s3_error!(AccessDenied, "Access Denied"));
        }
    }
    if let Some(name) = NOT_SERVED.into_iter().find(|name| said(name).is_some_and(|value| value != "false")) {
        return Err(S3Error::with_message(
            S3ErrorCode::NotImplemented,
            format!("A header you provided implies functionality that is not implemented: {name}"),
        ));
    }
    if LOCKS.into_iter().any(|name| said(name).is_some()) {
        return Err(s3_error!(InvalidRequest, "Bucket is missing Object Lock Configuration"));
    }
    let grants = GRANTS.into_iter().any(|name| said(name).is_some());
    is_owners_alone(operation, said("x-amz-acl"), grants)?;
    is_class(said("x-amz-storage-class"))
}

/// Access control lists are off, as they are in new buckets: only what says the same as none is taken.
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-ownership-error-responses.html>
fn is_owners_alone(operation: &str, acl: Option<&str>, grants: bool) -> S3Result<()> {
    match acl {
        None | Some("private" | "bucket-owner-full-control") if !grants => Ok(()),
        _ if operation == "CreateBucket" => Err(error(
            "InvalidBucketAclWithObjectOwnership",
            "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting",
        )),
        _ => Err(error("AccessControlListNotSupported", "The bucket does not allow ACLs")),
    }
}

fn is_class(class: Option<&str>) -> S3Result<()> {
    match class {
        Some("GLACIER" | "DEEP_ARCHIVE") => Err(s3_error!(
            NotImplemented,
            "Archives, which are read after a restoration, are not served on localhost."
        )),
        Some(class) if !CLASSES.contains(&class) => {
            Err(s3_error!(InvalidStorageClass, "The storage class you specified is not valid"))
        }
        _ => Ok(()),
    }
}

/// A refusal whose code `s3s` does not know.
fn error(code: &'static str, message: &'static str) -> S3Error {
    let code = S3ErrorCode::from_bytes(code.as_bytes()).unwrap_or(S3ErrorCode::InvalidRequest);
    let mut error = S3Error::with_message(code, message);
    error.set_status_code(http::StatusCode::BAD_REQUEST);
    error
}
