//! An uploaded form: fields that say who may send what, and then a file, which is read only once that is settled.
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/RESTObjectPOST.html>
//!
//! `s3s` (0.14.1) can read forms, too, but holds the whole file in memory before it asks who sent it.

pub(crate) mod policy;
pub(crate) mod signature;

use axum::http::{HeaderMap, Method, header};
use bytes::{Bytes, BytesMut};
use s3s::dto::StreamingBlob;
use s3s::{S3Error, S3ErrorCode, S3Result, s3_error};

use crate::operations::receive::next;

/// The longest beginning of a form, up to its file, in bytes (S3, "HTML Form Fields").
const LONGEST_HEAD: usize = 20 * 1024;

/// The longest boundary, in bytes (RFC 2046, section 5.1.1).
const LONGEST_BOUNDARY: usize = 70;

/// Stands in a field for the name of the file.
const FILE_NAME: &str = "${filename}";

/// Whether a request brings a form with a file.
pub(crate) fn is_form(method: &Method, headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    method == Method::POST
        && kind.is_some_and(|kind| kind.to_ascii_lowercase().starts_with("multipart/form-data"))
}

/// A form whose file is still to come.
pub(crate) struct Form {
    /// By their names in lower case, each once.
    fields: Vec<(String, String)>,
    pub(crate) file: StreamingBlob,
}

impl Form {
    /// Reads the fields, up to the file.
    pub(crate) async fn read(headers: &HeaderMap, body: StreamingBlob) -> S3Result<Form> {
        let mut reader = Reader { delimiter: delimiter(headers)?, body, read: BytesMut::new(), taken: 0 };
        let mut fields: Vec<(String, String)> = Vec::new();
        // Before the first delimiter there may be a line's end, and is nothing else.
        reader.read.extend_from_slice(b"\r\n");
        let nothing = reader.until_delimiter().await?;
        if !nothing.is_empty() && nothing != b"\r\n"[..] {
            return Err(malformed());
        }
        while !reader.is_last().await? {
            let Part { name, file_name } = Part::of(&reader.until(b"\r\n\r\n").await?)?;
            if name == "file" {
                for (_, value) in fields.iter_mut().filter(|(name, _)| name != "policy") {
                    *value = value.replace(FILE_NAME, &file_name);
                }
                return Ok(Form { fields, file: reader.into_file() });
            }
            let value =
                String::from_utf8(reader.until_delimiter().await?.to_vec()).map_err(|_| malformed())?;
            // Nobody can say which of two a policy was about.
            if fields.iter().any(|(other, _)| *other == name) {
                return Err(S3Error::with_message(
                    S3ErrorCode::InvalidArgument,
                    format!("The form has more than one field '{name}'."),
                ));
            }
            fields.push((name, value));
        }
        Err(s3_error!(InvalidArgument, "POST requires exactly one file upload per request."))
    }

    pub(crate) fn fields(&self) -> impl Iterator<Item = (&str, &str)> {
        self.fields.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    pub(crate) fn field(&self, name: &str) -> Option<&str> {
        self.fields().find(|(n, _)| *n == name).map(|(_, value)| value)
    }

    /// A field that must be there.
    pub(crate) fn needed(&self, name: &str) -> S3Result<&str> {
        self.field(name).ok_or_else(|| {
            let message = format!(
                "Bucket POST must contain a field named '{name}'.  If it is specified, please check the order of the \
                 fields."
            );
            S3Error::with_message(S3ErrorCode::InvalidArgument, message)
        })
    }
}

/// What the headers of a part say.
struct Part {
    name: String,
    file_name: String,
}

impl Part {
    fn of(headers: &[u8]) -> S3Result<Part> {
        let headers = str::from_utf8(headers).map_err(|_| malformed())?;
        let disposition = headers.split("\r\n").find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.trim().eq_ignore_ascii_case("content-disposition").then_some(value)
        });
        let disposition = disposition.ok_or_else(malformed)?;
        let name = parameter(disposition, "name").ok_or_else(malformed)?.to_ascii_lowercase();
        // Some browsers have sent the whole path.
        let file_name = parameter(disposition, "filename").unwrap_or_default();
        let file_name = file_name.rsplit(['/', '\\']).next().unwrap_or_default().to_owned();
        Ok(Part { name, file_name })
    }
}

/// `a.png` of `form-data; name="file"; filename="a.png"`. Browsers write a quote in a name as `%22`.
fn parameter<'v>(value: &'v str, name: &str) -> Option<&'v str> {
    let (_, after) = value.split_once(&format!("; {name}="))?;
    match after.strip_prefix('"') {
        Some(quoted) => quoted.split_once('"').map(|(inside, _)| inside),
        None => after.split(';').next().map(str::trim),
    }
}

fn delimiter(headers: &HeaderMap) -> S3Result<Vec<u8>> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let boundary = kind.split(';').find_map(|parameter| {
        let (name, value) = parameter.trim().split_once('=')?;
        name.eq_ignore_ascii_case("boundary").then(|| value.trim_matches('"'))
    });
    match boundary {
        Some(boundary) if (1..=LONGEST_BOUNDARY).contains(&boundary.len()) => {
            Ok(format!("\r\n--{boundary}").into_bytes())
        }
        _ => Err(malformed()),
    }
}

fn malformed() -> S3Error {
    s3_error!(MalformedPOSTRequest, "The body of your POST request is not well-formed multipart/form-data.")
}

fn too_long() -> S3Error {
    let code = S3ErrorCode::MaxPostPreDataLengthExceededError;
    S3Error::with_message(code, "Your POST request fields preceding the upload file were too large.")
}

/// The body, and what has been read of it and not yet been looked at.
struct Reader {
    /// What is between parts: the end of a line, two dashes and the boundary.
    delimiter: Vec<u8>,
    body: StreamingBlob,
    read: BytesMut,
    /// How much of the form has been looked at, in bytes.
    taken: usize,
}

impl Reader {
    /// Takes what comes before `end`, and `end` with it.
    async fn until(&mut self, end: &[u8]) -> S3Result<BytesMut> {
        let at = loop {
            match position(&self.read, end) {
                Some(at) => break at,
                None => self.more().await?,
            }
        };
        self.taken += at + end.len();
        if self.taken > LONGEST_HEAD {
            return Err(too_long());
        }
        let before = self.read.split_to(at);
        let _ = self.read.split_to(end.len());
        Ok(before)
    }

    async fn until_delimiter(&mut self) -> S3Result<BytesMut> {
        let delimiter = self.delimiter.clone();
        self.until(&delimiter).await
    }

    /// Whether the delimiter that was just read ends the form.
    async fn is_last(&mut self) -> S3Result<bool> {
        while self.read.len() < 2 {
            self.more().await?;
        }
        match &self.read.split_to(2)[..] {
            b"--" => Ok(true),
            b"\r\n" => Ok(false),
            _ => Err(malformed()),
        }
    }

    async fn more(&mut self) -> S3Result<()> {
        if self.read.len() > LONGEST_HEAD {
            return Err(too_long());
        }
        let bytes = next(&mut self.body).await?.ok_or_else(malformed)?;
        self.read.extend_from_slice(&bytes);
        Ok(())
    }

    /// The rest, up to the next delimiter. What follows that is left unread, as S3 ignores it.
    fn into_file(self) -> StreamingBlob {
        let bytes = futures::stream::try_unfold(Some(self), |reader| async {
            let Some(mut reader) = reader else { return Ok(None) };
            loop {
                if let Some(at) = position(&reader.read, &reader.delimiter) {
                    return Ok(Some((reader.read.split_to(at).freeze(), None)));
                }
                // The end may be the beginning of a delimiter.
                let sure = reader.read.len().saturating_sub(reader.delimiter.len() - 1);
                if sure > 0 {
                    return Ok(Some((reader.read.split_to(sure).freeze(), Some(reader))));
                }
                let more: Option<Result<Bytes, _>> = futures::StreamExt::next(&mut reader.body).await;
                match more {
                    Some(bytes) => reader.read.extend_from_slice(&bytes.map_err(|e| Broken(e.to_string()))?),
                    None => return Err(Broken("the form ended within its file".to_owned())),
                }
            }
        });
        StreamingBlob::wrap(bytes)
    }
}

/// The body ended early.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Broken(String);

fn position(text: &[u8], what: &[u8]) -> Option<usize> {
    let mut from = 0;
    while let Some(at) = text.get(from..)?.iter().position(|byte| *byte == what[0]) {
        if text[from + at..].starts_with(what) {
            return Some(from + at);
        }
        from += at + 1;
    }
    None
}
