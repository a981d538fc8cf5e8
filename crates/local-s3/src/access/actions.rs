//! Which of IAM's actions an operation is, and on what.
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html>

use s3s::path::S3Path;

use super::Attempt;

/// What must be allowed before an operation begins; operations on keys that only their bodies name ask later.
pub(super) fn attempts<'q>(
    access_key_id: &str,
    operation: &str,
    path: &S3Path,
    parameter: impl Fn(&str) -> Option<&'q str>,
) -> Vec<Attempt> {
    let is_of_version = parameter("versionId").is_some();
    let action = match operation {
        "GetObject" | "HeadObject" if is_of_version => "s3:GetObjectVersion",
        "GetObject" | "HeadObject" => "s3:GetObject",
        "GetObjectTagging" if is_of_version => "s3:GetObjectVersionTagging",
        "GetObjectTagging" => "s3:GetObjectTagging",
        "PutObject"
        | "CopyObject"
        | "CreateMultipartUpload"
        | "UploadPart"
        | "UploadPartCopy"
        | "CompleteMultipartUpload" => "s3:PutObject",
        "PutObjectTagging" if is_of_version => "s3:PutObjectVersionTagging",
        "PutObjectTagging" => "s3:PutObjectTagging",
        "DeleteObject" if is_of_version => "s3:DeleteObjectVersion",
        "DeleteObject" => "s3:DeleteObject",
        "DeleteObjectTagging" if is_of_version => "s3:DeleteObjectVersionTagging",
        "DeleteObjectTagging" => "s3:DeleteObjectTagging",
        "AbortMultipartUpload" => "s3:AbortMultipartUpload",
        "ListParts" => "s3:ListMultipartUploadParts",
        "ListMultipartUploads" => "s3:ListBucketMultipartUploads",
        "ListObjects" | "ListObjectsV2" | "HeadBucket" => "s3:ListBucket",
        "ListObjectVersions" => "s3:ListBucketVersions",
        "GetBucketLocation" => "s3:GetBucketLocation",
        "GetBucketTagging" => "s3:GetBucketTagging",
        "PutBucketTagging" | "DeleteBucketTagging" => "s3:PutBucketTagging",
        "CreateBucket" => "s3:CreateBucket",
        "DeleteBucket" => "s3:DeleteBucket",
        "ListBuckets" => "s3:ListAllMyBuckets",
        // One by one, when the keys are known.
        "DeleteObjects" => return Vec::new(),
        "GetObjectAttributes" => {
            let S3Path::Object { bucket, key } = path else { return Vec::new() };
            let both = match is_of_version {
                true => ["s3:GetObjectVersion", "s3:GetObjectVersionAttributes"],
                false => ["s3:GetObject", "s3:GetObjectAttributes"],
            };
            return both.map(|action| on_object(access_key_id, action, bucket, key)).into();
        }
        // Nothing else is served: it will be refused as such.
        _ => return Vec::new(),
    };
    vec![match path {
        S3Path::Object { bucket, key } => on_object(access_key_id, action, bucket, key),
        S3Path::Bucket { bucket } => Attempt {
            access_key_id: access_key_id.to_owned(),
            action,
            resource: format!("arn:aws:s3:::{bucket}"),
            circumstances: [
                ("s3:prefix", "prefix"),
                ("s3:delimiter", "delimiter"),
                ("s3:max-keys", "max-keys"),
            ]
            .into_iter()
            .filter_map(|(key, name)| Some((key, parameter(name)?.to_owned())))
            .collect(),
        },
        S3Path::Root => Attempt {
            access_key_id: access_key_id.to_owned(),
            action,
            resource: "*".to_owned(),
            circumstances: Vec::new(),
        },
    }]
}

pub(super) fn on_object(access_key_id: &str, action: &'static str, bucket: &str, key: &str) -> Attempt {
    Attempt {
        access_key_id: access_key_id.to_owned(),
        action,
        resource: format!("arn:aws:s3:::{bucket}/{key}"),
        circumstances: Vec::new(),
    }
}
