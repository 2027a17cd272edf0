//! What sinks took, and how long they took for it.

use std::time::Duration;

use prometheus::{Histogram, HistogramVec, IntCounter, IntCounterVec};

use super::MetricsError;
use super::families::Families;
use crate::deliver::Verdict;
use crate::foreign::Shown;

/// From a file to a receiver that is about to time out, in seconds.
const BUCKETS: [f64; 11] = [
    0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 30.0,
];

/// What all sinks took.
#[derive(Debug)]
pub(super) struct Deliveries {
    deliveries: IntCounterVec,
    delivered: IntCounterVec,
    duration: HistogramVec,
}

/// What one sink took.
#[derive(Debug, Clone)]
pub struct SinkMetrics {
    sink: String,
    deliveries: IntCounterVec,
    delivered: IntCounter,
    duration: Histogram,
}

impl Deliveries {
    pub(super) fn new(families: Families<'_>) -> Result<Self, MetricsError> {
        Ok(Self {
            deliveries: families.counter(
                "rollcall_deliveries_total",
                "Batches that were offered to the sink, by what it said.",
                &["sink", "verdict"],
            )?,
            delivered: families.counter(
                "rollcall_events_delivered_total",
                "Events that the sink took.",
                &["sink"],
            )?,
            duration: families.histogram(
                "rollcall_delivery_duration_seconds",
                "How long the sink took to answer to a batch, whatever it said.",
                &["sink"],
                &BUCKETS,
            )?,
        })
    }

    pub(super) fn of_sink(&self, sink: &str) -> SinkMetrics {
        let sink = Shown::of(sink);
        let sink = sink.as_str();
        SinkMetrics {
            sink: sink.to_owned(),
            deliveries: self.deliveries.clone(),
            delivered: self.delivered.with_label_values(&[sink]),
            duration: self.duration.with_label_values(&[sink]),
        }
    }
}

impl SinkMetrics {
    /// The sink answered to a batch with `verdict`, after `duration`.
    pub fn answered(&self, verdict: &Verdict, duration: Duration) {
        let labels = [self.sink.as_str(), verdict.as_str()];
        self.deliveries.with_label_values(&labels).inc();
        self.duration.observe(duration.as_secs_f64());
    }

    /// So many events left the outbox, since the sink took them.
    pub fn delivered(&self, events: usize) {
        self.delivered.inc_by(events as u64);
    }
}
