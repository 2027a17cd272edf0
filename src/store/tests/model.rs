//! Random histories against a plain map in memory.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::super::{BatchLimits, Queued};
use super::{ACCOUNT, Fixture, SINK, event, staging};

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

/// What a sink was last told or is about to be told, and whether that still waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Known {
    content: u8,
    waits: bool,
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
fn told(queued: &Queued) -> (u8, u8) {
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
                },
            );
        }
    }
    let event = |(user, content)| event(&name(user), format!("{user} {content}"));
    let events: Vec<_> = users.into_iter().map(event).collect();
    let counts = state
        .store()
        .stage(ACCOUNT, staging(&events), resend)
        .unwrap();
    assert_eq!(
        counts.queued.get(SINK).copied().unwrap_or_default(),
        expected
    );
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
                on_its_way = state.store().next_batch(SINK, limits).unwrap().events;
            }
            Step::Acknowledge => {
                for (user, content) in on_its_way.iter().map(told) {
                    let known = known.get_mut(&user).unwrap();
                    known.waits &= known.content != content;
                }
                state.acknowledge(&std::mem::take(&mut on_its_way));
            }
            Step::Reopen => {
                on_its_way.clear();
                state.reopen();
            }
        }
        let waiting: Vec<_> = state.outbox().iter().map(told).collect();
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
    fn any_history_leaves_in_the_outbox_exactly_what_each_sink_was_not_told(steps in steps()) {
        run(steps);
    }
}
