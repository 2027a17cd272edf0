//! Room in the outboxes: a sink that does not keep up holds back what is collected for it, and
//! nothing else.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::pass::Target;
use crate::config::OutboxLimits;
use crate::store::{Fill, Store};

/// How long a full outbox may stay as full as it is before the pass goes on without its sink.
const PATIENCE: Duration = Duration::from_secs(30);
const POLL: Duration = Duration::from_millis(200);

/// Which sinks still take part in a pass.
#[derive(Debug)]
pub(super) struct Room<'a> {
    store: &'a Store,
    targets: &'a [Target],
    full: BTreeSet<String>,
    /// Users that sinks with a full outbox were not told of, by sink.
    pub(super) held_up: BTreeMap<String, u64>,
}

impl<'a> Room<'a> {
    pub(super) fn new(store: &'a Store, targets: &'a [Target]) -> Self {
        Self {
            store,
            targets,
            full: BTreeSet::new(),
            held_up: BTreeMap::new(),
        }
    }

    /// The sinks that `users` more can be staged for. Waits for those that are full and still
    /// take batches.
    pub(super) async fn targets(&mut self, users: usize) -> Vec<Target> {
        let mut open = Vec::with_capacity(self.targets.len());
        for target in self.targets {
            if !self.full.contains(&target.sink) && !self.has_room(target).await {
                let Fill { events, bytes } = self.store.outbox_fill(&target.sink);
                tracing::error!(
                    sink = target.sink,
                    events,
                    bytes,
                    "the outbox is full and its sink takes nothing: what is collected for it now \
                     is sent by a later pass"
                );
                self.full.insert(target.sink.clone());
            }
            if self.full.contains(&target.sink) {
                *self.held_up.entry(target.sink.clone()).or_default() += users as u64;
            } else {
                open.push(target.clone());
            }
        }
        open
    }

    async fn has_room(&self, target: &Target) -> bool {
        let mut fill = self.store.outbox_fill(&target.sink);
        let mut since = Instant::now();
        while !has_room(target.outbox, fill) {
            if since.elapsed() >= PATIENCE {
                return false;
            }
            sleep(POLL).await;
            let now = self.store.outbox_fill(&target.sink);
            if now.events < fill.events {
                since = Instant::now();
            }
            fill = now;
        }
        true
    }
}

fn has_room(limits: OutboxLimits, fill: Fill) -> bool {
    fill.events < limits.events && fill.bytes < limits.bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::map::Dialect;
    use crate::model::{Digest, EventId};
    use crate::store::{BatchLimits, StagedEvent, Staging};

    fn target(events: u64) -> Target {
        let bytes = u64::MAX;
        Target {
            sink: "siem".to_owned(),
            dialect: Dialect::Ocsf,
            outbox: OutboxLimits { events, bytes },
        }
    }

    /// A store in which one event waits for the sink.
    fn store(dir: &std::path::Path) -> Store {
        let store = Store::open(dir).unwrap();
        let mut staging = Staging::new(time::OffsetDateTime::UNIX_EPOCH);
        staging.events.push(StagedEvent {
            sink: "siem".to_owned(),
            user_id: "AIDA1".to_owned(),
            id: EventId::from_bytes([1; 16]),
            digest: Digest::of(b"1"),
            json: b"{}".to_vec(),
        });
        store.stage("111122223333", staging, false).unwrap();
        store
    }

    #[tokio::test(start_paused = true)]
    async fn a_full_outbox_whose_sink_takes_nothing_is_left_out_after_a_while() {
        let dir = tempfile::tempdir().unwrap();
        let (store, targets) = (store(dir.path()), [target(1)]);
        let mut room = Room::new(&store, &targets);
        let start = Instant::now();
        assert!(room.targets(7).await.is_empty());
        assert!(start.elapsed() >= PATIENCE);
        assert!(room.targets(3).await.is_empty());
        assert!(start.elapsed() < PATIENCE * 2, "it waits once a pass");
        assert_eq!(room.held_up["siem"], 10);
    }

    #[tokio::test(start_paused = true)]
    async fn a_full_outbox_whose_sink_takes_batches_is_waited_for() {
        let dir = tempfile::tempdir().unwrap();
        let (store, targets) = (store(dir.path()), [target(1)]);
        let mut room = Room::new(&store, &targets);
        let deliver = async {
            sleep(PATIENCE / 2).await;
            let limits = BatchLimits {
                count: 10,
                bytes: usize::MAX,
            };
            let batch = store.next_batch("siem", limits).unwrap();
            store.acknowledge(&[batch.events[0].receipt()]).unwrap();
        };
        let (open, ()) = tokio::join!(room.targets(7), deliver);
        assert_eq!(open, targets);
        assert!(room.held_up.is_empty());
    }
}
