//! One statement against one request.

use super::conditions;
use super::request::Request;
use super::truth::Truth;
use crate::analyze::document::{Pattern, Resolved, ResourceElement, Statement, Text, Variable};

/// Whether `statement` applies to `request`, its Principal element aside.
pub fn applies(statement: &Statement, request: &Request<'_>) -> Truth {
    if !statement.action.matches(request.action) {
        return Truth::False;
    }
    let mut truth = match &statement.resource {
        Some(resource) => covers(resource, request),
        None => Truth::True,
    };
    for condition in &statement.conditions {
        if truth.is_false() {
            return truth;
        }
        truth = truth.and(conditions::holds(condition, request));
    }
    truth
}

/// Whether the Resource element covers the request's resource.
fn covers(element: &ResourceElement, request: &Request<'_>) -> Truth {
    let mut listed = Truth::False;
    for text in &element.texts {
        let matched = match text.fixed() {
            Some(pattern) => Truth::from(pattern.matches(request.resource)),
            None => match text.resolve(|key| conditions::variable(request, key)) {
                Resolved::Pattern(pattern) => Truth::from(pattern.matches(request.resource)),
                Resolved::Unresolvable if element.is_negated => return Truth::False,
                Resolved::Unresolvable => Truth::False,
                Resolved::Unknown(key) => {
                    Truth::on_condition(&format!("{} with ${{{key}}}", text.written))
                }
            },
        };
        listed = listed.or(matched);
    }
    if element.is_negated { !listed } else { listed }
}

/// The pattern that `text` is for `request`, if its variables have known values.
pub fn resolve_text(text: &Text, request: &Request<'_>) -> Option<Pattern> {
    match text.resolve(|key| conditions::variable(request, key)) {
        Resolved::Pattern(pattern) => Some(pattern),
        Resolved::Unresolvable | Resolved::Unknown(_) => None,
    }
}

/// The same where nothing but who asks decides it, whatever is asked.
pub fn resolve_own(text: &Text, request: &Request<'_>) -> Option<Pattern> {
    let is_own = |key: &str| {
        matches!(key, "aws:username" | "aws:userid") || key.starts_with("aws:principaltag/")
    };
    let resolved = text.resolve(|key| match is_own(key) {
        true => conditions::variable(request, key),
        false => Variable::Unknown,
    });
    match resolved {
        Resolved::Pattern(pattern) => Some(pattern),
        Resolved::Unresolvable | Resolved::Unknown(_) => None,
    }
}

/// A value of the variable `key` with which `text` matches `named`, for `request`.
pub fn value_for(text: &Text, key: &str, named: &str, request: &Request<'_>) -> Option<String> {
    text.value_for(key, named, |key| conditions::variable(request, key))
}
