//! What the line of progress says: the phase, how much of how much, and how fast.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// What work is at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Users are read, of AWS.
    Users,
    /// Records of CloudTrail are read.
    Records,
    /// Saved files are read, all in one step.
    Files,
    /// What users can do is judged, all in one step.
    Judging,
    /// Events are made of users.
    Mapping,
    /// Sinks take events.
    Delivering,
}

impl Phase {
    fn verb(self) -> &'static str {
        match self {
            Self::Users | Self::Records | Self::Files => "reading",
            Self::Judging => "judging",
            Self::Mapping => "mapping",
            Self::Delivering => "delivering",
        }
    }

    fn unit(self) -> &'static str {
        match self {
            Self::Users | Self::Judging | Self::Mapping => "users",
            Self::Records => "records",
            Self::Files => "files",
            Self::Delivering => "events",
        }
    }
}

/// What is known of the work.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) phase: Phase,
    /// How many of the phase's units are done. Steps that are one have none.
    pub(super) done: u64,
    /// How many there are; 0 where nobody knows.
    pub(super) total: Arc<AtomicU64>,
    /// What the units belong to, as `accounts`: so many are done, of so many.
    pub(super) parts: Option<(&'static str, u64, u64)>,
    /// Events that sinks took while something else goes on.
    pub(super) delivered: u64,
}

impl Line {
    pub(super) fn new(phase: Phase) -> Self {
        Self {
            phase,
            done: 0,
            total: Arc::default(),
            parts: None,
            delivered: 0,
        }
    }

    /// The line, at a rate of so many units a second, in at most so many columns: what counts least is
    /// left out whole.
    pub(super) fn text(&self, per_second: f64, columns: usize) -> String {
        let mut text = self.count();
        let rate = (self.done > 0).then(|| format!("{per_second:.0}/s"));
        // One of one says nothing.
        let parts = self.parts.filter(|(_, _, of)| *of > 1);
        let parts = parts.map(|(unit, done, of)| format!("{done} of {of} {unit}"));
        let delivered =
            (self.delivered > 0).then(|| format!("{} events delivered", self.delivered));
        for more in [rate, parts, delivered].into_iter().flatten() {
            if text.len() + ", ".len() + more.len() > columns {
                break;
            }
            text = format!("{text}, {more}");
        }
        text
    }

    fn count(&self) -> String {
        let (verb, unit, done) = (self.phase.verb(), self.phase.unit(), self.done);
        // The root user is one more than AWS counts.
        let total = self.total.load(Ordering::Relaxed);
        let has_more_parts = self.parts.is_some_and(|(_, _, of)| of > 1);
        match (self.phase, total) {
            (Phase::Files, _) => format!("{verb} {unit}"),
            (Phase::Judging, total) => format!("{verb} {total} {unit}"),
            // That of the parts that have begun is none of the whole.
            (_, 0) => format!("{verb} {done} {unit}"),
            (_, _) if has_more_parts => format!("{verb} {done} {unit}"),
            (_, total) => format!("{verb} {done} of {} {unit}", total.max(done)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(phase: Phase, done: u64, total: u64) -> Line {
        let line = Line::new(phase);
        line.total.store(total, Ordering::Relaxed);
        Line { done, ..line }
    }

    #[test]
    fn every_phase_says_what_it_does_and_how_much_of_how_much() {
        let mut texts = Vec::new();
        let accounts = |done, of| Some(("accounts", done, of));
        texts.push(line(Phase::Users, 0, 0).text(0.0, 80));
        texts.push(line(Phase::Users, 1_200, 5_000).text(830.4, 80));
        texts.push(line(Phase::Users, 5_001, 5_000).text(830.4, 80));
        let mut one = line(Phase::Users, 1_200, 5_000);
        one.parts = accounts(0, 1);
        texts.push(one.text(830.4, 80));
        let mut many = line(Phase::Users, 1_200, 5_000);
        many.parts = accounts(3, 12);
        many.delivered = 400;
        texts.push(many.text(830.4, 80));
        let mut records = line(Phase::Records, 3_400, 0);
        records.parts = Some(("regions", 3, 17));
        texts.push(records.text(90.0, 80));
        texts.push(line(Phase::Files, 0, 0).text(0.0, 80));
        texts.push(line(Phase::Judging, 0, 5_000).text(0.0, 80));
        texts.push(line(Phase::Mapping, 100, 5_000).text(9_000.0, 80));
        texts.push(line(Phase::Delivering, 100, 5_000).text(90.0, 80));
        insta::assert_snapshot!(texts.join("\n"), @r"
        reading 0 users
        reading 1200 of 5000 users, 830/s
        reading 5001 of 5001 users, 830/s
        reading 1200 of 5000 users, 830/s
        reading 1200 users, 830/s, 3 of 12 accounts, 400 events delivered
        reading 3400 records, 90/s, 3 of 17 regions
        reading files
        judging 5000 users
        mapping 100 of 5000 users, 9000/s
        delivering 100 of 5000 events, 90/s
        ");
    }

    #[test]
    fn what_counts_least_is_left_out_where_there_is_no_room() {
        let mut line = line(Phase::Users, 1_200, 0);
        line.parts = Some(("accounts", 3, 12));
        line.delivered = 400;
        let texts = [70, 45, 30, 10].map(|columns| line.text(830.4, columns));
        insta::assert_snapshot!(texts.join("\n"), @r"
        reading 1200 users, 830/s, 3 of 12 accounts, 400 events delivered
        reading 1200 users, 830/s, 3 of 12 accounts
        reading 1200 users, 830/s
        reading 1200 users
        ");
    }
}
