//! What a status holds, as written and as read back.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::foreign::Shown;
use crate::metrics::Refusal;
use crate::model::Tally;
use crate::run::Receiver;
use crate::store::{FailedAttempts, PassOf, Store, StoreError, sink_of};

/// How accounts and sinks are doing. Times are RFC 3339.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatusReport {
    /// When this was found out.
    pub at: String,
    /// The daemon that answered; `None` if it was read from the store.
    pub daemon: Option<DaemonStatus>,
    /// What needs attention, a sentence each; none where all is well.
    #[serde(default)]
    pub problems: Vec<String>,
    /// Why nothing could be collected the last time, or not all accounts be found, if so.
    #[serde(default)]
    pub last_failure: Option<FailureStatus>,
    /// Every account that a pass was ever tried of.
    pub accounts: Vec<AccountStatus>,
    /// Every sink that is configured, or that something waits for.
    pub sinks: Vec<SinkStatus>,
}

/// A running daemon.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DaemonStatus {
    /// Its version.
    pub version: String,
    /// Its process id.
    pub pid: u32,
    /// When it began.
    pub started_at: String,
    /// When it last collected anything; `None` if it has not.
    #[serde(default)]
    pub last_collected_at: Option<String>,
    /// When the next pass begins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_pass_at: Option<String>,
    /// Why the configuration that was read last is not the one in use, if so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reload_refused: Option<RefusalStatus>,
    /// Since when nothing could be collected, once that is longer than two periods.
    #[serde(default)]
    pub nothing_collected_since: Option<String>,
}

/// A configuration that a daemon did not take.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefusalStatus {
    /// When it was refused.
    pub at: String,
    /// Why.
    pub why: Shown,
}

/// Attempts that failed, one after the other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FailureStatus {
    /// When the first of them was made.
    pub since: String,
    /// When the last one was made.
    pub at: String,
    /// Why it failed.
    pub why: String,
    /// Whether some of what was meant could be collected all the same.
    pub is_partial: bool,
}

/// One account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountStatus {
    /// Account id.
    pub id: String,
    /// The last pass that saw every user.
    pub last_complete: Option<PassStatus>,
    /// The last pass, if it did not; why is in there.
    pub last_incomplete: Option<PassStatus>,
    /// Why no pass could begin since the last one, if so.
    #[serde(default)]
    pub last_failure: Option<FailureStatus>,
    /// CreateDate of the newest user ever seen in a complete pass.
    pub checkpoint: Option<String>,
}

/// One pass.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PassStatus {
    /// The pass.
    pub id: String,
    /// When it began.
    pub at: String,
    /// Users seen.
    pub users: u64,
    /// What is known of them.
    pub tally: Tally,
    /// Users who are gone and not reported as deleted: too many at once to believe it.
    #[serde(default)]
    pub held_back_deletions: u64,
    /// Facts that were asked for, could not be read, and were never known, over all users.
    #[serde(default)]
    pub missing_facts: u64,
    /// Facts that could not be read and are as last known, over all users.
    #[serde(default)]
    pub stale_facts: u64,
    /// Why it did not see everybody.
    pub incomplete: Option<Shown>,
}

/// One sink.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SinkStatus {
    /// Its name.
    pub name: String,
    /// Whether the configuration still names it.
    pub is_configured: bool,
    /// Events that wait for it.
    pub waiting: u64,
    /// Bytes that they take up in the store.
    pub waiting_bytes: u64,
    /// When the oldest of them was queued.
    pub waiting_since: Option<String>,
    /// Events that it rejected for good.
    pub dead_letters: u64,
    /// Why it takes nothing at the moment, where a daemon knows.
    pub trouble: Option<Shown>,
    /// Whether nothing is sent until somebody acts.
    #[serde(default)]
    pub is_stopped: bool,
    /// Whether its outbox has room for nothing more.
    #[serde(default)]
    pub is_full: bool,
    /// Of how many accounts it lacks something, since its outbox was full.
    #[serde(default)]
    pub accounts_behind: u64,
}

impl DaemonStatus {
    /// This process, which began its work at `started_at`, last collected anything at
    /// `collected_at`, and has collected nothing for too long since `nothing_since`.
    pub fn new(
        started_at: OffsetDateTime,
        collected_at: Option<OffsetDateTime>,
        nothing_since: Option<OffsetDateTime>,
    ) -> Self {
        Self {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            pid: std::process::id(),
            started_at: moment(started_at),
            last_collected_at: collected_at.map(moment),
            next_pass_at: None,
            reload_refused: None,
            nothing_collected_since: nothing_since.map(moment),
        }
    }

    /// The same with the time of the next pass.
    #[must_use]
    pub fn with_next_pass(self, at: Option<OffsetDateTime>) -> Self {
        Self {
            next_pass_at: at.map(moment),
            ..self
        }
    }

    /// The same with the configuration that was refused last, if it was.
    #[must_use]
    pub fn with_refusal(self, refused: Option<Refusal>) -> Self {
        let status = |refused: Refusal| RefusalStatus {
            at: moment(refused.at),
            why: refused.why.as_str().into(),
        };
        Self {
            reload_refused: refused.map(status),
            ..self
        }
    }
}

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

/// RFC 3339, to the second.
pub(super) fn moment(at: OffsetDateTime) -> String {
    let to_the_second = at.replace_nanosecond(0).unwrap_or(at);
    to_the_second.format(&Rfc3339).unwrap_or_default()
}
