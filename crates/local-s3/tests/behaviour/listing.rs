//! Objects are listed by key, by prefix, by "folder", and page by page.

use crate::{Answer, Room, room};

async fn with_keys(keys: &[&str]) -> Room {
    let room = room().await;
    for key in keys {
        room.put(&format!("/uploads/{key}"), key.as_bytes()).await;
    }
    room
}

/// The keys of a page, and its common prefixes (the last `Prefix` elements, after the request's own).
fn shown(page: &Answer) -> (Vec<String>, Vec<String>) {
    let inside = page.all("CommonPrefixes");
    let prefix = |text: &String| text.replace("<Prefix>", "").replace("</Prefix>", "");
    (page.all("Key"), inside.iter().map(prefix).collect())
}

fn strings(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

#[tokio::test]
async fn keys_are_in_the_order_of_their_bytes() {
    let room = with_keys(&["b", "a/b", "B", "a", "a-b", "%C3%A4"]).await;
    assert_eq!(room.get("/uploads?list-type=2").await.all("Key"), ["B", "a", "a-b", "a/b", "b", "ä"]);
}

#[tokio::test]
async fn an_object_is_listed_with_its_size_and_etag() {
    let room = with_keys(&["hello"]).await;
    let page = room.get("/uploads?list-type=2").await;
    assert_eq!(page.all("Size"), ["5"]);
    assert_eq!(page.all("ETag").concat().replace("&quot;", "\""), "\"5d41402abc4b2a76b9719d911017c592\"");
    assert_eq!((page.all("KeyCount"), page.all("IsTruncated")), (strings(&["1"]), strings(&["false"])));
}

#[tokio::test]
async fn a_prefix_and_a_delimiter_show_one_level() {
    let room = with_keys(&["rooms/1/a", "rooms/1/b", "rooms/2/a", "rooms/readme", "roomsx", "users/1"]).await;
    for (query, keys, prefixes) in [
        ("", &["rooms/1/a", "rooms/1/b", "rooms/2/a", "rooms/readme", "roomsx", "users/1"][..], &[][..]),
        ("&prefix=rooms%2F1%2F", &["rooms/1/a", "rooms/1/b"], &[]),
        ("&prefix=rooms", &["rooms/1/a", "rooms/1/b", "rooms/2/a", "rooms/readme", "roomsx"], &[]),
        ("&delimiter=%2F", &["roomsx"], &["rooms/", "users/"]),
        ("&delimiter=%2F&prefix=rooms%2F", &["rooms/readme"], &["rooms/1/", "rooms/2/"]),
        ("&prefix=absent", &[], &[]),
        ("&list-type=2&start-after=rooms%2F2%2Fa", &["rooms/readme", "roomsx", "users/1"], &[]),
    ] {
        let mut parameters: Vec<_> =
            query.split('&').filter(|p| !p.is_empty() && *p != "list-type=2").collect();
        parameters.push("list-type=2");
        let page = room.get(&format!("/uploads?{}", parameters.join("&"))).await;
        assert_eq!(shown(&page), (strings(keys), strings(prefixes)), "{query}: {}", page.text());
    }
}

#[tokio::test]
async fn pages_of_any_size_together_show_everything_once() {
    let keys = ["a", "d/1", "d/2", "d/3", "e", "f/1", "g", "h/1", "h/2"];
    let room = with_keys(&keys).await;
    for (delimiter, all) in [("", &keys[..]), ("delimiter=%2F&", &["a", "d/", "e", "f/", "g", "h/"])] {
        for size in 1..=all.len() + 1 {
            let mut seen = Vec::new();
            let mut token = String::new();
            loop {
                let page = room.get(&format!("/uploads?{token}{delimiter}list-type=2&max-keys={size}")).await;
                let (keys, prefixes) = shown(&page);
                assert!(keys.len() + prefixes.len() <= size);
                assert_eq!(page.all("KeyCount").concat(), (keys.len() + prefixes.len()).to_string());
                seen.extend(keys.into_iter().chain(prefixes));
                match page.all("NextContinuationToken").first() {
                    Some(next) => token = format!("continuation-token={next}&"),
                    None => break,
                }
                assert_eq!(page.all("IsTruncated"), ["true"]);
            }
            seen.sort();
            assert_eq!(seen, all, "{size} a page, {delimiter}");
        }
    }
}

#[tokio::test]
async fn whoever_asks_by_markers_sees_everything_once_as_well() {
    let keys = ["a", "d/1", "d/2", "d/3", "e", "f/1", "g", "h/1", "h/2"];
    let room = with_keys(&keys).await;
    for (delimiter, all) in [("", &keys[..]), ("delimiter=%2F&", &["a", "d/", "e", "f/", "g", "h/"])] {
        for size in 1..=all.len() + 1 {
            let mut seen = Vec::new();
            let mut marker = String::new();
            loop {
                let after = marker.replace('/', "%2F");
                let page = room.get(&format!("/uploads?{delimiter}marker={after}&max-keys={size}")).await;
                let (keys, prefixes) = shown(&page);
                assert!(keys.len() + prefixes.len() <= size);
                let mut here: Vec<_> = keys.into_iter().chain(prefixes).collect();
                here.sort();
                seen.extend(here);
                if page.all("IsTruncated") == ["false"] {
                    break;
                }
                let next = page.all("NextMarker");
                assert_eq!(next.is_empty(), delimiter.is_empty(), "{}", page.text());
                marker = next.first().or(seen.last()).cloned().unwrap_or_default();
            }
            assert_eq!(seen, all, "{size} a page, {delimiter}");
        }
    }
}

#[tokio::test]
async fn a_page_has_at_most_what_was_asked_for_and_nonsense_is_refused() {
    let room = with_keys(&["a", "b"]).await;
    let none = room.get("/uploads?list-type=2&max-keys=0").await;
    assert_eq!((none.all("Key"), none.all("IsTruncated")), (vec![], strings(&["false"])));
    for query in ["list-type=2&max-keys=-1", "continuation-token=%21%21&list-type=2"] {
        let refused = room.get(&format!("/uploads?{query}")).await;
        assert_eq!(refused.error(), (400, "InvalidArgument".to_owned()), "{query}");
    }
}
