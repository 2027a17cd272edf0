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
    /// The verdicts on every user of `snapshots`, as of `now`.
    pub fn on(snapshots: &[Snapshot], now: OffsetDateTime) -> Self {
        let of_each = snapshots.iter();
        let of_each = of_each.map(|it| (it.account.id.clone(), judge(it, now)));
        Self(of_each.collect())
    }

    /// The verdict on `user`; the root user has none.
    pub fn of(&self, user: &User) -> Option<&Privilege> {
        self.0.get(user.arn.account_id())?.get(&user.id)
    }
}
