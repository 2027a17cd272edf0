//! How metrics are made: named, described and registered at once.

use prometheus::{
    GaugeVec, HistogramOpts, HistogramVec, IntCounterVec, IntGaugeVec, Opts, Registry,
};

use super::MetricsError;

/// Makes metrics that `Registry` then knows. A metric has no sample before it is first set, so
/// that nothing unknown reads as 0.
#[derive(Debug, Clone, Copy)]
pub(super) struct Families<'a>(pub(super) &'a Registry);

impl Families<'_> {
    /// A count that only grows.
    pub(super) fn counter(
        self,
        name: &str,
        help: &str,
        labels: &[&str],
    ) -> Result<IntCounterVec, MetricsError> {
        let made = IntCounterVec::new(Opts::new(name, help), labels)?;
        self.0.register(Box::new(made.clone()))?;
        Ok(made)
    }

    /// A whole number that goes up and down.
    pub(super) fn gauge(
        self,
        name: &str,
        help: &str,
        labels: &[&str],
    ) -> Result<IntGaugeVec, MetricsError> {
        let made = IntGaugeVec::new(Opts::new(name, help), labels)?;
        self.0.register(Box::new(made.clone()))?;
        Ok(made)
    }

    /// A number that goes up and down, such as a time in seconds.
    pub(super) fn fraction(
        self,
        name: &str,
        help: &str,
        labels: &[&str],
    ) -> Result<GaugeVec, MetricsError> {
        let made = GaugeVec::new(Opts::new(name, help), labels)?;
        self.0.register(Box::new(made.clone()))?;
        Ok(made)
    }

    /// Durations in seconds, counted by the upper bounds `buckets`.
    pub(super) fn histogram(
        self,
        name: &str,
        help: &str,
        labels: &[&str],
        buckets: &[f64],
    ) -> Result<HistogramVec, MetricsError> {
        let options = HistogramOpts::new(name, help).buckets(buckets.to_vec());
        let made = HistogramVec::new(options, labels)?;
        self.0.register(Box::new(made.clone()))?;
        Ok(made)
    }
}

/// A time in Unix milliseconds, in seconds.
pub(super) fn seconds(unix_ms: i64) -> f64 {
    unix_ms as f64 / 1_000.0
}
