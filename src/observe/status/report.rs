//! What a status holds, as written and as read back.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::foreign::Shown;
use crate::metrics::{AuditFailure, Refusal};
use crate::model::Tally;

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
    /// What of following CloudTrail, and of reading users again, fails.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub audit_failures: Vec<AuditFailureStatus>,
    /// Since when nothing could be collected, once that is longer than two periods.
    #[serde(default)]
    pub nothing_collected_since: Option<String>,
}

/// What fails of following CloudTrail, or of reading users again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditFailureStatus {
    /// What fails, and where.
    pub what: Shown,
    /// Since when.
    pub since: String,
    /// Why.
    pub why: Shown,
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
            audit_failures: Vec::new(),
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

    /// The same with what fails of the audit log.
    #[must_use]
    pub fn with_audit_failures(self, failures: Vec<AuditFailure>) -> Self {
        let status = |it: AuditFailure| AuditFailureStatus {
            what: format!("{} {}", it.what, it.place).trim_end().into(),
            since: moment(it.since),
            why: it.why,
        };
        Self {
            audit_failures: failures.into_iter().map(status).collect(),
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

/// RFC 3339, to the second.
pub(super) fn moment(at: OffsetDateTime) -> String {
    let to_the_second = at.replace_nanosecond(0).unwrap_or(at);
    to_the_second.format(&Rfc3339).unwrap_or_default()
}
