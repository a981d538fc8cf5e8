//! How a code travels, to which address of a user, and how an answer hints at the address without telling it.

use serde_json::{Value, json};

use crate::store::users::User;

/// E-mail or text message; both end in the outbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Medium {
    Email,
    Sms,
}

impl Medium {
    /// AWS's name, as in `DeliveryMedium`.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Medium::Email => "EMAIL",
            Medium::Sms => "SMS",
        }
    }

    /// By AWS's name.
    pub(crate) fn parse(name: &str) -> Option<Self> {
        [Medium::Email, Medium::Sms].into_iter().find(|medium| medium.as_str() == name)
    }

    /// The attribute that holds the address.
    pub(crate) fn attribute(self) -> &'static str {
        match self {
            Medium::Email => "email",
            Medium::Sms => "phone_number",
        }
    }

    /// The user's address, if it is proved to be theirs.
    pub(crate) fn verified_address(self, user: &User) -> Option<&str> {
        let is_verified = user.attributes.get(&format!("{}_verified", self.attribute()));
        let address = user.attributes.get(self.attribute())?;
        (is_verified.map(String::as_str) == Some("true")).then_some(address)
    }

    /// Two letters of an e-mail address, four digits of a phone number.
    pub(crate) fn hint(self, address: &str) -> String {
        match self {
            Medium::Email => {
                let initial = |part: &str| part.chars().next().map(String::from).unwrap_or_default();
                let (mailbox, domain) = address.split_once('@').unwrap_or((address, ""));
                format!("{}***@{}***", initial(mailbox), initial(domain))
            }
            Medium::Sms => {
                let digits: Vec<char> = address.chars().filter(char::is_ascii_digit).collect();
                let (hidden, shown) = digits.split_at(digits.len().saturating_sub(4));
                format!("+{}{}", "*".repeat(hidden.len()), shown.iter().collect::<String>())
            }
        }
    }

    /// `CodeDeliveryDetails`, also for somebody who has no account where that must not show.
    pub(crate) fn delivery_details(self, address: &str) -> Value {
        json!({
            "AttributeName": self.attribute(),
            "DeliveryMedium": self.as_str(),
            "Destination": self.hint(address),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hint_shows_two_letters_or_four_digits() {
        assert_eq!(Medium::Email.hint("ada@example.com"), "a***@e***");
        assert_eq!(Medium::Email.hint(""), "***@***");
        assert_eq!(Medium::Sms.hint("+12065550100"), "+*******0100");
        assert_eq!(Medium::Sms.hint("+12"), "+12");
    }
}
