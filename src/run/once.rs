//! `collect`: one pass over every account, delivered.

use std::future::Future;
use std::pin::pin;
use std::time::Duration;

use tokio::time::interval;
use tokio_util::sync::CancellationToken;

use super::account::Context;
use super::accounts::Selection;
use super::delivery::{Delivery, ReadySink};
use super::mapping_plan::MappingPlan;
use super::pass::{PassPlan, Target};
use super::report::RunReport;
use crate::config::AwsSettings;
use crate::observe::Progress;
use crate::steps::{self, Step};
use crate::store::{Store, StoreError};

/// How often the progress line follows the delivery.
const TICK: Duration = Duration::from_millis(150);

/// What every pass needs to know.
#[derive(Debug, Clone)]
pub struct Agent {
    /// How to reach AWS.
    pub aws: AwsSettings,
    /// How users become events.
    pub mapping: MappingPlan,
    /// For whom.
    pub targets: Vec<Target>,
    /// What a pass tells, and what it keeps.
    pub plan: PassPlan,
}

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
    let delivery = Delivery::start(store, sinks, cancel);
    delivery.begin_pass();
    let mut report = RunReport::default();
    let context = Context {
        agent,
        store,
        delivery: &delivery,
        progress,
        is_full: options.is_full,
    };
    let selection = Selection {
        only: &options.accounts,
        with_second_try: true,
    };
    tokio::select! {
        ended = context.pass_over_all(selection, &mut report) => ended?,
        () = cancel.cancelled() => {}
    }
    delivery.end_pass();
    let batches = delivery.batch_counter();
    let drained = delivery.drain(options.drain_timeout);
    report.sinks = while_shown(progress, batches, drained).await?;
    steps::reach(Step::Drained);
    report.is_interrupted = cancel.is_cancelled();
    Ok(report)
}

/// Waits for `work`, with the batches that it delivers on the progress line.
async fn while_shown<T>(
    progress: &Progress,
    batches: impl Fn() -> u64,
    work: impl Future<Output = T>,
) -> T {
    let mut work = pin!(work);
    let mut ticks = interval(TICK);
    loop {
        tokio::select! {
            done = &mut work => return done,
            _ = ticks.tick() => progress.set_batches(batches()),
        }
    }
}
