//! A history that shows records late, and windows that miss none of them.

use proptest::prelude::*;

use super::*;
use crate::audit::Recent;
use crate::model::RecordId;

const LAG_S: i64 = 60;

fn at(unix_s: i64) -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp(unix_s).unwrap()
}

/// Records by the second of their call, and when they appear.
type History = Vec<(i64, i64)>;

/// Who takes records, and how often each was taken.
struct Follower {
    recent: Recent,
    floor: i64,
    taken: Vec<usize>,
}

impl Follower {
    fn of(history: &History) -> Self {
        Self {
            recent: Recent::default(),
            floor: 0,
            taken: vec![0; history.len()],
        }
    }

    fn is_new(&self, id: RecordId) -> bool {
        id.unix_s >= self.floor && !self.recent.has(id)
    }
}

fn windows() -> Windows {
    Windows::new(at(0), std::time::Duration::from_secs(LAG_S as u64))
}

/// Reads one window of `history` for `followers`; whether it is time for another moment.
fn step(
    (history, capacity): (&History, usize),
    windows: &mut Windows,
    followers: &mut [&mut Follower],
    now: i64,
) -> bool {
    let window = windows.next(at(now));
    let is_seen = |call: i64| window.start <= at(call) && at(call) <= window.end;
    let mut new: Vec<(i64, usize)> = Vec::new();
    for (index, (call, shown)) in history.iter().enumerate() {
        let id = id(*call, index);
        let is_new = followers.iter().any(|it| it.is_new(id));
        if *shown <= now && is_seen(*call) && is_new {
            new.push((*call, index));
        }
    }
    new.sort_by_key(|(call, _)| -call);
    if new.len() > capacity && !window.is_smallest() {
        windows.too_full(window, at(new[capacity].0));
        return false;
    }
    windows.read(window, new.len() < capacity / 4);
    for follower in followers {
        for (call, index) in &new {
            let id = id(*call, *index);
            if follower.is_new(id) {
                follower.recent.insert(id, "us-east-1");
                follower.taken[*index] += 1;
            }
        }
        follower.floor = follower.floor.max(windows.floor().unix_timestamp());
        follower.recent.settle("us-east-1", follower.floor);
    }
    !windows.is_in_round()
}

/// Takes all of `history` in rounds every few seconds until `end`, with at most `capacity` new ones
/// at once, and starts again from the floor at each of `restarts`. Each record's takings.
fn follow(history: &History, capacity: usize, restarts: &[i64], end: i64) -> Vec<usize> {
    let (mut windows, mut follower) = (windows(), Follower::of(history));
    let mut now = 0;
    while now < end {
        let mut is_over = step((history, capacity), &mut windows, &mut [&mut follower], now);
        // Also in the middle of a round, which then begins at the floor.
        if restarts.contains(&now) {
            is_over = true;
            let lag = std::time::Duration::from_secs(LAG_S as u64);
            windows = Windows::new(windows.floor(), lag);
        }
        if is_over {
            now += 7;
        }
    }
    follower.taken
}

/// The same for two, one of whom has no room from `left` until `back`, then reads alone until it has
/// caught up, and together with the other one again.
fn follow_together(history: &History, capacity: usize, (left, back): (i64, i64)) -> Vec<usize> {
    let (mut one, mut other) = (Follower::of(history), Follower::of(history));
    let (mut together, mut alone) = (windows(), None);
    let mut now = 0;
    while now < 2_000 + LAG_S * 7 {
        let is_over = match &mut alone {
            None => {
                if (left..back).contains(&now) {
                    alone = Some(together.clone());
                }
                let both = &mut [&mut one, &mut other];
                step((history, capacity), &mut together, both, now)
            }
            Some(windows) => {
                let is_there =
                    now >= back && step((history, capacity), windows, &mut [&mut other], now);
                let is_over = step((history, capacity), &mut together, &mut [&mut one], now);
                if is_there && is_over {
                    together = together.together(windows.clone());
                    alone = None;
                }
                is_over
            }
        };
        if is_over {
            now += 7;
        }
    }
    one.taken.into_iter().chain(other.taken).collect()
}

fn id(unix_s: i64, index: usize) -> RecordId {
    let mut uuid = [0; 16];
    uuid[..8].copy_from_slice(&(index as u64).to_be_bytes());
    RecordId { unix_s, uuid }
}

proptest! {
    #[test]
    fn every_record_is_taken_once_however_late_and_in_whatever_order_it_appears(
        calls in prop::collection::vec((0i64..2_000, 0..=LAG_S * i64::from(DEPTH)), 0..120),
        capacity in 1usize..40,
        restarts in prop::collection::vec((0i64..300).prop_map(|it| it * 7), 0..4),
    ) {
        let history: History = calls.iter().map(|(call, late)| (*call, call + late)).collect();
        let taken = follow(&history, capacity, &restarts, 2_000 + LAG_S * 7);
        prop_assert!(taken.iter().all(|times| *times == 1), "{history:?}\n{taken:?}");
    }

    #[test]
    fn two_have_every_record_once_although_one_of_them_was_away(
        calls in prop::collection::vec((0i64..2_000, 0..=LAG_S * i64::from(DEPTH)), 0..120),
        capacity in 8usize..40,
        left in 0i64..1_000,
        away in 0i64..1_000,
    ) {
        let history: History = calls.iter().map(|(call, late)| (*call, call + late)).collect();
        let taken = follow_together(&history, capacity, (left, left + away));
        prop_assert!(taken.iter().all(|times| *times == 1), "{history:?}\n{taken:?}");
    }

    #[test]
    fn the_floor_never_passes_what_may_still_appear(
        nows in prop::collection::vec(0i64..500, 1..60), sparse in any::<bool>(),
    ) {
        let mut windows = Windows::new(at(0), std::time::Duration::from_secs(60));
        let mut now = 1_000;
        for step in nows {
            now += step;
            let window = windows.next(at(now));
            prop_assert!(window.start <= window.end);
            windows.read(window, sparse);
            prop_assert!(windows.floor() <= at(now - LAG_S * i64::from(DEPTH)).max(at(0)));
        }
    }
}

#[test]
fn a_record_within_the_lag_is_taken_in_the_first_round_after_it_appears() {
    let lag = std::time::Duration::from_secs(LAG_S as u64);
    let mut windows = Windows::new(at(0), lag);
    for now in (1_000..3_000).step_by(5) {
        let window = windows.next(at(now));
        windows.read(window, true);
        if windows.is_in_round() {
            continue;
        }
        let next = windows.clone().next(at(now + 5));
        assert!(next.start <= at(now - LAG_S) && next.end == at(now + 5));
    }
}

#[test]
fn who_ends_the_round_in_which_it_was_away_does_not_keep_up_yet() {
    let lag = std::time::Duration::from_secs(LAG_S as u64);
    let mut windows = Windows::new(at(1_000), lag);
    windows.next(at(1_500));
    let now = 1_500 + LAG_S * 50;
    assert!(!windows.keeps_up(at(now)));
    let mut keeps_up = Vec::new();
    while keeps_up.last() != Some(&true) {
        let window = windows.next(at(now));
        windows.read(window, true);
        if !windows.is_in_round() {
            keeps_up.push(windows.keeps_up(at(now)));
        }
    }
    // The round that it left in, and one up to now from where it is sure.
    assert_eq!(keeps_up, [false, true]);
}

#[test]
fn a_window_that_is_too_full_is_followed_by_a_part_of_it_and_later_ones_grow() {
    let mut windows = Windows::new(at(0), std::time::Duration::from_secs(60));
    let window = windows.next(at(200_000));
    assert_eq!((window.start, window.end), (at(0), at(86_400)));
    windows.too_full(window, at(86_300));
    let part = windows.next(at(200_100));
    assert_eq!((part.start, part.end), (at(0), at(50)));
    windows.read(part, true);
    let after = windows.next(at(200_100));
    assert_eq!((after.start, after.end), (at(50), at(150)));
}

#[test]
fn a_clock_that_is_set_back_makes_no_window_that_ends_before_it_begins() {
    let mut windows = Windows::new(at(1_000), std::time::Duration::from_secs(60));
    let window = windows.next(at(2_000));
    windows.read(window, true);
    let window = windows.next(at(500));
    assert!(window.start <= window.end, "{window:?}");
}
