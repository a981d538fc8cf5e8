//! The standard attributes of every user pool and what their values must be, as DescribeUserPool shows it.
//!
//! The constraints are those of pools that others described
//! (<https://github.com/hashicorp/terraform-provider-aws/issues/38197>), the words of a refusal those of
//! <https://github.com/aws/aws-sdk-java/issues/1396>.

use serde_json::{Value, json};

/// What a value must be.
#[derive(Clone, Copy)]
enum Type {
    /// In characters.
    String {
        min: usize,
        max: usize,
    },
    /// Not below zero.
    Number,
    Boolean,
}

const TEXT: Type = Type::String { min: 0, max: 2048 };

const STANDARD: [(&str, Type); 20] = [
    ("sub", Type::String { min: 1, max: 2048 }),
    ("name", TEXT),
    ("given_name", TEXT),
    ("family_name", TEXT),
    ("middle_name", TEXT),
    ("nickname", TEXT),
    ("preferred_username", TEXT),
    ("profile", TEXT),
    ("picture", TEXT),
    ("website", TEXT),
    ("email", TEXT),
    ("email_verified", Type::Boolean),
    ("gender", TEXT),
    ("birthdate", Type::String { min: 10, max: 10 }),
    ("zoneinfo", TEXT),
    ("locale", TEXT),
    ("phone_number", TEXT),
    ("phone_number_verified", Type::Boolean),
    ("address", TEXT),
    ("updated_at", Type::Number),
];

/// Whether there is such an attribute.
pub(crate) fn has(name: &str) -> bool {
    STANDARD.iter().any(|(standard, _)| *standard == name)
}

/// Says why the attribute cannot have this value.
pub(crate) fn check(name: &str, value: &str) -> Result<(), String> {
    let Some((_, kind)) = STANDARD.iter().find(|(standard, _)| *standard == name) else {
        let shown: String = name.chars().take(64).collect();
        return Err(format!("Type for attribute {{{shown}}} could not be determined"));
    };
    let length = value.chars().count();
    match *kind {
        Type::String { max, .. } if length > max => {
            Err(format!("{name}: String must be no longer than {max} characters"))
        }
        Type::String { min, .. } if length < min => {
            Err(format!("{name}: String must be no shorter than {min} characters"))
        }
        Type::Number if value.parse().is_ok_and(|number: f64| number >= 0.0) => Ok(()),
        Type::Number => Err(format!("{name}: must be a number, and not below 0")),
        Type::Boolean if value != "true" && value != "false" => Err(format!("{name}: must be true or false")),
        Type::String { .. } | Type::Boolean => Ok(()),
    }
}

/// `SchemaAttributes`, of a pool that requires these; in AWS numbers are texts there.
pub(crate) fn describe(required: &[String]) -> Value {
    let described = STANDARD.iter().map(|(name, kind)| {
        let is_sub = *name == "sub";
        let mut attribute = json!({
            "Name": name,
            "AttributeDataType": "String",
            "DeveloperOnlyAttribute": false,
            "Mutable": !is_sub,
            "Required": is_sub || required.iter().any(|required| required == name),
        });
        match kind {
            Type::String { min, max } => {
                attribute["StringAttributeConstraints"] =
                    json!({ "MinLength": min.to_string(), "MaxLength": max.to_string() });
            }
            Type::Number => {
                attribute["AttributeDataType"] = "Number".into();
                attribute["NumberAttributeConstraints"] = json!({ "MinValue": "0" });
            }
            Type::Boolean => attribute["AttributeDataType"] = "Boolean".into(),
        }
        attribute
    });
    described.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_has_the_type_and_the_length_of_its_attribute() {
        for (name, value) in [
            ("birthdate", "1815-12-10"),
            ("updated_at", "1764403200"),
            ("updated_at", "0.5"),
            ("name", ""),
            ("email_verified", "true"),
        ] {
            assert_eq!(check(name, value), Ok(()), "{name} {value}");
        }
        let long = "ä".repeat(2049);
        for (name, value, expected) in [
            ("birthdate", "yesterday", "birthdate: String must be no shorter than 10 characters"),
            ("birthdate", "1815-12-10Z", "birthdate: String must be no longer than 10 characters"),
            ("name", long.as_str(), "name: String must be no longer than 2048 characters"),
            ("updated_at", "abc", "updated_at: must be a number, and not below 0"),
            ("updated_at", "-1", "updated_at: must be a number, and not below 0"),
            ("updated_at", "NaN", "updated_at: must be a number, and not below 0"),
            ("email_verified", "yes", "email_verified: must be true or false"),
            ("shoe_size", "44", "Type for attribute {shoe_size} could not be determined"),
        ] {
            assert_eq!(check(name, value), Err(expected.to_owned()));
        }
    }
}
