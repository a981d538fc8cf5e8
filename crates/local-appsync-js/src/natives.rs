//! The functions that the JavaScript modules borrow from Rust.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use jiff::Timestamp;
use jiff::tz::{Offset, TimeZone};
use rand::Rng;
use rquickjs::{Ctx, Exception, Function, Object, Result};
use uuid::Uuid;

/// `globalThis.parlorNative`, which `runtime/native.js` takes.
/// `script` is the name of whoever logs.
pub(crate) fn lend(ctx: &Ctx<'_>, script: &str) -> Result<()> {
    let native = Object::new(ctx.clone())?;
    native.set("uuid", Function::new(ctx.clone(), || Uuid::new_v4().to_string())?)?;
    native.set("ulid", Function::new(ctx.clone(), || ulid(Timestamp::now(), rand::rng().random()))?)?;
    native.set("ksuid", Function::new(ctx.clone(), || ksuid(Timestamp::now(), rand::rng().random()))?)?;
    native.set("base64Encode", Function::new(ctx.clone(), |text: String| BASE64_STANDARD.encode(text))?)?;
    native.set("base64Decode", Function::new(ctx.clone(), base64_decode)?)?;
    native.set("offsetMs", Function::new(ctx.clone(), offset_ms)?)?;
    let script = script.to_owned();
    let log = move |level: String, text: String| log(&script, &level, &text);
    native.set("log", Function::new(ctx.clone(), log)?)?;
    ctx.globals().set("parlorNative", native)
}

fn base64_decode(ctx: Ctx<'_>, text: String) -> Result<String> {
    let bytes = BASE64_STANDARD.decode(text).ok();
    let text = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
    text.ok_or_else(|| Exception::throw_type(&ctx, "util.base64Decode: not the base64 of a UTF-8 text"))
}

/// How far `zone` is ahead of UTC at that moment, or nothing when there is no such zone.
fn offset_ms(zone: String, epoch_ms: f64) -> Option<i32> {
    let at = Timestamp::from_millisecond(epoch_ms as i64).ok()?;
    let zone = match zone.as_str() {
        "Z" | "UTC" | "GMT" => TimeZone::UTC,
        name if name.starts_with(['+', '-']) => TimeZone::fixed(fixed_offset(name)?),
        name => TimeZone::get(name).ok()?,
    };
    Some(zone.to_offset(at).seconds() * 1000)
}

/// `+02`, `+0200` or `+02:00`.
fn fixed_offset(text: &str) -> Option<Offset> {
    let digits: String = text[1..].chars().filter(|c| *c != ':').collect();
    let (hours, minutes) = digits.split_at_checked(2)?;
    let minutes = if minutes.is_empty() { 0 } else { minutes.parse::<i32>().ok()? };
    let seconds = hours.parse::<i32>().ok()? * 3600 + minutes * 60;
    Offset::from_seconds(if text.starts_with('-') { -seconds } else { seconds }).ok()
}

fn log(script: &str, level: &str, text: &str) {
    match level {
        "error" => tracing::error!(target: "appsync_js", "{script}: {text}"),
        _ => tracing::info!(target: "appsync_js", "{script}: {text}"),
    }
}

/// 48 bits of milliseconds and 80 random ones, in Crockford's base 32 (github.com/ulid/spec).
fn ulid(now: Timestamp, random: u128) -> String {
    let time = (now.as_millisecond() as u128) << 80;
    in_digits(time | (random >> 48), b"0123456789ABCDEFGHJKMNPQRSTVWXYZ", 26)
}

/// 32 bits of seconds since 2014-05-13T16:53:20Z and 128 random ones, in base 62 (github.com/segmentio/ksuid).
fn ksuid(now: Timestamp, random: u128) -> String {
    const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let seconds = (now.as_second() - 1_400_000_000) as u32;
    // 160 bits do not fit: divided as on paper, in five 32-bit digits.
    let mut number =
        [seconds, (random >> 96) as u32, (random >> 64) as u32, (random >> 32) as u32, random as u32];
    let mut digits = [b'0'; 27];
    for digit in digits.iter_mut().rev() {
        let mut remainder = 0u64;
        for part in &mut number {
            let value = (remainder << 32) | u64::from(*part);
            *part = (value / 62) as u32;
            remainder = value % 62;
        }
        *digit = ALPHABET[remainder as usize];
    }
    digits.iter().map(|digit| char::from(*digit)).collect()
}

fn in_digits(mut number: u128, alphabet: &[u8; 32], length: usize) -> String {
    let mut digits = vec!['0'; length];
    for digit in digits.iter_mut().rev() {
        *digit = char::from(alphabet[(number % 32) as usize]);
        number /= 32;
    }
    digits.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ulids_begin_with_the_time_of_the_specifications_example() {
        let at = Timestamp::from_millisecond(1_469_918_176_385).unwrap();
        assert_eq!(ulid(at, u128::MAX), "01ARYZ6S41ZZZZZZZZZZZZZZZZ");
    }

    #[test]
    fn ksuids_are_those_of_their_authors() {
        let at = Timestamp::from_second(1_507_608_047).unwrap();
        let random = 0xB5A1_CD34_B5F9_9D11_54FB_6853_345C_9735;
        assert_eq!(ksuid(at, random), "0ujtsYcgvSTl8PAuAdqWYSMnLOv");
    }

    #[test]
    fn offsets_are_read_in_each_way_of_writing_them() {
        for (zone, hours) in [
            ("UTC", Some(0.0)),
            ("+02", Some(2.0)),
            ("-0330", Some(-3.5)),
            ("+05:45", Some(5.75)),
            ("+x", None),
            ("+é1", None),
            ("", None),
        ] {
            assert_eq!(
                offset_ms(zone.to_owned(), 0.0),
                hours.map(|hours| (hours * 3_600_000.0) as i32),
                "{zone}"
            );
        }
    }
}
