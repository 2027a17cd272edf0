//! One sink's forwarder: takes batches from the outbox, has them delivered, acknowledges them.

mod batch_size_limit;
mod bisection;
mod delivery_log;
mod flush_clock;
mod offer;
mod refused;
mod state;
mod suspect;
#[cfg(test)]
mod tests;
mod verdicts;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use self::state::DeliveryState;
use super::{Sink, SinkProgress};
use crate::metrics::SinkMetrics;
use crate::store::{BatchLimits, Store, StoreError};

/// Whether more events may come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// More may come at any time.
    Running,
    /// Nothing more will come: what is there is sent, then the forwarder ends.
    Draining,
}

/// Sends one sink's outbox to it, one batch at a time, in an order that never lets an older
/// state of a user arrive after a newer one.
pub struct Forwarder {
    /// The sink's name.
    pub name: String,
    /// The name and the fingerprint of the destination.
    pub receiver: String,
    /// The sink.
    pub sink: Box<dyn Sink>,
    /// The outbox.
    pub store: Store,
    /// How large batches are.
    pub limits: BatchLimits,
    /// How long an event waits for others to fill a batch.
    pub flush_after: Duration,
    /// Where progress is counted.
    pub progress: Arc<SinkProgress>,
    /// What a monitoring system reads of it.
    pub metrics: SinkMetrics,
}

/// What to do after a step.
enum Next {
    /// Take the next step.
    Now,
    /// Take it after this long, whatever comes.
    After(Duration),
    /// Take it when something was staged, or at this time.
    Wait(Option<Instant>),
    /// The sink has stopped: try it again after this long.
    Stopped(Duration),
}

impl Forwarder {
    /// Forwards until the outbox is empty while draining, the sink is stopped while draining, or
    /// `cancel` is called. An error is the store's.
    pub fn run(
        self,
        stage: watch::Receiver<Stage>,
        cancel: CancellationToken,
    ) -> impl Future<Output = Result<(), StoreError>> + Send {
        let mut state = DeliveryState::new(self.flush_after);
        if self.store.outbox_fill(&self.receiver).events > 0 {
            // An earlier process left it: it has waited long enough.
            state.clock.flush(Instant::now());
        }
        self.forward(state, stage, cancel)
    }

    async fn forward(
        mut self,
        mut state: DeliveryState,
        mut stage: watch::Receiver<Stage>,
        cancel: CancellationToken,
    ) -> Result<(), StoreError> {
        while !cancel.is_cancelled() {
            let now = *stage.borrow_and_update();
            let next = self.step(now, &mut state, &cancel).await?;
            let is_draining = now == Stage::Draining;
            match next {
                Next::Now => {}
                Next::After(pause) => {
                    tokio::select! {
                        () = tokio::time::sleep(pause) => {}
                        () = cancel.cancelled() => return Ok(()),
                    }
                }
                Next::Wait(_) | Next::Stopped(_) if is_draining => return Ok(()),
                Next::Wait(until) => {
                    tokio::select! {
                        changed = stage.changed() => if changed.is_err() { return Ok(()) },
                        () = sleep_until(until) => {}
                        () = cancel.cancelled() => return Ok(()),
                    }
                }
                Next::Stopped(pause) => {
                    tokio::select! {
                        _ = stage.wait_for(|stage| *stage == Stage::Draining) => return Ok(()),
                        () = tokio::time::sleep(pause) => {}
                        () = cancel.cancelled() => return Ok(()),
                    }
                }
            }
        }
        Ok(())
    }
}

/// Sleeps until then, or for ever.
async fn sleep_until(then: Option<Instant>) {
    match then {
        Some(then) => tokio::time::sleep_until(then).await,
        None => std::future::pending().await,
    }
}
