//! What an event has at a path of the table.

use serde_json::Value;

/// The values of `event` at `path`: one, or of each item of a list. `None` if it has none.
pub fn values<'a>(event: &'a Value, path: &str) -> Option<Vec<&'a Value>> {
    let mut found = vec![event];
    for part in path.split('.') {
        let (key, is_list) = match part.strip_suffix("[]") {
            Some(key) => (key, true),
            None => (part, false),
        };
        let below = found.into_iter().filter_map(|value| value.get(key));
        found = match is_list {
            true => below.filter_map(Value::as_array).flatten().collect(),
            false => below.collect(),
        };
    }
    (!found.is_empty()).then_some(found)
}
