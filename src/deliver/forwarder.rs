//! One sink's forwarder: takes batches from the outbox, has them delivered, acknowledges them.

use std::sync::Arc;
use std::time::Duration;

use time::OffsetDateTime;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::backoff::Backoff;
use super::narrowing::{Finding, Narrowing};
use super::{Outgoing, Sink, SinkProgress, Verdict};
use crate::steps::{self, Step};
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
    /// Wait until there is more.
    Wait,
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
        let mut narrowing = Narrowing::default();
        let mut stopped_in_pass = None;
        loop {
            if cancel.is_cancelled() {
                return Ok(());
            }
            let now = *phase.borrow_and_update();
            if stopped_in_pass != Some(now.pass) {
                let step = self.step(now, &mut backoff, &mut narrowing, &cancel);
                match step.await? {
                    Next::GoOn => continue,
                    Next::After(pause) => {
                        tokio::select! {
                            () = tokio::time::sleep(pause) => continue,
                            () = cancel.cancelled() => return Ok(()),
                        }
                    }
                    Next::Stop => stopped_in_pass = Some(now.pass),
                    Next::Wait => {}
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

    /// Offers the next batch that may go in this phase.
    async fn step(
        &mut self,
        now: Phase,
        backoff: &mut Backoff,
        narrowing: &mut Narrowing,
        cancel: &CancellationToken,
    ) -> Result<Next, StoreError> {
        match self.batch(now, narrowing).await? {
            Some(batch) => self.offer(&batch, backoff, narrowing, cancel).await,
            None if narrowing.skipped() > 0 => {
                narrowing.reset();
                Ok(self.nothing_is_taken(backoff))
            }
            None => Ok(Next::Wait),
        }
    }

    /// The next batch that may go in this phase.
    async fn batch(
        &self,
        now: Phase,
        narrowing: &Narrowing,
    ) -> Result<Option<Vec<Queued>>, StoreError> {
        let (name, mut limits) = (self.name.clone(), self.limits);
        limits.count = narrowing.batch_size(limits.count);
        let skipped = narrowing.skipped();
        if skipped >= self.limits.count {
            return Ok(None);
        }
        let batch = self
            .store
            .run(move |store| store.batch_after(&name, skipped, limits))
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
        narrowing: &mut Narrowing,
        cancel: &CancellationToken,
    ) -> Result<Next, StoreError> {
        steps::reach(Step::BatchRead);
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
        self.act_on(verdict, batch, backoff, narrowing).await
    }

    async fn act_on(
        &self,
        verdict: Verdict,
        batch: &[Queued],
        backoff: &mut Backoff,
        narrowing: &mut Narrowing,
    ) -> Result<Next, StoreError> {
        let (sink, events) = (self.name.as_str(), batch.len());
        match verdict {
            Verdict::Delivered => {
                steps::reach(Step::BatchTaken);
                let delivered: Vec<Receipt> = batch.iter().map(Queued::receipt).collect();
                self.store
                    .run(move |store| store.acknowledge(&delivered))
                    .await?;
                steps::reach(Step::BatchAcknowledged);
                self.progress.count(events);
                backoff.reset();
                narrowing.delivered(events);
                tracing::debug!(sink, events, "batch delivered");
                Ok(Next::GoOn)
            }
            Verdict::Retry { after, why } => Ok(self.pause(after, why, events, backoff)),
            Verdict::NotIngested { why } if backoff.is_first() => {
                Ok(self.pause(None, why, events, backoff))
            }
            Verdict::NotIngested { why } => match narrowing.refused(events) {
                Finding::SearchOn => Ok(self.pause(None, why, events, backoff)),
                Finding::Bad => self.bury(batch, why).await,
            },
            Verdict::Rejected { why } => match narrowing.refused(events) {
                Finding::SearchOn => {
                    tracing::warn!(
                        sink,
                        events,
                        why,
                        "batch rejected; looking for the bad event"
                    );
                    self.progress.fail(why);
                    Ok(Next::GoOn)
                }
                Finding::Bad => self.bury(batch, why).await,
            },
            Verdict::Unauthorized { why } | Verdict::Refused { why } => {
                self.stop(why);
                Ok(Next::Stop)
            }
        }
    }

    /// The sink took none of the events that it was offered one by one. After a rejection in so
    /// many words nothing will help until somebody acts; else a later try may.
    fn nothing_is_taken(&self, backoff: &mut Backoff) -> Next {
        if !backoff.is_first() {
            return Next::After(backoff.next());
        }
        let why = self.progress.report().retried.unwrap_or_default();
        let why = format!("it takes no event at all: {why}");
        self.stop(why);
        Next::Stop
    }

    fn stop(&self, why: String) {
        let sink = self.name.as_str();
        tracing::error!(
            sink,
            why,
            "the sink has stopped; everything for it is kept, and tried again with the next pass"
        );
        self.progress.stop(why);
    }

    /// Offers the same events again after a pause.
    fn pause(
        &self,
        after: Option<Duration>,
        why: String,
        events: usize,
        backoff: &mut Backoff,
    ) -> Next {
        // Asked to come back at once, again and again, we would never rest.
        let pause = backoff.next().max(after.unwrap_or_default());
        let (sink, pause_ms) = (self.name.as_str(), pause.as_millis() as u64);
        tracing::warn!(
            sink,
            events,
            pause_ms,
            why,
            "batch not delivered; sending it again"
        );
        self.progress.fail(why);
        Next::After(pause)
    }

    /// Keeps the one event of `batch` as a dead letter.
    async fn bury(&self, batch: &[Queued], why: String) -> Result<Next, StoreError> {
        for event in batch {
            steps::reach(Step::EventRejected);
            let (sink, event_id) = (self.name.as_str(), event.id);
            tracing::error!(
                sink, %event_id, why,
                "the sink rejected an event for good: see rollcall dead-letters list"
            );
            let (receipt, why, now) = (event.receipt(), why.clone(), OffsetDateTime::now_utc());
            self.store
                .run(move |store| store.bury(&receipt, &why, now))
                .await?;
            steps::reach(Step::EventBuried);
            self.progress.bury();
        }
        Ok(Next::GoOn)
    }
}
