//! Checksums that senders choose: computed as bytes pass, kept with the object, told to whoever asks.
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html>

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use s3s::checksum::ChecksumHasher;
use s3s::crypto::{Checksum as _, Crc32, Crc32c, Crc64Nvme, Sha1, Sha256};
use s3s::dto::{Checksum, ChecksumAlgorithm, ChecksumType};

use crate::store::index;

/// Fills the checksums of an operation's output.
macro_rules! with_checksum {
    ($output:expr, $checksum:expr) => {{
        let mut output = $output;
        let told: s3s::dto::Checksum = $crate::operations::checksum::told($checksum);
        output.checksum_crc32 = told.checksum_crc32;
        output.checksum_crc32c = told.checksum_crc32c;
        output.checksum_crc64nvme = told.checksum_crc64nvme;
        output.checksum_sha1 = told.checksum_sha1;
        output.checksum_sha256 = told.checksum_sha256;
        output.checksum_type = told.checksum_type;
        output
    }};
}

pub(super) use with_checksum;

/// What computes a checksum; nothing, for a name that S3 does not know.
pub(super) fn hasher(algorithm: &str) -> ChecksumHasher {
    let is = |name: &str| algorithm == name;
    ChecksumHasher {
        crc32: is(ChecksumAlgorithm::CRC32).then(Crc32::new),
        crc32c: is(ChecksumAlgorithm::CRC32C).then(Crc32c::new),
        crc64nvme: is(ChecksumAlgorithm::CRC64NVME).then(Crc64Nvme::new),
        sha1: is(ChecksumAlgorithm::SHA1).then(Sha1::new),
        sha256: is(ChecksumAlgorithm::SHA256).then(Sha256::new),
    }
}

/// The value of each algorithm, if there is one.
pub(super) fn by_algorithm(checksum: &Checksum) -> [(&'static str, &Option<String>); 5] {
    [
        (ChecksumAlgorithm::CRC32, &checksum.checksum_crc32),
        (ChecksumAlgorithm::CRC32C, &checksum.checksum_crc32c),
        (ChecksumAlgorithm::CRC64NVME, &checksum.checksum_crc64nvme),
        (ChecksumAlgorithm::SHA1, &checksum.checksum_sha1),
        (ChecksumAlgorithm::SHA256, &checksum.checksum_sha256),
    ]
}

/// What was computed of all bytes, to be kept; the first, if there is more than one.
pub(super) fn kept(computed: &Checksum) -> Option<index::Checksum> {
    by_algorithm(computed).into_iter().find_map(|(algorithm, value)| {
        let (algorithm, value) = (algorithm.to_owned(), value.clone()?);
        Some(index::Checksum { algorithm, value, is_of_parts: false })
    })
}

/// As an answer tells it.
pub(super) fn told(checksum: Option<&index::Checksum>) -> Checksum {
    let Some(checksum) = checksum else { return Checksum::default() };
    let value = |algorithm: &str| (checksum.algorithm == algorithm).then(|| checksum.value.clone());
    Checksum {
        checksum_crc32: value(ChecksumAlgorithm::CRC32),
        checksum_crc32c: value(ChecksumAlgorithm::CRC32C),
        checksum_crc64nvme: value(ChecksumAlgorithm::CRC64NVME),
        checksum_sha1: value(ChecksumAlgorithm::SHA1),
        checksum_sha256: value(ChecksumAlgorithm::SHA256),
        checksum_type: Some(kind(checksum.is_of_parts)),
    }
}

pub(super) fn kind(is_of_parts: bool) -> ChecksumType {
    ChecksumType::from_static(if is_of_parts { ChecksumType::COMPOSITE } else { ChecksumType::FULL_OBJECT })
}

/// The checksum of an object that is put together, of the kind that was wanted when its upload began.
pub(super) struct OfUpload {
    wanted: index::Checksum,
    whole: ChecksumHasher,
    part: ChecksumHasher,
    of_parts: ChecksumHasher,
    parts: usize,
}

impl OfUpload {
    pub(super) fn new(wanted: index::Checksum) -> OfUpload {
        let [whole, part, of_parts] = [(); 3].map(|()| hasher(&wanted.algorithm));
        OfUpload { wanted, whole, part, of_parts, parts: 0 }
    }

    pub(super) fn update(&mut self, bytes: &[u8]) {
        self.part.update(bytes);
        if !self.wanted.is_of_parts {
            self.whole.update(bytes);
        }
    }

    /// What came since the last call was a part; answers its checksum.
    pub(super) fn end_part(&mut self) -> Checksum {
        let part = std::mem::replace(&mut self.part, hasher(&self.wanted.algorithm)).finalize();
        let digest = kept(&part).and_then(|part| BASE64_STANDARD.decode(part.value).ok());
        self.of_parts.update(&digest.unwrap_or_default());
        self.parts += 1;
        part
    }

    pub(super) fn finish(self) -> Option<index::Checksum> {
        if !self.wanted.is_of_parts {
            return kept(&self.whole.finalize());
        }
        let index::Checksum { algorithm, value, .. } = kept(&self.of_parts.finalize())?;
        Some(index::Checksum { algorithm, value: format!("{value}-{}", self.parts), is_of_parts: true })
    }
}
