//! What the page shows, as its script reads it.

use std::collections::{BTreeMap, HashMap};

use serde::Serialize;

use super::Review;
use super::values::{Values, shown};
use crate::review::compare::{FieldDifferences, Who};
use crate::review::difference::Change;

/// The data of a page. Users are known by their place in `users`, values by their numbers.
#[derive(Debug, Serialize)]
pub(super) struct Data {
    files: [String; 2],
    totals: [(&'static str, usize); 7],
    fields: Vec<Field>,
    users: Vec<User>,
    /// The names of users without a difference.
    unchanged: Vec<String>,
    shapes: Vec<Vec<String>>,
    values: Values,
}

#[derive(Debug, Serialize)]
struct Field {
    field: String,
    users: usize,
    /// How many of the differences are not folded into those of one user each.
    shared: usize,
    differences: Vec<Same>,
}

#[derive(Debug, Serialize)]
struct Same {
    within: Vec<String>,
    change: &'static str,
    before: Option<usize>,
    after: Option<usize>,
    users: Vec<usize>,
}

/// A user with a difference, or of one side alone.
#[derive(Debug, Serialize)]
struct User {
    name: String,
    uid: String,
    /// 0 changed, 1 added, 2 removed, 3 deleted.
    kind: u8,
    before: Option<usize>,
    after: Option<usize>,
    source: Option<usize>,
}

impl Data {
    pub(super) fn of(review: &Review<'_>) -> Self {
        let comparison = review.comparison;
        let mut values = Values::default();
        let listed = listed(review);
        let places = listed.iter().enumerate();
        let places: HashMap<&str, usize> = places
            .map(|(at, (who, _))| (who.uid.as_str(), at))
            .collect();
        let fields = comparison.fields.iter();
        let fields = fields.map(|field| Field::of(field, &places, &mut values));
        let fields: Vec<Field> = fields.collect();
        let users = listed.iter();
        let users = users.map(|(who, kind)| User::of(who, *kind, review, &mut values));
        let users: Vec<User> = users.collect();
        let both = review.after.iter();
        let both = both.filter(|(key, _)| review.before.get(key).is_some());
        let unchanged = both.filter(|(key, _)| !places.contains_key(key));
        Self {
            files: review.files.map(shown),
            totals: [
                ("users before", comparison.before),
                ("after", comparison.after),
                ("changed", comparison.changed),
                ("added", comparison.added.len()),
                ("removed", comparison.removed.len()),
                ("deleted", comparison.deleted.len()),
                ("unchanged", comparison.unchanged),
            ],
            fields,
            users,
            unchanged: unchanged.map(|(_, event)| shown(&event.name)).collect(),
            shapes: values.shapes().into_iter().cloned().collect(),
            values,
        }
    }
}

/// Every user that the page shows, by name: those that changed, then those that came or went.
fn listed<'a>(review: &Review<'a>) -> Vec<(&'a Who, u8)> {
    let comparison = review.comparison;
    let differences = comparison.fields.iter().flat_map(|it| &it.differences);
    let changed = differences.flat_map(|same| &same.users);
    let changed: BTreeMap<&Who, u8> = changed.map(|who| (who, 0)).collect();
    let added = comparison.added.iter().map(|who| (who, 1));
    let removed = comparison.removed.iter().map(|who| (who, 2));
    let deleted = comparison.deleted.iter().map(|who| (who, 3));
    let came_or_went = added.chain(removed).chain(deleted);
    changed.into_iter().chain(came_or_went).collect()
}

impl Field {
    fn of(field: &FieldDifferences, places: &HashMap<&str, usize>, values: &mut Values) -> Self {
        let differences = field.differences.iter().map(|same| {
            let (change, before, after) = match &same.change {
                Change::Value { before, after } => ("value", before.as_ref(), after.as_ref()),
                Change::ItemAdded { after } => ("item_added", None, Some(after)),
                Change::ItemRemoved { before } => ("item_removed", Some(before), None),
                Change::Order => ("order", None, None),
            };
            let users = same.users.iter();
            Same {
                within: same.within.iter().map(|it| shown(it)).collect(),
                change,
                before: before.map(|it| values.number(it)),
                after: after.map(|it| values.number(it)),
                users: users
                    .filter_map(|who| places.get(who.uid.as_str()).copied())
                    .collect(),
            }
        });
        Self {
            field: shown(&field.field),
            users: field.users,
            shared: field.shared_and_single().0.len(),
            differences: differences.collect(),
        }
    }
}

impl User {
    fn of(who: &Who, kind: u8, review: &Review<'_>, values: &mut Values) -> Self {
        let mut number = |value| values.number(value);
        Self {
            name: shown(&who.name),
            uid: shown(&who.uid),
            kind,
            before: review.before.get(&who.uid).map(|it| number(&it.json)),
            after: review.after.get(&who.uid).map(|it| number(&it.json)),
            source: review.sources.get(&who.uid).map(number),
        }
    }
}
