//! What waits for sinks, and what the store takes up.

use std::collections::BTreeMap;

use prometheus::{GaugeVec, IntGauge, IntGaugeVec};

use super::MetricsError;
use super::accounts::whole;
use super::families::{Families, seconds};
use crate::foreign::Shown;
use crate::run::Receiver;
use crate::store::{Fill, Store, sink_of};

/// What waits for sinks, as the store counts it.
#[derive(Debug)]
pub(super) struct Outbox {
    events: IntGaugeVec,
    bytes: IntGaugeVec,
    capacity: IntGaugeVec,
    oldest: GaugeVec,
    dead_letters: IntGaugeVec,
    store_bytes: IntGauge,
    quarantines: IntGauge,
}

/// What waits for one sink, whichever its destination.
#[derive(Debug, Default)]
struct Waiting {
    fill: Fill,
    dead_letters: u64,
}

impl Outbox {
    pub(super) fn new(families: Families<'_>) -> Result<Self, MetricsError> {
        let of_sink = |name, help| families.gauge(name, help, &["sink"]);
        let alone = |name, help| {
            let gauge = families.gauge(name, help, &[])?;
            gauge.get_metric_with_label_values::<&str>(&[])
        };
        Ok(Self {
            events: of_sink(
                "rollcall_outbox_events",
                "Events that wait for the sink, those for earlier destinations of it included.",
            )?,
            bytes: of_sink(
                "rollcall_outbox_bytes",
                "Bytes that they take up in the store.",
            )?,
            capacity: of_sink(
                "rollcall_outbox_capacity_events",
                "How many events may wait for the sink.",
            )?,
            oldest: families.fraction(
                "rollcall_outbox_oldest_timestamp_seconds",
                "When the oldest of the events that wait was queued; none if nothing waits.",
                &["sink"],
            )?,
            dead_letters: of_sink(
                "rollcall_dead_letters",
                "Events that the sink rejected for good, kept until somebody decides.",
            )?,
            store_bytes: alone("rollcall_store_bytes", "Bytes of the store on disk.")?,
            quarantines: alone(
                "rollcall_store_quarantines",
                "Damaged stores that were moved aside and are kept.",
            )?,
        })
    }

    /// Sets everything from the counts that `store` keeps in memory, and from its files' sizes.
    pub(super) fn refresh(&self, store: &Store, receivers: &[Receiver]) {
        for gauge in [
            &self.events,
            &self.bytes,
            &self.capacity,
            &self.dead_letters,
        ] {
            gauge.reset();
        }
        self.oldest.reset();
        for receiver in receivers {
            let sink = Shown::of(&receiver.sink);
            let capacity = self.capacity.with_label_values(&[sink.as_str()]);
            capacity.set(whole(receiver.outbox.events));
        }
        for (sink, waiting) in waiting(store, receivers) {
            let sink = [Shown::of(sink)];
            let sink = sink.each_ref().map(Shown::as_str);
            let set = |gauge: &IntGaugeVec, count| {
                gauge.with_label_values(&sink).set(whole(count));
            };
            set(&self.events, waiting.fill.events);
            set(&self.bytes, waiting.fill.bytes);
            set(&self.dead_letters, waiting.dead_letters);
            if let Some(at) = waiting.fill.oldest_unix_ms {
                self.oldest.with_label_values(&sink).set(seconds(at));
            }
        }
        let size = store.size();
        self.store_bytes.set(whole(size.bytes));
        self.quarantines.set(whole(size.quarantines));
    }
}

/// What waits, by the name of the sink; of configured ones also where nothing does.
fn waiting(store: &Store, receivers: &[Receiver]) -> BTreeMap<String, Waiting> {
    let configured = receivers.iter().map(|it| it.sink.clone());
    let mut sinks: BTreeMap<String, Waiting> =
        configured.map(|sink| (sink, Waiting::default())).collect();
    for (receiver, fill) in store.outbox_fills() {
        let sink = sinks.entry(sink_of(&receiver).to_owned()).or_default();
        sink.fill.events += fill.events;
        sink.fill.bytes += fill.bytes;
        let both = [sink.fill.oldest_unix_ms, fill.oldest_unix_ms];
        sink.fill.oldest_unix_ms = both.into_iter().flatten().min();
    }
    for (receiver, letters) in store.dead_letter_counts() {
        let sink = sinks.entry(sink_of(&receiver).to_owned()).or_default();
        sink.dead_letters += letters;
    }
    sinks
}
