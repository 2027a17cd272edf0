//! Which items of two lists are the same one.

use std::collections::{BTreeSet, HashMap, VecDeque};

use serde_json::Value;

/// What tells items of a list apart, the first that fits: policies have an `arn`, tags a `key`, MFA
/// devices a `serial_number`, unknown facts a `fact`, changes a `field`, paths an `id`, groups a
/// `name`, access keys a `uid`.
pub(super) const KEYS: [&str; 8] = [
    "arn",
    "key",
    "serial_number",
    "fact",
    "field",
    "id",
    "name",
    "uid",
];

/// Items of two lists, side by side.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Matched<'a> {
    /// Items of both lists, with what they are called.
    pub(super) pairs: Vec<(String, &'a Value, &'a Value)>,
    /// What only the earlier list has.
    pub(super) removed: Vec<&'a Value>,
    /// What only the later list has.
    pub(super) added: Vec<&'a Value>,
    /// Whether the items of both are in another order.
    pub(super) is_moved: bool,
}

/// The field that tells items apart in both lists: each item has it, as a text of its own.
pub(super) fn key_of(before: &[Value], after: &[Value]) -> Option<&'static str> {
    KEYS.into_iter()
        .find(|key| is_key(before, key) && is_key(after, key))
}

fn is_key(items: &[Value], key: &str) -> bool {
    let mut seen = BTreeSet::new();
    items.iter().all(|item| {
        let text = item.get(key).and_then(Value::as_str);
        text.is_some_and(|text| seen.insert(text))
    })
}

/// Matches the items of two lists: by their key where they have one, else those that are equal.
pub(super) fn matched<'a>(before: &'a [Value], after: &'a [Value]) -> Matched<'a> {
    match key_of(before, after) {
        Some(key) => by(before, after, |item| item.get(key), Some(key)),
        None => {
            let mut matched = by(before, after, Some, None);
            // One that is left on each side is one that changed.
            if let ([old], [new]) = (matched.removed.as_slice(), matched.added.as_slice())
                && old.is_object()
                && new.is_object()
            {
                matched.pairs.push((String::new(), old, new));
                matched.removed.clear();
                matched.added.clear();
            }
            matched
        }
    }
}

/// Matches items of which `of` gives the same, in order.
fn by<'a>(
    before: &'a [Value],
    after: &'a [Value],
    of: impl Fn(&'a Value) -> Option<&'a Value>,
    key: Option<&str>,
) -> Matched<'a> {
    let mut places: HashMap<Option<&Value>, VecDeque<usize>> = HashMap::new();
    for (place, new) in after.iter().enumerate() {
        places.entry(of(new)).or_default().push_back(place);
    }
    let mut matched = Matched::default();
    let mut left: Vec<Option<&Value>> = after.iter().map(Some).collect();
    let mut reached = 0;
    for old in before {
        let place = places.get_mut(&of(old)).and_then(VecDeque::pop_front);
        let taken = place.and_then(|place| Some((place, left.get_mut(place)?.take()?)));
        let Some((place, new)) = taken else {
            matched.removed.push(old);
            continue;
        };
        matched.is_moved |= place < reached;
        reached = reached.max(place);
        let name = key.and_then(|key| old.get(key)).and_then(Value::as_str);
        let name = name.unwrap_or_default().to_owned();
        matched.pairs.push((name, old, new));
    }
    matched.added = left.into_iter().flatten().collect();
    matched
}
