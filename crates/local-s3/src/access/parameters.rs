//! Which query parameters each operation takes: any other asks for something that is not served here.
//!
//! `s3s` (0.14.1) tells operations apart by the parameters that it knows, and takes what has another one for something
//! plainer: `PUT key?renameObject` for PutObject, `DELETE key?retention` for DeleteObject.

use s3s::{S3Error, S3ErrorCode, S3Result};

/// Refuses a request that means something else than the `operation` it was taken for.
pub(super) fn are_known(operation: &str, query: &[(String, String)]) -> S3Result<()> {
    // The others are not served in any form, as `s3s` says by itself.
    let Some(known) = known(operation) else { return Ok(()) };
    let unknown = query.iter().find(|(name, _)| !is_of_signature(name) && !known.contains(&name.as_str()));
    match unknown {
        None => Ok(()),
        Some((name, _)) => Err(S3Error::with_message(
            S3ErrorCode::NotImplemented,
            format!("The query parameter {name} is not served with {operation} on localhost."),
        )),
    }
}

/// Signatures and what was signed with them, the SDKs' name of the operation, and an empty query.
pub(crate) fn is_of_signature(name: &str) -> bool {
    matches!(name, "" | "x-id" | "AWSAccessKeyId" | "Signature" | "Expires")
        || name.get(.."x-amz-".len()).is_some_and(|start| start.eq_ignore_ascii_case("x-amz-"))
}

/// The parameters of the operations that are served, as their pages list them.
/// <https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_Amazon_Simple_Storage_Service.html>
fn known(operation: &str) -> Option<&'static [&'static str]> {
    Some(match operation {
        "PutObject" | "CopyObject" | "CreateBucket" | "DeleteBucket" | "HeadBucket" => &[],
        "DeleteObject" => &["versionId"],
        "DeleteObjects" => &["delete"],
        "GetObject" | "HeadObject" => &[
            "versionId",
            "partNumber",
            "response-cache-control",
            "response-content-disposition",
            "response-content-encoding",
            "response-content-language",
            "response-content-type",
            "response-expires",
        ],
        "GetObjectAttributes" => &["attributes", "versionId"],
        "GetObjectTagging" | "PutObjectTagging" | "DeleteObjectTagging" => &["tagging", "versionId"],
        "GetBucketTagging" | "PutBucketTagging" | "DeleteBucketTagging" => &["tagging"],
        "GetBucketLocation" => &["location"],
        "ListBuckets" => &["bucket-region", "continuation-token", "max-buckets", "prefix"],
        "ListObjects" => &["delimiter", "encoding-type", "marker", "max-keys", "prefix"],
        "ListObjectsV2" => &[
            "continuation-token",
            "delimiter",
            "encoding-type",
            "fetch-owner",
            "list-type",
            "max-keys",
            "prefix",
            "start-after",
        ],
        "ListObjectVersions" => &[
            "delimiter",
            "encoding-type",
            "key-marker",
            "max-keys",
            "prefix",
            "version-id-marker",
            "versions",
        ],
        "CreateMultipartUpload" => &["uploads"],
        "UploadPart" | "UploadPartCopy" => &["partNumber", "uploadId"],
        "ListParts" => &["max-parts", "part-number-marker", "uploadId"],
        "CompleteMultipartUpload" | "AbortMultipartUpload" => &["uploadId"],
        _ => return None,
    })
}
