//! E-mail addresses: what passes for one, and how an answer hints at one without telling it.

use serde_json::{Value, json};

/// Cognito's limit for a user name.
const LONGEST: usize = 128;

/// Whether a code could be sent there.
pub(crate) fn is_address(text: &str) -> bool {
    let Some((mailbox, domain)) = text.split_once('@') else {
        return false;
    };
    !mailbox.is_empty()
        && !domain.is_empty()
        && !domain.contains('@')
        && text.chars().count() <= LONGEST
        && !text.chars().any(|c| c.is_whitespace() || c.is_control())
}

/// `CodeDeliveryDetails`, also for somebody who has no account where that must not show.
pub(crate) fn delivery_details(address: &str) -> Value {
    let initial = |part: &str| part.chars().next().map(String::from).unwrap_or_default();
    let (mailbox, domain) = address.split_once('@').unwrap_or((address, ""));
    json!({
        "AttributeName": "email",
        "DeliveryMedium": "EMAIL",
        "Destination": format!("{}***@{}***", initial(mailbox), initial(domain)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_a_mailbox_and_a_domain() {
        for address in ["ada@example.com", "a+b@c", "Ω@παράδειγμα.gr"] {
            assert!(is_address(address), "{address}");
        }
        let long = format!("{}@example.com", "a".repeat(128));
        for address in ["", "ada", "@", "ada@", "@example.com", "a@b@c", "a b@c", "a@b\n", &long] {
            assert!(!is_address(address), "{address}");
        }
    }

    #[test]
    fn a_hint_shows_two_letters() {
        assert_eq!(delivery_details("ada@example.com")["Destination"], "a***@e***");
        assert_eq!(delivery_details("")["Destination"], "***@***");
    }
}
