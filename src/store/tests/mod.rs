//! The store by behaviour: what it keeps, what it gives back, and what damage does to it.

mod damage;
mod delivery;
mod directory;
mod formats;
mod full_disk;
mod history;
mod model;
mod size;
mod staging;

use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::{BatchLimits, Queued, Receipt, StagedCounts, StagedEvent, Staging, Store};
use crate::model::{Digest, EventId};

const ACCOUNT: &str = "111122223333";
const SINK: &str = "siem";
const ALL: BatchLimits = BatchLimits {
    count: usize::MAX,
    bytes: usize::MAX,
};

/// A state directory and, while it is open, its store.
struct Fixture {
    _home: TempDir,
    dir: PathBuf,
    store: Option<Store>,
}

impl Fixture {
    fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        let dir = home.path().join("state");
        let store = Some(Store::open(&dir).unwrap());
        Self {
            _home: home,
            dir,
            store,
        }
    }

    fn store(&self) -> &Store {
        self.store.as_ref().expect("an open store")
    }

    fn close(&mut self) {
        self.store = None;
    }

    fn reopen(&mut self) {
        self.close();
        self.store = Some(Store::open(&self.dir).unwrap());
    }

    fn stage(&self, events: &[StagedEvent]) -> StagedCounts {
        self.store().stage(ACCOUNT, staging(events), false).unwrap()
    }

    /// Stages `events` and tells how many of them were queued for [`SINK`].
    fn queued(&self, events: &[StagedEvent]) -> u64 {
        let counts = self.stage(events);
        counts.queued.get(SINK).copied().unwrap_or_default()
    }

    fn outbox(&self) -> Vec<Queued> {
        self.store().next_batch(SINK, ALL).unwrap().events
    }

    /// The content of everything in the outbox.
    fn waiting(&self) -> Vec<String> {
        let content = |event: Queued| String::from_utf8(event.json).unwrap();
        self.outbox().into_iter().map(content).collect()
    }

    fn acknowledge(&self, events: &[Queued]) {
        let receipts: Vec<Receipt> = events.iter().map(Queued::receipt).collect();
        self.store().acknowledge(&receipts).unwrap();
    }

    fn deliver_all(&self) {
        self.acknowledge(&self.outbox());
    }

    fn quarantines(&self) -> usize {
        let is_one = |name: &str| name.starts_with("quarantine-");
        names_in(&self.dir)
            .iter()
            .filter(|name| is_one(name))
            .count()
    }
}

fn names_in(dir: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(dir).unwrap();
    let name = |entry: std::io::Result<std::fs::DirEntry>| {
        entry.unwrap().file_name().into_string().unwrap()
    };
    let mut names: Vec<String> = entries.map(name).collect();
    names.sort();
    names
}

/// `user` of [`ACCOUNT`] in the state `content`, for [`SINK`].
fn staging(events: &[StagedEvent]) -> Staging {
    let mut staging = Staging::new(time::OffsetDateTime::UNIX_EPOCH);
    staging.events = events.to_vec();
    staging
}

fn event(user: &str, content: impl AsRef<[u8]>) -> StagedEvent {
    let digest = Digest::of(content.as_ref());
    StagedEvent {
        sink: SINK.to_owned(),
        user_id: user.to_owned(),
        id: EventId::derive(ACCOUNT, user, &digest, "test"),
        digest,
        json: content.as_ref().to_vec(),
    }
}
