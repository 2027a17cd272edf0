//! Fields taken out of a record: what is left of it afterwards is what nobody asked for.

use serde_json::{Map, Value};

/// What CloudTrail has in the place of a name that might be a password.
const HIDDEN: &str = "HIDDEN_DUE_TO_SECURITY_REASONS";

/// The text of `name`. An empty one is none; what is no text stays where it is.
pub(super) fn text(fields: &mut Map<String, Value>, name: &str) -> Option<String> {
    match fields.get_mut(name)? {
        Value::String(text) => {
            let text = std::mem::take(text);
            fields.remove(name);
            Some(text).filter(|text| !text.is_empty())
        }
        Value::Null => {
            fields.remove(name);
            None
        }
        _ => None,
    }
}

/// The truth of `name`, which is `true` or a text such as `"true"`, `"Yes"` or `"NO"`.
pub(super) fn truth(fields: &mut Map<String, Value>, name: &str) -> Option<bool> {
    let truth = is_true(fields.get(name)?)?;
    fields.remove(name);
    Some(truth)
}

/// The object `name`; what is no object stays where it is.
pub(super) fn object(fields: &mut Map<String, Value>, name: &str) -> Option<Map<String, Value>> {
    match fields.get_mut(name)? {
        Value::Object(object) => {
            let object = std::mem::take(object);
            fields.remove(name);
            Some(object)
        }
        Value::Null => {
            fields.remove(name);
            None
        }
        _ => None,
    }
}

/// What is left of an object goes back to where it was.
pub(super) fn put_back(
    fields: &mut Map<String, Value>,
    name: &str,
    rest: Option<Map<String, Value>>,
) {
    if let Some(rest) = rest.filter(|rest| !rest.is_empty()) {
        fields.insert(name.to_owned(), Value::Object(rest));
    }
}

/// Whether `value` says yes, in one of the ways in which CloudTrail says it.
pub(in crate::audit) fn is_true(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(truth) => Some(*truth),
        Value::String(text) => match text {
            _ if ["true", "yes"]
                .iter()
                .any(|it| text.eq_ignore_ascii_case(it)) =>
            {
                Some(true)
            }
            _ if ["false", "no"]
                .iter()
                .any(|it| text.eq_ignore_ascii_case(it)) =>
            {
                Some(false)
            }
            _ => None,
        },
        _ => None,
    }
}

/// The text that is at `path` of `value`, if it is one, is not empty and was not hidden.
pub(in crate::audit) fn at<'a>(value: Option<&'a Value>, path: &[&str]) -> Option<&'a str> {
    let found = path
        .iter()
        .try_fold(value?, |value, name| value.get(name))?;
    shown(found.as_str()?)
}

/// `text`, unless it is empty or CloudTrail's mark in the place of a name.
pub(in crate::audit) fn shown(text: &str) -> Option<&str> {
    (!text.is_empty() && !text.contains(HIDDEN)).then_some(text)
}
