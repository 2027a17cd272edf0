//! When a daemon passes, and whether it took its configuration.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use prometheus::{GaugeVec, IntCounterVec, IntGaugeVec};
use time::OffsetDateTime;

use super::MetricsError;
use super::families::Families;

/// Of a metric without labels.
const ALONE: [&str; 0] = [];

/// When a daemon passes, and whether it took its configuration.
#[derive(Debug)]
pub struct Schedule {
    next_pass: GaugeVec,
    period: GaugeVec,
    reload_successful: IntGaugeVec,
    reload_success_at: GaugeVec,
    reloads: IntCounterVec,
    reload_errors: IntCounterVec,
    refused: Mutex<Option<Refusal>>,
}

/// A configuration that was not taken.
#[derive(Debug, Clone)]
pub struct Refusal {
    /// When it was refused.
    pub at: OffsetDateTime,
    /// Why.
    pub why: String,
}

impl Schedule {
    pub(super) fn new(families: Families<'_>) -> Result<Self, MetricsError> {
        let schedule = Self {
            next_pass: families.fraction(
                "rollcall_next_pass_timestamp_seconds",
                "When the next pass begins; of the past while one is under way.",
                &ALONE,
            )?,
            period: families.fraction(
                "rollcall_schedule_period_seconds",
                "From the start of one pass to the start of the next.",
                &ALONE,
            )?,
            reload_successful: families.gauge(
                "rollcall_config_last_reload_successful",
                "Whether the configuration was taken the last time that it was read.",
                &ALONE,
            )?,
            reload_success_at: families.fraction(
                "rollcall_config_last_reload_success_timestamp_seconds",
                "When a configuration was last taken.",
                &ALONE,
            )?,
            reloads: families.counter(
                "rollcall_config_reloads_total",
                "How often the configuration was read again.",
                &ALONE,
            )?,
            reload_errors: families.counter(
                "rollcall_config_reloads_errors_total",
                "How often it was refused.",
                &ALONE,
            )?,
            refused: Mutex::default(),
        };
        schedule.taken();
        Ok(schedule)
    }

    /// A configuration was taken just now, at the start or by a reload.
    fn taken(&self) {
        self.reload_successful.with_label_values(&ALONE).set(1);
        let at = self.reload_success_at.with_label_values(&ALONE);
        at.set(seconds(OffsetDateTime::now_utc()));
    }

    /// Passes begin `period` apart.
    pub fn set_period(&self, period: Duration) {
        let gauge = self.period.with_label_values(&ALONE);
        gauge.set(period.as_secs_f64());
    }

    /// The next pass begins `at`.
    pub fn set_next_pass(&self, at: OffsetDateTime) {
        self.next_pass.with_label_values(&ALONE).set(seconds(at));
    }

    /// When the next pass begins; `None` before that was said.
    pub fn next_pass(&self) -> Option<OffsetDateTime> {
        let at = self.next_pass.with_label_values(&ALONE).get();
        let at = OffsetDateTime::from_unix_timestamp(at as i64).ok();
        at.filter(|at| *at != OffsetDateTime::UNIX_EPOCH)
    }

    /// The configuration was read again, and taken, or refused for this reason.
    pub fn reloaded(&self, outcome: Result<(), &str>) {
        self.reloads.with_label_values(&ALONE).inc();
        let mut refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        match outcome {
            Ok(()) => {
                *refused = None;
                self.taken();
            }
            Err(why) => {
                *refused = Some(Refusal {
                    at: OffsetDateTime::now_utc(),
                    why: why.to_owned(),
                });
                self.reload_successful.with_label_values(&ALONE).set(0);
                self.reload_errors.with_label_values(&ALONE).inc();
            }
        }
    }

    /// The last configuration that was read, if it was refused.
    pub fn refused(&self) -> Option<Refusal> {
        let refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        refused.clone()
    }
}

/// A time, in Unix seconds.
fn seconds(at: OffsetDateTime) -> f64 {
    at.unix_timestamp_nanos() as f64 / 1e9
}
