//! What differs between two events about one user.

use std::borrow::Cow;
use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::{Map, Value};

use super::items::matched;

/// One difference between two events.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct Difference {
    /// Where: a path with `[]` for any item of a list, as in the table of the mapping.
    pub field: String,
    /// In which items of the lists on the way, by what they are called; empty where there is none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub within: Vec<String>,
    /// What.
    #[serde(flatten)]
    pub change: Change,
}

/// What differs at one place.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum Change {
    /// The value is another one, or there is one on one side only.
    Value {
        /// The earlier value; left out where the event has none.
        #[serde(skip_serializing_if = "Option::is_none")]
        before: Option<Value>,
        /// The later value.
        #[serde(skip_serializing_if = "Option::is_none")]
        after: Option<Value>,
    },
    /// A list has one item more.
    ItemAdded {
        /// It.
        after: Value,
    },
    /// A list has one item less.
    ItemRemoved {
        /// It.
        before: Value,
    },
    /// A list has its items in another order.
    Order,
}

/// A place in an event.
#[derive(Debug, Clone, Default)]
struct Place {
    field: String,
    within: Vec<String>,
}

/// What differs from `before` to `after`, by path.
pub fn differences(before: &Value, after: &Value) -> Vec<Difference> {
    let mut found = Vec::new();
    compare(&Place::default(), Some(before), Some(after), &mut found);
    found
}

fn compare(
    place: &Place,
    before: Option<&Value>,
    after: Option<&Value>,
    found: &mut Vec<Difference>,
) {
    if before == after {
        return;
    }
    if let (Some(Value::Array(before)), Some(Value::Array(after))) = (before, after) {
        compare_lists(place, before, after, found);
    } else if let Some((old, new)) = fields(before, after) {
        let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
        for name in names {
            compare(&place.field(name), old.get(name), new.get(name), found);
        }
    } else {
        found.push(place.with(Change::Value {
            before: before.cloned(),
            after: after.cloned(),
        }));
    }
}

/// The fields of an object.
type Fields<'a> = Cow<'a, Map<String, Value>>;

/// The fields of both sides, where they are compared one by one. Those of an object that is on one
/// side only are told one by one as well, unless there is none.
fn fields<'a>(
    before: Option<&'a Value>,
    after: Option<&'a Value>,
) -> Option<(Fields<'a>, Fields<'a>)> {
    let absent = || Cow::Owned(Map::new());
    match (before, after) {
        (Some(Value::Object(old)), Some(Value::Object(new))) => {
            Some((Cow::Borrowed(old), Cow::Borrowed(new)))
        }
        (Some(Value::Object(old)), None) if !old.is_empty() => Some((Cow::Borrowed(old), absent())),
        (None, Some(Value::Object(new))) if !new.is_empty() => Some((absent(), Cow::Borrowed(new))),
        _ => None,
    }
}

fn compare_lists(place: &Place, before: &[Value], after: &[Value], found: &mut Vec<Difference>) {
    let matched = matched(before, after);
    if matched.is_moved {
        found.push(place.with(Change::Order));
    }
    for (name, old, new) in matched.pairs {
        compare(&place.item(Some(name)), Some(old), Some(new), found);
    }
    let items = place.item(None);
    found.extend(matched.removed.into_iter().map(|item| {
        items.with(Change::ItemRemoved {
            before: item.clone(),
        })
    }));
    found.extend(matched.added.into_iter().map(|item| {
        items.with(Change::ItemAdded {
            after: item.clone(),
        })
    }));
}

impl Place {
    fn field(&self, name: &str) -> Self {
        // One that a path could not be told by is written as JSON writes it.
        let name: Cow<'_, str> = match name.is_empty() || name.contains(['.', '[', ']', '"']) {
            true => Value::from(name).to_string().into(),
            false => name.into(),
        };
        let field = match self.field.as_str() {
            "" => name.into_owned(),
            field => format!("{field}.{name}"),
        };
        Self {
            field,
            within: self.within.clone(),
        }
    }

    /// An item of the list at this place.
    fn item(&self, name: Option<String>) -> Self {
        let mut within = self.within.clone();
        within.extend(name.filter(|name| !name.is_empty()));
        Self {
            field: format!("{}[]", self.field),
            within,
        }
    }

    fn with(&self, change: Change) -> Difference {
        Difference {
            field: self.field.clone(),
            within: self.within.clone(),
            change,
        }
    }
}
