//! The gate of one API action.

use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use governor::clock::Clock;
use tokio::time::Instant;

use super::limiter::{Limiter, learnt_limiter, limiter};
use super::meter::Meter;

/// Slower than this no gate gets, however much AWS throttles.
pub(super) const RATE_MIN: f64 = 0.5;
/// Calls that were under way when the rate fell may still be throttled: it falls once for all of
/// them.
pub(super) const FALL_AT_MOST_EVERY: Duration = Duration::from_secs(1);
/// After throttling nobody calls for this long, so that AWS's bucket has something to give again.
pub(super) const PAUSE: Duration = Duration::from_millis(500);
/// How much of what AWS let through is asked for after throttling.
const SHARE_OF_MEASURED: f64 = 0.9;
/// A rate recovers by a step after this long without throttling, and each time by one step more.
pub(super) const RECOVER_EVERY: Duration = Duration::from_secs(5);
/// As many calls go at once after a pause, where a second has more: AWS's buckets are small.
pub(super) const BURST_MAX: f64 = 10.0;

/// Lets calls through, and learns how many AWS does.
#[derive(Debug)]
pub(super) struct Gate {
    ceiling: f64,
    state: Mutex<GateState>,
}

#[derive(Debug)]
struct GateState {
    limiter: Arc<Limiter>,
    rate: f64,
    answers: Meter,
    /// When AWS last throttled enough for the rate to fall.
    fell_at: Option<Instant>,
    /// When the rate last changed.
    changed_at: Instant,
    /// How often it has recovered since it fell.
    recoveries: u32,
}

impl Gate {
    pub(super) fn new(ceiling: NonZeroU32, burst_max: f64) -> Self {
        let ceiling = f64::from(ceiling.get());
        let state = GateState {
            limiter: limiter(ceiling, burst_max),
            rate: ceiling,
            answers: Meter::new(),
            fell_at: None,
            changed_at: Instant::now(),
            recoveries: 0,
        };
        Self {
            ceiling,
            state: Mutex::new(state),
        }
    }

    fn state(&self) -> MutexGuard<'_, GateState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How long until the next call may go; `None` if one may go now, which is then taken.
    pub(super) fn wait(&self) -> Option<Duration> {
        let state = self.state();
        let pause = state.fell_at.and_then(|at| PAUSE.checked_sub(at.elapsed()));
        if let Some(rest) = pause.filter(|rest| !rest.is_zero()) {
            return Some(rest);
        }
        let limiter = Arc::clone(&state.limiter);
        drop(state);
        let too_early = limiter.check().err()?;
        Some(too_early.wait_time_from(limiter.clock().now()))
    }

    #[cfg(test)]
    pub(super) fn ceiling(&self) -> f64 {
        self.ceiling
    }

    /// The rate, where it is below the ceiling.
    pub(super) fn learnt(&self) -> Option<f64> {
        Some(self.state().rate).filter(|rate| *rate < self.ceiling)
    }

    pub(super) fn adopt(&self, rate: f64) {
        let mut state = self.state();
        if rate < state.rate {
            state.rate = rate.max(RATE_MIN);
            state.limiter = limiter(state.rate, BURST_MAX);
            state.changed_at = Instant::now();
        }
    }

    /// What AWS let through in the last second is what it lets through, but by no less than half
    /// of what was asked for: a second with few calls says little.
    pub(super) fn fall(&self) {
        let mut state = self.state();
        let is_too_soon = state
            .fell_at
            .is_some_and(|at| at.elapsed() < FALL_AT_MOST_EVERY);
        if is_too_soon {
            return;
        }
        let let_through = state
            .answers
            .per_second()
            .clamp(state.rate / 2.0, state.rate);
        state.rate = (let_through * SHARE_OF_MEASURED).max(RATE_MIN);
        state.limiter = learnt_limiter(state.rate);
        state.recoveries = 0;
        state.fell_at = Some(Instant::now());
        state.changed_at = Instant::now();
    }

    pub(super) fn recover(&self) {
        let mut state = self.state();
        state.answers.count();
        if state.rate >= self.ceiling || state.changed_at.elapsed() < RECOVER_EVERY {
            return;
        }
        state.recoveries += 1;
        let step = (state.rate / 20.0).max(self.ceiling / 50.0) * f64::from(state.recoveries);
        state.rate = (state.rate + step).min(self.ceiling);
        state.limiter = learnt_limiter(state.rate);
        state.changed_at = Instant::now();
    }
}
