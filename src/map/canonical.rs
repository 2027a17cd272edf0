//! One order for what AWS lists in any order, so that order alone never looks like a change.

use crate::model::{AttachedPolicy, Group, Tag, User};

/// The user's groups by name, where known.
pub(super) fn groups(user: &User) -> Option<Vec<&Group>> {
    let mut groups: Vec<&Group> = user.groups.value()?.iter().map(AsRef::as_ref).collect();
    groups.sort_by(|a, b| a.name.cmp(&b.name));
    Some(groups)
}

/// Policies by name, then ARN.
pub(super) fn policies(policies: &[AttachedPolicy]) -> Vec<&AttachedPolicy> {
    sorted(policies)
}

/// Names in order.
pub(super) fn names(names: &[String]) -> Vec<&str> {
    sorted(names).into_iter().map(String::as_str).collect()
}

/// Tags by key.
pub(super) fn tags(tags: &[Tag]) -> Vec<&Tag> {
    sorted(tags)
}

fn sorted<T: Ord>(items: &[T]) -> Vec<&T> {
    let mut items: Vec<&T> = items.iter().collect();
    items.sort();
    items
}
