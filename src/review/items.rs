//! Which items of two lists are the same one.

use std::collections::{BTreeSet, HashMap, VecDeque};

use serde_json::Value;

/// What tells items of a list apart, the first that fits: policies have an `arn`, tags a `key`, MFA
/// devices a `serial_number`, unknown facts a `fact`, changes a `field`, paths an `id`, groups a
/// `name`, access keys a `uid`, and what makes an administrator a `group`.
pub(super) const KEYS: [&str; 9] = [
    "arn",
    "key",
    "serial_number",
    "fact",
    "field",
    "id",
    "name",
    "uid",
    "group",
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

/// The field that tells items apart in both lists, as a text of its own: the first that each item
/// has, else the first that some of both lists have.
fn key_of(before: &[Value], after: &[Value]) -> Option<&'static str> {
    let is_key = |how: fn(usize, usize) -> bool, key: &str| {
        let lists = [before, after];
        lists
            .into_iter()
            .all(|list| keyed(list, key).is_some_and(|of_it| how(of_it, list.len())))
    };
    let all = KEYS
        .into_iter()
        .find(|key| is_key(|of_it, all| of_it == all, key));
    let some = || {
        KEYS.into_iter()
            .find(|key| is_key(|of_it, _| of_it > 0, key))
    };
    all.or_else(some)
}

/// How many items have a `key`, unless two have the same.
fn keyed(items: &[Value], key: &str) -> Option<usize> {
    let texts = items.iter().filter_map(|item| item.get(key)?.as_str());
    let (count, own) = texts.fold((0, BTreeSet::new()), |(count, mut own), text| {
        own.insert(text);
        (count + 1, own)
    });
    (own.len() == count).then_some(count)
}

/// Matches the items of two lists: by their key where they have one, else those that are equal.
pub(super) fn matched<'a>(before: &'a [Value], after: &'a [Value]) -> Matched<'a> {
    let key = key_of(before, after);
    let name = |item: &'a Value| {
        key.and_then(|key| item.get(key))
            .filter(|it| it.is_string())
    };
    let mut matched = by(before, after, name);
    // One without a name that is left on each side is one that changed.
    if let ([old], [new]) = (matched.removed.as_slice(), matched.added.as_slice())
        && [old, new]
            .iter()
            .all(|it| it.is_object() && name(it).is_none())
    {
        matched.pairs.push((String::new(), old, new));
        matched.removed.clear();
        matched.added.clear();
    }
    matched
}

/// Matches items of the same `name`, and those without one that are equal, in order.
fn by<'a>(
    before: &'a [Value],
    after: &'a [Value],
    name: impl Fn(&'a Value) -> Option<&'a Value>,
) -> Matched<'a> {
    let of = |item: &'a Value| name(item).unwrap_or(item);
    let mut places: HashMap<&Value, VecDeque<usize>> = HashMap::new();
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
        let name = name(old).and_then(Value::as_str).unwrap_or_default();
        matched.pairs.push((name.to_owned(), old, new));
    }
    matched.added = left.into_iter().flatten().collect();
    matched
}
