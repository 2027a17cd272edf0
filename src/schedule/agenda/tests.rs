//! Rounds of a day, without waiting for them.

use proptest::prelude::*;
use time::macros::datetime;

use super::*;
use crate::schedule::{CronExpression, Times, Zone};

const NOON: OffsetDateTime = datetime!(2026-11-28 12:00 UTC);
const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);

fn table(times: Times) -> Timetable {
    Timetable {
        times,
        zone: Zone::default(),
        on_start: true,
        jitter: Duration::ZERO,
    }
}

fn every(every: Duration) -> Agenda {
    Agenda::new(table(Times::Every(every)), NOON)
}

fn ids(ids: &[&str]) -> BTreeSet<String> {
    ids.iter().map(|&id| id.to_owned()).collect()
}

fn passed(failed: &[&str]) -> RoundEnd {
    RoundEnd {
        has_passed: true,
        is_refused: false,
        failed: ids(failed),
    }
}

fn refused() -> RoundEnd {
    RoundEnd {
        is_refused: true,
        ..RoundEnd::default()
    }
}

fn all() -> Round {
    Round::All { but: ids(&[]) }
}

#[test]
fn an_account_that_fails_backs_off_alone_and_the_others_keep_their_schedule() {
    let mut agenda = every(20 * MINUTE);
    assert_eq!(agenda.due(NOON), Some(all()));
    let end = NOON + MINUTE;
    agenda.ended(&all(), (NOON, end), passed(&["a"]), 1.0);
    assert_eq!(agenda.due(end), None);
    let (mut now, mut waits) = (end, Vec::new());
    let retry = Round::Retry(ids(&["a"]));
    while agenda.next_at() < NOON + 20 * MINUTE {
        waits.push((agenda.next_at() - now).whole_seconds());
        now = agenda.next_at();
        assert_eq!(agenda.due(now), Some(retry.clone()));
        agenda.ended(
            &retry,
            (now, now),
            RoundEnd {
                has_passed: false,
                ..passed(&["a"])
            },
            1.0,
        );
    }
    assert_eq!(waits, [30, 60, 120, 240, 480]);
    // Then it goes with all others, and is no longer apart once it is well.
    let now = NOON + 20 * MINUTE;
    assert_eq!(agenda.due(now), Some(all()));
    agenda.ended(&all(), (now, now), passed(&[]), 1.0);
    assert_eq!(agenda.next_at(), NOON + 40 * MINUTE);
}

#[test]
fn accounts_that_fail_together_are_tried_again_together() {
    let mut agenda = every(20 * MINUTE);
    agenda.ended(&all(), (NOON, NOON), passed(&["a", "b"]), 0.3);
    let at = agenda.next_at();
    assert_eq!(agenda.due(at), Some(Round::Retry(ids(&["a", "b"]))));
    let retry = Round::Retry(ids(&["a", "b"]));
    agenda.ended(&retry, (at, at), passed(&["b"]), 0.3);
    let at = agenda.next_at();
    assert_eq!(agenda.due(at), Some(Round::Retry(ids(&["b"]))));
}

#[test]
fn an_account_that_waits_is_left_out_of_a_round_that_comes_too_soon() {
    let mut agenda = every(SECOND);
    agenda.ended(&all(), (NOON, NOON), passed(&["a"]), 0.0);
    let Some(round) = agenda.due(NOON + SECOND) else {
        panic!("nothing is due");
    };
    assert_eq!(round, Round::All { but: ids(&["a"]) });
    assert!(!round.takes(Some("a")) && round.takes(Some("b")) && round.takes(None));
    agenda.ended(&round, (NOON + SECOND, NOON + SECOND), passed(&[]), 0.0);
    assert_eq!(agenda.due(NOON + 30 * SECOND), Some(all()));
}

#[test]
fn a_failure_of_all_waits_longer_each_time_and_never_loops() {
    let mut agenda = every(20 * MINUTE);
    let (mut now, mut waits) = (NOON, Vec::new());
    for _ in 0..9 {
        agenda.ended(&all(), (now, now), refused(), 1.0);
        waits.push((agenda.next_at() - now).whole_seconds());
        now = agenda.next_at();
    }
    assert_eq!(waits, [30, 60, 120, 240, 480, 960, 1200, 1200, 1200]);
    agenda.ended(&all(), (now, now), passed(&[]), 1.0);
    assert_eq!(agenda.next_at(), now + 20 * MINUTE);
    let mut hasty = every(SECOND / 100);
    hasty.ended(&all(), (NOON, NOON), refused(), 0.0);
    assert_eq!(hasty.next_at(), NOON + RETRY_FIRST.mul_f64(0.75));
}

#[test]
fn a_retry_that_finds_no_accounts_is_repeated_and_an_account_that_left_is_forgotten() {
    let mut agenda = every(20 * MINUTE);
    agenda.ended(&all(), (NOON, NOON), passed(&["a"]), 1.0);
    let (at, retry) = (agenda.next_at(), Round::Retry(ids(&["a"])));
    agenda.ended(&retry, (at, at), refused(), 1.0);
    assert_eq!(agenda.next_at(), at + MINUTE);
    let at = agenda.next_at();
    agenda.ended(&retry, (at, at), passed(&[]), 1.0);
    assert_eq!(agenda.next_at(), NOON + 20 * MINUTE);
}

#[test]
fn a_round_that_is_due_during_a_retry_follows_it() {
    let cron = CronExpression::parse("*/5 * * * *", NOON).unwrap();
    let mut agenda = Agenda::new(table(Times::Cron(cron)), NOON);
    agenda.ended(&all(), (NOON, NOON), passed(&["a"]), 1.0);
    let (at, retry) = (agenda.next_at(), Round::Retry(ids(&["a"])));
    let late = NOON + 6 * MINUTE;
    agenda.ended(&retry, (at, late), passed(&[]), 1.0);
    assert_eq!(agenda.due(late), Some(all()));
}

#[test]
fn a_clock_that_is_set_back_puts_nothing_off() {
    let mut agenda = every(20 * MINUTE);
    agenda.ended(&all(), (NOON, NOON), passed(&["a"]), 1.0);
    let year = 365 * 24 * 60 * MINUTE;
    agenda.set_back(NOON - year);
    assert_eq!(agenda.next_at(), NOON - year + 20 * MINUTE);
}

#[test]
fn a_new_timetable_holds_at_once_and_what_failed_is_tried_at_once() {
    let mut agenda = every(20 * MINUTE);
    agenda.ended(&all(), (NOON, NOON), passed(&[]), 1.0);
    let now = NOON + MINUTE;
    agenda.follow(&table(Times::Every(20 * MINUTE)), now);
    assert_eq!(agenda.next_at(), NOON + 20 * MINUTE);
    agenda.follow(&table(Times::Every(5 * MINUTE)), now);
    assert_eq!(agenda.next_at(), NOON + 5 * MINUTE);
    agenda.follow(&table(Times::Every(SECOND)), now);
    assert_eq!(agenda.due(now), Some(all()));
    let cron = Times::Cron(CronExpression::parse("30 * * * *", NOON).unwrap());
    agenda.follow(&table(cron.clone()), now);
    assert_eq!(agenda.next_at(), NOON + 30 * MINUTE);
    agenda.ended(&all(), (now, now), passed(&["a"]), 1.0);
    agenda.follow(&table(cron.clone()), now);
    assert_eq!(agenda.due(now), Some(Round::Retry(ids(&["a"]))));
    agenda.ended(&all(), (now, now), refused(), 1.0);
    agenda.follow(&table(cron), now);
    assert_eq!(agenda.due(now), Some(all()));
}

proptest! {
    /// Whatever fails: something is always due within a period, and nothing at once for ever.
    #[test]
    fn something_is_due_within_a_period_and_a_failure_is_never_retried_at_once(
        period_s in 1_u64..100_000,
        rounds in prop::collection::vec((0..3_u8, 0..3_u8, 0..200_u64, 0.0..1.0_f64), 1..60),
    ) {
        let period = SECOND * u32::try_from(period_s).unwrap();
        let (mut agenda, mut now) = (every(period), NOON);
        for (kind, account, took_s, share) in rounds {
            now = now.max(agenda.next_at());
            let round = agenda.due(now).expect("it is due");
            let end = match kind {
                0 => passed(&[]),
                1 => passed(&[["a", "b", "c"][usize::from(account)]]),
                _ => refused(),
            };
            let start = now;
            now += SECOND * u32::try_from(took_s).unwrap();
            agenda.ended(&round, (start, now), end, share);
            prop_assert!(agenda.next_at() <= now + period.max(RETRY_FIRST));
            prop_assert!(agenda.retries.values().all(|retry| retry.at > start));
            if kind == 2 {
                prop_assert!(agenda.next_at() > start);
            }
        }
    }
}

#[test]
fn an_account_that_is_asked_for_is_due_half_a_minute_later_once_and_alone() {
    let mut agenda = every(20 * MINUTE);
    agenda.ended(&all(), (NOON, NOON), passed(&[]), 1.0);
    agenda.ask("a".to_owned(), NOON);
    agenda.ask("a".to_owned(), NOON + 20 * SECOND);
    let due = NOON + ASKED_WAIT;
    assert_eq!(agenda.next_at(), due);
    assert_eq!(agenda.due(due - SECOND), None);
    let round = Round::Asked(ids(&["a"]));
    assert_eq!(agenda.due(due), Some(round.clone()));
    assert!(round.takes(Some("a")) && round.takes(None) && !round.takes(Some("b")));
    // It changed once more behind the pass.
    agenda.ended(&round, (due, due + MINUTE), passed(&[]), 1.0);
    assert_eq!(agenda.next_at(), NOON + 20 * MINUTE);
    agenda.ask("a".to_owned(), due + MINUTE);
    let whole = (due, due + 2 * MINUTE);
    agenda.ended(&all(), whole, passed(&[]), 1.0);
    assert_eq!(agenda.next_at(), due + MINUTE + ASKED_WAIT);
    // A whole round that begins later has seen it.
    let later = due + 2 * MINUTE;
    agenda.ended(&all(), (later, later), passed(&[]), 1.0);
    assert_eq!(agenda.due(later), None);
}
