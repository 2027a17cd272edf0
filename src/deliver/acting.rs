//! What follows from a sink's verdict on a batch.

use std::time::Duration;

use time::OffsetDateTime;

use super::course::Course;
use super::forwarder::Next;
use super::narrowing::Finding;
use super::{Forwarder, Verdict};
use crate::steps::{self, Step};
use crate::store::{Queued, Receipt, StoreError};

impl Forwarder {
    /// Acknowledges `batch`, or decides when what is offered next.
    pub(super) async fn act_on(
        &self,
        verdict: Verdict,
        batch: &[Queued],
        course: &mut Course,
    ) -> Result<Next, StoreError> {
        let events = batch.len();
        match verdict {
            Verdict::Delivered => self.acknowledge(batch, course).await,
            Verdict::Doubtful { why } => {
                course.tally.doubted(&self.name, &why);
                self.acknowledge(batch, course).await
            }
            Verdict::Retry { after, why } => Ok(self.pause(after, why, events, course)),
            Verdict::NotIngested { why } if course.backoff.is_first() => {
                Ok(self.pause(None, why, events, course))
            }
            Verdict::NotIngested { why } => match course.narrowing.refused(events) {
                Finding::SearchOn => Ok(self.pause(None, why, events, course)),
                Finding::Bad => self.bury(batch, why).await,
            },
            Verdict::Rejected { why } => match course.narrowing.refused(events) {
                Finding::SearchOn => Ok(self.search(why, events)),
                Finding::Bad => self.bury(batch, why).await,
            },
            Verdict::TooLarge { why } if events > 1 => {
                course.ceiling.too_large(bytes(batch));
                Ok(self.send_less(why, batch))
            }
            Verdict::TooLarge { why } => {
                let bytes = bytes(batch);
                let is_beyond = course.ceiling.is_beyond(bytes);
                match course.narrowing.too_large(is_beyond) {
                    Finding::SearchOn => Ok(self.search(why, events)),
                    Finding::Bad => {
                        let why = format!("{why}, to this event alone of {bytes} bytes");
                        self.bury(batch, why).await
                    }
                }
            }
            Verdict::Unauthorized { why } | Verdict::Refused { why } => {
                course.tally.failed();
                self.stop(why);
                Ok(Next::Stop)
            }
        }
    }

    async fn acknowledge(&self, batch: &[Queued], course: &mut Course) -> Result<Next, StoreError> {
        steps::reach(Step::BatchTaken);
        let (sink, events) = (self.name.as_str(), batch.len());
        let delivered: Vec<Receipt> = batch.iter().map(Queued::receipt).collect();
        self.store
            .run(move |store| store.acknowledge(&delivered))
            .await?;
        steps::reach(Step::BatchAcknowledged);
        self.progress.count(events);
        course.backoff.reset();
        course.narrowing.delivered(events);
        course.ceiling.delivered(bytes(batch), self.limits.bytes);
        tracing::debug!(sink, events, "batch delivered");
        course.tally.delivered(sink, events);
        Ok(Next::GoOn)
    }

    /// The sink took none of the events that it was offered one by one. After a rejection in so
    /// many words nothing will help until somebody acts; else a later try may.
    pub(super) fn nothing_is_taken(&self, course: &mut Course) -> Next {
        course.tally.failed();
        if !course.backoff.is_first() {
            return Next::After(course.backoff.next());
        }
        let why = self.progress.report().retried.unwrap_or_default();
        let why = format!("it takes no event at all: {why}");
        self.stop(why);
        Next::Stop
    }

    /// Keeps the events of `batch`, which the sink will never take, as dead letters.
    pub(super) async fn bury(&self, batch: &[Queued], why: String) -> Result<Next, StoreError> {
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

    fn stop(&self, why: String) {
        let sink = self.name.as_str();
        tracing::error!(
            sink,
            why,
            "the sink has stopped; everything for it is kept, and tried again with the next pass"
        );
        self.progress.stop(why);
    }

    /// Offers a part of the same events, or others.
    fn search(&self, why: String, events: usize) -> Next {
        let sink = self.name.as_str();
        tracing::warn!(
            sink,
            events,
            why,
            "batch rejected; looking for the bad event"
        );
        self.progress.fail(why);
        Next::GoOn
    }

    /// Offers smaller batches from now on.
    fn send_less(&self, why: String, batch: &[Queued]) -> Next {
        let (sink, events, bytes) = (self.name.as_str(), batch.len(), bytes(batch));
        tracing::warn!(
            sink,
            events,
            bytes,
            why,
            "batch too large for the sink; sending half; a smaller batch_bytes avoids this"
        );
        self.progress.fail(why);
        Next::GoOn
    }

    /// Offers the same events again after a pause.
    fn pause(
        &self,
        after: Option<Duration>,
        why: String,
        events: usize,
        course: &mut Course,
    ) -> Next {
        course.tally.failed();
        // Asked to come back at once, again and again, we would never rest.
        let pause = course.backoff.next().max(after.unwrap_or_default());
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
}

/// How many bytes the events of `batch` have together.
fn bytes(batch: &[Queued]) -> usize {
    batch.iter().map(|event| event.json.len()).sum()
}
