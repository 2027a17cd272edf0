//! The store by behaviour: what it keeps, what it gives back, and what damage does to it.

mod accounts;
mod damage;
mod delivery;
mod directory;
mod fairness;
mod formats;
mod full_disk;
mod hints;
mod history;
mod looking;
mod model;
mod odd_files;
mod records;
mod retention;
mod size;
mod staging;

use std::path::{Path, PathBuf};

use tempfile::TempDir;
use time::OffsetDateTime;

use super::{
    BatchLimits, DeliveryState, Placement, Queued, Receipt, SentEvent, StagedEvent, Staging, Store,
};
use crate::model::{Digest, EntityKey, EventId, Revision};

const ACCOUNT: &str = "111122223333";
const RECEIVER: &str = "siem@00000001";
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

    /// Stages `users` that are news to [`RECEIVER`], and returns how many those are.
    fn queued(&self, users: &[User]) -> usize {
        queue(self.store(), users)
    }

    fn outbox(&self) -> Vec<Queued> {
        self.store().next_batch(RECEIVER, ALL).unwrap().events
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
        super::disk::quarantines(&self.dir).len()
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

/// A user of [`ACCOUNT`] in a state.
#[derive(Debug, Clone)]
struct User {
    id: String,
    content: Vec<u8>,
}

fn user(id: &str, content: impl AsRef<[u8]>) -> User {
    User {
        id: id.to_owned(),
        content: content.as_ref().to_vec(),
    }
}

fn entity(id: &str) -> EntityKey {
    EntityKey::user(ACCOUNT, id)
}

/// The next event for [`RECEIVER`] about `user`.
fn event(store: &Store, user: &User) -> StagedEvent {
    let entity = entity(&user.id);
    let state = store.delivery_state(RECEIVER, &entity).unwrap();
    let number = state.map_or(1, |state| state.revision + 1);
    let digest = Digest::of(&user.content);
    let id = EventId::derive(&Revision {
        store: store.id(),
        receiver: RECEIVER,
        entity: &entity,
        number,
        digest: &digest,
    });
    StagedEvent {
        receiver: RECEIVER.to_owned(),
        entity,
        id,
        json: user.content.clone(),
        state: Some(DeliveryState::new(
            number,
            SentEvent { id, digest },
            [1; 16],
            1,
        )),
        placement: Placement::Replace,
        unsendable: None,
    }
}

/// Whether [`RECEIVER`] knows `user` in this state, or has it waiting.
fn is_known(store: &Store, user: &User) -> bool {
    let state = store.delivery_state(RECEIVER, &entity(&user.id)).unwrap();
    state.is_some_and(|state| state.epoch == 1 && state.event().digest == Digest::of(&user.content))
}

/// Stages those of `users` that are news, and returns how many those are.
fn queue(store: &Store, users: &[User]) -> usize {
    let mut staging = Staging::new(ACCOUNT, OffsetDateTime::UNIX_EPOCH);
    let news = users.iter().filter(|user| !is_known(store, user));
    staging.events = news.map(|user| event(store, user)).collect();
    let queued = staging.events.len();
    store.stage(staging).unwrap();
    queued
}
