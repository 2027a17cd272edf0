//! What a status holds, as written and as read back.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::model::Tally;
use crate::store::{PassOf, Store, StoreError, sink_of};

/// How accounts and sinks are doing. Times are RFC 3339.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatusReport {
    /// When this was found out.
    pub at: String,
    /// The daemon that answered; `None` if it was read from the store.
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
    /// What `store` holds of accounts and of `receivers`, the configured ones. Blocks.
    pub fn of(
        store: &Store,
        receivers: &[String],
        now: OffsetDateTime,
    ) -> Result<Self, StoreError> {
        let accounts = store.accounts()?.into_iter();
        let accounts = accounts.map(|id| AccountStatus::of(store, id));
        let letters = store.dead_letter_counts();
        let fills = store.outbox_fills();
        let mut all: Vec<(&String, bool)> = receivers.iter().map(|it| (it, true)).collect();
        for other in fills.keys().chain(letters.keys()) {
            if !all.iter().any(|(receiver, _)| *receiver == other) {
                all.push((other, false));
            }
        }
        let sinks = all.into_iter().map(|(receiver, is_configured)| {
            let fill = fills.get(receiver).copied().unwrap_or_default();
            let since = fill.oldest_unix_ms.map(|at| at.div_euclid(1_000));
            let since = since.and_then(|at| OffsetDateTime::from_unix_timestamp(at).ok());
            SinkStatus {
                is_configured,
                waiting: fill.events,
                waiting_bytes: fill.bytes,
                waiting_since: since.map(moment),
                dead_letters: letters.get(receiver).copied().unwrap_or_default(),
                ..SinkStatus::idle(receiver)
            }
        });
        Ok(Self {
            at: moment(now),
            daemon: None,
            sinks: sinks.collect(),
            accounts: accounts.collect::<Result<_, StoreError>>()?,
        })
    }

    /// The status of a rollcall that has never run, with these receivers configured.
    pub fn of_nothing(receivers: &[String], now: OffsetDateTime) -> Self {
        Self {
            at: moment(now),
            daemon: None,
            accounts: Vec::new(),
            sinks: receivers.iter().map(|it| SinkStatus::idle(it)).collect(),
        }
    }
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
        }
    }
}

impl AccountStatus {
    fn of(store: &Store, id: String) -> Result<Self, StoreError> {
        let account = store.account(&id)?;
        let checkpoint = account.checkpoint.and_then(|it| it.newest_create_date());
        let last = account.last_pass.as_ref().and_then(pass);
        Ok(Self {
            id,
            last_complete: account.last_complete.as_ref().and_then(pass),
            last_incomplete: last.filter(|last| last.incomplete.is_some()),
            checkpoint: checkpoint.map(moment),
        })
    }
}

fn pass(pass: &PassOf) -> Option<PassStatus> {
    let at = OffsetDateTime::from_unix_timestamp(pass.at_unix_ms.div_euclid(1_000)).ok()?;
    let record = &pass.record;
    Some(PassStatus {
        id: record.id.clone(),
        at: moment(at),
        users: record.users,
        tally: record.tally,
        incomplete: record.incomplete.clone(),
    })
}

/// RFC 3339, to the second.
pub(super) fn moment(at: OffsetDateTime) -> String {
    let to_the_second = at.replace_nanosecond(0).unwrap_or(at);
    to_the_second.format(&Rfc3339).unwrap_or_default()
}
