//! What happened, as summaries and exit codes tell it.

use std::collections::BTreeMap;
use std::time::Duration;

use super::deletions::Deletions;
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

/// What `collect` did.
#[derive(Debug, Default)]
pub struct RunReport {
    /// The pass; `None` when AWS refused before it began.
    pub pass: Option<PassReport>,
    /// Why AWS refused, then.
    pub refused: Option<AwsError>,
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
        let of_pass = match (&self.refused, &self.pass) {
            (Some(error), _) if error.class.is_refusal() => ExitStatus::AwsRefused,
            (Some(_), _) => ExitStatus::Partial,
            (None, pass) => pass.as_ref().map_or(ExitStatus::Done, PassReport::status),
        };
        if self.is_interrupted {
            ExitStatus::Interrupted
        } else if of_pass == ExitStatus::AwsRefused {
            of_pass
        } else if !self.sinks.iter().all(SinkReport::is_done) {
            ExitStatus::Undelivered
        } else {
            of_pass
        }
    }
}
