//! What the page shows, as its script reads it.

use std::collections::{BTreeSet, HashMap};

use serde::Serialize;
use serde_json::Value;

use super::Review;
use super::bounds::{Bounds, FIELDS_MAX};
use super::field::Field;
use super::values::{Values, shown};
use crate::review::compare::Who;

/// The data of a page. Users are known by their place in `users`, values by their numbers.
#[derive(Debug, Serialize)]
pub(super) struct Data {
    files: [String; 2],
    bounds: Bounds,
    totals: Vec<(&'static str, usize)>,
    fields: Vec<Field>,
    users: Vec<User>,
    /// The names of users without a difference.
    unchanged: Vec<String>,
    shapes: Vec<Vec<String>>,
    values: Values,
}

/// A user with a difference, or of one side alone.
#[derive(Debug, Serialize)]
struct User {
    name: String,
    uid: String,
    /// What it is, of one that came or went.
    word: String,
    /// 0 changed, 1 added, 2 removed, 3 deleted.
    kind: u8,
    before: Option<usize>,
    after: Option<usize>,
    source: Option<usize>,
}

impl Data {
    pub(super) fn of(review: &Review<'_>, bounds: Bounds) -> Self {
        let comparison = review.comparison;
        let mut values = Values::within(bounds);
        let listed = listed(review);
        let places = listed.iter().enumerate();
        let places: HashMap<&str, usize> = places
            .map(|(at, (who, ..))| (who.uid.as_str(), at))
            .collect();
        let fields = comparison.fields.iter().take(FIELDS_MAX);
        let more = comparison.fields.len().saturating_sub(FIELDS_MAX);
        let more = (more > 0).then_some(("fields that are not shown", more));
        let fields = fields.map(|field| Field::of(field, &places, bounds, &mut values));
        let fields: Vec<Field> = fields.collect();
        let users = listed.iter();
        let users = users.map(|(who, kind, word)| {
            let user = User::of(who, *kind, review, bounds, &mut values);
            let word = shown(word);
            User { word, ..user }
        });
        let users: Vec<User> = users.collect();
        let both = review.after.iter();
        let both = both.filter(|(key, _)| review.before.get(key).is_some());
        let unchanged = both.filter(|(key, _)| !places.contains_key(key));
        let totals = [
            ("users before", comparison.before),
            ("after", comparison.after),
            ("changed", comparison.changed),
            ("added", comparison.added.len()),
            ("removed", comparison.removed.len()),
            ("deleted", comparison.deleted.len()),
            ("unchanged", comparison.unchanged),
        ];
        Self {
            files: review.files.map(shown),
            bounds,
            totals: totals.into_iter().chain(more).collect(),
            fields,
            users,
            unchanged: unchanged.map(|(_, event)| shown(&event.name)).collect(),
            shapes: values.shapes().into_iter().cloned().collect(),
            values,
        }
    }
}

/// Every user that the page shows, by name: those that changed, then those that came or went.
fn listed<'a>(review: &Review<'a>) -> Vec<(&'a Who, u8, String)> {
    let comparison = review.comparison;
    let differences = comparison.fields.iter().flat_map(|it| &it.differences);
    let changed = differences.flat_map(|same| &same.users);
    let changed: BTreeSet<&Who> = changed.collect();
    let changed = changed.into_iter().map(|who| (who, 0, String::new()));
    let kinds = [&comparison.added, &comparison.removed, &comparison.deleted];
    let came_or_went = (1..).zip(kinds).flat_map(|(kind, users)| {
        let users = users.iter();
        users.map(move |user| (&user.who, kind, user.word()))
    });
    changed.chain(came_or_went).collect()
}

impl User {
    fn of(who: &Who, kind: u8, review: &Review<'_>, bounds: Bounds, values: &mut Values) -> Self {
        let [before, after] = [review.before, review.after].map(|it| it.get(&who.uid));
        let [before, after] = bounds.events(before.map(|it| &it.json), after.map(|it| &it.json));
        let [source, _] = bounds.events(review.sources.get(&who.uid), None);
        let mut number = |value: Option<Value>| value.map(|value| values.number(&value));
        Self {
            name: shown(&who.name),
            uid: shown(&who.uid),
            word: String::new(),
            kind,
            before: number(before),
            after: number(after),
            source: number(source),
        }
    }
}
