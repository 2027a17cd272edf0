//! What a server says went wrong, on one line and bounded.

use serde_json::Value;

use crate::foreign::Shown;

/// How many characters of a server's own words are shown.
const MESSAGE_LEN_MAX: usize = 300;

/// What a server says went wrong: a text, or the `code`, `message` and `text` (Splunk's word for
/// it) of an object. On one line and not too long, whatever it sends.
pub(in crate::deliver) fn message_of(error: &Value) -> String {
    message_in(error, &["code", "message", "text"])
}

/// What the body of a refusal says, wherever it says it: at its top, or one level below, under
/// the names that are common for it, and of several complaints the first.
pub(super) fn complaint(body: &Value) -> String {
    const INNER: [&str; 6] = ["type", "code", "message", "reason", "text", "detail"];
    let text_of = |value: &Value| match value {
        Value::Object(_) => message_in(value, &INNER),
        value => message_of(value),
    };
    let first = |value: &Value| match value {
        Value::Array(list) => list.first().map(text_of).unwrap_or_default(),
        value => text_of(value),
    };
    let Value::Object(object) = body else {
        return first(body);
    };
    let mut said = vec![message_of(body)];
    for key in ["error", "error_description", "errors", "detail", "reason"] {
        let text = object.get(key).map(first).unwrap_or_default();
        if !said.iter().any(|it| it.contains(&text)) {
            said.push(text);
        }
    }
    said.retain(|it| !it.is_empty());
    Shown::within(said.join(": "), MESSAGE_LEN_MAX).into()
}

/// The same, with what stands under other `keys` of an object.
pub(super) fn message_in(error: &Value, keys: &[&str]) -> String {
    let parts = match error {
        Value::Object(error) => keys.iter().map(|key| error.get(*key)).collect(),
        error => vec![Some(error)],
    };
    let parts = parts.into_iter().flatten().filter_map(|part| match part {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    });
    let message = parts.collect::<Vec<_>>().join(": ");
    Shown::within(message, MESSAGE_LEN_MAX).into()
}
