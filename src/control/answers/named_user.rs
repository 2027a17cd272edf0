//! Which users a question names: by UserId, or by a UserName or ARN of now or before.

use std::collections::BTreeSet;

use serde_json::Value;

use super::timeline::{Past, Timeline};
use crate::model::{EntityKey, HistoryEntry, HistoryKind, User};
use crate::store::{EntityRecord, Store, StoreError};

/// So many stored users are read at a time.
const USERS_AT_ONCE: usize = 250;

/// A user, as it is called now or was called last.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct NamedUser {
    pub(super) user_id: String,
    pub(super) name: String,
    pub(super) arn: String,
    pub(super) is_deleted: bool,
}

impl NamedUser {
    /// The users of an account that `asked` names, in the order of their UserIds.
    pub(super) fn find(
        store: &Store,
        timeline: &Timeline,
        asked: &str,
    ) -> Result<Vec<Self>, StoreError> {
        let account = timeline.account_id.as_str();
        let told = timeline.entries.iter();
        let told = told.filter(|past| past.user_id == asked || is_named(&past.what, asked));
        let mut ids: BTreeSet<String> = told.map(|past| past.user_id.clone()).collect();
        ids.extend(living(store, account, asked)?);
        let tombstones = store.tombstones(account)?;
        let deleted = tombstones
            .iter()
            .filter_map(|(entity, tombstone)| Some((&entity.id, tombstone.user()?)));
        let deleted: Vec<(&String, User)> = deleted.collect();
        let asked_for = deleted.iter().filter(|(_, user)| is(user, asked));
        ids.extend(asked_for.map(|(id, _)| (*id).clone()));

        let entities: Vec<EntityKey> = ids.iter().map(|id| EntityKey::user(account, id)).collect();
        let records = store.entities(&entities)?;
        let users = ids.into_iter().zip(records).filter_map(|(id, record)| {
            let last = || deleted.iter().find(|(of, _)| **of == id);
            match record.as_ref().and_then(EntityRecord::user) {
                Some(user) => Some(Self::of(user, false)),
                None => match last() {
                    Some((_, user)) => Some(Self::of(user.clone(), true)),
                    None => Self::of_history(timeline, id),
                },
            }
        });
        Ok(users.collect())
    }

    fn of(user: User, is_deleted: bool) -> Self {
        Self {
            arn: user.arn.to_string(),
            user_id: user.id,
            name: user.name,
            is_deleted,
        }
    }

    /// A user of which the history alone is kept.
    fn of_history(timeline: &Timeline, user_id: String) -> Option<Self> {
        let entries = timeline.entries.iter().rev();
        let mut entries = entries.filter(|past| past.user_id == user_id);
        // Passes know every ARN, and who is deleted.
        let of_pass = |past: &&Past<HistoryEntry>| past.what.kind != HistoryKind::Lifecycle;
        let last = entries.clone().find(of_pass).or_else(|| entries.next())?;
        Some(Self {
            user_id,
            name: last.what.user_name.clone(),
            arn: last.what.arn.clone(),
            is_deleted: last.what.kind == HistoryKind::Deleted,
        })
    }

    /// What happened to the user, oldest first.
    pub(super) fn entries<'a>(
        &self,
        timeline: &'a Timeline,
    ) -> impl Iterator<Item = &'a Past<HistoryEntry>> {
        let of = timeline.entries.iter();
        of.filter(|past| past.user_id == self.user_id)
    }

    /// What became of the user that was asked for as `asked`, if that is not its name any more.
    pub(super) fn renamed_since(&self, asked: &str) -> Option<String> {
        if [&self.user_id, &self.name, &self.arn].contains(&&asked.to_owned()) {
            return None;
        }
        let now = match asked.starts_with("arn:") {
            true => &self.arn,
            false => &self.name,
        };
        Some(match self.is_deleted {
            true => format!("{asked} was last called {now}, and was deleted"),
            false => format!("{asked} is now called {now}"),
        })
    }
}

/// The UserIds of those who are not deleted, and are or were called `asked`.
fn living(store: &Store, account: &str, asked: &str) -> Result<Vec<String>, StoreError> {
    let mut found = Vec::new();
    let mut after: Option<String> = None;
    loop {
        let users = store.users_after(account, after.as_deref(), USERS_AT_ONCE)?;
        let Some((last, _)) = users.last() else {
            return Ok(found);
        };
        after = Some(last.id.clone());
        let named = users.into_iter().filter(|(_, record)| {
            let mut former = record.former_names.iter();
            former.any(|it| it.name == asked || it.arn.as_str() == asked)
                || record.user().is_some_and(|user| is(&user, asked))
        });
        found.extend(named.map(|(entity, _)| entity.id));
    }
}

fn is(user: &User, asked: &str) -> bool {
    [user.id.as_str(), user.name.as_str(), user.arn.as_str()].contains(&asked)
}

/// Whether `entry` tells of a user that is or was called `asked`.
fn is_named(entry: &HistoryEntry, asked: &str) -> bool {
    let names = entry.changes.iter();
    let mut names = names.filter(|it| ["user.name", "user.uid"].contains(&it.field.as_str()));
    let is_asked = |value: &Value| value.as_str() == Some(asked);
    entry.user_name == asked
        || entry.arn == asked
        || names.any(|change| is_asked(&change.before) || is_asked(&change.after))
}
