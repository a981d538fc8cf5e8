//! Which bodies are binary, and what a body looks like in an event.
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-payload-encodings.html>

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// The media types that an API has registered as binary, as `image/png`, `image/*` and `*/*`.
#[derive(Debug, Clone, Default)]
pub(crate) struct BinaryMediaTypes(pub(crate) Vec<String>);

impl BinaryMediaTypes {
    /// Whether a `Content-Type`, or the first type of an `Accept`, is one of them.
    pub(crate) fn include(&self, header: Option<&str>) -> bool {
        let Some(header) = header else { return false };
        let first = header.split([',', ';']).next().unwrap_or_default().trim().to_ascii_lowercase();
        self.0.iter().any(|registered| {
            let registered = registered.to_ascii_lowercase();
            match registered.strip_suffix("/*") {
                Some("*") => true,
                Some(family) => first.split('/').next() == Some(family),
                None => registered == first,
            }
        })
    }
}

pub(crate) fn encode(body: &[u8]) -> String {
    STANDARD.encode(body)
}

/// None if it is not base64.
pub(crate) fn decode(text: &str) -> Option<Vec<u8>> {
    let compact: String = text.chars().filter(|c| !c.is_ascii_whitespace()).collect();
    STANDARD.decode(compact).ok()
}

/// `isBase64Encoded` and `body` of a proxy event.
pub(crate) fn of_event(body: &[u8], is_binary: bool) -> (bool, Option<String>) {
    match (body.is_empty(), is_binary) {
        (true, _) => (false, None),
        (false, true) => (true, Some(encode(body))),
        (false, false) => (false, Some(String::from_utf8_lossy(body).into_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_media_type_of_a_header_counts() {
        let types = BinaryMediaTypes(vec!["image/png".to_owned(), "audio/*".to_owned()]);
        for header in ["image/png", "Image/PNG; q=1", "image/png, text/html", "audio/ogg"] {
            assert!(types.include(Some(header)), "{header}");
        }
        for header in ["image/gif", "text/html, image/png", "", "*/*"] {
            assert!(!types.include(Some(header)), "{header}");
        }
        assert!(!types.include(None));
        assert!(BinaryMediaTypes(vec!["*/*".to_owned()]).include(Some("text/plain")));
    }
}
