//! The certificate for localhost: made here, by an authority of the data folder's own.
//!
//! The authority is kept, so that it is trusted once; the certificate is made anew at each start, so that it never
//! runs out. Whoever stole the authority's key could pose as this machine and as nobody else: it says itself that
//! it vouches for localhost alone (RFC 5280, 4.2.1.10).

use std::io::{self, Error};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::{Timestamp, ToSpan, tz::TimeZone};
use rcgen::{
    BasicConstraints, CertificateParams, CidrSubnet, DnType, ExtendedKeyUsagePurpose, GeneralSubtree, IsCa,
    Issuer, KeyPair, KeyUsagePurpose, NameConstraints, date_time_ymd,
};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

/// What TLS connections are greeted with.
#[derive(Clone)]
pub(crate) struct Certificate {
    /// Takes the handshake.
    pub(crate) acceptor: TlsAcceptor,
    /// The authority's certificate, which a client is told to trust.
    pub(crate) authority: PathBuf,
}

/// Browsers take no certificate that is valid for more than 398 days.
const VALID_DAYS: i64 = 397;

/// Opens the authority that is kept in `folder`, or makes it, and has it sign a certificate.
pub(crate) fn certificate(folder: &Path) -> io::Result<Certificate> {
    let (file, key_file) = (folder.join("ca.pem"), folder.join("ca.key"));
    if !(file.exists() && key_file.exists()) {
        let key = KeyPair::generate().map_err(Error::other)?;
        let authority = authority().and_then(|authority| authority.self_signed(&key));
        // The certificate last: where it is, there is a key to it.
        keep(&key_file, &key.serialize_pem())?;
        keep(&file, &authority.map_err(Error::other)?.pem())?;
    }
    let key = KeyPair::from_pem(&std::fs::read_to_string(&key_file)?).map_err(|error| {
        Error::other(format!("{}: {error}; delete it to get a new one", key_file.display()))
    })?;
    let certificate =
        CertificateDer::from_pem_file(&file).map_err(|error| error.to_string()).and_then(|it| {
            let is_of_key = it.windows(key.public_key_raw().len()).any(|bytes| bytes == key.public_key_raw());
            is_of_key.then_some(()).ok_or_else(|| "it is not that of ca.key".to_owned())
        });
    certificate.map_err(|error| {
        Error::other(format!("{}: {error}; delete it to get a new authority", file.display()))
    })?;
    Ok(Certificate { acceptor: acceptor(key).map_err(Error::other)?, authority: file })
}

fn acceptor(authority_key: KeyPair) -> Result<TlsAcceptor, Box<dyn std::error::Error + Send + Sync>> {
    let key = KeyPair::generate()?;
    // No `*.localhost`: verifiers refuse a wildcard right below the top. Buckets have their paths.
    let names = ["localhost", "127.0.0.1", "::1"].map(str::to_owned);
    let mut leaf = CertificateParams::new(names)?;
    leaf.distinguished_name.push(DnType::CommonName, "localhost");
    leaf.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    leaf.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    leaf.use_authority_key_identifier_extension = true;
    let day = |from_now: i64| {
        let date = Timestamp::now().to_zoned(TimeZone::UTC).date().saturating_add(from_now.days());
        date_time_ymd(date.year().into(), date.month().unsigned_abs(), date.day().unsigned_abs())
    };
    (leaf.not_before, leaf.not_after) = (day(-1), day(VALID_DAYS - 1));
    let leaf = leaf.signed_by(&key, &Issuer::new(authority()?, authority_key))?;
    let key = PrivateKeyDer::try_from(key.serialize_der())?;
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth();
    let mut config = config.with_single_cert(vec![leaf.der().clone()], key)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}

/// The same at every start, but for the key.
fn authority() -> Result<CertificateParams, rcgen::Error> {
    let mut authority = CertificateParams::new(Vec::new())?;
    authority.distinguished_name.push(DnType::CommonName, "Parlor on this machine");
    authority.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    authority.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    authority.name_constraints = Some(NameConstraints {
        permitted_subtrees: vec![
            GeneralSubtree::DnsName("localhost".to_owned()),
            GeneralSubtree::IpAddress(CidrSubnet::from_v4_prefix([127, 0, 0, 0], 8)),
            GeneralSubtree::IpAddress(CidrSubnet::from_v6_prefix(
                std::net::Ipv6Addr::LOCALHOST.octets(),
                128,
            )),
        ],
        excluded_subtrees: Vec::new(),
    });
    (authority.not_before, authority.not_after) = (date_time_ymd(2025, 1, 1), date_time_ymd(2045, 1, 1));
    Ok(authority)
}

/// Under a name of its own first: a crash leaves the whole file or none. Nobody else may read it.
fn keep(file: &Path, text: &str) -> io::Result<()> {
    let draft = file.with_extension("new");
    let mut options = std::fs::File::options();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    io::Write::write_all(&mut options.open(&draft)?, text.as_bytes())?;
    std::fs::rename(&draft, file)
}
