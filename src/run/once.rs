//! `collect`: one pass over every account, delivered.

use std::future::Future;
use std::pin::pin;
use std::time::Duration;

use tokio::time::{Instant, interval};
use tokio_util::sync::CancellationToken;

use super::accounts::account::Context;
use super::accounts::account_locks::AccountLocks;
use super::accounts::behind;
use super::accounts::{Selection, Which};
use super::agent::Agent;
use super::delivery::{Delivery, ReadySink};
use super::report::{RunReport, SinkReport};
use super::{receivers, retention};
use crate::aws::KeptSessions;
use crate::observe::{Phase, Progress};
use crate::steps::{self, Step};
use crate::store::{Store, StoreError};

/// How often the progress line follows the delivery.
const TICK: Duration = Duration::from_millis(150);

/// What `collect` was asked for.
#[derive(Debug, Clone)]
pub struct CollectOptions {
    /// The ids of the accounts to pass over; none: every one.
    pub accounts: Vec<String>,
    /// Send everything again.
    pub is_full: bool,
    /// How long to wait for the sinks after the collection.
    pub drain_timeout: Duration,
}

/// Runs one pass over every account, and waits until it is delivered.
pub async fn once(
    agent: &Agent,
    store: &Store,
    sinks: Vec<ReadySink>,
    options: CollectOptions,
    progress: &Progress,
    cancel: &CancellationToken,
) -> Result<RunReport, StoreError> {
    receivers::adopt(agent, store).await?;
    let metrics = agent.metrics.clone();
    store.run(move |store| metrics.adopt(store)).await?;
    let delivery = Delivery::start(store, sinks, &agent.metrics, cancel);
    let mut report = RunReport::default();
    let locks = AccountLocks::default();
    let context = Context {
        agent,
        store,
        delivery: &delivery,
        locks: &locks,
        progress,
        is_full: options.is_full,
        clock: None,
    };
    let selection = Selection {
        which: Which::Asked(&options.accounts),
        with_second_try: true,
        sessions: &KeptSessions::default(),
    };
    tokio::select! {
        ended = context.pass_over_all(selection, &mut report) => ended?,
        ended = behind::keep_up(agent, store, &locks, delivery.waker()) => match ended? {},
        () = cancel.cancelled() => {}
    }
    let counted = delivery.counter();
    let drained = deliver(
        agent,
        store,
        &locks,
        delivery,
        options.drain_timeout,
        cancel,
    );
    report.sinks = while_shown(progress, counted, drained).await?;
    report.add_behind(store, &agent.receivers)?;
    if !cancel.is_cancelled() {
        let present = match options.accounts.is_empty() {
            true => report.present_accounts(),
            false => None,
        };
        retention::remove_ended(agent, store, present).await?;
    }
    steps::reach(Step::Drained);
    report.is_interrupted = cancel.is_cancelled();
    Ok(report)
}

/// Sends what waits for the sinks, without a pass, for `timeout` at most.
#[cfg(feature = "lambda")]
pub async fn send_waiting(
    agent: &Agent,
    store: &Store,
    sinks: Vec<ReadySink>,
    timeout: Duration,
    cancel: &CancellationToken,
) -> Result<Vec<SinkReport>, StoreError> {
    receivers::adopt(agent, store).await?;
    let delivery = Delivery::start(store, sinks, &agent.metrics, cancel);
    let locks = AccountLocks::default();
    deliver(agent, store, &locks, delivery, timeout, cancel).await
}

/// Waits until everything is delivered or its sink has stopped, at most `timeout`. What was held
/// up for lack of room is staged meanwhile.
async fn deliver(
    agent: &Agent,
    store: &Store,
    locks: &AccountLocks,
    delivery: Delivery,
    timeout: Duration,
    cancel: &CancellationToken,
) -> Result<Vec<SinkReport>, StoreError> {
    let deadline = Instant::now() + timeout;
    while !cancel.is_cancelled() {
        let caught_up = behind::catch_up(agent, store, locks).await?;
        delivery.wake();
        if !caught_up.is_any_left || Instant::now() >= deadline {
            break;
        }
        // A sink that has stopped makes no room until somebody acts.
        let behind = store.run(Store::receivers_behind).await?;
        if behind.iter().all(|(it, _)| delivery.has_stopped(it)) {
            break;
        }
        tokio::time::sleep(TICK).await;
    }
    delivery.wake();
    delivery
        .drain(deadline.saturating_duration_since(Instant::now()))
        .await
}

/// Waits for `work`, with the events that it delivers on the progress line.
async fn while_shown<T>(
    progress: &Progress,
    counted: impl Fn() -> (u64, u64),
    work: impl Future<Output = T>,
) -> T {
    let mut work = pin!(work);
    progress.enter(Phase::Delivering);
    let (before, _) = counted();
    let mut ticks = interval(TICK);
    loop {
        tokio::select! {
            done = &mut work => return done,
            _ = ticks.tick() => {
                let (taken, waiting) = counted();
                let taken = taken - before;
                progress.set(taken, taken + waiting);
            }
        }
    }
}
