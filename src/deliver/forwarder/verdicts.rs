//! What follows from a sink's verdict on a batch.

use std::time::Duration;

use super::delivery_log::Failure;
use super::state::DeliveryState;
use super::{Forwarder, Next};
use crate::deliver::Verdict;
use crate::steps::{self, Step};
use crate::store::{Queued, Receipt, StoreError};

impl Forwarder {
    /// Acknowledges `batch`, or decides when what is offered next.
    pub(super) async fn act_on(
        &mut self,
        verdict: Verdict,
        batch: Vec<Queued>,
        state: &mut DeliveryState,
    ) -> Result<Next, StoreError> {
        let events = batch.len();
        state.is_ingestion = matches!(verdict, Verdict::NotIngested { .. });
        if let Verdict::Unauthorized { why } = verdict {
            return Ok(self.renew_or_stop(why, batch, state).await);
        }
        state.has_renewed = false;
        match verdict {
            Verdict::Delivered => {
                self.acknowledge(&batch, state).await?;
                Ok(Next::Now)
            }
            Verdict::Doubtful { why } => {
                state.log.doubted(&self.name, &why);
                self.acknowledge(&batch, state).await?;
                Ok(Next::Now)
            }
            Verdict::Partial { refused } => self.act_on_partial(refused, batch, state).await,
            Verdict::Pending { why } => {
                state.log.pending(&self.name, events, &why);
                self.progress.fail(why);
                state.bisection.put_back(batch);
                Ok(Next::After(state.short_pause.next()))
            }
            Verdict::Retry { after, why } => {
                self.keep(batch, state);
                Ok(self.pause(after, why, events, state))
            }
            Verdict::NotIngested { why } if state.backoff.is_first() => {
                state.bisection.put_back(batch);
                Ok(self.pause(None, why, events, state))
            }
            Verdict::NotIngested { why } => {
                self.search(batch, why, state).await?;
                Ok(Next::After(state.backoff.next()))
            }
            Verdict::Rejected { why } => self.search(batch, why, state).await,
            Verdict::TooLarge { why } => self.send_less(batch, why, state).await,
            Verdict::Unauthorized { why } | Verdict::Refused { why } => Ok(self.stop(why, state)),
        }
    }

    pub(super) async fn acknowledge(
        &self,
        batch: &[Queued],
        state: &mut DeliveryState,
    ) -> Result<(), StoreError> {
        steps::reach(Step::BatchTaken);
        let events = batch.len();
        let delivered: Vec<Receipt> = batch.iter().map(Queued::receipt).collect();
        self.store
            .run(move |store| store.acknowledge(&delivered))
            .await?;
        steps::reach(Step::BatchAcknowledged);
        self.progress.count(events);
        self.metrics.delivered(events);
        state.backoff.reset();
        state.short_pause.reset();
        state.stopped.reset();
        state.has_taken = true;
        state.bisection.delivered();
        state.size_limit.delivered(bytes(batch), self.limits.bytes);
        state.log.delivered(&self.name, events);
        Ok(())
    }

    /// Keeps `batch` in hand while a search goes on; else it is read again, with whatever is
    /// newer by then.
    fn keep(&self, batch: Vec<Queued>, state: &mut DeliveryState) {
        if state.bisection.is_searching() {
            state.bisection.put_back(batch);
        } else {
            state.read_again();
        }
    }

    /// The sink does not let us in: its secrets may have been replaced since they were read.
    async fn renew_or_stop(
        &mut self,
        why: String,
        batch: Vec<Queued>,
        state: &mut DeliveryState,
    ) -> Next {
        let sink = self.name.as_str();
        if !state.has_renewed {
            match self.sink.renew().await {
                Ok(true) => {
                    tracing::info!(sink, "the sink's secrets were replaced; using the new ones");
                    state.has_renewed = true;
                    state.bisection.put_back(batch);
                    return Next::Now;
                }
                Ok(false) => {}
                Err(error) if !state.is_unreadable_logged => {
                    state.is_unreadable_logged = true;
                    tracing::warn!(
                        sink,
                        error,
                        "cannot read the sink's secrets again; going on with those that were read"
                    );
                }
                Err(_) => {}
            }
        }
        state.has_renewed = false;
        self.stop(why, state)
    }

    pub(super) fn stop(&self, why: String, state: &mut DeliveryState) -> Next {
        state.log.stopped(&self.name, &why);
        state.read_again();
        self.progress.stop(why);
        Next::Stopped(state.stopped.next())
    }

    /// Offers less at once from now on. An event that is too large alone is bad, unless every
    /// event is called so.
    async fn send_less(
        &self,
        batch: Vec<Queued>,
        why: String,
        state: &mut DeliveryState,
    ) -> Result<Next, StoreError> {
        let (events, bytes) = (batch.len(), bytes(&batch));
        if events > 1 {
            state.log.too_large(&self.name, (events, bytes), &why);
            self.progress.fail(why);
            state.size_limit.too_large(bytes);
            state.bisection.split(batch);
            return Ok(Next::Now);
        }
        let why = format!("{why}, to this event alone of {bytes} bytes");
        match batch.first() {
            Some(event) if state.size_limit.is_believed(bytes) => {
                self.dead_letter(event, why).await?;
                state.bisection.removed();
                Ok(Next::Now)
            }
            _ => self.search(batch, why, state).await,
        }
    }

    /// Offers events again after a pause.
    pub(super) fn pause(
        &self,
        after: Option<Duration>,
        why: String,
        events: usize,
        state: &mut DeliveryState,
    ) -> Next {
        // Asked to come back at once, again and again, we would never rest.
        let pause = state.backoff.next().max(after.unwrap_or_default());
        state.log.failed(Failure {
            sink: &self.name,
            events,
            pause,
            why: &why,
        });
        self.progress.fail(why);
        Next::After(pause)
    }
}

/// How many bytes the events of `batch` have together.
fn bytes(batch: &[Queued]) -> usize {
    batch.iter().map(|event| event.json.len()).sum()
}
