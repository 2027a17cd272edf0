//! One sink's forwarder: takes batches from the outbox, has them delivered, acknowledges them.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::course::Course;
use super::{Outgoing, Sink, SinkProgress};
use crate::steps::{self, Step};
use crate::store::{BatchLimits, Queued, Store, StoreError};

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
pub(super) enum Next {
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
        let mut course = Course::new();
        let mut stopped_in_pass = None;
        loop {
            if cancel.is_cancelled() {
                return Ok(());
            }
            let now = *phase.borrow_and_update();
            if stopped_in_pass != Some(now.pass) {
                match self.step(now, &mut course, &cancel).await? {
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
        course: &mut Course,
        cancel: &CancellationToken,
    ) -> Result<Next, StoreError> {
        match self.batch(now, course).await? {
            Some(batch) => {
                let batch = self.bury_oversized(batch).await?;
                if batch.is_empty() {
                    return Ok(Next::GoOn);
                }
                self.offer(&batch, course, cancel).await
            }
            None if course.narrowing.skipped() > 0 => {
                course.narrowing.reset();
                Ok(self.nothing_is_taken(course))
            }
            None => {
                // Who waits for the end is told then.
                if now.pass > 0 && now.eagerness == Eagerness::Everything {
                    course.tally.idle(&self.name);
                }
                Ok(Next::Wait)
            }
        }
    }

    /// The next batch that may go in this phase.
    async fn batch(&self, now: Phase, course: &Course) -> Result<Option<Vec<Queued>>, StoreError> {
        let skipped = course.narrowing.skipped();
        if skipped >= self.limits.count {
            return Ok(None);
        }
        let name = self.name.clone();
        let limits = BatchLimits {
            count: course.narrowing.batch_size(self.limits.count),
            bytes: course.ceiling.within(self.limits.bytes),
        };
        let batch = self
            .store
            .run(move |store| store.batch_after(&name, skipped, limits))
            .await?;
        let may_go = batch.is_full || now.eagerness != Eagerness::FullBatches;
        Ok((may_go && !batch.events.is_empty()).then_some(batch.events))
    }

    /// Keeps the events that are larger than the sink takes as dead letters; returns the others.
    async fn bury_oversized(&self, batch: Vec<Queued>) -> Result<Vec<Queued>, StoreError> {
        let Some(bytes_max) = self.sink.event_bytes_max() else {
            return Ok(batch);
        };
        let is_fit = |event: &Queued| event.json.len() <= bytes_max;
        let (fit, oversized): (Vec<_>, Vec<_>) = batch.into_iter().partition(is_fit);
        for event in oversized {
            let bytes = event.json.len();
            let why =
                format!("it has {bytes} bytes, and the sink takes at most {bytes_max} of one");
            self.bury(&[event], why).await?;
        }
        Ok(fit)
    }

    /// Has the sink deliver `batch` and acknowledges it. When cancelled, a batch that is on its
    /// way gets a moment to arrive, so that it need not be sent twice.
    async fn offer(
        &mut self,
        batch: &[Queued],
        course: &mut Course,
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
        self.act_on(verdict, batch, course).await
    }
}
