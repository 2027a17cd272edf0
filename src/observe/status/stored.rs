//! What the store tells of accounts and sinks.

use std::collections::BTreeMap;

use time::OffsetDateTime;

use super::report::{AccountStatus, FailureStatus, PassStatus, SinkStatus, StatusReport, moment};
use crate::run::Receiver;
use crate::store::{FailedAttempts, PassOf, Store, StoreError, sink_of};

impl StatusReport {
    /// What `store` holds of accounts and of `receivers`, the configured ones. Blocks.
    pub fn of(
        store: &Store,
        receivers: &[Receiver],
        now: OffsetDateTime,
    ) -> Result<Self, StoreError> {
        let accounts = store.accounts()?.into_iter();
        let accounts = accounts.map(|id| AccountStatus::of(store, id));
        let failed = store.failed_runs()?;
        Ok(Self {
            at: moment(now),
            daemon: None,
            problems: Vec::new(),
            last_failure: failed.and_then(|it| FailureStatus::of(&it.attempts, it.is_partial)),
            sinks: sinks(store, receivers)?,
            accounts: accounts.collect::<Result<_, StoreError>>()?,
        })
    }

    /// The status of a rollcall that has never run, with these receivers configured.
    pub fn of_nothing(receivers: &[Receiver], now: OffsetDateTime) -> Self {
        Self {
            at: moment(now),
            daemon: None,
            problems: Vec::new(),
            last_failure: None,
            accounts: Vec::new(),
            sinks: receivers
                .iter()
                .map(|it| SinkStatus::idle(&it.id))
                .collect(),
        }
    }
}

/// The sinks of `receivers`, and those that anything is kept for.
fn sinks(store: &Store, receivers: &[Receiver]) -> Result<Vec<SinkStatus>, StoreError> {
    let (letters, fills) = (store.dead_letter_counts(), store.outbox_fills());
    let mut behind: BTreeMap<String, u64> = BTreeMap::new();
    for (receiver, _) in store.receivers_behind()? {
        *behind.entry(receiver).or_default() += 1;
    }
    let limits = |id: &str| receivers.iter().find(|it| it.id == id).map(|it| it.outbox);
    let mut all: Vec<&str> = receivers.iter().map(|it| it.id.as_str()).collect();
    for other in fills.keys().chain(letters.keys()) {
        if !all.contains(&other.as_str()) {
            all.push(other);
        }
    }
    let sinks = all.into_iter().map(|receiver| {
        let fill = fills.get(receiver).copied().unwrap_or_default();
        let limits = limits(receiver);
        SinkStatus {
            is_configured: limits.is_some(),
            waiting: fill.events,
            waiting_bytes: fill.bytes,
            waiting_since: fill.oldest_unix_ms.and_then(moment_of),
            dead_letters: letters.get(receiver).copied().unwrap_or_default(),
            is_full: limits.is_some_and(|it| fill.events >= it.events || fill.bytes >= it.bytes),
            accounts_behind: behind.get(receiver).copied().unwrap_or_default(),
            ..SinkStatus::idle(receiver)
        }
    });
    Ok(sinks.collect())
}

impl SinkStatus {
    /// A configured sink that nothing waits for.
    fn idle(receiver: &str) -> Self {
        Self {
            name: sink_of(receiver).to_owned(),
            is_configured: true,
            waiting: 0,
            waiting_bytes: 0,
            waiting_since: None,
            dead_letters: 0,
            trouble: None,
            is_stopped: false,
            is_full: false,
            accounts_behind: 0,
        }
    }
}

impl FailureStatus {
    fn of(attempts: &FailedAttempts, is_partial: bool) -> Option<Self> {
        Some(Self {
            since: moment_of(attempts.since_unix_ms)?,
            at: moment_of(attempts.at_unix_ms)?,
            why: attempts.why.clone(),
            is_partial,
        })
    }
}

impl AccountStatus {
    fn of(store: &Store, id: String) -> Result<Self, StoreError> {
        let account = store.account(&id)?;
        let checkpoint = account.checkpoint.and_then(|it| it.newest_create_date());
        let last = account.last_pass.as_ref().and_then(pass);
        let failed = account.failed_attempts.as_ref();
        Ok(Self {
            id,
            last_complete: account.last_complete.as_ref().and_then(pass),
            last_incomplete: last.filter(|last| last.incomplete.is_some()),
            last_failure: failed.and_then(|it| FailureStatus::of(it, false)),
            checkpoint: checkpoint.map(moment),
        })
    }
}

fn pass(pass: &PassOf) -> Option<PassStatus> {
    let record = &pass.record;
    Some(PassStatus {
        id: record.id.clone(),
        at: moment_of(pass.at_unix_ms)?,
        users: record.users,
        tally: record.tally,
        held_back_deletions: record.held_back,
        missing_facts: record.missing_facts,
        stale_facts: record.stale_facts,
        incomplete: record.incomplete.clone(),
    })
}

/// A time in Unix milliseconds, in RFC 3339 to the second.
fn moment_of(unix_ms: i64) -> Option<String> {
    let at = OffsetDateTime::from_unix_timestamp(unix_ms.div_euclid(1_000)).ok()?;
    Some(moment(at))
}
