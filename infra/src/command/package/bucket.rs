//! The bucket for code and templates, where everything lies under its own hash.

use std::io::Write as _;
use std::path::Path;

use super::super::aws::Account;
use super::super::failure::Failure;
use super::super::terminal;

/// A bucket that is there.
pub(crate) struct Bucket {
    name: String,
    account: Account,
}

impl Bucket {
    /// Finds the bucket; makes it if that is allowed, or somebody there agrees.
    pub(super) fn open(name: &str, account: &Account, create: bool) -> Result<Self, Failure> {
        let bucket = Self { name: name.to_owned(), account: account.clone() };
        match account.call(&["s3api", "head-bucket", "--bucket", name]) {
            Ok(_) => return Ok(bucket),
            Err(refusal) if refusal.code.as_deref() == Some("404") => {}
            Err(refusal) if refusal.code.as_deref() == Some("403") => {
                return Err(format!(
                    "the bucket `{name}` is somebody else's, or these credentials may not use it: \
                     choose another name with --bucket"
                )
                .into());
            }
            Err(refusal) => return Err(refusal.into()),
        }
        let question = format!("There is no bucket `{name}`. Make it?");
        let is_wanted = create || (terminal::has_someone() && terminal::agrees(&question)?);
        if !is_wanted {
            return Err(format!("there is no bucket `{name}`: --create-bucket makes it").into());
        }
        account.text(&["s3", "mb", &format!("s3://{name}")])?;
        super::tell(&format!("made the bucket {name}"));
        Ok(bucket)
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Uploads a file, unless it is there; whether it was not.
    pub(super) fn put_file(&self, key: &str, file: &Path) -> Result<bool, Failure> {
        if self.has(key)? {
            return Ok(false);
        }
        let (file, object) = (file.display().to_string(), format!("s3://{}/{key}", self.name));
        self.account.text(&["s3", "cp", "--only-show-errors", &file, &object])?;
        Ok(true)
    }

    /// Uploads a text, unless it is there.
    pub(crate) fn put_text(&self, key: &str, text: &str) -> Result<(), Failure> {
        let file = tempfile::NamedTempFile::new().and_then(|mut file| {
            file.write_all(text.as_bytes())?;
            Ok(file)
        });
        let file = file.map_err(|error| format!("no temporary file can be written: {error}"))?;
        self.put_file(key, file.path()).map(|_| ())
    }

    /// Uploads a template under its hash; its address.
    pub(crate) fn put_template(&self, text: &str) -> Result<String, Failure> {
        let key = super::key(text.as_bytes(), Path::new("template.json"));
        self.put_text(&key, text)?;
        self.address(&key)
    }

    /// The object's address as the AWS CLI knows it, whatever the region's domain is, or the emulator's.
    pub(super) fn address(&self, key: &str) -> Result<String, Failure> {
        let signed = self.account.text(&["s3", "presign", &format!("s3://{}/{key}", self.name)])?;
        Ok(signed.trim().split('?').next().unwrap_or_default().to_owned())
    }

    fn has(&self, key: &str) -> Result<bool, Failure> {
        match self.account.call(&["s3api", "head-object", "--bucket", &self.name, "--key", key]) {
            Ok(_) => Ok(true),
            // Without the right to list the bucket, 403 stands for 404; then the upload tells.
            Err(refusal) if matches!(refusal.code.as_deref(), Some("404" | "403")) => Ok(false),
            Err(refusal) => Err(refusal.into()),
        }
    }
}
