//! Answers whose body says which events of a batch were refused.

use serde_json::{Map, Value};

use super::message::{message_in, message_of};
use crate::deliver::{Outgoing, Refusal, Verdict};

/// Where the bodies of answers say what was wrong with an event.
const REASONS: [&str; 6] = ["code", "type", "message", "reason", "text", "errorMessage"];
/// Keys of a body that are empty, zero or false where everything was taken, and what they say.
const COUNTS: [(&str, &str); 3] = [
    ("errors", "there were errors"),
    ("rejected", "events were rejected"),
    ("failed", "events failed"),
];

/// The verdict of a success whose `body` says that not all of `batch` was taken; `None` if it
/// says nothing of the kind.
pub(super) fn verdict(body: &Value, batch: &[Outgoing<'_>]) -> Option<Verdict> {
    let object = body.as_object()?;
    let why = format!("it took the batch, and says that {}", summary(object)?);
    let named = first_invalid(body, batch, &why)
        .or_else(|| by_position(object, batch))
        .or_else(|| by_name(object, batch));
    // A count without names: the events are found by a search.
    Some(named.unwrap_or(Verdict::Rejected { why }))
}

/// Splunk's collector takes the events of a batch in order, up to the first invalid one.
pub(super) fn first_invalid(body: &Value, batch: &[Outgoing<'_>], why: &str) -> Option<Verdict> {
    let first = usize::try_from(count(body.get("invalid-event-number")?)?).ok()?;
    let refused = (first..batch.len()).map(|index| match index == first {
        true => Refusal {
            index,
            why: why.to_owned(),
            is_retryable: false,
        },
        false => Refusal {
            index,
            why: format!("not read, after an invalid event: {why}"),
            is_retryable: true,
        },
    });
    partial(refused.collect())
}

/// What is refused, in a few words; `None` if nothing is.
fn summary(body: &Map<String, Value>) -> Option<String> {
    if body.contains_key("invalid-event-number") {
        return Some(format!("an event is invalid{}", reason(body)));
    }
    let partial = body.get("partialSuccess").or(body.get("partial_success"));
    if let Some(partial) = partial.and_then(Value::as_object) {
        let rejected = partial
            .iter()
            .filter(|(key, _)| key.starts_with("rejected"));
        let rejected: u64 = rejected.filter_map(|(_, value)| count(value)).sum();
        let is_any = rejected > 0;
        return is_any.then(|| format!("it rejected {rejected}{}", reason(partial)));
    }
    let said = COUNTS.into_iter().find_map(|(key, words)| {
        let value = body.get(key).filter(|value| is_anything(value))?;
        Some((words, value))
    });
    let (words, value) = said?;
    let reason = match value {
        Value::Array(list) => list.first().map(one_reason).unwrap_or_default(),
        Value::String(_) => colon(&message_of(value)),
        _ => reason(body),
    };
    Some(format!("{words}{reason}"))
}

/// Elasticsearch's way: an item a document, in the order of the batch, with a status each.
fn by_position(body: &Map<String, Value>, batch: &[Outgoing<'_>]) -> Option<Verdict> {
    let items = body.get("items")?.as_array()?;
    if items.len() != batch.len() {
        return None;
    }
    let refused = items.iter().enumerate().filter_map(|(index, item)| {
        let outcome = outcome(item);
        let status = outcome.get("status").and_then(Value::as_u64);
        let error = outcome.get("error").filter(|error| is_anything(error));
        let is_refused = error.is_some() || status.is_some_and(|status| status >= 300);
        is_refused.then(|| refusal(index, status, error))
    });
    partial(refused.collect())
}

/// What an item says, which stands under the name of what was asked for: `{"index": {...}}`.
fn outcome(item: &Value) -> &Value {
    let inner = match item.as_object() {
        Some(object) if object.len() == 1 => object.values().find(|it| it.is_object()),
        _ => None,
    };
    inner.unwrap_or(item)
}

/// A list of what was refused, each with its index in the batch or its id.
fn by_name(body: &Map<String, Value>, batch: &[Outgoing<'_>]) -> Option<Verdict> {
    let mut lists = COUNTS
        .into_iter()
        .filter_map(|(key, _)| body.get(key)?.as_array());
    let list = lists.find(|list| !list.is_empty())?;
    let mut refused: Vec<Refusal> = Vec::with_capacity(list.len());
    for entry in list {
        let index = index(entry, batch)?;
        let status = entry.get("status").and_then(Value::as_u64);
        refused.push(refusal(index, status, Some(entry)));
    }
    refused.sort_by_key(|refusal| refusal.index);
    refused.dedup_by_key(|refusal| refusal.index);
    partial(refused)
}

/// Which event of `batch` an entry is about. A bare number is none: nobody says where it counts
/// from.
fn index(entry: &Value, batch: &[Outgoing<'_>]) -> Option<usize> {
    let by_id = |id: &Value| {
        let id = id.as_str()?;
        batch.iter().position(|event| event.id.to_string() == id)
    };
    let by_index = || usize::try_from(entry.get("index")?.as_u64()?).ok();
    let found = by_index().or_else(|| by_id(entry.get("id").unwrap_or(entry)));
    found.filter(|&index| index < batch.len())
}

fn refusal(index: usize, status: Option<u64>, error: Option<&Value>) -> Refusal {
    let status_text = status.map_or_else(String::new, |status| format!(" with status {status}"));
    let reason = error.map(one_reason).unwrap_or_default();
    Refusal {
        index,
        why: format!("the sink refused the event{status_text}{reason}"),
        // A permission, a limit or a failure of the receiver is not the event's fault.
        is_retryable: status
            .is_some_and(|status| matches!(status, 401 | 403 | 408 | 429) || status >= 500),
    }
}

fn partial(refused: Vec<Refusal>) -> Option<Verdict> {
    (!refused.is_empty()).then_some(Verdict::Partial { refused })
}

fn one_reason(error: &Value) -> String {
    let inner = error.get("error").filter(|inner| is_anything(inner));
    colon(&message_in(inner.unwrap_or(error), &REASONS))
}

fn reason(body: &Map<String, Value>) -> String {
    let parts = REASONS.iter().filter_map(|key| body.get(*key));
    let parts: Vec<String> = parts.map(message_of).filter(|it| !it.is_empty()).collect();
    colon(&parts.join(": "))
}

fn colon(reason: &str) -> String {
    match reason {
        "" => String::new(),
        reason => format!(": {reason}"),
    }
}

/// A count; large ones are texts in the JSON of protocol buffers.
fn count(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.parse().ok())
}

/// Whether `value` is more than nothing, zero, false or empty.
fn is_anything(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(is_so) => *is_so,
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::String(text) => !text.is_empty() && text != "0",
        Value::Array(list) => !list.is_empty(),
        Value::Object(object) => !object.is_empty(),
    }
}
