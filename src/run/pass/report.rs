//! What one pass over one account found.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::aws::{AwsError, CallCounts, CallOutcomes, LearntRates};
use crate::collect::{Completeness, Enumeration, FactsProvenance};
use crate::foreign::Shown;
use crate::model::{PassRecord, PassStamp, Tally, Unknown, User};
use crate::run::stage::{AccountVerdicts, ChunkCounts, SendCounts, unknown_verdict};
use crate::store::Checkpoint;

/// The most characters of a reason that are kept with a pass.
const REASON_MAX: usize = 500;

/// How many users lack a fact that was asked for, by its name and why it could not be read.
pub type UnknownCounts = BTreeMap<(&'static str, Unknown), u64>;

/// What one pass over one account found.
#[derive(Debug, Default)]
pub struct PassReport {
    /// The pass's id, `metadata.correlation_uid` of its events.
    pub pass_id: String,
    /// The account's id.
    pub account_id: String,
    /// Users collected.
    pub users: u64,
    /// Users that were deleted while the pass was under way.
    pub vanished: u64,
    /// Facts that were asked for and could not be read.
    pub unknown_facts: UnknownCounts,
    /// Those of them that were never known.
    pub missing_facts: u64,
    /// Facts that are as last known.
    pub stale_facts: u64,
    /// What was staged, by sink.
    pub(in crate::run) sent: SendCounts,
    /// Events staged from what was known before, for sinks that lacked it, by sink.
    pub caught_up: BTreeMap<String, u64>,
    /// Users that were not staged for sinks with a full outbox, by sink.
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
    pub provenance: Vec<FactsProvenance>,
    /// Calls a second that AWS let through, where that is less than configured.
    pub learnt_rates: LearntRates,
    /// The account's checkpoint after the pass.
    pub checkpoint: Option<Checkpoint>,
    /// Calls to AWS, retries included.
    pub calls: CallCounts,
    /// What became of them.
    pub outcomes: CallOutcomes,
    /// How long the pass took.
    pub duration: Duration,
}

/// What became of users that a complete inventory did not hold.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Deletions {
    /// Reported as deleted.
    pub sent: u64,
    /// Held back until accepted: more than may be gone at once.
    pub held_back: u64,
    /// Not confirmed: reported if the next complete inventory does not hold them either.
    pub unconfirmed: u64,
}

impl PassReport {
    /// Events staged about users that the pass saw, by sink.
    pub fn queued(&self) -> &BTreeMap<String, u64> {
        &self.sent.queued
    }

    /// Events staged that say that a user is gone, or a former ARN no user's any more, by sink.
    pub fn gone(&self) -> &BTreeMap<String, u64> {
        &self.sent.gone
    }

    /// Users about which the sink needs no event, by sink.
    pub fn unchanged(&self) -> &BTreeMap<String, u64> {
        &self.sent.unchanged
    }

    /// Events that cannot be sent, and are dead letters, by sink.
    pub fn unsendable(&self) -> &BTreeMap<String, u64> {
        &self.sent.unsendable
    }

    /// Whether everything that was asked for is known, and staged.
    pub fn is_whole(&self) -> bool {
        self.is_collected() && self.sent.unsendable.is_empty() && self.held_up.is_empty()
    }

    /// Whether everything that was asked for is known.
    pub(in crate::run) fn is_collected(&self) -> bool {
        self.saw_every_user() && self.unknown_facts.is_empty() && self.deletions.held_back == 0
    }

    /// Whether nothing contradicts that every user was seen.
    pub fn saw_every_user(&self) -> bool {
        let missing = self.completeness.as_ref().and_then(Completeness::missing);
        self.failure.is_none() && missing.is_none()
    }

    /// Why not every user was seen, if so.
    pub fn why_incomplete(&self) -> Option<String> {
        incomplete(self.failure.as_ref(), self.completeness.as_ref())
    }

    /// Adds a chunk of `users` and what became of it.
    pub(super) fn add_chunk(&mut self, users: usize, counts: ChunkCounts) {
        self.users += users as u64;
        self.sent.add(counts.sent);
        self.tally.add(counts.tally);
        self.appeared += counts.appeared;
        self.changed += counts.changed;
        self.missing_facts += counts.missing_facts;
        self.stale_facts += counts.stale_facts;
    }

    /// Adds users that were not staged for `sink`.
    pub(super) fn add_held_up(&mut self, sink: &str, users: u64) {
        if users > 0 {
            self.held_up.insert(sink.to_owned(), users);
        }
    }

    /// Adds how the enumeration ended.
    pub(super) fn add_enumeration<E: Into<AwsError>>(&mut self, ended: Enumeration<E>) {
        self.vanished = ended.vanished;
        self.failure = ended.failure.map(Into::into);
        self.completeness = Some(ended.completeness);
        self.provenance = ended.provenance;
    }

    /// The pass `stamp` as the history keeps it.
    pub(super) fn record(&self, stamp: PassStamp) -> PassRecord {
        let reason = self.why_incomplete();
        PassRecord {
            id: stamp.id.to_string(),
            duration_ms: u64::try_from(self.duration.as_millis()).unwrap_or(u64::MAX),
            users: self.users,
            tally: self.tally,
            appeared: self.appeared,
            changed: self.changed,
            deleted: self.deletions.sent,
            held_back: self.deletions.held_back,
            missing_facts: self.missing_facts,
            stale_facts: self.stale_facts,
            incomplete: reason.map(|reason| Shown::within(reason, REASON_MAX)),
        }
    }

    /// What is missing, in few words.
    pub(in crate::run) fn why_not_whole(&self) -> String {
        if let Some(why) = self.why_incomplete() {
            return format!("incomplete: {why}");
        }
        if self.deletions.held_back > 0 {
            return format!("{} users gone at once, held back", self.deletions.held_back);
        }
        match self.unknown_facts.keys().next() {
            Some((fact, why)) => format!("{fact} unknown ({why})"),
            None => String::new(),
        }
    }
}

/// Counts the facts about `users` that were asked for and could not be read.
pub(in crate::run) fn count_unknown(
    counts: &mut UnknownCounts,
    users: &[User],
    verdicts: &AccountVerdicts,
) {
    for user in users {
        let facts = user.unknown_facts().into_iter();
        for (fact, why) in facts.chain(unknown_verdict(verdicts, user)) {
            if why.reason.is_shortfall() {
                *counts.entry((fact, why.clone())).or_default() += 1;
            }
        }
    }
}

/// Why an enumeration that ended so did not see every user, if so.
pub fn incomplete(
    failure: Option<&AwsError>,
    completeness: Option<&Completeness>,
) -> Option<String> {
    match (failure, completeness) {
        (Some(error), _) => Some(error.to_string()),
        (None, completeness) => completeness.and_then(Completeness::missing),
    }
}
