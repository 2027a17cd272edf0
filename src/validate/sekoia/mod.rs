//! The `sekoia` dialect, as `schemas/user-inventory.sekoia.schema.json` describes it.

mod forms;
mod shape;
mod user_type;

use super::format::Format;
use super::json::{Json, Object};
use super::near;
use super::path::Path;
use super::problem::{Code, Problems};
use super::scalar::shown;
use shape::{EVENT, Field, Rule, names};

/// CreateDate in seconds, from 2000 to 2100: milliseconds are far outside.
const TIME_S: std::ops::RangeInclusive<i64> = 946_684_800..=4_102_444_800;

/// Checks `event`, of the dialect.
pub(super) fn check(event: &Json<'_>, problems: &mut Problems) {
    let Json::Object(event) = event else {
        return wrong_type(problems, Path::Event, event, "an event, which is an object");
    };
    fields(problems, event, EVENT, Path::Event);
    if let Some(Json::Object(user)) = event.get("user") {
        user_type::check(problems, user, Path::Event.field("user"));
    }
}

fn fields(problems: &mut Problems, object: &Object<'_>, allowed: &[Field], path: Path<'_>) {
    for (name, found) in object.iter() {
        let path = path.field(name);
        match allowed.iter().find(|field| *field.name == **name) {
            Some(field) => value(problems, found, field.rule, path),
            None => {
                let meant = near::meant(name, &names(allowed));
                let message = format!("not in this object{meant}");
                problems.add(path, Code::AttributeUnknown, message);
            }
        }
    }
    let is_missing = |field: &&Field| field.is_required && object.get(field.name).is_none();
    for field in allowed.iter().filter(is_missing) {
        let message = format!("required: {}", field.rule.says());
        problems.add(path.field(field.name), Code::RequiredMissing, message);
    }
}

fn value(problems: &mut Problems, value: &Json<'_>, rule: Rule, path: Path<'_>) {
    match (rule, value) {
        (rule, Json::Null) => {
            let message = format!(
                "is null; allowed is {}; leave out what is unknown",
                rule.says()
            );
            problems.add(path, Code::Null, message);
        }
        (Rule::Number(allowed), Json::Integer(found)) => {
            if !allowed.contains(found) {
                not_allowed(problems, path, value, &rule.says());
            }
        }
        (Rule::Word(allowed), Json::String(found)) => {
            if !allowed.contains(&&**found) {
                not_allowed(problems, path, value, &rule.says());
            }
        }
        (Rule::Seconds, Json::Integer(found)) => {
            if !TIME_S.contains(found) {
                let message = format!("{found} is no time in seconds from 2000 to 2100");
                problems.add(path, Code::TimestampImplausible, message);
            }
        }
        (Rule::Seconds, Json::Huge(_)) => {
            let message = format!("{} does not fit into 64 bits", shown(value));
            problems.add(path, Code::OutOfRange, message);
        }
        (Rule::Email, Json::String(found)) if Format::Email.matches(found) => {}
        (Rule::Email, Json::String(_)) => bad_format(problems, path, value, Format::Email.says()),
        (Rule::Form(matches, what), Json::String(found)) => {
            if found.has_lone_surrogate {
                let message = "holds half a surrogate pair, which is no character";
                problems.add(path, Code::LoneSurrogate, message);
            } else if !matches(found) {
                bad_format(problems, path, value, what);
            }
        }
        (Rule::Boolean, Json::Bool(_)) => {}
        (Rule::Object(allowed), Json::Object(object)) => fields(problems, object, allowed, path),
        (Rule::Person(allowed), Json::Object(object)) => {
            fields(problems, object, allowed, path);
            if object.iter().next().is_none() {
                problems.add(path, Code::ConstraintFailed, "is empty; leave it out");
            }
        }
        (Rule::List(of), Json::Array(values)) => list(problems, values, *of, path),
        (Rule::NoLogin, found) if shape::is_no_login(found) => {}
        (Rule::NoLogin, Json::Array(_)) => not_allowed(problems, path, value, &rule.says()),
        (rule, other) => wrong_type(problems, path, other, &rule.says()),
    }
}

fn list(problems: &mut Problems, values: &[Json<'_>], of: Rule, path: Path<'_>) {
    for (at, found) in values.iter().enumerate() {
        let path = path.element(at);
        value(problems, found, of, path);
        if matches!(of, Rule::Object(_)) && values[..at].contains(found) {
            problems.add(path, Code::ConstraintFailed, "is in the list twice");
        }
    }
}

fn not_allowed(problems: &mut Problems, path: Path<'_>, value: &Json<'_>, allowed: &str) {
    let message = format!("is {}; allowed is {allowed}", shown(value));
    problems.add(path, Code::ConstantMismatch, message);
}

fn bad_format(problems: &mut Problems, path: Path<'_>, value: &Json<'_>, what: &str) {
    let message = format!("{} is not {what}", shown(value));
    problems.add(path, Code::BadFormat, message);
}

fn wrong_type(problems: &mut Problems, path: Path<'_>, value: &Json<'_>, allowed: &str) {
    let kind = value.kind();
    let message = match value {
        Json::Array(_) | Json::Object(_) | Json::Null => format!("is {kind}; allowed is {allowed}"),
        _ => format!("is {kind} {}; allowed is {allowed}", shown(value)),
    };
    problems.add(path, Code::WrongType, message);
}
