//! AWSEmail, AWSURL, AWSPhone and AWSIPAddress.

use std::net::IpAddr;

/// `local-part@domain`: one `@`, a domain of letters, digits and hyphens with at least one dot or the name localhost.
pub(super) fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else {
        return false;
    };
    let is_local = (1..=64).contains(&local.len())
        && !local.starts_with('.')
        && !local.ends_with('.')
        && !local.contains("..")
        && local.chars().all(|c| c.is_alphanumeric() || "!#$%&'*+/=?^_`{|}~.-".contains(c));
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|c| c.is_alphanumeric() || c == '-')
    };
    let is_domain = domain.len() <= 253 && domain.split('.').all(is_label);
    is_local && is_domain && (domain.contains('.') || domain == "localhost")
}

/// An absolute URL.
pub(super) fn is_url(text: &str) -> bool {
    !text.contains(char::is_whitespace) && url::Url::parse(text).is_ok()
}

/// Digits, with an optional country code and the usual punctuation: `+1 408 555 0100`, `408-555-0100`.
pub(super) fn is_phone(text: &str) -> bool {
    let number = text.strip_prefix('+').unwrap_or(text);
    let digits = number.bytes().filter(u8::is_ascii_digit).count();
    let is_national = text.len() == number.len();
    number.bytes().all(|byte| byte.is_ascii_digit() || b" -().".contains(&byte))
        && number.starts_with(|first: char| first.is_ascii_digit() || first == '(')
        // E.164 has at most 15 digits; without a country code the number is one of the United States.
        && if is_national { digits == 10 || (digits == 11 && number.starts_with('1')) } else { (7..=15).contains(&digits) }
}

/// `127.0.0.1`, `2001:db8::/32`.
pub(super) fn is_ip_address(text: &str) -> bool {
    let (address, prefix) = match text.split_once('/') {
        Some((address, prefix)) => (address, Some(prefix)),
        None => (text, None),
    };
    let Ok(address) = address.parse::<IpAddr>() else {
        return false;
    };
    let longest = if address.is_ipv4() { 32 } else { 128 };
    prefix.is_none_or(|prefix| {
        prefix.bytes().all(|byte| byte.is_ascii_digit())
            && prefix.parse::<u8>().is_ok_and(|bits| bits <= longest)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(is_valid: fn(&str) -> bool, valid: &[&str], invalid: &[&str]) {
        for text in valid {
            assert!(is_valid(text), "{text}");
        }
        for text in invalid {
            assert!(!is_valid(text), "{text}");
        }
    }

    #[test]
    fn an_email_address_has_a_user_and_a_domain() {
        check(
            is_email,
            &["username@example.com", "a+b.c@x-y.co.uk", "ünï@exämple.org", "root@localhost"],
            &["", "a", "@b.c", "a@", "a@b", "a@b..c", "a b@c.d", ".a@b.c", "a@-b.c", "a@b@c.d,e"],
        );
    }

    #[test]
    fn a_url_has_a_scheme() {
        check(
            is_url,
            &[
                "https://www.example.com/a?b=c#d",
                "mailto:someone@example.com",
                "http://localhost:4000/b/k?X-Amz-Date=1",
            ],
            &["", "example.com", "/path", "https://", "http://a b/"],
        );
    }

    #[test]
    fn a_phone_number_has_a_plausible_length() {
        check(
            is_phone,
            &["+14085550100", "408-555-0100", "(408) 555-0100", "+49 30 1234567"],
            &["", "+", "12", "phone", "+1234567890123456", "5550100x"],
        );
    }

    #[test]
    fn an_ip_address_may_have_a_prefix_length() {
        check(
            is_ip_address,
            &["127.0.0.1", "10.0.0.0/8", "::1", "2001:db8::/32"],
            &["", "256.0.0.1", "10.0.0.0/33", "::/129", "10.0.0.0/", "10.0.0.0/+8"],
        );
    }
}
