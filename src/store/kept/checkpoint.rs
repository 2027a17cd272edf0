//! How far complete passes over an account came.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// The checkpoint of one account, moved only by a pass that saw every user.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checkpoint {
    newest_create_date_unix_s: i64,
    passed_at_unix_s: i64,
    /// Users that the pass saw.
    pub users: u64,
}

impl Checkpoint {
    /// The checkpoint of a pass at `passed_at` that saw `users`, the newest of them created at
    /// `newest_create_date`; no later than the pass itself, whatever that date says.
    pub fn new(newest_create_date: OffsetDateTime, passed_at: OffsetDateTime, users: u64) -> Self {
        let newest = newest_create_date.min(passed_at);
        Self {
            newest_create_date_unix_s: newest.unix_timestamp(),
            passed_at_unix_s: passed_at.unix_timestamp(),
            users,
        }
    }

    /// CreateDate of the newest user ever seen in the account.
    pub fn newest_create_date(&self) -> Option<OffsetDateTime> {
        OffsetDateTime::from_unix_timestamp(self.newest_create_date_unix_s).ok()
    }

    /// When the pass was.
    pub fn passed_at(&self) -> Option<OffsetDateTime> {
        OffsetDateTime::from_unix_timestamp(self.passed_at_unix_s).ok()
    }

    /// This checkpoint, or the earlier one's creation date if that is newer: the newest user may
    /// have been deleted, and a creation date seen once is never unseen.
    #[must_use]
    pub fn after(self, earlier: Option<Self>) -> Self {
        let floor = earlier.map_or(i64::MIN, |earlier| earlier.newest_create_date_unix_s);
        Self {
            newest_create_date_unix_s: self.newest_create_date_unix_s.max(floor),
            ..self
        }
    }
}
