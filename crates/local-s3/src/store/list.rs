//! Listing: objects in the order of their keys, those beyond a delimiter rolled into common prefixes.

use rusqlite::Result;

use super::index::{Index, Object};

/// What to list.
pub(crate) struct Listing<'a> {
    pub(crate) bucket: &'a str,
    pub(crate) prefix: &'a str,
    /// Not empty.
    pub(crate) delimiter: Option<&'a str>,
    /// The first key that may appear, as bytes.
    pub(crate) from: Vec<u8>,
    /// How many objects and common prefixes at most.
    pub(crate) limit: usize,
}

/// One page of a listing.
#[derive(Default)]
pub(crate) struct Page {
    pub(crate) objects: Vec<Object>,
    pub(crate) common_prefixes: Vec<String>,
    /// Where the next page begins, if there is more.
    pub(crate) next: Option<Vec<u8>>,
}

/// Reads one page. Of a common prefix it reads one object, however many there are.
pub(crate) fn list(index: &Index, listing: &Listing<'_>) -> Result<Page> {
    let mut page = Page::default();
    let mut from = listing.from.clone().max(listing.prefix.as_bytes().to_vec());
    if listing.limit == 0 {
        return Ok(page);
    }
    'rest: loop {
        let room = listing.limit - page.objects.len() - page.common_prefixes.len();
        for object in index.objects_from(listing.bucket, &from, room + 1)? {
            if !object.key.starts_with(listing.prefix) {
                return Ok(page);
            }
            if page.objects.len() + page.common_prefixes.len() == listing.limit {
                page.next = Some(object.key.into_bytes());
                return Ok(page);
            }
            if let Some(common) = common_prefix(&object.key, listing) {
                from = beyond(common);
                page.common_prefixes.push(common.to_owned());
                continue 'rest;
            }
            page.objects.push(object);
        }
        // Had there been more than fits, the page would have been found full above.
        return Ok(page);
    }
}

/// The first key that may appear after a marker: behind a whole common prefix, if the marker is one.
pub(crate) fn after(marker: &str, prefix: &str, delimiter: Option<&str>) -> Vec<u8> {
    let in_prefix = marker.strip_prefix(prefix);
    let is_common = delimiter.zip(in_prefix).is_some_and(|(delimiter, rest)| {
        rest.find(delimiter).is_some_and(|at| at + delimiter.len() == rest.len())
    });
    // The first key after another is that key and a zero byte.
    if is_common { beyond(marker) } else { [marker.as_bytes(), &[0]].concat() }
}

/// The key up to and with the first delimiter after the prefix.
fn common_prefix<'k>(key: &'k str, listing: &Listing<'_>) -> Option<&'k str> {
    let delimiter = listing.delimiter?;
    let at = key[listing.prefix.len()..].find(delimiter)?;
    Some(&key[..listing.prefix.len() + at + delimiter.len()])
}

/// The first key, in byte order, that does not begin with `prefix` and comes after all that do.
fn beyond(prefix: &str) -> Vec<u8> {
    let mut bytes = prefix.as_bytes().to_vec();
    // No byte of UTF-8 is 0xFF, so the last one can always be raised.
    if let Some(last) = bytes.last_mut() {
        *last += 1;
    }
    bytes
}
