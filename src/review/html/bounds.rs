//! How much a page shows of each user, so that it stays small.

use std::collections::{BTreeSet, HashSet};

use serde::Serialize;
use serde_json::{Map, Value};

/// What a page may have; one of far more than 1,000 users may be larger.
pub(super) const PAGE_BYTES_MAX: usize = 2_000_000;

/// Fields of one object, and fields of the page: an event of ours has far fewer.
pub(super) const FIELDS_MAX: usize = 400;

/// What is shown of each user. The JSON of a review has all of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(super) struct Bounds {
    /// Items of a list, and differences of a user in one field.
    pub(super) items: usize,
    /// Characters of a text.
    pub(super) chars: usize,
}

/// From what a small page has to what a large one has; the first that fits is used.
pub(super) const BOUNDS: [Bounds; 6] = [
    Bounds::new(50, 1_000),
    Bounds::new(20, 300),
    Bounds::new(12, 200),
    Bounds::new(8, 120),
    Bounds::new(5, 80),
    Bounds::new(2, 60),
];

impl Bounds {
    const fn new(items: usize, chars: usize) -> Self {
        Self { items, chars }
    }

    /// `text`, without its middle if it is too long.
    pub(super) fn text(self, text: String) -> String {
        let len = text.chars().count();
        if len <= self.chars {
            return text;
        }
        let half = self.chars / 2;
        let head: String = text.chars().take(half).collect();
        let tail: String = text.chars().skip(len - half).collect();
        format!("{head}… ({} more characters) …{tail}", len - 2 * half)
    }

    /// Two events about one user, or one, with lists of so many items. What differs between the
    /// lists is kept before what does not.
    pub(super) fn events(
        self,
        before: Option<&Value>,
        after: Option<&Value>,
    ) -> [Option<Value>; 2] {
        match (before, after) {
            (Some(Value::Object(old)), Some(Value::Object(new))) => {
                let mut sides = [Map::new(), Map::new()];
                let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
                let more = names.len().saturating_sub(FIELDS_MAX);
                let mut names: Vec<&String> = names.into_iter().collect();
                if more > 0 {
                    names.sort_by_key(|name| old.get(*name) == new.get(*name));
                }
                for name in names.into_iter().take(FIELDS_MAX) {
                    let values = self.events(old.get(name), new.get(name));
                    for (side, value) in sides.iter_mut().zip(values) {
                        side.extend(value.map(|value| (name.clone(), value)));
                    }
                }
                for side in sides.iter_mut().filter(|_| more > 0) {
                    side.extend([and_more(more)]);
                }
                sides.map(|side| Some(Value::Object(side)))
            }
            (Some(Value::Array(old)), Some(Value::Array(new))) => {
                let [olds, news] = [old, new].map(|it| it.iter().collect::<HashSet<&Value>>());
                let differ = |of: &[Value], from: &HashSet<&Value>| {
                    of.iter().filter(|item| !from.contains(item)).count()
                };
                let differ = differ(old, &news).max(differ(new, &olds));
                let same = self.items.saturating_sub(differ);
                [self.list(old, &news, same), self.list(new, &olds, same)].map(Some)
            }
            (before, after) => [before, after].map(|value| value.map(|value| self.alone(value))),
        }
    }

    /// The items of a list that are not in `other`, and at most `same_max` of those that are.
    fn list(self, list: &[Value], other: &HashSet<&Value>, same_max: usize) -> Value {
        let (mut same, mut differ) = (0, 0);
        let kept = list.iter().filter(|item| {
            let (count, max) = match other.contains(item) {
                true => (&mut same, same_max),
                false => (&mut differ, self.items),
            };
            *count += 1;
            *count <= max
        });
        let mut kept: Vec<Value> = kept.map(|item| self.alone(item)).collect();
        if kept.len() < list.len() {
            kept.push(format!("… and {} more", list.len() - kept.len()).into());
        }
        Value::Array(kept)
    }

    fn alone(self, value: &Value) -> Value {
        match value {
            Value::Object(fields) => {
                let more = fields.len().saturating_sub(FIELDS_MAX);
                let shown = fields.iter().take(FIELDS_MAX);
                let shown = shown.map(|(name, value)| (name.clone(), self.alone(value)));
                Value::Object(shown.chain((more > 0).then(|| and_more(more))).collect())
            }
            Value::Array(list) => self.list(list, &HashSet::new(), 0),
            value => value.clone(),
        }
    }
}

/// In place of fields that are not shown.
fn and_more(fields: usize) -> (String, Value) {
    ("…".to_owned(), format!("and {fields} more fields").into())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const FEW: Bounds = Bounds::new(3, 10);

    #[test]
    fn what_differs_in_a_long_list_is_kept_before_what_does_not() {
        let before = json!({"tags": ["a", "b", "c", "d", "old"], "id": 1});
        let after = json!({"tags": ["a", "b", "c", "d", "new", "newer"]});
        let [before, after] = FEW.events(Some(&before), Some(&after));
        let expected = json!({"tags": ["a", "old", "… and 3 more"], "id": 1});
        assert_eq!(before, Some(expected));
        let expected = json!({"tags": ["a", "new", "newer", "… and 3 more"]});
        assert_eq!(after, Some(expected));
    }

    #[test]
    fn short_lists_stay_as_they_are() {
        let event = json!({"groups": [{"privileges": ["a", "b", "c"]}, {}, 1], "n": null});
        let other = json!({"groups": [], "n": 2});
        for (before, after) in [(Some(&event), None), (Some(&event), Some(&other))] {
            let trimmed = FEW.events(before, after);
            assert_eq!(trimmed, [before.cloned(), after.cloned()]);
        }
    }

    #[test]
    fn what_differs_in_a_large_object_is_kept_before_what_does_not() {
        let object = |last: &str| {
            let fields = (0..FIELDS_MAX).map(|it| (format!("f{it:04}"), json!(1)));
            Value::Object(fields.chain([("z".to_owned(), json!(last))]).collect())
        };
        let (before, after) = (object("old"), object("new"));
        let [before, after] = FEW.events(Some(&before), Some(&after)).map(Option::unwrap);
        assert_eq!((&before["z"], &after["z"]), (&json!("old"), &json!("new")));
        for side in [&before, &after, &FEW.alone(&object("old"))] {
            assert_eq!(side["…"], "and 1 more fields");
            assert_eq!(side.as_object().unwrap().len(), FIELDS_MAX + 1);
        }
    }

    #[test]
    fn a_long_text_loses_its_middle() {
        let text = FEW.text("arn:aws:iam::policy/Admin".to_owned());
        assert_eq!(text, "arn:a… (15 more characters) …Admin");
        assert_eq!(FEW.text("ärn:aws:ia".to_owned()), "ärn:aws:ia");
    }
}
