//! One sink's forwarder: takes batches from the outbox, has them delivered, acknowledges them.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::backoff::Backoff;
use super::{Outgoing, Sink, SinkProgress, Verdict};
use crate::store::{BatchLimits, Queued, Receipt, Store, StoreError};

/// How long a batch on its way may take after a cancellation.
const GRACE: Duration = Duration::from_secs(5);

/// What the forwarders should do; told by whoever fills the outbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Phase {
    /// Counts passes. A sink that stopped is tried again in the next one.
    pub pass: u64,
    /// How eagerly to send.
    pub eagerness: Eagerness,
}

/// How eagerly to send what is in the outbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Eagerness {
    /// A pass is under way: send full batches only.
    FullBatches,
    /// Send what is there, then wait for more.
    Everything,
    /// Nothing more will come: send what is there, then end.
    EverythingAndEnd,
}

/// Sends one sink's outbox to it, one batch at a time, in an order that never lets an older
/// state of a user arrive after a newer one.
pub struct Forwarder {
    /// The sink's name.
    pub name: String,
    /// The sink.
    pub sink: Box<dyn Sink>,
    /// The outbox.
    pub store: Store,
    /// How large batches are.
    pub limits: BatchLimits,
    /// Where progress is counted.
    pub progress: Arc<SinkProgress>,
}

/// What to do after a batch was offered to the sink.
enum Next {
    /// Take the next batch.
    GoOn,
    /// Offer the same events again after this long.
    After(Duration),
    /// Wait for the next pass.
    Stop,
}

impl Forwarder {
    /// Forwards until the outbox is empty in the last phase, the sink stops it in that phase, or
    /// `cancel` is called. An error is the store's.
    pub async fn run(
        mut self,
        mut phase: watch::Receiver<Phase>,
        cancel: CancellationToken,
    ) -> Result<(), StoreError> {
        let mut backoff = Backoff::new();
        let mut stopped_in_pass = None;
        loop {
            if cancel.is_cancelled() {
                return Ok(());
            }
            let now = *phase.borrow_and_update();
            if stopped_in_pass != Some(now.pass)
                && let Some(batch) = self.batch(now).await?
            {
                match self.offer(&batch, &mut backoff, &cancel).await? {
                    Next::GoOn => continue,
                    Next::After(pause) => {
                        tokio::select! {
                            () = tokio::time::sleep(pause) => continue,
                            () = cancel.cancelled() => return Ok(()),
                        }
                    }
                    Next::Stop => stopped_in_pass = Some(now.pass),
                }
            }
            if now.eagerness == Eagerness::EverythingAndEnd {
                return Ok(());
            }
            tokio::select! {
                changed = phase.changed() => if changed.is_err() { return Ok(()) },
                () = cancel.cancelled() => return Ok(()),
            }
        }
    }

    /// The next batch that may go in this phase.
    async fn batch(&self, now: Phase) -> Result<Option<Vec<Queued>>, StoreError> {
        let (name, limits) = (self.name.clone(), self.limits);
        let batch = self
            .store
            .run(move |store| store.next_batch(&name, limits))
            .await?;
        let is_full = batch.is_full;
        let may_go = is_full || now.eagerness != Eagerness::FullBatches;
        Ok((may_go && !batch.events.is_empty()).then_some(batch.events))
    }

    /// Has the sink deliver `batch` and acknowledges it. When cancelled, a batch that is on its
    /// way gets a moment to arrive, so that it need not be sent twice.
    async fn offer(
        &mut self,
        batch: &[Queued],
        backoff: &mut Backoff,
        cancel: &CancellationToken,
    ) -> Result<Next, StoreError> {
        let outgoing: Vec<Outgoing<'_>> = batch
            .iter()
            .map(|event| Outgoing {
                id: event.id,
                json: &event.json,
            })
            .collect();
        let delivery = self.sink.deliver(&outgoing);
        let too_late = async {
            cancel.cancelled().await;
            tokio::time::sleep(GRACE).await;
        };
        let verdict = tokio::select! {
            verdict = delivery => verdict,
            () = too_late => return Ok(Next::Stop),
        };
        self.act_on(verdict, batch, backoff).await
    }

    async fn act_on(
        &self,
        verdict: Verdict,
        batch: &[Queued],
        backoff: &mut Backoff,
    ) -> Result<Next, StoreError> {
        let (sink, events) = (self.name.as_str(), batch.len());
        match verdict {
            Verdict::Delivered => {
                let delivered: Vec<Receipt> = batch.iter().map(Queued::receipt).collect();
                self.store
                    .run(move |store| store.acknowledge(&delivered))
                    .await?;
                self.progress.count(events);
                backoff.reset();
                tracing::debug!(sink, events, "batch delivered");
                Ok(Next::GoOn)
            }
            Verdict::Retry { after, why } => {
                // Asked to come back at once, again and again, we would never rest.
                let pause = backoff.next().max(after.unwrap_or_default());
                let pause_ms = pause.as_millis() as u64;
                tracing::warn!(
                    sink,
                    events,
                    pause_ms,
                    why,
                    "batch not delivered; sending it again"
                );
                self.progress.fail(why);
                Ok(Next::After(pause))
            }
            Verdict::Unauthorized { why } | Verdict::Rejected { why } => {
                tracing::error!(
                    sink,
                    events,
                    why,
                    "the sink has stopped; everything for it is kept, and tried again with the \
                     next pass"
                );
                self.progress.stop(why);
                Ok(Next::Stop)
            }
        }
    }
}
