//! One gate per API action, the way AWS counts, which learns how much AWS lets through.

use std::collections::{BTreeMap, HashMap};
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use governor::clock::Clock;
use tokio::time::Instant;

use super::Action;
use super::limiter::{Limiter, exhausted_limiter, limiter};

/// Calls a second that AWS let through, for the actions where that is less than configured.
pub type LearntRates = BTreeMap<Action, f64>;

/// The gates of one account.
#[derive(Debug)]
pub(super) struct Throttle {
    gates: HashMap<Action, Gate>,
    ceiling: f64,
}

/// Slower than this no gate gets, however much AWS throttles.
const RATE_MIN: f64 = 0.5;
/// Calls that were under way when the rate was halved may still be throttled: one halving for
/// all of them.
const HALVE_AT_MOST_EVERY: Duration = Duration::from_secs(1);
/// A rate recovers by a twentieth of the ceiling after this long without throttling.
const RECOVER_EVERY: Duration = Duration::from_secs(5);

#[derive(Debug)]
struct Gate(Mutex<GateState>);

#[derive(Debug)]
struct GateState {
    limiter: Arc<Limiter>,
    rate: f64,
    changed_at: Instant,
}

impl Throttle {
    /// Gates that let up to `ceiling` calls a second through for each action, and a second's
    /// worth at once after a pause.
    pub(super) fn new(ceiling: NonZeroU32) -> Self {
        let ceiling = f64::from(ceiling.get());
        let gate = |action| (action, Gate::new(ceiling));
        Self {
            gates: Action::ALL.into_iter().map(gate).collect(),
            ceiling,
        }
    }

    /// Starts from rates that were learnt earlier, where they are below the ceiling.
    pub(super) fn adopt(&self, learnt: &LearntRates) {
        for (action, &rate) in learnt {
            if let Some(gate) = self.gates.get(action) {
                gate.change(Duration::ZERO, limiter, |now| rate.max(RATE_MIN).min(now));
            }
        }
    }

    /// Waits until one call of `action` may go.
    pub(super) async fn admit(&self, action: Action) {
        while let Some(wait) = self.gates.get(&action).and_then(Gate::wait) {
            tokio::time::sleep(wait).await;
        }
    }

    /// AWS said that `action` came too fast: half as many from now on.
    pub(super) fn throttled(&self, action: Action) {
        if let Some(gate) = self.gates.get(&action) {
            gate.change(HALVE_AT_MOST_EVERY, exhausted_limiter, |rate| {
                (rate / 2.0).max(RATE_MIN)
            });
        }
    }

    /// AWS answered a call of `action`: a little more, after a while.
    pub(super) fn answered(&self, action: Action) {
        if let Some(gate) = self.gates.get(&action) {
            let step = self.ceiling / 20.0;
            gate.change(RECOVER_EVERY, exhausted_limiter, |rate| {
                (rate + step).min(self.ceiling)
            });
        }
    }

    /// The rates below the configured one.
    pub(super) fn learnt(&self) -> LearntRates {
        let rates = self
            .gates
            .iter()
            .map(|(&action, gate)| (action, gate.state().rate));
        rates.filter(|(_, rate)| *rate < self.ceiling).collect()
    }
}

impl Gate {
    fn new(rate: f64) -> Self {
        let state = GateState {
            limiter: limiter(rate),
            rate,
            changed_at: Instant::now(),
        };
        Self(Mutex::new(state))
    }

    fn state(&self) -> std::sync::MutexGuard<'_, GateState> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How long until the next call may go; `None` if one may go now, which is then taken.
    fn wait(&self) -> Option<Duration> {
        let limiter = Arc::clone(&self.state().limiter);
        let too_early = limiter.check().err()?;
        Some(too_early.wait_time_from(limiter.clock().now()))
    }

    fn change(
        &self,
        at_most_every: Duration,
        limiter: impl FnOnce(f64) -> Arc<Limiter>,
        new_rate: impl FnOnce(f64) -> f64,
    ) {
        let mut state = self.state();
        let rate = new_rate(state.rate);
        if state.rate != rate && state.changed_at.elapsed() >= at_most_every {
            *state = GateState {
                limiter: limiter(rate),
                rate,
                changed_at: Instant::now(),
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn throttle(ceiling: u32) -> Throttle {
        Throttle::new(NonZeroU32::new(ceiling).unwrap())
    }

    fn rate(throttle: &Throttle) -> f64 {
        throttle
            .learnt()
            .get(&Action::ListUsers)
            .copied()
            .unwrap_or(throttle.ceiling)
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
    async fn throttling_halves_the_rate_once_for_all_calls_under_way() {
        let throttle = throttle(16);
        tokio::time::advance(HALVE_AT_MOST_EVERY).await;
        for _ in 0..8 {
            throttle.throttled(Action::ListUsers);
        }
        assert_eq!(rate(&throttle), 8.0);
        for _ in 0..20 {
            tokio::time::advance(HALVE_AT_MOST_EVERY).await;
            throttle.throttled(Action::ListUsers);
        }
        assert_eq!(rate(&throttle), RATE_MIN);
        assert_eq!(throttle.learnt().len(), 1, "other actions keep their rate");
    }

    #[tokio::test(start_paused = true)]
    async fn a_rate_recovers_slowly_and_never_above_the_ceiling() {
        let throttle = throttle(20);
        tokio::time::advance(HALVE_AT_MOST_EVERY).await;
        throttle.throttled(Action::ListUsers);
        throttle.answered(Action::ListUsers);
        assert_eq!(rate(&throttle), 10.0, "not at once");
        tokio::time::advance(RECOVER_EVERY).await;
        throttle.answered(Action::ListUsers);
        assert_eq!(rate(&throttle), 11.0);
        for _ in 0..50 {
            tokio::time::advance(RECOVER_EVERY).await;
            throttle.answered(Action::ListUsers);
        }
        assert_eq!(rate(&throttle), 20.0);
        assert!(throttle.learnt().is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn no_second_after_a_burst_has_more_calls_than_the_ceiling_while_a_rate_recovers() {
        let throttle = throttle(10);
        let start = Instant::now();
        tokio::time::advance(HALVE_AT_MOST_EVERY).await;
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
