//! `run`: a pass, a wait, the next pass. Never two at the same time.

pub(super) mod collection_clock;
mod serving;

pub use serving::Listeners;

use std::time::Duration;

use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

use crate::aws::KeptSessions;
use crate::observe::Progress;
use crate::run::accounts::Selection;
use crate::run::accounts::account::Context;
use crate::run::accounts::account_locks::AccountLocks;
use crate::run::accounts::behind;
use crate::run::agent::Agent;
use crate::run::daemon::collection_clock::CollectionClock;
use crate::run::delivery::{Delivery, ReadySink};
use crate::run::report::RunReport;
use crate::run::{receivers, retention};
use crate::store::{Store, StoreError};

/// How often what nobody needs any more is removed.
const SWEEP_EVERY: Duration = Duration::from_secs(24 * 60 * 60);
/// The wait after a first failed pass; it doubles with every further one.
const RETRY_FIRST: Duration = Duration::from_secs(30);

/// Passes every `every`, from start to start, until cancelled; answers at `listeners` meanwhile.
/// An error is the store's.
pub async fn daemon(
    agent: &Agent,
    store: &Store,
    sinks: Vec<ReadySink>,
    every: Duration,
    listeners: Listeners,
    cancel: &CancellationToken,
) -> Result<(), StoreError> {
    receivers::adopt(agent, store).await?;
    let mut delivery = Delivery::start(store, sinks, cancel);
    let clock = CollectionClock::start(every);
    let _answering = listeners.answer(agent, store, &delivery, &clock);
    let (sessions, locks) = (KeptSessions::default(), AccountLocks::default());
    let (mut failures, mut swept_at) = (0, None);
    while !cancel.is_cancelled() {
        let start = Instant::now();
        let (passed, present) = tokio::select! {
            passed = pass(agent, store, &delivery, &sessions, &locks, &clock) => passed?,
            ended = behind::keep_up(agent, store, &locks, delivery.waker()) => match ended? {},
            () = cancel.cancelled() => break,
        };
        clock.pass_ended(start.elapsed());
        delivery.wake();
        failures = if passed { 0 } else { failures + 1 };
        let wait = wait(every, start.elapsed(), failures);
        tracing::info!(
            wait_ms = wait.as_millis() as u64,
            "waiting for the next pass"
        );
        let wake = delivery.waker();
        // What nobody needs any more goes; what was held up is staged as there is room, for ever.
        let between_passes = async {
            if swept_at.is_none_or(|at: Instant| at.elapsed() >= SWEEP_EVERY) {
                swept_at = Some(Instant::now());
                receivers::adopt(agent, store).await?;
                retention::remove_ended(agent, store, present).await?;
            }
            behind::keep_up(agent, store, &locks, wake).await
        };
        tokio::select! {
            () = sleep(wait) => {}
            () = cancel.cancelled() => {}
            ended = between_passes => match ended? {},
            error = delivery.failed() => return Err(error),
        }
    }
    delivery.drain(Duration::ZERO).await?;
    // Until now these were the receivers, whatever the next configuration says.
    receivers::adopt(agent, store).await
}

/// One pass over every account. First, whether there is no reason to hurry the next one: it came
/// to its end in some account; an account that fails alone waits for the next pass with all
/// others. Second, the accounts that there are, if they are known.
async fn pass(
    agent: &Agent,
    store: &Store,
    delivery: &Delivery,
    sessions: &KeptSessions,
    locks: &AccountLocks,
    clock: &CollectionClock,
) -> Result<(bool, Option<Vec<String>>), StoreError> {
    let context = Context {
        agent,
        store,
        delivery,
        locks,
        progress: &Progress::hidden(),
        is_full: false,
        clock: Some(clock),
    };
    let selection = Selection {
        only: &[],
        with_second_try: false,
        sessions,
    };
    let mut report = RunReport::default();
    context.pass_over_all(selection, &mut report).await?;
    if let Some(error) = &report.refused {
        tracing::error!(%error, "no pass: nothing could be collected");
    }
    let has_passed = report.accounts.iter().any(|account| !account.has_failed);
    Ok((has_passed, report.present_accounts()))
}

/// How long to wait after a pass that took `elapsed` and was the last of `failures` failed ones.
fn wait(every: Duration, elapsed: Duration, failures: u32) -> Duration {
    match failures {
        0 => every.saturating_sub(elapsed),
        _ => {
            let doubled = RETRY_FIRST.saturating_mul(1 << (failures - 1).min(16));
            let ceiling = doubled.min(every.max(RETRY_FIRST));
            ceiling.mul_f64(0.75 + fastrand::f64() / 4.0)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_pass_waits_longer_each_time_and_never_loops() {
        let every = Duration::from_secs(1200);
        let elapsed = Duration::from_secs(5);
        assert_eq!(wait(every, elapsed, 0), Duration::from_secs(1195));
        assert_eq!(wait(every, every * 2, 0), Duration::ZERO);
        let mut previous = Duration::ZERO;
        for failures in 1..=6 {
            let wait = wait(every, elapsed, failures);
            assert!(wait > previous, "{failures}: {wait:?} after {previous:?}");
            previous = wait;
        }
        for failures in [7, 40, u32::MAX] {
            assert!(wait(every, elapsed, failures) <= every);
        }
        let hasty = Duration::from_secs(1);
        assert!(wait(hasty, Duration::ZERO, 1) > Duration::from_secs(20));
    }
}
