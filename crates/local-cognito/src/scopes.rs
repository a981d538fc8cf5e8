//! What an app learns of a user by its scopes, in ID tokens and from `/oauth2/userInfo`.
//!
//! <https://docs.aws.amazon.com/cognito/latest/developerguide/userinfo-endpoint.html> and
//! <https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-define-resource-servers.html>: `openid`
//! alone tells every attribute, and the scopes `profile`, `email` and `phone` beside it nothing but their own.

const PROFILE: &[&str] = &[
    "birthdate",
    "family_name",
    "gender",
    "given_name",
    "locale",
    "middle_name",
    "name",
    "nickname",
    "picture",
    "preferred_username",
    "profile",
    "updated_at",
    "website",
    "zoneinfo",
];

/// Whether scopes, with blanks between, tell this attribute.
pub(crate) fn tell(scopes: &str, attribute: &str) -> bool {
    let has = |wanted: &str| scopes.split(' ').any(|scope| scope == wanted);
    match attribute {
        _ if !["profile", "email", "phone"].into_iter().any(has) => true,
        "email" | "email_verified" => has("email"),
        "phone_number" | "phone_number_verified" => has("phone"),
        name => has("profile") && PROFILE.contains(&name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_beside_openid_limit_what_it_tells() {
        let all = ["email", "phone_number", "given_name", "address"];
        for (scopes, expected) in [
            ("openid", &all[..]),
            ("aws.cognito.signin.user.admin openid", &all[..]),
            ("openid email", &["email"][..]),
            ("openid phone aws.cognito.signin.user.admin", &["phone_number"][..]),
            ("profile openid", &["given_name"][..]),
            ("openid profile email", &["email", "given_name"][..]),
        ] {
            let told: Vec<_> = all.into_iter().filter(|attribute| tell(scopes, attribute)).collect();
            assert_eq!(told, expected, "{scopes}");
        }
    }
}
