//! What a status tells, as served and as read back.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::model::{PassRecord, Tally};
use crate::store::{Fill, Kept, Store, StoreError};

/// How accounts and sinks are doing. Times are RFC 3339.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatusReport {
    /// When this was found out.
    pub at: String,
    /// The daemon that tells it; `None` if it was read from the store.
    pub daemon: Option<DaemonStatus>,
    /// Every account that was ever passed over.
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
    /// Why it did not see everybody.
    pub incomplete: Option<String>,
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
    pub trouble: Option<String>,
}

impl DaemonStatus {
    /// This process, which began its work at `started_at`.
    pub fn new(started_at: OffsetDateTime) -> Self {
        Self {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            pid: std::process::id(),
            started_at: moment(started_at),
        }
    }
}

impl StatusReport {
    /// What `store` tells of accounts and of `sinks`, the configured ones. Blocks.
    pub fn of(store: &Store, sinks: &[String], now: OffsetDateTime) -> Result<Self, StoreError> {
        let accounts = store.accounts()?.into_iter();
        let accounts = accounts.map(|id| AccountStatus::of(store, id));
        let mut names: Vec<(String, bool)> = sinks.iter().map(|it| (it.clone(), true)).collect();
        let letters = store.dead_letters()?;
        let letters: Vec<&str> = letters.iter().map(|letter| letter.sink()).collect();
        let fills = store.outbox_fills();
        let others = fills
            .keys()
            .map(String::as_str)
            .chain(letters.iter().copied());
        for other in others {
            if !names.iter().any(|(name, _)| name == other) {
                names.push((other.to_owned(), false));
            }
        }
        let sinks = names.into_iter().map(|(name, is_configured)| {
            let Fill { events, bytes } = store.outbox_fill(&name);
            let since = store.oldest_queued_unix_s(&name)?;
            let since = since.and_then(|at| OffsetDateTime::from_unix_timestamp(at).ok());
            Ok(SinkStatus {
                is_configured,
                waiting: events,
                waiting_bytes: bytes,
                waiting_since: since.map(moment),
                dead_letters: letters.iter().filter(|sink| **sink == name).count() as u64,
                trouble: None,
                name,
            })
        });
        Ok(Self {
            at: moment(now),
            daemon: None,
            accounts: accounts.collect::<Result<_, StoreError>>()?,
            sinks: sinks.collect::<Result<_, StoreError>>()?,
        })
    }
}

impl StatusReport {
    /// The status of a rollcall that has never run.
    pub fn of_nothing(sinks: &[String], now: OffsetDateTime) -> Self {
        let sinks = sinks.iter().map(|name| SinkStatus {
            name: name.clone(),
            is_configured: true,
            waiting: 0,
            waiting_bytes: 0,
            waiting_since: None,
            dead_letters: 0,
            trouble: None,
        });
        Self {
            at: moment(now),
            daemon: None,
            accounts: Vec::new(),
            sinks: sinks.collect(),
        }
    }
}

impl AccountStatus {
    fn of(store: &Store, id: String) -> Result<Self, StoreError> {
        let last = store.newest_pass(&id, |_| true)?.as_ref().and_then(pass);
        let is_complete =
            |facts: &[u8]| record(facts).is_some_and(|record| record.incomplete.is_none());
        let last_complete = store.newest_pass(&id, is_complete)?.as_ref().and_then(pass);
        let checkpoint = store.checkpoint(&id)?;
        let checkpoint = checkpoint.and_then(|checkpoint| checkpoint.newest_create_date());
        Ok(Self {
            id,
            last_complete,
            last_incomplete: last.filter(|last| last.incomplete.is_some()),
            checkpoint: checkpoint.map(moment),
        })
    }
}

fn record(facts: &[u8]) -> Option<PassRecord> {
    serde_json::from_slice(facts).ok()
}

fn pass(kept: &Kept) -> Option<PassStatus> {
    let record = record(&kept.facts)?;
    let at = OffsetDateTime::from_unix_timestamp(kept.at_unix_ms.div_euclid(1_000)).ok()?;
    Some(PassStatus {
        id: record.id,
        at: moment(at),
        users: record.users,
        tally: record.tally,
        incomplete: record.incomplete,
    })
}

/// RFC 3339, to the second.
pub(super) fn moment(at: OffsetDateTime) -> String {
    let to_the_second = at.replace_nanosecond(0).unwrap_or(at);
    to_the_second.format(&Rfc3339).unwrap_or_default()
}
