//! Which events a subscription wants: by its arguments, or by the enhanced filter that its resolver set.
//! <https://docs.aws.amazon.com/appsync/latest/devguide/aws-appsync-real-time-enhanced-filtering.html>

use std::cmp::Ordering;

use serde::Deserialize;
use serde_json::{Map, Value};

#[derive(Debug, Clone)]
pub(super) enum Filter {
    /// Each argument equals the event's field of the same name; an explicit null wants the field to be null.
    Arguments(Map<String, Value>),
    Enhanced(FilterGroups),
}

/// One of the groups must match.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct FilterGroups {
    filter_group: Vec<Group>,
}

/// All of the conditions must hold.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Group {
    filters: Vec<Condition>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Condition {
    /// Dots lead into nested objects.
    field_name: String,
    operator: Operator,
    value: Value,
}

#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Operator {
    Eq,
    Ne,
    Le,
    Lt,
    Ge,
    Gt,
    Contains,
    NotContains,
    BeginsWith,
    In,
    NotIn,
    Between,
    ContainsAny,
}

impl Filter {
    /// `{"filterGroup": [{"filters": [{"fieldName", "operator", "value"}]}]}`; the error says what is wrong with it.
    pub(super) fn enhanced(filter: &Value) -> Result<Filter, String> {
        let groups = FilterGroups::deserialize(filter)
            .map_err(|error| format!("The subscription filter is invalid: {error}."))?;
        for group in &groups.filter_group {
            if group.filters.len() > 10 {
                return Err("A filter group may have 10 filters.".to_owned());
            }
            group.filters.iter().try_for_each(Condition::check)?;
        }
        Ok(Filter::Enhanced(groups))
    }

    /// The event is a mutation's result by field names; what the mutation did not select counts as null.
    pub(super) fn matches(&self, event: &Value) -> bool {
        match self {
            Filter::Arguments(arguments) => {
                arguments.iter().all(|(name, wanted)| equal(event.get(name).unwrap_or(&Value::Null), wanted))
            }
            Filter::Enhanced(groups) => groups
                .filter_group
                .iter()
                .any(|group| group.filters.iter().all(|condition| condition.holds(event))),
        }
    }
}

impl Condition {
    fn check(&self) -> Result<(), String> {
        let Condition { field_name, operator, value } = self;
        if field_name.split('.').count() > 5 {
            return Err(format!("The filter's field {field_name} is nested more than 5 levels deep."));
        }
        let values = value.as_array().map(Vec::len);
        match (operator, values) {
            (Operator::In | Operator::NotIn, Some(1..=5))
            | (Operator::ContainsAny, Some(1..=20))
            | (Operator::Between, Some(2)) => Ok(()),
            (Operator::In | Operator::NotIn, _) => {
                Err(format!("The filter on {field_name} needs a list of 1 to 5 values."))
            }
            (Operator::ContainsAny, _) => {
                Err(format!("The filter on {field_name} needs a list of 1 to 20 values."))
            }
            (Operator::Between, _) => Err(format!("The filter on {field_name} needs a list of two values.")),
            (_, Some(_)) => Err(format!("The filter on {field_name} needs a single value.")),
            (_, None) => Ok(()),
        }
    }

    fn holds(&self, event: &Value) -> bool {
        let actual =
            self.field_name.split('.').try_fold(event, |value, name| value.get(name)).unwrap_or(&Value::Null);
        let wanted = &self.value;
        let any = |matches: &dyn Fn(&Value) -> bool| {
            wanted.as_array().is_some_and(|values| values.iter().any(matches))
        };
        match self.operator {
            Operator::Eq => equal(actual, wanted),
            Operator::Ne => !equal(actual, wanted),
            Operator::Le => order(actual, wanted).is_some_and(Ordering::is_le),
            Operator::Lt => order(actual, wanted).is_some_and(Ordering::is_lt),
            Operator::Ge => order(actual, wanted).is_some_and(Ordering::is_ge),
            Operator::Gt => order(actual, wanted).is_some_and(Ordering::is_gt),
            Operator::Contains => contains(actual, wanted),
            Operator::NotContains => !contains(actual, wanted),
            Operator::BeginsWith => match (actual, wanted) {
                (Value::String(actual), Value::String(wanted)) => actual.starts_with(wanted.as_str()),
                _ => false,
            },
            Operator::In => any(&|value| equal(actual, value)),
            Operator::NotIn => !any(&|value| equal(actual, value)),
            Operator::ContainsAny => any(&|value| contains(actual, value)),
            Operator::Between => {
                order(actual, &wanted[0]).is_some_and(Ordering::is_ge)
                    && order(actual, &wanted[1]).is_some_and(Ordering::is_le)
            }
        }
    }
}

/// A part of a text, or an item of a list.
fn contains(actual: &Value, wanted: &Value) -> bool {
    match (actual, wanted) {
        (Value::String(actual), Value::String(wanted)) => actual.contains(wanted.as_str()),
        (Value::Array(items), _) => items.iter().any(|item| equal(item, wanted)),
        _ => false,
    }
}

fn equal(one: &Value, other: &Value) -> bool {
    one == other || (one.is_number() && order(one, other) == Some(Ordering::Equal))
}

fn order(one: &Value, other: &Value) -> Option<Ordering> {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => match (one.as_i64(), other.as_i64()) {
            (Some(one), Some(other)) => Some(one.cmp(&other)),
            _ => one.as_f64()?.partial_cmp(&other.as_f64()?),
        },
        (Value::String(one), Value::String(other)) => Some(one.cmp(other)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn arguments_match_fields_of_the_same_name() {
        let event = json!({"__typename": "M", "roomId": "r1", "seq": 2, "price": 1.0, "topic": null});
        for (arguments, is_wanted) in [
            (json!({}), true),
            (json!({"roomId": "r1"}), true),
            (json!({"roomId": "r2"}), false),
            (json!({"roomId": "r1", "seq": 2}), true),
            (json!({"roomId": "r1", "seq": 3}), false),
            (json!({"price": 1}), true),
            (json!({"topic": null}), true),
            (json!({"roomId": null}), false),
            (json!({"notSelected": null}), true),
            (json!({"notSelected": "x"}), false),
        ] {
            let filter = Filter::Arguments(arguments.as_object().unwrap().clone());
            assert_eq!(filter.matches(&event), is_wanted, "{arguments}");
        }
    }

    #[test]
    fn every_operator_does_what_its_name_says() {
        let event =
            json!({"seq": 5, "text": "hello", "tags": ["a", "b"], "sender": {"id": "u1"}, "gone": null});
        for (field, operator, value, is_wanted) in [
            ("seq", "eq", json!(5), true),
            ("seq", "eq", json!(5.0), true),
            ("seq", "eq", json!("5"), false),
            ("seq", "ne", json!(4), true),
            ("gone", "ne", json!(4), true),
            ("seq", "le", json!(5), true),
            ("seq", "lt", json!(5), false),
            ("seq", "ge", json!(5), true),
            ("seq", "gt", json!(4.5), true),
            ("seq", "gt", json!("4"), false),
            ("text", "contains", json!("ell"), true),
            ("tags", "contains", json!("a"), true),
            ("tags", "contains", json!("c"), false),
            ("text", "notContains", json!("x"), true),
            ("tags", "notContains", json!("a"), false),
            ("text", "beginsWith", json!("he"), true),
            ("text", "beginsWith", json!("el"), false),
            ("sender.id", "in", json!(["u1", "u2"]), true),
            ("sender.id", "notIn", json!(["u1", "u2"]), false),
            ("sender.name", "eq", json!("Ada"), false),
            ("seq", "between", json!([1, 5]), true),
            ("seq", "between", json!([6, 9]), false),
            ("text", "between", json!(["a", "i"]), true),
            ("tags", "containsAny", json!(["x", "b"]), true),
            ("tags", "containsAny", json!(["x"]), false),
        ] {
            let condition = json!({"fieldName": field, "operator": operator, "value": value});
            let filter = Filter::enhanced(&json!({"filterGroup": [{"filters": [condition]}]})).unwrap();
            assert_eq!(filter.matches(&event), is_wanted, "{condition}");
        }
    }

    #[test]
    fn groups_are_alternatives_and_the_conditions_of_one_hold_together() {
        let is = |field: &str, value: i64| json!({"fieldName": field, "operator": "eq", "value": value});
        let filter =
            json!({"filterGroup": [{"filters": [is("a", 1), is("b", 1)]}, {"filters": [is("c", 1)]}]});
        let filter = Filter::enhanced(&filter).unwrap();
        assert!(filter.matches(&json!({"a": 1, "b": 1})));
        assert!(filter.matches(&json!({"c": 1})));
        assert!(!filter.matches(&json!({"a": 1, "b": 2})));
        assert!(!Filter::enhanced(&json!({"filterGroup": []})).unwrap().matches(&json!({})));
    }

    #[test]
    fn a_filter_out_of_shape_or_limits_is_refused() {
        let of = |operator: &str, value: Value| json!({"filterGroup": [{"filters": [{"fieldName": "a", "operator": operator, "value": value}]}]});
        for filter in [
            json!(null),
            json!({"filterGroup": {}}),
            json!({"filterGroup": [{"filters": [{"fieldName": "a", "value": 1}]}]}),
            of("like", json!(1)),
            of("in", json!("a")),
            of("in", json!([1, 2, 3, 4, 5, 6])),
            of("in", json!([])),
            of("between", json!([1])),
            of("eq", json!([1])),
            of("containsAny", json!((0..21).collect::<Vec<_>>())),
            json!({"filterGroup": [{"filters": [{"fieldName": "a.b.c.d.e.f", "operator": "eq", "value": 1}]}]}),
            json!({"filterGroup": [{"filters": vec![json!({"fieldName": "a", "operator": "eq", "value": 1}); 11]}]}),
        ] {
            assert!(Filter::enhanced(&filter).is_err(), "{filter}");
        }
    }
}
