//! Random histories against a plain map in memory.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::{BatchLimits, Fixture, Queued, RECEIVER, event, is_known, user};
use crate::model::EventId;
use crate::store::Staging;

#[derive(Debug, Clone)]
enum Step {
    /// A pass over some users, each in one of a few states.
    Stage { users: Vec<(u8, u8)>, resend: bool },
    /// The sink is offered so many events.
    Take(usize),
    /// It took all that it was offered.
    Acknowledge,
    /// The process ends and starts again; what was on its way is forgotten.
    Reopen,
}

/// What a sink was last sent or is about to be sent, and whether that still waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Known {
    content: u8,
    waits: bool,
    /// The last event about the user.
    id: Option<EventId>,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let users = prop::collection::vec((0..12_u8, 0..3_u8), 0..12);
    let step = prop_oneof![
        4 => (users, prop::bool::weighted(0.1))
            .prop_map(|(users, resend)| Step::Stage { users, resend }),
        4 => (1..8_usize).prop_map(Step::Take),
        3 => Just(Step::Acknowledge),
        1 => Just(Step::Reopen),
    ];
    prop::collection::vec(step, 1..40)
}

fn name(user: u8) -> String {
    format!("user-{user:02}")
}

/// Which user in which state `queued` is about.
fn content_of(queued: &Queued) -> (u8, u8) {
    let text = std::str::from_utf8(&queued.json).unwrap();
    let (user, content) = text.split_once(' ').unwrap();
    (user.parse().unwrap(), content.parse().unwrap())
}

fn stage(state: &Fixture, known: &mut BTreeMap<u8, Known>, users: &[(u8, u8)], resend: bool) {
    // A pass sees a user once.
    let users: BTreeMap<u8, u8> = users.iter().copied().collect();
    let mut expected = 0;
    for (&user, &content) in &users {
        let is_known = known
            .get(&user)
            .is_some_and(|known| known.content == content);
        if resend || !is_known {
            expected += 1;
            known.insert(
                user,
                Known {
                    content,
                    waits: true,
                    id: None,
                },
            );
        }
    }
    let of = |(at, content)| user(&name(at), format!("{at} {content}"));
    let users: Vec<_> = users.into_iter().map(of).collect();
    let store = state.store();
    let news = users.iter().filter(|user| resend || !is_known(store, user));
    let mut staging = Staging::new(super::ACCOUNT, time::OffsetDateTime::UNIX_EPOCH);
    staging.events = news.map(|user| event(store, user)).collect();
    assert_eq!(staging.events.len(), expected);
    for event in &staging.events {
        let user = event.entity.id["user-".len()..].parse().unwrap();
        known.get_mut(&user).unwrap().id = Some(event.id);
    }
    store.stage(staging).unwrap();
}

fn run(steps: Vec<Step>) {
    let mut state = Fixture::new();
    let mut known = BTreeMap::new();
    let mut on_its_way = Vec::new();
    for step in steps {
        match step {
            Step::Stage { users, resend } => stage(&state, &mut known, &users, resend),
            Step::Take(count) => {
                let limits = BatchLimits {
                    count,
                    bytes: usize::MAX,
                };
                on_its_way = state.store().next_batch(RECEIVER, limits).unwrap().events;
            }
            Step::Acknowledge => {
                for event in &on_its_way {
                    // The same content sent again is another event.
                    let known = known.get_mut(&content_of(event).0).unwrap();
                    known.waits &= known.id != Some(event.id);
                }
                state.acknowledge(&std::mem::take(&mut on_its_way));
            }
            Step::Reopen => {
                on_its_way.clear();
                state.reopen();
            }
        }
        let mut waiting: Vec<_> = state.outbox().iter().map(content_of).collect();
        waiting.sort_unstable();
        let expected = known.iter().filter(|(_, known)| known.waits);
        let expected: Vec<_> = expected
            .map(|(&user, known)| (user, known.content))
            .collect();
        assert_eq!(waiting, expected);
    }
    assert_eq!(state.quarantines(), 0);
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 48,
        failure_persistence: None,
        ..Default::default()
    })]

    #[test]
    fn any_history_leaves_in_the_outbox_exactly_what_each_sink_was_not_sent(steps in steps()) {
        run(steps);
    }
}
