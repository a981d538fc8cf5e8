//! The devices that users sign in from, in pools that remember them.

use num_bigint::BigUint;
use rusqlite::{Connection, OptionalExtension, Row};

use crate::error::Error;
use crate::password::StoredPassword;

/// Unconfirmed devices are forgotten after a day.
const UNCONFIRMED_S: i64 = 24 * 3600;

/// A device as stored.
pub(crate) struct Device {
    /// `<region>_<uuid>`; its SRP user id.
    pub(crate) device_key: String,
    /// Its SRP pool name.
    pub(crate) group_key: String,
    pub(crate) name: String,
    /// What it proves itself by; `None` until ConfirmDevice.
    pub(crate) secret: Option<StoredPassword>,
    pub(crate) is_remembered: bool,
    pub(crate) created_at_s: i64,
    pub(crate) modified_at_s: i64,
    pub(crate) last_authenticated_at_s: i64,
}

/// The user's device of this key.
pub(crate) fn find(db: &Connection, sub: &str, device_key: &str) -> Result<Device, Error> {
    let device = db
        .prepare_cached("SELECT * FROM devices WHERE sub = ?1 AND device_key = ?2")?
        .query_row((sub, device_key), parse)
        .optional()?;
    // Amplify goes by these very words.
    device.ok_or_else(|| Error::ResourceNotFound("Device does not exist.".to_owned()))
}

/// At most `limit` confirmed devices of a user, by key, from after `after` on.
pub(crate) fn list(db: &Connection, sub: &str, after: &str, limit: usize) -> Result<Vec<Device>, Error> {
    let mut statement = db.prepare_cached(
        "SELECT * FROM devices WHERE sub = ?1 AND device_key > ?2 AND verifier IS NOT NULL
         ORDER BY device_key LIMIT ?3",
    )?;
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let devices = statement.query_map((sub, after, limit), parse)?;
    Ok(devices.collect::<Result<_, _>>()?)
}

/// Stores a device, new or changed.
pub(crate) fn put(db: &Connection, sub: &str, device: &Device) -> Result<(), Error> {
    db.execute(
        "DELETE FROM devices WHERE verifier IS NULL AND created_at_s < ?1",
        [device.modified_at_s - UNCONFIRMED_S],
    )?;
    let secret = device.secret.as_ref();
    db.execute(
        "INSERT OR REPLACE INTO devices
             (device_key, sub, group_key, name, salt, verifier, is_remembered, created_at_s, modified_at_s,
              last_authenticated_at_s)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        (
            &device.device_key,
            sub,
            &device.group_key,
            &device.name,
            secret.map(|secret| secret.salt.to_bytes_be()),
            secret.map(|secret| secret.verifier.to_bytes_be()),
            device.is_remembered,
            device.created_at_s,
            device.modified_at_s,
            device.last_authenticated_at_s,
        ),
    )?;
    Ok(())
}

pub(crate) fn delete(db: &Connection, device_key: &str) -> Result<(), Error> {
    db.execute("DELETE FROM devices WHERE device_key = ?1", [device_key])?;
    Ok(())
}

fn parse(row: &Row<'_>) -> rusqlite::Result<Device> {
    let number = |column: &str| -> rusqlite::Result<Option<BigUint>> {
        let bytes: Option<Vec<u8>> = row.get(column)?;
        Ok(bytes.map(|bytes| BigUint::from_bytes_be(&bytes)))
    };
    let secret = number("salt")?.zip(number("verifier")?);
    Ok(Device {
        device_key: row.get("device_key")?,
        group_key: row.get("group_key")?,
        name: row.get("name")?,
        secret: secret.map(|(salt, verifier)| StoredPassword { salt, verifier, is_set: true }),
        is_remembered: row.get("is_remembered")?,
        created_at_s: row.get("created_at_s")?,
        modified_at_s: row.get("modified_at_s")?,
        last_authenticated_at_s: row.get("last_authenticated_at_s")?,
    })
}
