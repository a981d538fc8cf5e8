//! E-mail addresses: what passes for one.

use crate::operation::LONGEST_USERNAME;

/// Whether a code could be sent there.
pub(crate) fn is_address(text: &str) -> bool {
    let Some((mailbox, domain)) = text.split_once('@') else {
        return false;
    };
    !mailbox.is_empty()
        && !domain.is_empty()
        && !domain.contains('@')
        && text.chars().count() <= LONGEST_USERNAME
        && !text.chars().any(|c| c.is_whitespace() || c.is_control())
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
}
