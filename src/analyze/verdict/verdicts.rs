//! The verdicts on the users of several accounts.

use std::collections::BTreeMap;

use time::OffsetDateTime;

use super::judge::judge;
use super::privilege::Privilege;
use crate::model::{Snapshot, User};

/// Verdicts by account id and UserId.
#[derive(Debug, Default)]
pub struct Verdicts(BTreeMap<String, BTreeMap<String, Privilege>>);

impl Verdicts {
    /// The verdicts on every user of `snapshots`, as of `now`, as events have them.
    pub fn on(snapshots: &[Snapshot], now: OffsetDateTime) -> Self {
        let of_each = snapshots.iter();
        let of_each = of_each.map(|snapshot| {
            let verdicts = judge(snapshot, now).into_iter();
            let shortened = verdicts.map(|(id, privilege)| (id, privilege.shortened()));
            (snapshot.account.id.clone(), shortened.collect())
        });
        Self(of_each.collect())
    }

    /// The verdict on `user`; the root user has none.
    pub fn of(&self, user: &User) -> Option<&Privilege> {
        self.0.get(user.arn.account_id())?.get(&user.id)
    }
}
