//! Keys are text, never paths.

use axum::http::Method;

use crate::objects::with_headers;
use crate::room;

#[tokio::test]
async fn no_key_is_too_strange() {
    let room = room().await;
    let longest = "k".repeat(1_024);
    let keys = [
        ("../../other.bucket/x", "../../other.bucket/x"),
        ("../x", "../x"),
        ("./x", "./x"),
        ("/x", "/x"),
        ("a//b", "a//b"),
        ("a/", "a/"),
        ("dir", "dir"),
        ("dir/child", "dir/child"),
        ("%00", "\0"),
        ("a%0Ab", "a\nb"),
        ("CON", "CON"),
        ("con", "con"),
        ("stra%C3%9Fe/%F0%9F%A6%80", "straße/🦀"),
        ("a+b%20c%25d", "a+b c%d"),
        (longest.as_str(), longest.as_str()),
    ];
    for (number, (path, _)) in keys.iter().enumerate() {
        room.put(&format!("/uploads/{path}"), number.to_string().as_bytes()).await;
    }
    for (number, (path, _)) in keys.iter().enumerate() {
        assert_eq!(room.get(&format!("/uploads/{path}")).await.text(), number.to_string(), "{path}");
    }
    assert!(room.get("/other.bucket?list-type=2").await.all("Key").is_empty());

    let listed = room.get("/uploads?encoding-type=url&list-type=2").await.all("Key");
    let decode = |key: &String| percent_decode(key);
    let listed: Vec<String> = listed.iter().map(decode).collect();
    let mut expected: Vec<String> = keys.iter().map(|(_, key)| (*key).to_owned()).collect();
    expected.sort();
    assert_eq!(listed, expected, "all of them, in the order of their bytes");

    let outside = std::fs::read_dir(room.folder.path()).unwrap();
    let mut outside: Vec<_> =
        outside.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    outside.sort();
    assert_eq!(outside, ["blobs", "index.sqlite", "index.sqlite-shm", "index.sqlite-wal", "lock"]);
}

#[tokio::test]
async fn a_key_over_1024_bytes_is_refused() {
    let room = room().await;
    let refused = room.call(Method::PUT, &format!("/uploads/{}", "k".repeat(1_025)), b"").await;
    assert_eq!(refused.error(), (400, "KeyTooLongError".to_owned()));
}

#[tokio::test]
async fn a_path_that_is_not_utf8_is_refused() {
    let room = room().await;
    let refused = room.call(Method::PUT, "/uploads/%FF", b"").await;
    assert_eq!(refused.status, 400, "{}", refused.text());
    assert_eq!(room.files(), 0);
}

fn percent_decode(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        match (first, tail) {
            (b'%', [high, low, tail @ ..]) => {
                let digits = [*high, *low];
                bytes.push(u8::from_str_radix(std::str::from_utf8(&digits).unwrap(), 16).unwrap());
                rest = tail;
            }
            _ => {
                bytes.push(*first);
                rest = tail;
            }
        }
    }
    String::from_utf8(bytes).unwrap()
}

#[tokio::test]
async fn a_key_comes_back_in_xml_as_it_was_and_xml_is_always_well_formed() {
    let room = room().await;
    for path in ["/uploads/a%0Db", "/uploads/a%01b", "/uploads/a%EF%BF%BEb"] {
        room.put(path, b"1").await;
    }
    let listed = room.get("/uploads?list-type=2").await.all("Key");
    assert_eq!(listed, ["a&#x1;b", "a&#xD;b", "a&#xFFFE;b"]);

    let delete = async |key: &str| {
        let body = format!("<Delete><Object><Key>{key}</Key></Object></Delete>");
        room.call(Method::POST, "/uploads?delete", body.as_bytes()).await
    };
    for key in ["a\u{1}b", "a\u{FFFE}b"] {
        assert_eq!(delete(key).await.error(), (400, "MalformedXML".to_owned()));
    }
    assert_eq!(room.files(), 3);
    assert_eq!(delete("a&#13;b").await.all("Key"), ["a&#xD;b"]);
    assert_eq!(room.files(), 2);
}

#[tokio::test]
async fn an_object_that_is_xml_is_sent_byte_for_byte() {
    let room = room().await;
    let xml = b"<Error><Code>\r\x01</Code></Error>";
    with_headers(&room, Method::PUT, "/uploads/a", &[("content-type", "application/xml")], xml).await;
    let got = room.get("/uploads/a").await;
    assert_eq!((got.header("content-type"), got.body.as_slice()), ("application/xml", xml.as_slice()));
}
