//! Passes: how they ended, and how long they took.

use prometheus::{Histogram, IntCounterVec};

use super::MetricsError;
use super::families::Families;
use crate::run::PassReport;

/// From a small account to one of 100,000 users, in seconds.
const BUCKETS: [f64; 11] = [
    0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 900.0, 3_600.0,
];
const COMPLETE: &str = "complete";
const INCOMPLETE: &str = "incomplete";
const FAILED: &str = "failed";

/// Passes, each over one account.
#[derive(Debug)]
pub(super) struct Passes {
    passes: IntCounterVec,
    duration: Histogram,
}

impl Passes {
    pub(super) fn new(families: Families<'_>) -> Result<Self, MetricsError> {
        let passes = families.counter(
            "rollcall_passes_total",
            "Passes, each over one account: complete saw every user, incomplete did not, failed \
             did not begin.",
            &["result"],
        )?;
        for result in [COMPLETE, INCOMPLETE, FAILED] {
            passes.with_label_values(&[result]);
        }
        let durations = families.histogram(
            "rollcall_pass_duration_seconds",
            "How long a pass over one account took, whether or not it saw every user.",
            &[],
            &BUCKETS,
        )?;
        Ok(Self {
            passes,
            duration: durations.get_metric_with_label_values::<&str>(&[])?,
        })
    }

    pub(super) fn ended(&self, report: &PassReport) {
        let result = match report.saw_every_user() {
            true => COMPLETE,
            false => INCOMPLETE,
        };
        self.passes.with_label_values(&[result]).inc();
        self.duration.observe(report.duration.as_secs_f64());
    }

    pub(super) fn failed(&self) {
        self.passes.with_label_values(&[FAILED]).inc();
    }
}
