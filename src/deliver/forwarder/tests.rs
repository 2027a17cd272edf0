//! The bisection without a sink: what it offers, finds, and holds back.

use time::OffsetDateTime;

use super::bisection::{Bisection, Finding, Turn};
use super::suspect::Alone;
use crate::model::{Digest, EntityKey, EventId};
use crate::store::{BatchLimits, Placement, Queued, StagedEvent, Staging, Store};

const ALL: BatchLimits = BatchLimits {
    count: 1_000,
    bytes: usize::MAX,
};

/// The events of so many users, whose content is the user's number.
fn events(count: usize) -> Vec<Queued> {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path()).unwrap();
    let mut staging = Staging::new("111122223333", OffsetDateTime::UNIX_EPOCH);
    for user in 0..count {
        let json = user.to_string().into_bytes();
        let digest = Digest::of(&json);
        let mut id = [0; 16];
        id.copy_from_slice(&digest.as_bytes()[..16]);
        staging.events.push(StagedEvent {
            receiver: "siem@1".to_owned(),
            entity: EntityKey::user("111122223333", format!("{user:04}")),
            id: EventId::from_bytes(id),
            json,
            state: None,
            placement: Placement::Replace,
            unsendable: None,
        });
    }
    store.stage(staging).unwrap();
    store.next_batch("siem@1", ALL).unwrap().events
}

/// A later event of the same user.
fn later(event: &Queued) -> Queued {
    let mut later = event.clone();
    later.id = EventId::from_bytes([9; 16]);
    later.json = format!("{} later", number(event)).into_bytes();
    later
}

fn number(event: &Queued) -> usize {
    let text = String::from_utf8(event.json.clone()).unwrap();
    text.split(' ').next().unwrap().parse().unwrap()
}

/// What became of events that were offered to a sink that rejects batches with one of `bad`.
#[derive(Debug, Default, PartialEq, Eq)]
struct Outcome {
    found: Vec<usize>,
    taken: Vec<String>,
    is_sink_at_fault: bool,
    offers: usize,
}

/// Offers `outbox` in batches of 100, of which those with one in `bad` are rejected.
fn isolate(mut outbox: Vec<Queued>, bad: &[usize]) -> Outcome {
    let (mut bisection, mut outcome) = (Bisection::default(), Outcome::default());
    loop {
        match bisection.next(ALL) {
            Turn::Offer(part) => {
                outcome.offers += 1;
                assert!(outcome.offers < 10_000, "a loop");
                if part.iter().any(|event| bad.contains(&number(event))) {
                    if let Finding::Bad(it) = bisection.refused(part, "bad".to_owned()) {
                        outcome.found.push(number(&it.event));
                    }
                } else {
                    let texts = part.into_iter().map(|event| event.json);
                    outcome
                        .taken
                        .extend(texts.map(|json| String::from_utf8(json).unwrap()));
                    bisection.delivered();
                }
            }
            Turn::Compare if bisection.suspects() < 100 && !outbox.is_empty() => {
                bisection.add(next_of(&mut outbox));
            }
            Turn::Compare => match bisection.decide_alone(!outcome.taken.is_empty()) {
                None | Some(Alone::AskAgain(_)) => {}
                Some(Alone::Bad(it)) => outcome.found.push(number(&it.event)),
                Some(Alone::SinkAtFault(_)) => {
                    outcome.is_sink_at_fault = true;
                    return outcome;
                }
            },
            Turn::Empty if outbox.is_empty() => {
                outcome.found.sort_unstable();
                return outcome;
            }
            Turn::Empty => bisection.add(next_of(&mut outbox)),
        }
    }
}

fn next_of(outbox: &mut Vec<Queued>) -> Vec<Queued> {
    outbox.drain(..outbox.len().min(100)).collect()
}

#[test]
fn one_bad_event_of_a_hundred_is_found_in_some_offers_wherever_it_is() {
    let all = events(100);
    for bad in 0..100 {
        let outcome = isolate(all.clone(), &[bad]);
        assert_eq!((outcome.found, outcome.taken.len()), (vec![bad], 99));
        assert!(outcome.offers <= 20, "{bad}: {} offers", outcome.offers);
    }
}

#[test]
fn several_bad_events_are_found_and_no_good_one() {
    let all = events(300);
    for bad in [
        vec![0, 1, 2],
        vec![0, 99],
        vec![3, 50, 51, 250],
        vec![298, 299],
    ] {
        let outcome = isolate(all.clone(), &bad);
        assert_eq!(outcome.taken.len(), 300 - bad.len());
        assert_eq!(outcome.found, bad);
    }
}

#[test]
fn a_good_event_behind_ninety_bad_ones_is_found() {
    let bad: Vec<usize> = (0..90).collect();
    let outcome = isolate(events(100), &bad);
    assert_eq!((outcome.found, outcome.taken.len()), (bad, 10));
}

#[test]
fn a_sink_that_takes_nothing_is_at_fault_itself_and_found_in_bounded_offers() {
    let outcome = isolate(events(300), &(0..300).collect::<Vec<_>>());
    assert!(outcome.is_sink_at_fault && outcome.found.is_empty());
    assert!(outcome.offers <= 200, "{} offers", outcome.offers);
}

#[test]
fn a_later_event_of_a_user_is_held_back_until_the_earlier_one_is_delivered_or_a_dead_letter() {
    let mut outbox = events(8);
    let (later_good, later_bad) = (later(&outbox[5]), later(&outbox[1]));
    outbox.insert(3, later_bad);
    outbox.push(later_good);
    // User 1 is rejected, but for its later event.
    let mut bisection = Bisection::default();
    bisection.add(outbox);
    let mut order = Vec::new();
    loop {
        match bisection.next(ALL) {
            Turn::Offer(part) => {
                let numbers: Vec<_> = part.iter().map(number).collect();
                let mut distinct = numbers.clone();
                distinct.sort_unstable();
                distinct.dedup();
                assert_eq!(distinct.len(), numbers.len(), "two of a user in one offer");
                if part.iter().any(|event| event.json == b"1") {
                    if let Finding::Bad(it) = bisection.refused(part, "bad".to_owned()) {
                        order.push(format!("{} is bad", number(&it.event)));
                    }
                } else {
                    let texts = part.into_iter().map(|event| event.json);
                    order.extend(texts.map(|json| String::from_utf8(json).unwrap()));
                    bisection.delivered();
                }
            }
            Turn::Compare => panic!("others were taken"),
            Turn::Empty => break,
        }
    }
    let at = |text: &str| order.iter().position(|it| it == text).unwrap();
    assert_eq!(order.len(), 10, "{order:?}");
    assert!(at("1 is bad") < at("1 later"), "{order:?}");
    assert!(at("5") < at("5 later"), "{order:?}");
}

#[test]
fn what_is_offered_keeps_to_the_limits_of_a_batch() {
    let mut bisection = Bisection::default();
    bisection.add(events(7));
    let limits = BatchLimits { count: 3, bytes: 2 };
    let mut sizes = Vec::new();
    while let Turn::Offer(part) = bisection.next(limits) {
        sizes.push(part.len());
        bisection.delivered();
    }
    assert_eq!(sizes, [2, 2, 2, 1]);
}
