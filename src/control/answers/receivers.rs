//! Every receiver that the state knows: those of the configuration, and former ones.

use std::collections::BTreeMap;

use serde::Serialize;
use time::OffsetDateTime;

use super::Answers;
use crate::store::{StoreError, sink_of};

/// A sink with one of its destinations.
#[derive(Debug, Serialize)]
pub(super) struct Receiver {
    /// The sink's name, which `state forget` takes.
    pub(super) sink: String,
    /// The fingerprint of the destination.
    pub(super) destination: String,
    /// Whether the configuration names this sink with this destination.
    pub(super) is_configured: bool,
    /// When it was last configured, where that is kept.
    #[serde(with = "time::serde::rfc3339::option")]
    pub(super) last_configured: Option<OffsetDateTime>,
    /// Events that wait for it.
    pub(super) waiting: u64,
    /// Events that it rejected for good.
    pub(super) dead_letters: u64,
}

impl Answers {
    /// The receivers by sink, those of the configuration first.
    pub(super) fn receivers(&self) -> Result<Vec<Receiver>, StoreError> {
        let (fills, letters) = (self.store.outbox_fills(), self.store.dead_letter_counts());
        let mut known: BTreeMap<String, Option<OffsetDateTime>> = BTreeMap::new();
        let all = self.receivers.iter().map(|it| &it.id);
        let all = all.chain(fills.keys());
        known.extend(all.chain(letters.keys()).map(|id| (id.clone(), None)));
        for receiver in self.store.receivers()? {
            let seconds = receiver.configured_at_unix_ms.div_euclid(1_000);
            let at = OffsetDateTime::from_unix_timestamp(seconds).ok();
            known.insert(receiver.receiver, at);
        }
        let receivers = known.into_iter().map(|(id, last_configured)| Receiver {
            sink: sink_of(&id).to_owned(),
            destination: id.rsplit_once('@').map_or("", |(_, at)| at).to_owned(),
            is_configured: self.receivers.iter().any(|it| it.id == id),
            last_configured,
            waiting: fills.get(&id).map_or(0, |fill| fill.events),
            dead_letters: letters.get(&id).copied().unwrap_or_default(),
        });
        let mut receivers: Vec<Receiver> = receivers.collect();
        receivers.sort_by(|a, b| {
            let rank = |it: &Receiver| (it.sink.clone(), !it.is_configured, it.last_configured);
            rank(a).cmp(&rank(b))
        });
        Ok(receivers)
    }
}
