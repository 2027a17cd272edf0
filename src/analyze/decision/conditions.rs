//! Whether a condition holds for a request.
//!
//! Source: IAM User Guide, "Condition operators" and "Multivalued context keys".

use std::borrow::Cow;

use super::compare;
use super::context::Value;
use super::request::Request;
use super::truth::Truth;
use crate::analyze::document::{
    Comparison, Condition, Operator, Pattern, Quantifier, Resolved, Text, Variable,
};

/// Whether `condition` holds for `request`.
pub(super) fn holds(condition: &Condition, request: &Request<'_>) -> Truth {
    let value = request.value(&condition.key);
    if condition.operator.comparison == Comparison::Null {
        return null(condition, &value);
    }
    match value {
        Value::Unknown => Truth::on_condition(&condition.written),
        Value::Absent => Truth::from(holds_if_absent(condition.operator)),
        Value::NotBefore(from) => {
            let matched = condition.values.iter().map(|text| {
                let comparison = condition.operator.comparison;
                match compare::matches_from(comparison, from, &text.written) {
                    Some(matched) => Truth::from(matched),
                    None => Truth::on_condition(&condition.written),
                }
            });
            negated(condition.operator, matched.fold(Truth::False, Truth::or))
        }
        Value::Known(values) => known(condition, &values, request),
    }
}

/// What `key` stands for as a variable.
pub(super) fn variable(request: &Request<'_>, key: &str) -> Variable {
    match request.value(key) {
        Value::Absent => Variable::Absent,
        Value::Unknown | Value::NotBefore(_) => Variable::Unknown,
        Value::Known(values) => match values.as_slice() {
            [single] => Variable::Value(single.clone().into_owned()),
            // A key of many values is no variable.
            _ => Variable::Absent,
        },
    }
}

fn null(condition: &Condition, value: &Value<'_>) -> Truth {
    let is_absent = match value {
        Value::Unknown => return Truth::on_condition(&condition.written),
        Value::Absent => true,
        Value::Known(values) => values.is_empty(),
        Value::NotBefore(_) => false,
    };
    let is_expected = |text: &Text| text.written.eq_ignore_ascii_case(&is_absent.to_string());
    Truth::from(condition.values.iter().any(is_expected))
}

fn holds_if_absent(operator: Operator) -> bool {
    match operator.quantifier {
        _ if operator.if_exists => true,
        Some(Quantifier::All) => true,
        Some(Quantifier::Any) => false,
        None => operator.is_negated,
    }
}

fn negated(operator: Operator, matched: Truth) -> Truth {
    if operator.is_negated {
        !matched
    } else {
        matched
    }
}

fn known(condition: &Condition, values: &[Cow<'_, str>], request: &Request<'_>) -> Truth {
    let operator = condition.operator;
    let mut patterns = Vec::with_capacity(condition.values.len());
    let mut open = Truth::False;
    for text in &condition.values {
        if let Some(pattern) = text.fixed() {
            patterns.push((Cow::Borrowed(pattern), text.written.as_str()));
            continue;
        }
        match text.resolve(|key| variable(request, key)) {
            Resolved::Pattern(pattern) => {
                patterns.push((Cow::Owned(pattern), text.written.as_str()));
            }
            Resolved::Unresolvable => return Truth::False,
            Resolved::Unknown(_) => open = Truth::on_condition(&condition.written),
        }
    }
    let matches_one = |value: &Cow<'_, str>| {
        let is_match = |(pattern, written): &(Cow<'_, Pattern>, &str)| {
            compare::matches(operator.comparison, value, pattern, written)
        };
        Truth::from(patterns.iter().any(is_match)).or(open.clone())
    };
    let mut values = values.iter();
    match operator.quantifier {
        Some(Quantifier::All) => {
            let each = values.map(|value| negated(operator, matches_one(value)));
            each.fold(Truth::True, Truth::and)
        }
        Some(Quantifier::Any) => {
            let each = values.map(|value| negated(operator, matches_one(value)));
            each.fold(Truth::False, Truth::or)
        }
        None if values.len() == 0 => Truth::from(holds_if_absent(operator)),
        None => {
            let matched = values
                .by_ref()
                .map(matches_one)
                .fold(Truth::False, Truth::or);
            negated(operator, matched)
        }
    }
}
