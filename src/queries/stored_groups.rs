//! Groups of stored users: the state keeps what users are in, and no groups of their own.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::answer::FoundUser;
use super::group_answer::FoundGroup;
use crate::model::{Fact, Group, GroupEntry, Member, Provenance};

/// The groups that `users` are in, by account and name, and how many users there are whose groups are
/// not known.
pub fn groups_of(users: &[FoundUser]) -> (Vec<FoundGroup>, usize) {
    let mut groups: BTreeMap<(String, String), FoundGroup> = BTreeMap::new();
    let mut open = 0;
    for found in users {
        let Fact::Known { value, provenance } = &found.user.groups else {
            open += 1;
            continue;
        };
        for group in value {
            let key = (found.account.id.clone(), group.name.clone());
            let entry = groups.entry(key);
            let entry = entry.or_insert_with(|| FoundGroup {
                account: Arc::clone(&found.account),
                entry: without_members(group, provenance),
            });
            if let Fact::Known { value, .. } = &mut entry.entry.members {
                value.push(member(found));
            }
        }
    }
    (groups.into_values().collect(), open)
}

fn without_members(group: &Group, provenance: &Provenance) -> GroupEntry {
    GroupEntry {
        group: group.clone(),
        created_at: Fact::not_collected("the state does not keep it"),
        members: Fact::known(Vec::new(), provenance),
    }
}

fn member(found: &FoundUser) -> Member {
    let user = found.user.as_ref();
    Member {
        name: user.name.clone(),
        id: user.id.clone(),
        arn: user.arn.clone(),
        path: user.path.clone(),
        created_at: user.created_at,
        password_last_used: user.password_last_used.clone(),
    }
}
