//! A step of a forwarder: reads a batch when one is due, and offers it to the sink.

use std::time::Duration;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::bisection::Turn;
use super::flush_clock::Due;
use super::state::DeliveryState;
use super::{Forwarder, Next, Stage};
use crate::deliver::Outgoing;
use crate::steps::{self, Step};
use crate::store::{BatchLimits, Queued, StoreError};

/// How long a batch on its way may take after a cancellation.
const GRACE: Duration = Duration::from_secs(5);

impl Forwarder {
    /// Offers what is in hand, or reads the next batch if it is due.
    pub(super) async fn step(
        &mut self,
        stage: Stage,
        state: &mut DeliveryState,
        cancel: &CancellationToken,
    ) -> Result<Next, StoreError> {
        let limits = self.limits_now(state);
        match state.bisection.next(limits) {
            Turn::Offer(part) => self.offer(part, state, cancel).await,
            Turn::Compare => self.compare(state).await,
            Turn::Empty => self.read_if_due(stage, state).await,
        }
    }

    /// How large a batch may be that the sink is known to take.
    pub(super) fn limits_now(&self, state: &DeliveryState) -> BatchLimits {
        BatchLimits {
            count: self.limits.count,
            bytes: state.size_limit.within(self.limits.bytes),
        }
    }

    async fn read_if_due(
        &mut self,
        stage: Stage,
        state: &mut DeliveryState,
    ) -> Result<Next, StoreError> {
        let (waiting, now) = (self.store.outbox_fill(&self.receiver), Instant::now());
        let limits = self.limits_now(state);
        if self.progress.take_hurry() {
            state.clock.flush(now);
        }
        match state.clock.due(waiting, limits, now) {
            Due::Never => return Ok(Next::Wait(state.log.idle(&self.name, now))),
            Due::At(at) if stage == Stage::Running => {
                state.log.busy();
                return Ok(Next::Wait(Some(at)));
            }
            Due::At(_) | Due::Now => state.log.busy(),
        }
        let batch = self.read(limits).await?;
        if batch.len() as u64 >= waiting.events {
            state.clock.everything_was_read(now);
        }
        if batch.is_empty() {
            return Ok(Next::Wait(None));
        }
        let batch = self.without_oversized(batch).await?;
        state.bisection.add(batch);
        Ok(Next::Now)
    }

    pub(super) async fn read(&self, limits: BatchLimits) -> Result<Vec<Queued>, StoreError> {
        let receiver = self.receiver.clone();
        let read = move |store: &crate::store::Store| store.next_batch(&receiver, limits);
        Ok(self.store.run(read).await?.events)
    }

    /// Keeps the events that are larger than the sink takes as dead letters; returns the others.
    pub(super) async fn without_oversized(
        &self,
        batch: Vec<Queued>,
    ) -> Result<Vec<Queued>, StoreError> {
        let Some(bytes_max) = self.sink.event_bytes_max() else {
            return Ok(batch);
        };
        let is_fit = |event: &Queued| event.json.len() <= bytes_max;
        let (fit, oversized): (Vec<_>, Vec<_>) = batch.into_iter().partition(is_fit);
        for event in oversized {
            let bytes = event.json.len();
            let why =
                format!("it has {bytes} bytes, and the sink takes at most {bytes_max} of one");
            self.dead_letter(&event, why).await?;
        }
        Ok(fit)
    }

    /// Has the sink deliver `batch`, and acts on its verdict. When cancelled, a batch that is on
    /// its way gets a moment to arrive, so that it need not be sent twice.
    async fn offer(
        &mut self,
        batch: Vec<Queued>,
        state: &mut DeliveryState,
        cancel: &CancellationToken,
    ) -> Result<Next, StoreError> {
        steps::reach(Step::BatchRead);
        let outgoing = batch.iter().map(|event| Outgoing {
            id: event.id,
            json: &event.json,
        });
        let outgoing: Vec<Outgoing<'_>> = outgoing.collect();
        let began = Instant::now();
        let delivery = self.sink.deliver(&outgoing);
        let too_late = async {
            cancel.cancelled().await;
            tokio::time::sleep(GRACE).await;
        };
        let verdict = tokio::select! {
            verdict = delivery => verdict,
            () = too_late => return Ok(Next::Now),
        };
        self.metrics.answered(&verdict, began.elapsed());
        self.act_on(verdict, batch, state).await
    }
}
