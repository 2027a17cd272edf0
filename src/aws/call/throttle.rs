//! One gate per API action, the way AWS counts, which learns how much AWS lets through.

use std::collections::{BTreeMap, HashMap};
use std::num::NonZeroU32;

use super::gate::{BURST_MAX, Gate};
use crate::aws::Action;

/// Calls a second that AWS let through, for the actions where that is less than configured.
pub type LearntRates = BTreeMap<Action, f64>;

/// CloudTrail lets so many lookups a second through, of an account and region.
const LOOKUP_EVENTS: NonZeroU32 = NonZeroU32::MIN.saturating_add(1);

/// The gates of one account.
#[derive(Debug)]
pub(in crate::aws) struct Throttle {
    gates: HashMap<Action, Gate>,
}

/// Calls a second, at most.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ceilings {
    /// Of each action but AssumeRole.
    pub(super) requests: NonZeroU32,
    /// Of AssumeRole.
    pub(super) assume_role: NonZeroU32,
}

impl Throttle {
    /// Gates that let up to these calls a second through.
    pub(super) fn new(ceilings: Ceilings) -> Self {
        let gate = |action| {
            let gate = match action {
                // STS has no small bucket, and every account waits for its role.
                Action::AssumeRole => Gate::new(ceilings.assume_role, f64::MAX),
                // Two a second of an account and region, which nobody can have raised.
                Action::LookupEvents => Gate::new(ceilings.requests.min(LOOKUP_EVENTS), 1.0),
                _ => Gate::new(ceilings.requests, BURST_MAX),
            };
            (action, gate)
        };
        Self {
            gates: Action::ALL.into_iter().map(gate).collect(),
        }
    }

    /// Starts from rates that were learnt earlier, where they are below the ceiling.
    pub(in crate::aws) fn adopt(&self, learnt: &LearntRates) {
        for (action, &rate) in learnt {
            if let Some(gate) = self.gates.get(action) {
                gate.adopt(rate);
            }
        }
    }

    /// Waits until one call of `action` may go.
    pub(in crate::aws) async fn admit(&self, action: Action) {
        while let Some(wait) = self.gates.get(&action).and_then(Gate::wait) {
            tokio::time::sleep(wait).await;
        }
    }

    /// AWS said that `action` came too fast: a pause, and then less than it let through.
    pub(super) fn throttled(&self, action: Action) {
        if let Some(gate) = self.gates.get(&action) {
            gate.fall();
        }
    }

    /// AWS answered a call of `action`: a little more, after a while.
    pub(super) fn answered(&self, action: Action) {
        if let Some(gate) = self.gates.get(&action) {
            gate.recover();
        }
    }

    /// The rates below the configured one.
    pub(in crate::aws) fn learnt(&self) -> LearntRates {
        let gates = self.gates.iter();
        gates
            .filter_map(|(&action, gate)| Some((action, gate.learnt()?)))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::Instant;

    use super::*;
    use crate::aws::call::gate::{FALL_AT_MOST_EVERY, PAUSE, RATE_MIN, RECOVER_EVERY};

    fn throttle(ceiling: u32) -> Throttle {
        Throttle::new(Ceilings {
            requests: NonZeroU32::new(ceiling).unwrap(),
            assume_role: NonZeroU32::MIN,
        })
    }

    fn rate(throttle: &Throttle) -> f64 {
        throttle
            .learnt()
            .get(&Action::ListUsers)
            .copied()
            .unwrap_or(throttle.gates[&Action::ListUsers].ceiling())
    }

    #[tokio::test(start_paused = true)]
    async fn each_action_has_its_own_second_and_its_own_burst() {
        let throttle = throttle(10);
        let start = Instant::now();
        for _ in 0..30 {
            throttle.admit(Action::ListUsers).await;
        }
        let thirty_calls = start.elapsed();
        for _ in 0..10 {
            throttle.admit(Action::ListMfaDevices).await;
        }
        assert!(
            (1_900..=2_100).contains(&thirty_calls.as_millis()),
            "{thirty_calls:?}"
        );
        assert_eq!(start.elapsed(), thirty_calls);
    }

    #[tokio::test(start_paused = true)]
    async fn no_second_has_more_than_two_lookups_of_events() {
        let throttle = throttle(100);
        let start = Instant::now();
        let mut sent = Vec::new();
        for _ in 0..9 {
            throttle.admit(Action::LookupEvents).await;
            sent.push(start.elapsed());
        }
        let shortest = sent.windows(3).map(|calls| calls[2] - calls[0]).min();
        assert!(shortest >= Some(Duration::from_millis(999)), "{sent:?}");
        assert!(start.elapsed() < Duration::from_millis(4_100), "{sent:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn throttling_lowers_the_rate_once_for_all_calls_under_way() {
        let throttle = throttle(16);
        for _ in 0..8 {
            throttle.throttled(Action::ListUsers);
        }
        assert_eq!(rate(&throttle), 7.2, "nine tenths of half");
        for _ in 0..20 {
            tokio::time::advance(FALL_AT_MOST_EVERY).await;
            throttle.throttled(Action::ListUsers);
        }
        assert_eq!(rate(&throttle), RATE_MIN);
        assert_eq!(throttle.learnt().len(), 1, "other actions keep their rate");
    }

    #[tokio::test(start_paused = true)]
    async fn a_rate_falls_to_nine_tenths_of_what_was_let_through() {
        let throttle = throttle(20);
        for _ in 0..60 {
            throttle.admit(Action::ListUsers).await;
            tokio::time::sleep(Duration::from_millis(62)).await;
            throttle.answered(Action::ListUsers);
        }
        throttle.throttled(Action::ListUsers);
        let rate = rate(&throttle);
        assert!((13.5..=15.3).contains(&rate), "{rate} of 16");
    }

    #[tokio::test(start_paused = true)]
    async fn no_call_is_made_for_half_a_second_after_throttling() {
        let throttle = throttle(100);
        throttle.admit(Action::ListUsers).await;
        throttle.throttled(Action::ListUsers);
        let start = Instant::now();
        throttle.admit(Action::ListUsers).await;
        assert!(start.elapsed() >= PAUSE, "{:?}", start.elapsed());
    }

    #[tokio::test(start_paused = true)]
    async fn a_rate_recovers_by_growing_steps_and_never_above_the_ceiling() {
        let throttle = throttle(20);
        throttle.throttled(Action::ListUsers);
        throttle.answered(Action::ListUsers);
        assert_eq!(rate(&throttle), 9.0, "not at once");
        let mut rates = Vec::new();
        for _ in 0..50 {
            tokio::time::advance(RECOVER_EVERY).await;
            throttle.answered(Action::ListUsers);
            rates.push(rate(&throttle));
        }
        assert!((9.4..=9.5).contains(&rates[0]), "{rates:?}");
        assert!(rates[1] - rates[0] > rates[0] - 9.0, "{rates:?}");
        assert_eq!(rates.last(), Some(&20.0));
        assert!(throttle.learnt().is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn no_second_after_a_burst_has_more_calls_than_the_ceiling_while_a_rate_recovers() {
        let throttle = throttle(10);
        let start = Instant::now();
        throttle.throttled(Action::ListUsers);
        let mut sent = Vec::new();
        while start.elapsed() < Duration::from_secs(90) {
            throttle.admit(Action::ListUsers).await;
            throttle.answered(Action::ListUsers);
            sent.push(start.elapsed());
        }
        assert_eq!(rate(&throttle), 10.0);
        let a_second = sent.windows(12).map(|calls| calls[11] - calls[0]);
        let shortest = a_second.min().unwrap();
        assert!(shortest >= Duration::from_secs(1), "{shortest:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_learnt_rate_is_where_the_next_pass_starts() {
        let learnt = LearntRates::from([(Action::ListUsers, 2.0), (Action::ListMfaDevices, 99.0)]);
        let throttle = throttle(10);
        throttle.adopt(&learnt);
        assert_eq!(
            throttle.learnt(),
            LearntRates::from([(Action::ListUsers, 2.0)])
        );
        let start = Instant::now();
        for _ in 0..6 {
            throttle.admit(Action::ListUsers).await;
        }
        assert!((1_900..=2_100).contains(&start.elapsed().as_millis()));
    }
}
