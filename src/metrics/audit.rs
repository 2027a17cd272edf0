//! How the audit log is followed.

use prometheus::{GaugeVec, IntCounterVec};
use time::OffsetDateTime;

use super::MetricsError;
use super::families::{Families, seconds};

/// How the audit log is followed, by the sink that it is followed for.
#[derive(Debug)]
pub struct Audit {
    records: IntCounterVec,
    read_at: GaugeVec,
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
        })
    }

    /// So many new records of a region were taken for `sink`.
    pub fn took(&self, place: [&str; 3], records: u64) {
        self.records.with_label_values(&place).inc_by(records);
    }

    /// A region was read to its end, `at` that time, for `sink`.
    pub fn read(&self, place: [&str; 3], at: OffsetDateTime) {
        let unix_ms = at.unix_timestamp_nanos() / 1_000_000;
        let at = seconds(i64::try_from(unix_ms).unwrap_or_default());
        self.read_at.with_label_values(&place).set(at);
    }
}
