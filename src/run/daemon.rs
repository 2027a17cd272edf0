//! `run`: a pass, a wait, the next pass. Never two at the same time.

use std::time::Duration;

use time::OffsetDateTime;
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;

use super::account::Context;
use super::accounts::Selection;
use super::delivery::{Delivery, ReadySink};
use super::once::Agent;
use super::report::RunReport;
use crate::observe::{DaemonStatus, Progress, StatusReport, StatusServer};
use crate::store::{Store, StoreError};

/// The wait after a first failed pass; it doubles with every further one.
const RETRY_FIRST: Duration = Duration::from_secs(30);

/// Passes every `every`, from start to start, until cancelled; tells how it is doing at `status`
/// meanwhile. An error is the store's.
pub async fn daemon(
    agent: &Agent,
    store: &Store,
    sinks: Vec<ReadySink>,
    every: Duration,
    status: Option<StatusServer>,
    cancel: &CancellationToken,
) -> Result<(), StoreError> {
    let mut delivery = Delivery::start(store, sinks, cancel);
    let _served = status.map(|server| serve(server, agent, store, &delivery));
    let mut failures = 0;
    while !cancel.is_cancelled() {
        let start = Instant::now();
        delivery.begin_pass();
        let passed = tokio::select! {
            passed = pass(agent, store, &delivery) => passed?,
            () = cancel.cancelled() => break,
        };
        delivery.end_pass();
        failures = if passed { 0 } else { failures + 1 };
        let wait = wait(every, start.elapsed(), failures);
        tracing::info!(
            wait_ms = wait.as_millis() as u64,
            "waiting for the next pass"
        );
        tokio::select! {
            () = sleep(wait) => {}
            () = cancel.cancelled() => {}
            error = delivery.failed() => return Err(error),
        }
    }
    delivery.drain(Duration::ZERO).await?;
    Ok(())
}

/// Serves the status until what this returns is dropped.
fn serve(
    server: StatusServer,
    agent: &Agent,
    store: &Store,
    delivery: &Delivery,
) -> AbortOnDropHandle<()> {
    let sinks: Vec<String> = agent.targets.iter().map(|it| it.sink.clone()).collect();
    let (store, troubles) = (store.clone(), delivery.troubles());
    let daemon = DaemonStatus::new(OffsetDateTime::now_utc());
    let report = move || {
        let (store, sinks) = (store.clone(), sinks.clone());
        let (daemon, mut troubles) = (daemon.clone(), troubles());
        async move {
            let now = OffsetDateTime::now_utc();
            let read = move |store: &Store| StatusReport::of(store, &sinks, now);
            let mut report = store.run(read).await?;
            report.daemon = Some(daemon);
            for sink in &mut report.sinks {
                sink.trouble = troubles.remove(&sink.name);
            }
            Ok(report)
        }
    };
    AbortOnDropHandle::new(tokio::spawn(server.serve(report)))
}

/// One pass over every account; whether there is no reason to hurry the next one: it came to
/// its end in some account. An account that fails alone waits for the next pass with all others.
async fn pass(agent: &Agent, store: &Store, delivery: &Delivery) -> Result<bool, StoreError> {
    let context = Context {
        agent,
        store,
        delivery,
        progress: &Progress::hidden(),
        is_full: false,
    };
    let selection = Selection {
        only: &[],
        with_second_try: false,
    };
    let mut report = RunReport::default();
    context.pass_over_all(selection, &mut report).await?;
    if let Some(error) = &report.refused {
        tracing::error!(%error, "no pass: nothing could be collected");
    }
    Ok(report.accounts.iter().any(|account| !account.has_failed))
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
