//! What happened, as summaries and exit codes tell it.

use std::collections::BTreeMap;
use std::time::Duration;

use super::deletions::Deletions;
use super::fleet::{AccountError, FleetError, Member};
use super::staging::Staged;
use crate::aws::{AwsError, CallCounts, LearntRates};
use crate::collect::{Completeness, Served};
use crate::deliver::ForwarderReport;
use crate::model::{PassRecord, PassStamp, Tally, Unknown};
use crate::observe::incomplete;
use crate::store::{Checkpoint, StagedCounts};

/// The documented exit codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExitStatus {
    /// Everything was collected and delivered.
    Done = 0,
    /// A bug of ours.
    Bug = 1,
    /// Usage or configuration.
    Usage = 2,
    /// AWS refused: credentials or permissions.
    AwsRefused = 3,
    /// Collected only in part.
    Partial = 4,
    /// A sink refused or did not take everything; the rest is in the outbox.
    Undelivered = 5,
    /// The state directory is unusable or locked.
    State = 6,
    /// Interrupted by a signal.
    Interrupted = 130,
}

/// How many users lack a fact that was asked for, by its name and why it could not be read.
pub type UnknownCounts = BTreeMap<(&'static str, Unknown), u64>;

/// What one pass over one account found.
#[derive(Debug, Default)]
pub struct PassReport {
    /// The account's id.
    pub account_id: String,
    /// Users collected.
    pub users: u64,
    /// Users that were deleted while the pass was under way.
    pub vanished: u64,
    /// Facts that were asked for and could not be read.
    pub unknown_facts: UnknownCounts,
    /// What went into the outbox, per sink.
    pub staged: StagedCounts,
    /// Users that sinks with a full outbox were not told of, per sink.
    pub held_up: BTreeMap<String, u64>,
    /// What is known of the users.
    pub tally: Tally,
    /// Users seen for the first time.
    pub appeared: u64,
    /// Users who changed.
    pub changed: u64,
    /// Why the enumeration ended early, if it did.
    pub failure: Option<AwsError>,
    /// Whether the users are all there are; `None` before the enumeration ended.
    pub completeness: Option<Completeness>,
    /// Users who are gone.
    pub deletions: Deletions,
    /// Where facts came from.
    pub served: Vec<Served>,
    /// Calls a second that AWS let through, where that is less than configured.
    pub learnt_rates: LearntRates,
    /// The account's checkpoint after the pass.
    pub checkpoint: Option<Checkpoint>,
    /// Calls to AWS, retries included.
    pub calls: CallCounts,
    /// How long the pass took.
    pub duration: Duration,
}

/// What became of one sink's events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SinkReport {
    /// The sink's name.
    pub name: String,
    /// What its forwarder did.
    pub forwarded: ForwarderReport,
    /// Events that still wait.
    pub waiting: u64,
}

/// What became of one account, in few words: there may be thousands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountReport {
    /// The account's id.
    pub id: String,
    /// Its configured name, or the organization's.
    pub name: Option<String>,
    /// Users collected.
    pub users: u64,
    /// Users who were new or changed, to the sink that knew least.
    pub queued: u64,
    /// Users told as deleted.
    pub deleted: u64,
    /// Facts that were asked for and could not be read, over all users.
    pub unknown_facts: u64,
    /// Calls to AWS, retries included.
    pub calls: u64,
    /// Whether the pass did not begin, or ended early.
    pub has_failed: bool,
    /// What the account alone would have ended with.
    pub status: ExitStatus,
    /// Why not all of it was collected, if so.
    pub why: Option<String>,
}

/// What `collect` did.
#[derive(Debug, Default)]
pub struct RunReport {
    /// The accounts that were passed over, in the order of their ids.
    pub accounts: Vec<AccountReport>,
    /// The pass, where it was the only one.
    pub pass: Option<PassReport>,
    /// Why there was no account to pass over, if so.
    pub refused: Option<FleetError>,
    /// Why the organization may have more accounts, if so.
    pub listing_failure: Option<AwsError>,
    /// Accounts that the organization does not hold any more.
    pub left: Vec<String>,
    /// Calls to AWS that belong to no account.
    pub shared_calls: u64,
    /// Every sink.
    pub sinks: Vec<SinkReport>,
    /// Whether a signal ended it.
    pub is_interrupted: bool,
}

impl PassReport {
    /// Adds a chunk of `users` and what became of it.
    pub(super) fn add(&mut self, users: usize, staged: Staged) {
        self.users += users as u64;
        self.staged.add(staged.counts);
        self.tally.add(staged.tally);
        self.appeared += staged.appeared;
        self.changed += staged.changed;
    }

    /// The pass `stamp` as the history keeps it.
    pub(super) fn record(&self, stamp: PassStamp) -> PassRecord {
        PassRecord {
            id: stamp.id.to_string(),
            duration_ms: u64::try_from(self.duration.as_millis()).unwrap_or(u64::MAX),
            users: self.users,
            tally: self.tally,
            appeared: self.appeared,
            changed: self.changed,
            deleted: self.deletions.told,
            incomplete: incomplete(self.failure.as_ref(), self.completeness.as_ref()),
        }
    }

    /// Whether everything that was asked for is known.
    pub fn is_whole(&self) -> bool {
        self.saw_everybody()
            && self.unknown_facts.is_empty()
            && self.staged.too_large.is_empty()
            && self.held_up.is_empty()
            && self.deletions.held_back == 0
    }

    /// Whether nothing contradicts that every user was seen.
    pub fn saw_everybody(&self) -> bool {
        self.failure.is_none()
            && !matches!(self.completeness, Some(Completeness::Contradicted { .. }))
    }

    /// What is missing, in few words.
    fn why_not_whole(&self) -> String {
        if let Some(why) = incomplete(self.failure.as_ref(), self.completeness.as_ref()) {
            return format!("incomplete: {why}");
        }
        if self.deletions.held_back > 0 {
            return format!("{} users gone at once, held back", self.deletions.held_back);
        }
        match self.unknown_facts.keys().next() {
            Some((fact, why)) => format!("{fact} unknown ({why})"),
            None => "an event is too large".to_owned(),
        }
    }

    fn status(&self) -> ExitStatus {
        match &self.failure {
            Some(error) if self.users == 0 && error.class.is_refusal() => ExitStatus::AwsRefused,
            _ if !self.is_whole() => ExitStatus::Partial,
            _ => ExitStatus::Done,
        }
    }
}

impl SinkReport {
    /// Whether everything for the sink was delivered, and nothing rejected.
    pub fn is_done(&self) -> bool {
        self.waiting == 0 && self.forwarded.buried == 0
    }
}

impl RunReport {
    /// The exit code: what keeps everything from working comes before what is missing.
    pub fn status(&self) -> ExitStatus {
        let of_passes = match &self.refused {
            Some(error) => error.status(),
            None => self.of_accounts(),
        };
        if self.is_interrupted {
            ExitStatus::Interrupted
        } else if matches!(of_passes, ExitStatus::AwsRefused | ExitStatus::Usage) {
            of_passes
        } else if !self.sinks.iter().all(SinkReport::is_done) {
            ExitStatus::Undelivered
        } else {
            of_passes
        }
    }

    /// Whether AWS let us read anything, and whether that was all.
    fn of_accounts(&self) -> ExitStatus {
        let is = |status| move |account: &AccountReport| account.status == status;
        let is_whole = self.listing_failure.is_none();
        if is_whole && self.accounts.iter().all(is(ExitStatus::Done)) {
            ExitStatus::Done
        } else if !self.accounts.is_empty() && self.accounts.iter().all(is(ExitStatus::AwsRefused))
        {
            ExitStatus::AwsRefused
        } else {
            ExitStatus::Partial
        }
    }

    /// Passes end in any order; people look for an id.
    pub(super) fn order_accounts(&mut self) {
        self.accounts.sort_by(|a, b| a.id.cmp(&b.id));
    }
}

impl AccountReport {
    pub(super) fn of(member: &Member, pass: &PassReport) -> Self {
        let status = pass.status();
        Self {
            id: pass.account_id.clone(),
            name: member.name.clone(),
            users: pass.users,
            queued: pass.staged.queued.values().copied().max().unwrap_or(0),
            deleted: pass.deletions.told,
            unknown_facts: pass.unknown_facts.values().sum(),
            calls: pass.calls.values().sum(),
            has_failed: pass.failure.is_some(),
            status,
            why: (status != ExitStatus::Done).then(|| pass.why_not_whole()),
        }
    }

    pub(super) fn failed(member: &Member, error: &AccountError) -> Self {
        Self {
            id: member.id.clone().unwrap_or_default(),
            name: member.name.clone(),
            users: 0,
            queued: 0,
            deleted: 0,
            unknown_facts: 0,
            calls: 0,
            has_failed: true,
            status: error.status(),
            why: Some(error.to_string()),
        }
    }
}

impl FleetError {
    /// The exit code.
    pub fn status(&self) -> ExitStatus {
        match self {
            Self::Refused(error) if error.class.is_refusal() => ExitStatus::AwsRefused,
            Self::Refused(_) => ExitStatus::Partial,
            Self::Unknown { .. } | Self::Nobody => ExitStatus::Usage,
        }
    }
}
