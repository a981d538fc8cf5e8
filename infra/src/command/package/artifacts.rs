//! The properties that hold a local path until the file is uploaded.
//!
//! Source: "aws cloudformation package" in the AWS CLI's reference.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value as Json, json};

use super::super::failure::Failure;
use super::super::source;
use super::bucket::Bucket;
use super::{key, tell};

/// How a property names an object in S3.
#[derive(Clone, Copy, PartialEq)]
enum Form {
    /// An object with the bucket's and the key's member.
    Members(&'static str, &'static str),
    /// `s3://bucket/key`.
    Uri,
    /// The address of a template that has files of its own.
    Template,
}

const PROPERTIES: [(&str, &str, Form); 10] = [
    ("AWS::Lambda::Function", "Code", Form::Members("S3Bucket", "S3Key")),
    ("AWS::Lambda::LayerVersion", "Content", Form::Members("S3Bucket", "S3Key")),
    ("AWS::ApiGateway::RestApi", "BodyS3Location", Form::Members("Bucket", "Key")),
    ("AWS::ApiGatewayV2::Api", "BodyS3Location", Form::Members("Bucket", "Key")),
    ("AWS::StepFunctions::StateMachine", "DefinitionS3Location", Form::Members("Bucket", "Key")),
    ("AWS::AppSync::GraphQLSchema", "DefinitionS3Location", Form::Uri),
    ("AWS::AppSync::Resolver", "CodeS3Location", Form::Uri),
    ("AWS::AppSync::FunctionConfiguration", "CodeS3Location", Form::Uri),
    ("AWS::CloudFormation::Stack", "TemplateURL", Form::Template),
    ("AWS::Serverless::Function", "CodeUri", Form::Uri),
];

struct Artifact {
    id: String,
    property: &'static str,
    path: PathBuf,
    form: Form,
}

fn of(json: &Json) -> Vec<Artifact> {
    let mut found = Vec::new();
    for (id, resource) in json["Resources"].as_object().into_iter().flatten() {
        for (_, property, form) in PROPERTIES.into_iter().filter(|(kind, ..)| resource["Type"] == *kind) {
            let path = resource["Properties"][property].as_str();
            if let Some(path) =
                path.filter(|path| !path.starts_with("s3://") && !path.starts_with("https://"))
            {
                found.push(Artifact { id: id.clone(), property, path: PathBuf::from(path), form });
            }
        }
    }
    found
}

/// Whether there is something to upload.
pub(super) fn names_files(json: &Json) -> bool {
    !of(json).is_empty()
}

/// Uploads each file, once, and writes its address in its place.
pub(super) fn upload(json: &mut Json, folder: &Path, bucket: &Bucket) -> Result<(), Failure> {
    for artifact in of(json) {
        let path = folder.join(&artifact.path);
        let object = match artifact.form {
            Form::Template => {
                let mut nested = source::read(&path)?;
                upload(&mut nested, path.parent().unwrap_or(folder), bucket)?;
                let text = format!("{nested}");
                let name = key(text.as_bytes(), Path::new("template.json"));
                bucket.put_text(&name, &text)?;
                json!(bucket.address(&name)?)
            }
            Form::Members(..) | Form::Uri => {
                let name = hash(&artifact, &path)?;
                let is_new = bucket.put_file(&name, &path)?;
                let done = if is_new { "uploaded" } else { "is in the bucket already" };
                tell(&format!("{}: {} {done}", artifact.id, artifact.path.display()));
                named(artifact.form, bucket.name(), &name)
            }
        };
        json["Resources"][&artifact.id]["Properties"][artifact.property] = object;
    }
    Ok(())
}

fn hash(artifact: &Artifact, path: &Path) -> Result<String, Failure> {
    if path.is_dir() {
        let (id, path) = (&artifact.id, path.display());
        return Err(format!(
            "{id}: {path} is a folder: give the zip of it (`aws cloudformation package` zips)"
        )
        .into());
    }
    match fs::read(path) {
        Ok(contents) => Ok(key(&contents, path)),
        Err(error) => {
            let (id, path) = (&artifact.id, path.display());
            Err(format!(
                "{id}: {path} cannot be read: {error}. \
                 `cargo lambda build --release --arm64 --output-format zip` makes the functions' zips"
            )
            .into())
        }
    }
}

fn named(form: Form, bucket: &str, key: &str) -> Json {
    match form {
        Form::Members(bucket_member, key_member) => json!({ bucket_member: bucket, key_member: key }),
        Form::Uri | Form::Template => json!(format!("s3://{bucket}/{key}")),
    }
}

/// Gives the files that are there the address that they would have beside the deployed ones, so that what is
/// deployed already is no change.
pub(crate) fn compare_code(old: &Json, new: &mut Json, folder: &Path) {
    for artifact in of(new) {
        let Form::Members(bucket_member, _) = artifact.form else { continue };
        let deployed = &old["Resources"][&artifact.id]["Properties"][artifact.property];
        let Some(bucket) = deployed[bucket_member].as_str() else { continue };
        let path = folder.join(&artifact.path);
        if let Ok(contents) = fs::read(&path) {
            let object = named(artifact.form, bucket, &key(&contents, &path));
            new["Resources"][&artifact.id]["Properties"][artifact.property] = object;
        }
    }
}
