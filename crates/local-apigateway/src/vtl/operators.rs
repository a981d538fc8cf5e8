//! Arithmetic and comparison. What cannot be calculated is null, as in Velocity.

use std::cmp::Ordering;

use super::TemplateError;
use super::ast::Operator;
use super::value::Value;

pub(super) fn apply(operator: Operator, left: &Value, right: &Value) -> Result<Value, TemplateError> {
    let compared = |test: fn(Ordering) -> bool| Value::Bool(order(left, right).is_some_and(test));
    Ok(match operator {
        Operator::Equal => Value::Bool(is_equal(left, right)?),
        Operator::NotEqual => Value::Bool(!is_equal(left, right)?),
        Operator::Less => compared(Ordering::is_lt),
        Operator::LessOrEqual => compared(Ordering::is_le),
        Operator::Greater => compared(Ordering::is_gt),
        Operator::GreaterOrEqual => compared(Ordering::is_ge),
        Operator::And => Value::Bool(left.is_true() && right.is_true()),
        Operator::Or => Value::Bool(left.is_true() || right.is_true()),
        Operator::Add if matches!(left, Value::Text(_)) || matches!(right, Value::Text(_)) => {
            Value::text(left.to_text()? + &right.to_text()?)
        }
        _ => calculated(operator, left, right),
    })
}

/// `[first..last]`, which may count down.
pub(super) fn range(first: &Value, last: &Value, most: usize) -> Result<Value, TemplateError> {
    let (Value::Int(first), Value::Int(last)) = (first, last) else { return Ok(Value::Null) };
    if usize::try_from(first.abs_diff(*last)).is_ok_and(|distance| distance < most) {
        let numbers: Vec<i64> =
            if first <= last { (*first..=*last).collect() } else { (*last..=*first).rev().collect() };
        return Ok(Value::list(numbers.into_iter().map(Value::Int).collect()));
    }
    Err(TemplateError(format!("a range has more than {most} numbers")))
}

pub(super) fn is_equal(left: &Value, right: &Value) -> Result<bool, TemplateError> {
    Ok(match (left, right) {
        (Value::Null, Value::Null) => true,
        (Value::Null, _) | (_, Value::Null) => false,
        (Value::Int(_) | Value::Float(_), Value::Int(_) | Value::Float(_)) => {
            order(left, right) == Some(Ordering::Equal)
        }
        // Different classes are compared as texts.
        _ => left.to_text()? == right.to_text()?,
    })
}

fn order(left: &Value, right: &Value) -> Option<Ordering> {
    match (left, right) {
        (Value::Int(left), Value::Int(right)) => Some(left.cmp(right)),
        (Value::Text(left), Value::Text(right)) => Some(left.cmp(right)),
        _ => number(left)?.partial_cmp(&number(right)?),
    }
}

fn number(value: &Value) -> Option<f64> {
    match value {
        #[expect(clippy::cast_precision_loss, reason = "as Java compares a long with a double")]
        Value::Int(integer) => Some(*integer as f64),
        Value::Float(number) => Some(*number),
        _ => None,
    }
}

fn calculated(operator: Operator, left: &Value, right: &Value) -> Value {
    if let (Value::Int(left), Value::Int(right)) = (left, right) {
        let result = match operator {
            Operator::Add => left.checked_add(*right),
            Operator::Subtract => left.checked_sub(*right),
            Operator::Multiply => left.checked_mul(*right),
            Operator::Divide => left.checked_div(*right),
            _ => left.checked_rem(*right),
        };
        return result.map_or(Value::Null, Value::Int);
    }
    let (Some(left), Some(right)) = (number(left), number(right)) else { return Value::Null };
    let result = match operator {
        Operator::Add => left + right,
        Operator::Subtract => left - right,
        Operator::Multiply => left * right,
        Operator::Divide => left / right,
        _ => left % right,
    };
    if result.is_finite() { Value::Float(result) } else { Value::Null }
}
