//! A history of a store, always the same for the same seed, and what must be there after so many
//! of its operations.

use std::collections::BTreeMap;

use fastrand::Rng;
use rollcall::model::{Arn, Digest, EntityKey, Fact, User};
use rollcall::store::{
    AccountRecord, BatchLimits, Checkpoint, EntityRecord, ObservedDigests, Receipt, Staging, Store,
};
use time::OffsetDateTime;

use crate::support::outbox::next_event;

const ACCOUNT: &str = "111122223333";
const RECEIVER: &str = "siem@00000001";
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
    DeadLetter,
    /// A checkpoint at so many seconds.
    Checkpoint(i64),
}

/// What a store holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Content {
    /// What waits, in order of arrival: users, each in a state.
    waiting: Vec<(String, u32)>,
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
        8 => Operation::DeadLetter,
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

/// What an event says of a user in a state: text of a length that varies, which compresses badly.
fn json(state: u32) -> Vec<u8> {
    let mut rng = Rng::with_seed(u64::from(state));
    let filler: String = std::iter::repeat_with(|| rng.alphanumeric())
        .take(state as usize % 1_500)
        .collect();
    format!("{state} {filler}").into_bytes()
}

/// A user in a state as it is kept: the state is its name.
fn kept(user: u32, state: u32) -> EntityRecord {
    let user = User {
        name: state.to_string(),
        arn: Arn::parse(format!("arn:aws:iam::{ACCOUNT}:user/{}", name(user))).expect("an ARN"),
        id: name(user),
        path: "/".to_owned(),
        created_at: OffsetDateTime::UNIX_EPOCH,
        password_last_used: Fact::not_collected("test"),
        tags: Fact::not_collected("test"),
        groups: Fact::not_collected("test"),
        attached_policies: Fact::not_collected("test"),
        inline_policies: Fact::not_collected("test"),
        permissions_boundary: Fact::not_collected("test"),
        mfa: Fact::not_collected("test"),
        console: Fact::not_collected("test"),
        access_keys: Fact::not_collected("test"),
        service_specific_credentials: Fact::not_collected("test"),
        signing_certificates: Fact::not_collected("test"),
        ssh_public_keys: Fact::not_collected("test"),
    };
    let content = user.content_digest(false);
    let digests = ObservedDigests {
        observed: user.observation_digest(),
        content,
        merged: content,
    };
    EntityRecord::new(&user, digests, 1).expect("a small user")
}

impl Operation {
    /// Does it to a store; when this returns, it is durable.
    pub(super) fn perform(&self, store: &Store) {
        match self {
            Self::Stage(users) => {
                let mut staging = Staging::new(ACCOUNT, OffsetDateTime::UNIX_EPOCH);
                for (user, state) in users {
                    let id = name(*user);
                    let entity = EntityKey::user(ACCOUNT, id.as_str());
                    staging.entities.push((entity, kept(*user, *state)));
                    let event = next_event(store, RECEIVER, (ACCOUNT, &id), &json(*state));
                    staging.events.push(event);
                }
                store.stage(staging).expect("staged");
            }
            Self::Acknowledge(count) => store
                .acknowledge(&receipts(store, *count))
                .expect("acknowledged"),
            Self::DeadLetter => {
                for receipt in receipts(store, 1) {
                    let now = OffsetDateTime::UNIX_EPOCH;
                    let kept = store.dead_letter(&receipt, "the test", now);
                    kept.expect("a dead letter");
                }
            }
            Self::Checkpoint(at) => {
                let at = OffsetDateTime::from_unix_timestamp(*at).expect("a time");
                let account = AccountRecord {
                    checkpoint: Some(Checkpoint::new(at, at, 1)),
                    ..AccountRecord::default()
                };
                let moved = store.remember_account(ACCOUNT, &account);
                moved.expect("moved");
            }
        }
    }
}

/// Whether a pass that finds `user` in `state` has nothing to send.
fn is_passed_over(store: &Store, user: &str, state: u32) -> bool {
    let entity = EntityKey::user(ACCOUNT, user);
    let sent = store.delivery_state(RECEIVER, &entity).expect("a state");
    sent.is_some_and(|sent| sent.epoch > 0 && sent.event().digest == Digest::of(&json(state)))
}

fn receipts(store: &Store, count: usize) -> Vec<Receipt> {
    let limits = BatchLimits {
        count,
        bytes: usize::MAX,
    };
    let batch = store.next_batch(RECEIVER, limits).expect("a batch");
    batch.events.iter().map(|event| event.receipt()).collect()
}

impl Content {
    /// What must be there after one more operation.
    pub(super) fn after(&self, operation: &Operation) -> Self {
        let mut next = self.clone();
        match operation {
            Operation::Stage(users) => {
                for (user, state) in users {
                    let user = name(*user);
                    match next.waiting.iter_mut().find(|(waits, _)| *waits == user) {
                        Some((_, waiting)) => *waiting = *state,
                        None => next.waiting.push((user.clone(), *state)),
                    }
                    next.known.insert(user, *state);
                }
            }
            Operation::Acknowledge(count) => {
                next.waiting = next.waiting.into_iter().skip(*count).collect();
            }
            Operation::DeadLetter => {
                if !next.waiting.is_empty() {
                    next.dead.push(next.waiting.remove(0).0);
                    next.dead.sort_unstable();
                }
            }
            Operation::Checkpoint(at) => next.checkpoint_s = Some(*at),
        }
        next
    }

    /// What is there.
    pub(super) fn of(store: &Store) -> Self {
        let waiting = store.next_batch(RECEIVER, ALL).expect("a batch").events;
        let letters = store.dead_letters().expect("dead letters");
        let known = store.users_after(ACCOUNT, None, usize::MAX);
        let known = known.expect("what is kept").into_iter();
        let known = known.filter_map(|(entity, record)| {
            let state = record.user()?.name.parse().expect("a state");
            Some((entity.id, state))
        });
        let state = |json: &[u8]| {
            let text = std::str::from_utf8(json).expect("text");
            let (state, _) = text.split_once(' ').expect("a state");
            state.parse().expect("a number")
        };
        let account = store.account(ACCOUNT).expect("an account");
        let mut dead: Vec<String> = letters
            .iter()
            .map(|letter| letter.user_id().to_owned())
            .collect();
        dead.sort_unstable();
        Self {
            waiting: waiting
                .iter()
                .map(|event| (event.entity.id.clone(), state(&event.json)))
                .collect(),
            known: known.collect(),
            dead,
            checkpoint_s: account
                .checkpoint
                .and_then(|it| it.newest_create_date())
                .map(|at| at.unix_timestamp()),
        }
    }

    /// Users whose last state the sink was not sent, and would not be sent by a pass: it does not
    /// wait, and what the store has says that there is nothing to do.
    pub(super) fn missed(&self, store: &Store) -> Vec<String> {
        let found = Self::of(store);
        let waiting = self.waiting.iter();
        let missed =
            waiting.filter(|it| !found.waiting.contains(it) && is_passed_over(store, &it.0, it.1));
        missed.map(|(user, _)| user.clone()).collect()
    }

    /// How many users the sink would be sent although it knows them, or has them waiting.
    pub(super) fn forgotten(&self, store: &Store) -> u64 {
        let known = self.known.iter();
        let forgotten = known.filter(|(user, state)| !is_passed_over(store, user, **state));
        forgotten.count() as u64
    }
}
