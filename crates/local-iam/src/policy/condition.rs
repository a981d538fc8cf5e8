//! The conditions of a statement: operators, their variants for absent and multivalued keys.
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html>

use std::cmp::Ordering;
use std::net::IpAddr;

use serde_json::Value;

use super::pattern::{Pattern, arn_like, variables};
use super::{Circumstances, PolicyError, texts};

/// One operator on one key.
#[derive(Debug, Clone)]
pub(super) struct Condition {
    quantifier: Quantifier,
    is_negated: bool,
    operator: Operator,
    /// `…IfExists`: it holds if the key is absent.
    if_exists: bool,
    key: String,
    values: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Quantifier {
    /// For keys with one value.
    One,
    ForAll,
    ForAny,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Operator {
    StringEquals,
    StringEqualsIgnoreCase,
    StringLike,
    Numeric(&'static [Ordering]),
    Date(&'static [Ordering]),
    Bool,
    IpAddress,
    Arn,
    Null,
}

impl Condition {
    /// `{operator: {key: value or values}}`
    pub(super) fn parse_all(conditions: &Value) -> Result<Vec<Condition>, PolicyError> {
        let wrong = || PolicyError("a Condition must be {operator: {key: values}}".to_owned());
        let mut all = Vec::new();
        for (name, keys) in conditions.as_object().ok_or_else(wrong)? {
            for (key, values) in keys.as_object().ok_or_else(wrong)? {
                let values = texts(values).ok_or_else(wrong)?;
                let condition = Condition::parse(name, key, values);
                all.push(condition.ok_or_else(|| {
                    PolicyError(format!("the condition operator {name} is not evaluated here"))
                })?);
            }
        }
        Ok(all)
    }

    fn parse(name: &str, key: &str, values: Vec<String>) -> Option<Condition> {
        let (quantifier, name) = match name.split_once(':') {
            Some(("ForAllValues", name)) => (Quantifier::ForAll, name),
            Some(("ForAnyValue", name)) => (Quantifier::ForAny, name),
            Some(_) => return None,
            None => (Quantifier::One, name),
        };
        let (name, if_exists) = match name.strip_suffix("IfExists") {
            Some(name) => (name, true),
            None => (name, false),
        };
        let (is_negated, operator) = operator(name)?;
        Some(Condition { quantifier, is_negated, operator, if_exists, key: key.to_owned(), values })
    }

    /// A key without a value for want of which this holds (`holds`), or does not.
    pub(super) fn unknown<'s>(&'s self, has_value: &dyn Fn(&str) -> bool, holds: bool) -> Option<&'s str> {
        if !has_value(&self.key) {
            return (self.holds(&Circumstances::default()) == holds).then_some(&self.key);
        }
        let mut unknown = self.values.iter().flat_map(|value| variables(value));
        let is_unknown =
            |(key, has_default): &(&str, bool)| !has_value(key) && (*has_default || self.is_negated == holds);
        unknown.find(is_unknown).map(|(key, _)| key)
    }

    /// A variable without a value equals nothing; as AWS says, the negated operators hold of it.
    /// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html#policy-vars-no-value>
    pub(super) fn holds(&self, circumstances: &Circumstances) -> bool {
        let actual = circumstances.get(&self.key);
        if self.operator == Operator::Null {
            return self.values.iter().any(|value| value.eq_ignore_ascii_case("true") == actual.is_none());
        }
        let holds_for = |actual: &String| {
            let is_any = self.values.iter().any(|wanted| self.operator.is(actual, wanted, circumstances));
            is_any != self.is_negated
        };
        match (self.quantifier, actual) {
            (Quantifier::ForAll, actual) => actual.unwrap_or_default().iter().all(holds_for),
            // What is not there equals nothing.
            (_, None) => self.if_exists || (self.is_negated && self.quantifier == Quantifier::One),
            (Quantifier::ForAny, Some(actual)) => actual.iter().any(holds_for),
            (Quantifier::One, Some([actual])) => holds_for(actual),
            (Quantifier::One, Some(_)) => false,
        }
    }
}

fn operator(name: &str) -> Option<(bool, Operator)> {
    use Ordering::{Equal, Greater, Less};
    let compared = |name: &str| -> Option<(bool, &'static [Ordering])> {
        Some(match name {
            "Equals" => (false, &[Equal]),
            "NotEquals" => (true, &[Equal]),
            "LessThan" => (false, &[Less]),
            "LessThanEquals" => (false, &[Less, Equal]),
            "GreaterThan" => (false, &[Greater]),
            "GreaterThanEquals" => (false, &[Greater, Equal]),
            _ => return None,
        })
    };
    if let Some(name) = name.strip_prefix("Numeric") {
        return compared(name).map(|(is_negated, orderings)| (is_negated, Operator::Numeric(orderings)));
    }
    if let Some(name) = name.strip_prefix("Date") {
        return compared(name).map(|(is_negated, orderings)| (is_negated, Operator::Date(orderings)));
    }
    Some(match name {
        "StringEquals" => (false, Operator::StringEquals),
        "StringNotEquals" => (true, Operator::StringEquals),
        "StringEqualsIgnoreCase" => (false, Operator::StringEqualsIgnoreCase),
        "StringNotEqualsIgnoreCase" => (true, Operator::StringEqualsIgnoreCase),
        "StringLike" => (false, Operator::StringLike),
        "StringNotLike" => (true, Operator::StringLike),
        "Bool" => (false, Operator::Bool),
        "IpAddress" => (false, Operator::IpAddress),
        "NotIpAddress" => (true, Operator::IpAddress),
        // As AWS says, the two behave alike.
        "ArnEquals" | "ArnLike" => (false, Operator::Arn),
        "ArnNotEquals" | "ArnNotLike" => (true, Operator::Arn),
        "Null" => (false, Operator::Null),
        _ => return None,
    })
}

impl Operator {
    fn is(self, actual: &str, wanted: &str, circumstances: &Circumstances) -> bool {
        if self == Operator::Arn {
            return arn_like(wanted, actual, circumstances);
        }
        let Some(pattern) = Pattern::new(wanted, circumstances) else {
            return false;
        };
        if self == Operator::StringLike {
            return pattern.matches(actual);
        }
        let wanted = pattern.into_text();
        match self {
            Operator::StringEquals => actual == wanted,
            Operator::StringEqualsIgnoreCase => actual.to_lowercase() == wanted.to_lowercase(),
            Operator::Bool => actual.eq_ignore_ascii_case(&wanted),
            Operator::Numeric(orderings) => {
                let ordering = number(actual).zip(number(&wanted)).and_then(|(a, b)| a.partial_cmp(&b));
                ordering.is_some_and(|ordering| orderings.contains(&ordering))
            }
            Operator::Date(orderings) => {
                time(actual).zip(time(&wanted)).is_some_and(|(a, b)| orderings.contains(&a.cmp(&b)))
            }
            Operator::IpAddress => is_in_network(actual, &wanted),
            Operator::StringLike | Operator::Arn | Operator::Null => {
                unreachable!("they were answered before")
            }
        }
    }
}

fn number(text: &str) -> Option<f64> {
    text.trim().parse().ok()
}

/// ISO 8601, or seconds since 1970.
fn time(text: &str) -> Option<jiff::Timestamp> {
    match text.parse::<i64>() {
        Ok(seconds) => jiff::Timestamp::from_second(seconds).ok(),
        Err(_) => text.parse().ok(),
    }
}

/// `203.0.113.0/24`, `2001:db8::/32` or one address.
fn is_in_network(address: &str, network: &str) -> bool {
    let (base, length) = network.split_once('/').unwrap_or((network, ""));
    let bits = |text: &str| match text.parse().ok()? {
        IpAddr::V4(address) => Some((u128::from(u32::from(address)) << 96, 32)),
        IpAddr::V6(address) => Some((u128::from(address), 128)),
    };
    let (Some((address, size)), Some((base, base_size))) = (bits(address), bits(base)) else {
        return false;
    };
    let length = if length.is_empty() { Some(size) } else { length.parse().ok().filter(|it| *it <= size) };
    let mask = |length: u32| if length == 0 { 0 } else { u128::MAX << (128 - length) };
    size == base_size && length.is_some_and(|length| address & mask(length) == base & mask(length))
}
