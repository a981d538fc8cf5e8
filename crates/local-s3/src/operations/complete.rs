//! The end of a multipart upload: its parts become one object.

use s3s::crypto::{Checksum, Md5};
use s3s::dto::*;
use s3s::{S3Error, S3ErrorCode, S3Result, s3_error};
use tokio_util::io::ReaderStream;

use super::checksum::{OfUpload, with_checksum};
use super::multipart::{find, no_such_upload};
use super::write::{condition, object_of, settle};
use super::{Backend, internal, promised};
use crate::store::blob::{Blob, Blobs, hex};
use crate::store::index::{self, Index, Object};

/// Every part but the last must have this many bytes (S3, "Amazon S3 multipart upload limits").
const MIN_PART_BYTES: u64 = 5 * 1024 * 1024;

/// Puts the named parts together, in order, into one object.
pub(super) async fn complete(
    backend: &Backend,
    input: CompleteMultipartUploadInput,
) -> S3Result<CompleteMultipartUploadOutput> {
    match assemble(backend, &input).await {
        Ok(object) => Ok(told(input, object)),
        // The same may be asked twice, also at once: then the upload goes at any step of this.
        Err(e) if *e.code() == S3ErrorCode::NoSuchUpload => match completed(backend, &input).await? {
            Some(object) => Ok(told(input, object)),
            None => Err(e),
        },
        Err(e) => Err(e),
    }
}

async fn assemble(backend: &Backend, input: &CompleteMultipartUploadInput) -> S3Result<Object> {
    let upload = find(backend, &input.upload_id, &input.bucket, &input.key).await?;
    let condition = condition(input.if_match.as_ref(), input.if_none_match.as_ref())?;
    let parts = move |index: &mut Index, _: &_| {
        upload.still_there(index)?;
        let parts = index.parts(&upload.id).map_err(internal)?;
        Ok::<_, S3Error>((upload, parts))
    };
    let (upload, stored) = backend.store.with_index(parts).await?;
    let parts = chosen(&stored, promised::parts(input))?;
    promised::size_and_kind(input, &parts, upload.headers.checksum.as_ref())?;
    let (blob, etag, checksum) =
        put_together(backend, input, &parts, upload.headers.checksum.as_ref()).await?;
    let headers = index::Headers {
        part_sizes: parts.iter().map(|part| part.size_bytes).collect(),
        upload: Some(upload.id.clone()),
        checksum: upload.headers.checksum.as_ref().and(checksum),
        ..upload.headers.clone()
    };
    let object = object_of(input.key.clone(), &blob, etag, headers);
    let made = object.clone();
    let bucket = input.bucket.clone();
    let finish = move |index: &mut Index, blobs: &Blobs| {
        upload.still_there(index)?;
        let written = index.complete_upload(&upload.id, &bucket, &object, &condition).map_err(internal)?;
        settle(written, blob, blobs)?;
        stored.iter().for_each(|part| blobs.remove(&part.blob));
        Ok::<_, S3Error>(())
    };
    backend.store.with_index(finish).await?;
    Ok(made)
}

/// The object that this upload became, if it is still there: whoever missed the answer asks again.
async fn completed(backend: &Backend, input: &CompleteMultipartUploadInput) -> S3Result<Option<Object>> {
    let (bucket, key) = (input.bucket.clone(), input.key.clone());
    let object =
        backend.store.with_index(move |index, _| index.get(&bucket, &key)).await.map_err(internal)?;
    Ok(object.filter(|object| object.headers.upload.as_ref() == Some(&input.upload_id)))
}

fn told(input: CompleteMultipartUploadInput, object: Object) -> CompleteMultipartUploadOutput {
    let output = CompleteMultipartUploadOutput {
        location: Some(crate::path_of(&input.bucket, &input.key)),
        bucket: Some(input.bucket),
        key: Some(input.key),
        e_tag: Some(ETag::Strong(object.etag)),
        ..Default::default()
    };
    with_checksum!(output, object.headers.checksum.as_ref())
}

/// The parts that the caller names, if they are here, in ascending order and large enough.
fn chosen<'p>(stored: &'p [index::Part], named: &[CompletedPart]) -> S3Result<Vec<&'p index::Part>> {
    if named.is_empty() {
        return Err(s3_error!(MalformedXML, "You must specify at least one part"));
    }
    if !named.is_sorted_by(|a, b| a.part_number < b.part_number) {
        return Err(s3_error!(
            InvalidPartOrder,
            "The list of parts was not in ascending order. Parts must be ordered by part number."
        ));
    }
    let find = |named: &CompletedPart| {
        let is_named = |part: &&index::Part| {
            Some(part.number) == named.part_number
                && named.e_tag.as_ref().is_some_and(|etag| etag.value() == part.etag)
        };
        stored.iter().find(is_named).ok_or_else(promised::invalid_part)
    };
    let parts = named.iter().map(find).collect::<S3Result<Vec<_>>>()?;
    if parts[..parts.len() - 1].iter().any(|part| part.size_bytes < MIN_PART_BYTES) {
        return Err(s3_error!(
            EntityTooSmall,
            "Your proposed upload is smaller than the minimum allowed size"
        ));
    }
    Ok(parts)
}

/// Copies the parts into one file, if they have the checksums that the caller names, and so has the whole. The ETag is
/// the MD5 of the parts' MD5s and their number, as in S3.
async fn put_together(
    backend: &Backend,
    input: &CompleteMultipartUploadInput,
    parts: &[&index::Part],
    chosen: Option<&index::Checksum>,
) -> S3Result<(Blob, String, Option<index::Checksum>)> {
    let mut checksum = promised::to_compute(input, chosen).map(OfUpload::new);
    let blobs = backend.store.blobs();
    let mut whole = blobs.begin().map_err(internal)?;
    let mut digest = Md5::new();
    for (part, named) in parts.iter().zip(promised::parts(input)) {
        // A part may go while it is read, if someone aborts the upload.
        let file = blobs.read(&part.blob).map_err(|_| no_such_upload())?;
        let mut file = ReaderStream::with_capacity(tokio::fs::File::from_std(file), 64 * 1024);
        let mut md5 = Md5::new();
        while let Some(bytes) = futures::StreamExt::next(&mut file).await {
            let bytes = bytes.map_err(internal)?;
            md5.update(&bytes);
            checksum.iter_mut().for_each(|checksum| checksum.update(&bytes));
            whole.write(&bytes).await.map_err(internal)?;
        }
        digest.update(&md5.finalize());
        if let Some(checksum) = &mut checksum {
            promised::of_part(named, &checksum.end_part())?;
        }
    }
    let checksum = checksum.and_then(OfUpload::finish);
    promised::of_whole(input, checksum.as_ref())?;
    let etag = format!("{}-{}", hex(&digest.finalize()), parts.len());
    let blob = whole.finish(blobs).await.map_err(internal)?;
    Ok((blob, etag, checksum))
}
