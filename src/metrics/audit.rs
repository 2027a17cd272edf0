//! How the audit log is followed.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use prometheus::{GaugeVec, IntCounterVec, IntGaugeVec};
use time::OffsetDateTime;

use super::MetricsError;
use super::families::{Families, seconds};
use crate::foreign::Shown;

/// How the audit log is followed, by the sink that it is followed for.
#[derive(Debug)]
pub struct Audit {
    records: IntCounterVec,
    read_at: GaugeVec,
    refreshed: IntCounterVec,
    failing: IntGaugeVec,
    failures: Mutex<BTreeMap<(&'static str, String), AuditFailure>>,
}

/// What does not work at the moment.
#[derive(Debug, Clone)]
pub struct AuditFailure {
    /// What, in words that a place follows.
    pub what: &'static str,
    /// Where: an account, with a region or without.
    pub place: String,
    /// Since when.
    pub since: OffsetDateTime,
    /// Why, as of the last try.
    pub why: Shown,
}

impl Audit {
    pub(super) fn new(families: Families<'_>) -> Result<Self, MetricsError> {
        let labels = ["sink", "account", "region"];
        Ok(Self {
            records: families.counter(
                "rollcall_audit_records_total",
                "Records of CloudTrail that were put into the outbox.",
                &labels,
            )?,
            read_at: families.fraction(
                "rollcall_audit_read_timestamp_seconds",
                "Up to when the records of a region were last read to their end.",
                &labels,
            )?,
            refreshed: families.counter(
                "rollcall_users_refreshed_total",
                "Users who were read again since a record said that they changed.",
                &["account"],
            )?,
            failing: families.gauge(
                "rollcall_audit_failing",
                "Whether following CloudTrail, or reading users again, fails somewhere.",
                &["work", "place"],
            )?,
            failures: Mutex::default(),
        })
    }

    /// So many new records of a region were taken for `sink`.
    pub fn took(&self, place: [&str; 3], records: u64) {
        self.records.with_label_values(&place).inc_by(records);
    }

    /// So many users of `account` were read again.
    pub fn refreshed(&self, account: &str, users: u64) {
        self.refreshed.with_label_values(&[account]).inc_by(users);
    }

    /// `work` fails at a place: `what`, in words.
    pub fn fails(&self, work: &'static str, what: &'static str, place: &str, why: &Shown) {
        self.failing.with_label_values(&[work, place]).set(1);
        let mut failures = self.failures();
        let failure = failures
            .entry((work, place.to_owned()))
            .or_insert_with(|| AuditFailure {
                what,
                place: place.to_owned(),
                since: OffsetDateTime::now_utc(),
                why: why.clone(),
            });
        failure.why = why.clone();
    }

    /// `work` does not fail there, or is not done any more.
    pub fn works(&self, work: &'static str, place: &str) {
        self.failing.with_label_values(&[work, place]).set(0);
        self.failures().remove(&(work, place.to_owned()));
    }

    /// What fails.
    pub fn failing(&self) -> Vec<AuditFailure> {
        self.failures().values().cloned().collect()
    }

    fn failures(&self) -> MutexGuard<'_, BTreeMap<(&'static str, String), AuditFailure>> {
        self.failures.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A region was read to its end, `at` that time, for `sink`.
    pub fn read(&self, place: [&str; 3], at: OffsetDateTime) {
        let unix_ms = at.unix_timestamp_nanos() / 1_000_000;
        let at = seconds(i64::try_from(unix_ms).unwrap_or_default());
        self.read_at.with_label_values(&place).set(at);
    }
}
