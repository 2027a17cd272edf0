//! Attempts that failed before anything was collected: at one account, and at all of them.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::store::kept::accounts::{AccountRecord, put_account};
use crate::store::outbox::unix_ms;
use crate::store::record::{self, MetaKey};
use crate::store::trees::{Tree, Writes};
use crate::store::{Store, StoreError};

/// The most characters of a reason that are kept.
const WHY_MAX: usize = 500;

/// Attempts that failed, one after the other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FailedAttempts {
    /// When the first of them was made, in Unix milliseconds.
    pub since_unix_ms: i64,
    /// When the last one was made.
    pub at_unix_ms: i64,
    /// Why it failed.
    pub why: String,
}

/// Runs over the accounts that failed for all of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FailedRuns {
    /// When, and why.
    pub attempts: FailedAttempts,
    /// Whether some accounts were known all the same, and others may be missing.
    pub is_partial: bool,
}

impl AccountRecord {
    /// Whether no pass over the account began and no role was denied there.
    pub fn is_unheard_of(&self) -> bool {
        let without_attempts = Self {
            failed_attempts: None,
            ..self.clone()
        };
        without_attempts == Self::default()
    }
}

impl FailedAttempts {
    /// One more attempt that failed, after those of `earlier`.
    fn after(earlier: Option<&Self>, at: OffsetDateTime, why: &str) -> Self {
        let at_unix_ms = unix_ms(at);
        Self {
            since_unix_ms: earlier.map_or(at_unix_ms, |it| it.since_unix_ms),
            at_unix_ms,
            why: why.chars().take(WHY_MAX).collect(),
        }
    }
}

impl Store {
    /// Notes that no pass over `account` could begin at `at`, and the action that was `denied`, if
    /// one was. The same failure once more becomes durable with the next durable write.
    pub fn note_failed_attempt(
        &self,
        account: &str,
        at: OffsetDateTime,
        why: &str,
        denied: Option<&str>,
    ) -> Result<(), StoreError> {
        let shared = &self.shared;
        let _writer = shared.writer()?;
        let mut record = self.account(account)?;
        let earlier = record.failed_attempts.take();
        let failed = FailedAttempts::after(earlier.as_ref(), at, why);
        let is_newly_denied = denied.filter(|denied| !record.denied.iter().any(|it| it == denied));
        let is_known = is_newly_denied.is_none() && earlier.is_some_and(|it| it.why == failed.why);
        record.denied.extend(is_newly_denied.map(str::to_owned));
        record.failed_attempts = Some(failed);
        let mut writes = Writes::default();
        put_account(&mut writes, account, &record)?;
        if is_known {
            let applied = shared.trees.apply(&writes);
            return applied.map_err(|source| shared.failed("write to it", source));
        }
        shared.apply(writes)
    }

    /// Notes how a run over the accounts went: `failed` is why it failed for all of them, and
    /// whether some were known all the same.
    pub fn note_run(
        &self,
        at: OffsetDateTime,
        failed: Option<(&str, bool)>,
    ) -> Result<(), StoreError> {
        let _writer = self.shared.writer()?;
        let earlier = self.failed_runs()?;
        let key = MetaKey::FailedRuns.to_bytes();
        let mut writes = Writes::default();
        match failed {
            Some((why, is_partial)) => {
                let earlier = earlier.filter(|it| it.is_partial == is_partial);
                let attempts =
                    FailedAttempts::after(earlier.as_ref().map(|it| &it.attempts), at, why);
                let runs = FailedRuns {
                    attempts,
                    is_partial,
                };
                writes.put(Tree::Meta, &key, record::encode(&key, &runs)?);
            }
            None if earlier.is_some() => writes.remove(Tree::Meta, &key),
            None => {}
        }
        self.shared.apply(writes)
    }

    /// The runs that failed for all accounts, if the last one did.
    pub fn failed_runs(&self) -> Result<Option<FailedRuns>, StoreError> {
        let key = MetaKey::FailedRuns.to_bytes();
        self.shared.read(Tree::Meta, &key)
    }

    /// Whether the store can still be read and written.
    pub fn check_usable(&self) -> Result<(), StoreError> {
        self.shared.writer().map(drop)
    }
}
