//! Faults in the bucket of uploads.

use serde_json::json;

use super::{Fault, fault};

pub(super) fn faults() -> Vec<Fault> {
    vec![
        fault("public bucket, by its access control", |t| t.set("UploadsBucket/AccessControl", "PublicRead"))
            .check("UploadsBucket", "`PublicRead`: anyone reads"),
        fault("block of public access dropped", |t| t.remove("UploadsBucket/PublicAccessBlockConfiguration"))
            .check("UploadsBucket", "nothing says that it is not public"),
        fault("one of four blocks switched off", |t| {
            t.set("UploadsBucket/PublicAccessBlockConfiguration/RestrictPublicBuckets", false);
        })
        .check("UploadsBucket", "RestrictPublicBuckets` is `false`"),
        fault("bucket policy that lets anyone read", |t| {
            let statement = json!({ "Effect": "Allow", "Principal": "*", "Action": "s3:GetObject",
                "Resource": { "Fn::Sub": "${UploadsBucket.Arn}/*" } });
            t.push("UploadsBucketPolicy/PolicyDocument/Fn::If/2/Statement", statement);
        })
        .check("UploadsBucketPolicy", "lets anyone do `s3:GetObject`"),
        fault("plain HTTP refused turned into allowed", |t| {
            t.set("UploadsBucketPolicy/PolicyDocument/Fn::If/2/Statement/0/Effect", "Allow");
        })
        .check("UploadsBucketPolicy", "lets anyone do `s3:*`"),
        fault("plain HTTP no longer refused", |t| t.remove("/Resources/UploadsBucketPolicy"))
            .check("UploadsBucket", "answers on plain HTTP"),
        fault("policy of a bucket about another", |t| {
            t.copy("UploadsBucket", "PlantedBucket");
            t.set("UploadsBucketPolicy/Bucket", json!({ "Ref": "PlantedBucket" }));
        })
        .check("UploadsBucketPolicy", "a statement is about `UploadsBucket`"),
        fault("encryption misspelt", |t| {
            let path = "UploadsBucket/BucketEncryption/ServerSideEncryptionConfiguration/0/ServerSideEncryptionByDefault/SSEAlgorithm";
            t.set(path, "AES-256");
        })
        .compiler("encryption_misspelt"),
        fault("versions no longer kept", |t| t.set("UploadsBucket/VersioningConfiguration/Status", "Suspended"))
            .check("UploadsBucket", "overwritten in it is lost"),
        fault("CORS rule given twice", |t| {
            let rule = t.0["Resources"]["UploadsBucket"]["Properties"]["CorsConfiguration"]["CorsRules"][0].clone();
            t.push("UploadsBucket/CorsConfiguration/CorsRules", rule);
        })
        .check("UploadsBucket", "is for the origins and methods of rule 1"),
        fault("any page may upload", |t| {
            t.set("UploadsBucket/CorsConfiguration/CorsRules/0/AllowedOrigins", json!(["*"]));
        })
        .check("UploadsBucket", "pages of any origin"),
        fault("CORS method that does not exist", |t| {
            t.push("UploadsBucket/CorsConfiguration/CorsRules/0/AllowedMethods", "PATCH");
        })
        .compiler("cors_method_that_does_not_exist"),
        fault("lifecycle rule without an action", |t| {
            t.remove("UploadsBucket/LifecycleConfiguration/Rules/1/NoncurrentVersionExpiration");
        })
        .check("UploadsBucket", "rule `ExpireOldVersions` does nothing"),
        fault("lifecycle rule of no days", |t| {
            t.set("UploadsBucket/LifecycleConfiguration/Rules/1/ExpirationInDays", 0);
        })
        .check("UploadsBucket", "give at least 1"),
        fault("status of a lifecycle rule misspelt", |t| {
            t.set("UploadsBucket/LifecycleConfiguration/Rules/0/Status", "enabled");
        })
        .compiler("status_misspelt"),
        fault("bucket deleted with its stack", |t| t.remove("/Resources/UploadsBucket/DeletionPolicy"))
            .check("UploadsBucket", "`DeletionPolicy` is not set"),
    ]
}
