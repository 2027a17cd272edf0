//! Users who are kept: by name, and as members of groups.

use std::collections::BTreeSet;

use crate::collect::Wanted;
use crate::model::{EntityKey, User};
use crate::store::{EntityRecord, Store, StoreError};

/// So many records are read at a time.
const RECORDS_AT_ONCE: usize = 250;

/// A kept user, as a question: who has this id now?
pub(super) struct KeptUser {
    pub(super) entity: EntityKey,
    pub(super) record: EntityRecord,
    pub(super) user: User,
}

impl Wanted for KeptUser {
    fn name(&self) -> Option<&str> {
        Some(&self.user.name)
    }

    fn is_by_name(&self) -> bool {
        false
    }

    fn is(&self, _name: &str, id: &str, _arn: &str) -> bool {
        self.user.id == id
    }
}

/// What is kept of users of an account by names of their own, and the names of the members of groups.
#[derive(Default)]
pub(super) struct Found {
    pub(super) named: Vec<KeptUser>,
    pub(super) members: BTreeSet<String>,
}

/// The users of `account` that have one of `names`, and the members of `groups`, by what is kept.
pub(super) fn find(
    store: &Store,
    account: &str,
    names: &BTreeSet<String>,
    groups: &BTreeSet<String>,
) -> Result<Found, StoreError> {
    let mut found = Found::default();
    if names.is_empty() && groups.is_empty() {
        return Ok(found);
    }
    let mut after: Option<String> = None;
    loop {
        let users = store.users_after(account, after.as_deref(), RECORDS_AT_ONCE)?;
        let last = users.last().map(|(entity, _)| entity.id.clone());
        let is_end = users.len() < RECORDS_AT_ONCE;
        for (entity, record) in users {
            let Some(user) = record.user() else { continue };
            let of = user.groups.value().into_iter().flatten();
            if of.into_iter().any(|group| groups.contains(&group.name)) {
                found.members.insert(user.name.clone());
            }
            if names.contains(&user.name) {
                found.named.push(KeptUser {
                    entity,
                    record,
                    user,
                });
            }
        }
        match last {
            Some(last) if !is_end => after = Some(last),
            _ => return Ok(found),
        }
    }
}
