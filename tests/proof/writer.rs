//! A history of a store, always the same for the same seed, and what must be there after so many
//! of its operations.

use std::collections::BTreeMap;

use fastrand::Rng;
use rollcall::model::{Digest, EventId};
use rollcall::store::{BatchLimits, Checkpoint, Receipt, StagedEvent, Staging, Store, Told};
use time::OffsetDateTime;

const ACCOUNT: &str = "111122223333";
const SINK: &str = "siem";
const USERS: u32 = 300;
const ALL: BatchLimits = BatchLimits {
    count: usize::MAX,
    bytes: usize::MAX,
};

/// One durable operation.
#[derive(Clone, Debug)]
pub(super) enum Operation {
    /// Users, each in a state.
    Stage(BTreeMap<u32, u32>),
    /// The first so many that wait are delivered.
    Acknowledge(usize),
    /// The first one that waits is rejected.
    Bury,
    /// A checkpoint at so many seconds.
    Checkpoint(i64),
}

/// What a store holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Content {
    /// What waits, by user.
    waiting: BTreeMap<String, u32>,
    /// What is kept of each user.
    known: BTreeMap<String, u32>,
    dead: Vec<String>,
    checkpoint_s: Option<i64>,
}

/// So many operations.
pub(super) fn history(seed: u64, operations: usize) -> Vec<Operation> {
    let mut rng = Rng::with_seed(seed);
    let mut checkpoint_s = 0;
    let operation = |_| match rng.u8(..10) {
        0..=4 => {
            let users = (0..rng.usize(1..=40)).map(|_| (rng.u32(..USERS), rng.u32(..)));
            Operation::Stage(users.collect())
        }
        5..=7 => Operation::Acknowledge(rng.usize(1..=60)),
        8 => Operation::Bury,
        _ => {
            checkpoint_s += rng.i64(1..1_000);
            Operation::Checkpoint(checkpoint_s)
        }
    };
    (0..operations).map(operation).collect()
}

fn name(user: u32) -> String {
    format!("AIDA{user:04}")
}

fn number(user: &str) -> u32 {
    user[4..].parse().expect("a number")
}

/// A user in a state: text of a length that varies, which compresses badly.
fn event(user: u32, state: u32) -> StagedEvent {
    let mut rng = Rng::with_seed(u64::from(state));
    let filler: String = std::iter::repeat_with(|| rng.alphanumeric())
        .take(state as usize % 1_500)
        .collect();
    let json = format!("{state} {filler}").into_bytes();
    let digest = Digest::of(&json);
    StagedEvent {
        sink: SINK.to_owned(),
        user_id: name(user),
        id: EventId::derive(ACCOUNT, &name(user), &digest, "test"),
        digest,
        json,
    }
}

impl Operation {
    /// Does it to a store; when this returns, it is durable.
    pub(super) fn perform(&self, store: &Store) {
        match self {
            Self::Stage(users) => {
                let event = |(user, state): (&u32, &u32)| event(*user, *state);
                let known = |(user, state): (&u32, &u32)| (name(*user), state.to_le_bytes().into());
                let mut staging = Staging::new(OffsetDateTime::UNIX_EPOCH);
                staging.known = users.iter().map(known).collect();
                staging.events = users.iter().map(event).collect();
                store.stage(ACCOUNT, staging, true).expect("staged");
            }
            Self::Acknowledge(count) => store
                .acknowledge(&receipts(store, *count))
                .expect("acknowledged"),
            Self::Bury => {
                for receipt in receipts(store, 1) {
                    let now = OffsetDateTime::UNIX_EPOCH;
                    store.bury(&receipt, "the test", now).expect("buried");
                }
            }
            Self::Checkpoint(at) => {
                let at = OffsetDateTime::from_unix_timestamp(*at).expect("a time");
                let reached = Checkpoint::new(at, at, 1);
                store.advance_checkpoint(ACCOUNT, reached).expect("moved");
            }
        }
    }
}

/// Whether a pass that finds `user` in `state` has nothing to tell, given what is `kept`.
fn is_passed_over(store: &Store, user: &str, state: u32, kept: Option<&u32>) -> bool {
    let ids = (ACCOUNT, user);
    let is_settled = store.is_settled(SINK, ids).expect("a state");
    let event = event(number(user), state);
    let told = store.told(SINK, ids, (&event.digest, &event.id));
    (kept == Some(&state) && is_settled) || told.expect("a state") == Told::TheSame
}

fn receipts(store: &Store, count: usize) -> Vec<Receipt> {
    let limits = BatchLimits {
        count,
        bytes: usize::MAX,
    };
    let batch = store.next_batch(SINK, limits).expect("a batch");
    batch.events.iter().map(|event| event.receipt()).collect()
}

impl Content {
    /// What must be there after one more operation.
    pub(super) fn after(&self, operation: &Operation) -> Self {
        let mut next = self.clone();
        match operation {
            Operation::Stage(users) => {
                for (user, state) in users {
                    next.waiting.insert(name(*user), *state);
                    next.known.insert(name(*user), *state);
                }
            }
            Operation::Acknowledge(count) => {
                next.waiting = next.waiting.into_iter().skip(*count).collect();
            }
            Operation::Bury => {
                if let Some((user, _)) = next.waiting.pop_first() {
                    next.dead.push(user);
                    next.dead.sort_unstable();
                    next.dead.dedup();
                }
            }
            Operation::Checkpoint(at) => next.checkpoint_s = Some(*at),
        }
        next
    }

    /// What is there.
    pub(super) fn of(store: &Store) -> Self {
        let waiting = store.next_batch(SINK, ALL).expect("a batch").events;
        let letters = store.dead_letters().expect("dead letters");
        let ids = store.known_user_ids(ACCOUNT).expect("ids");
        let known = store.last_known(ACCOUNT, &ids).expect("what is kept");
        let known = ids.into_iter().zip(known).filter_map(|(id, facts)| {
            let state = facts?.try_into().expect("four bytes");
            Some((id, u32::from_le_bytes(state)))
        });
        let state = |json: &[u8]| {
            let text = std::str::from_utf8(json).expect("text");
            let (state, _) = text.split_once(' ').expect("a state");
            state.parse().expect("a number")
        };
        let checkpoint = store.checkpoint(ACCOUNT).expect("a checkpoint");
        Self {
            waiting: waiting
                .iter()
                .map(|event| (event.key.user_id().to_owned(), state(&event.json)))
                .collect(),
            known: known.collect(),
            dead: letters
                .iter()
                .map(|letter| letter.user_id().to_owned())
                .collect(),
            checkpoint_s: checkpoint
                .and_then(|it| it.newest_create_date())
                .map(|at| at.unix_timestamp()),
        }
    }

    /// Users of whose last state the sink was not told, and would not be told by a pass: it does not
    /// wait, and what the store has says that there is nothing to do.
    pub(super) fn missed(&self, store: &Store) -> Vec<String> {
        let found = Self::of(store);
        let untold = self.waiting.iter().filter(|(user, state)| {
            let is_waiting = found.waiting.get(*user) == Some(*state);
            !is_waiting && is_passed_over(store, user, **state, found.known.get(*user))
        });
        untold.map(|(user, _)| user.clone()).collect()
    }

    /// How many users the sink would be told of although it knows them, or has them waiting.
    pub(super) fn forgotten(&self, store: &Store) -> u64 {
        let events = self
            .known
            .iter()
            .map(|(user, state)| event(number(user), *state))
            .collect();
        let mut staging = Staging::new(OffsetDateTime::UNIX_EPOCH);
        staging.events = events;
        let counts = store.stage(ACCOUNT, staging, false).expect("staged");
        counts.queued.values().sum()
    }
}
