//! An event that is too large, made to fit: policy documents alone may have 256 KB.

use serde_json::{Map, Value};

use crate::map::EVENT_BYTES_MAX;

/// The longest texts, in bytes, and lists that are kept, one step after the other.
const STEPS: [(usize, usize); 3] = [(4_096, 100), (1_024, 50), (256, 10)];

/// `json`, an event, in at most [`EVENT_BYTES_MAX`] bytes. What is cut says so, and so does
/// `metadata.is_truncated`.
pub(super) fn to_fit(json: Vec<u8>) -> serde_json::Result<Vec<u8>> {
    if json.len() <= EVENT_BYTES_MAX {
        return Ok(json);
    }
    let mut event: Value = serde_json::from_slice(&json)?;
    if let Some(metadata) = event.get_mut("metadata").and_then(Value::as_object_mut) {
        metadata.insert("is_truncated".to_owned(), true.into());
        metadata.insert("untruncated_size".to_owned(), json.len().into());
    }
    for (text_len, list_len) in STEPS {
        cut(&mut event, text_len, list_len);
        let shorter = serde_json::to_vec(&event)?;
        if shorter.len() <= EVENT_BYTES_MAX {
            return Ok(shorter);
        }
    }
    drop_what_is_free(&mut event);
    serde_json::to_vec(&event)
}

fn cut(value: &mut Value, text_len: usize, list_len: usize) {
    match value {
        Value::String(text) if text.len() > text_len => {
            let end = text.floor_char_boundary(text_len);
            let more = text.len() - end;
            text.truncate(end);
            text.push_str(&format!("... ({more} more bytes)"));
        }
        Value::Array(items) => {
            items.truncate(list_len);
            items.iter_mut().for_each(|it| cut(it, text_len, list_len));
        }
        Value::Object(fields) => fields
            .values_mut()
            .for_each(|it| cut(it, text_len, list_len)),
        _ => {}
    }
}

/// Drops what has no bound of its own: all that has no shape.
fn drop_what_is_free(event: &mut Value) {
    let Some(event) = event.as_object_mut() else {
        return;
    };
    event.remove("unmapped");
    let api = event.get_mut("api").and_then(Value::as_object_mut);
    for part in api.into_iter().flat_map(Map::values_mut) {
        if let Some(part) = part.as_object_mut() {
            part.remove("data");
        }
    }
}
