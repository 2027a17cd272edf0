//! What follows when the sink refuses events: a search, a dead letter, or a sink that is at fault.

use time::OffsetDateTime;

use super::bisection::Finding;
use super::state::DeliveryState;
use super::suspect::{Alone, Suspect};
use super::{Forwarder, Next};
use crate::deliver::Refusal;
use crate::steps::{self, Step};
use crate::store::{BatchLimits, Queued, StoreError};

/// Whatever the batch size, so many suspects are needed to find that the sink is at fault.
const SUSPECTS_MIN: usize = 10;

impl Forwarder {
    /// A whole batch, or a part of one, was refused.
    pub(super) async fn search(
        &self,
        batch: Vec<Queued>,
        why: String,
        state: &mut DeliveryState,
    ) -> Result<Next, StoreError> {
        let (sink, events) = (self.name.as_str(), batch.len());
        // The one that is found is logged.
        tracing::debug!(
            sink,
            events,
            why,
            "batch rejected; looking for the bad event"
        );
        self.progress.fail(why.clone());
        let finding = state.bisection.refused(batch, why);
        self.act_on_finding(finding, state).await?;
        Ok(match events {
            1 => Next::After(state.short_pause.next()),
            _ => Next::Now,
        })
    }

    async fn act_on_finding(
        &self,
        finding: Finding,
        state: &mut DeliveryState,
    ) -> Result<(), StoreError> {
        match finding {
            Finding::SearchOn => Ok(()),
            Finding::Bad(suspect) => self.blame(*suspect, state).await,
        }
    }

    async fn blame(&self, bad: Suspect, state: &mut DeliveryState) -> Result<(), StoreError> {
        state.backoff.reset();
        self.dead_letter(&bad.event, bad.why).await?;
        // The fault was the event's.
        self.progress.recover();
        Ok(())
    }

    /// Only suspects are left: offers other events, or decides without.
    pub(super) async fn compare(&self, state: &mut DeliveryState) -> Result<Next, StoreError> {
        if state.bisection.suspects() < self.limits.count.max(SUSPECTS_MIN) {
            let others = self.others(state).await?;
            if !others.is_empty() {
                state.bisection.add(others);
                return Ok(Next::Now);
            }
        }
        match state.bisection.decide_alone(state.has_taken) {
            None => Ok(Next::Now),
            Some(Alone::AskAgain(why)) => {
                let why = format!("rejected, nothing else to compare: {why}");
                Ok(self.search_after_a_pause(why, state))
            }
            Some(Alone::Bad(suspect)) => {
                self.blame(*suspect, state).await?;
                Ok(Next::Now)
            }
            Some(Alone::SinkAtFault(why)) => Ok(self.sink_at_fault(why, state)),
        }
    }

    /// Events of users that have no event in hand.
    async fn others(&self, state: &DeliveryState) -> Result<Vec<Queued>, StoreError> {
        let limits = self.limits_now(state);
        let (count, bytes) = state.bisection.size();
        let beyond = BatchLimits {
            count: limits.count.saturating_add(count),
            bytes: limits.bytes.saturating_add(bytes),
        };
        let read = self.read(beyond).await?;
        let others = read.into_iter().filter(|it| !state.bisection.holds(it));
        self.without_oversized(others.collect()).await
    }

    /// The sink took none of the events that it was offered alone. After a rejection in so many
    /// words nothing will help until somebody acts; else a later try may.
    fn sink_at_fault(&self, why: String, state: &mut DeliveryState) -> Next {
        if state.is_ingestion {
            state.read_again();
            return self.pause(None, why, 0, state);
        }
        self.stop(why, state)
    }

    /// The sink took all of `batch` but the `refused`.
    pub(super) async fn act_on_partial(
        &self,
        refused: Vec<Refusal>,
        batch: Vec<Queued>,
        state: &mut DeliveryState,
    ) -> Result<Next, StoreError> {
        let refusals = refused.len();
        let mut refused = refused.into_iter().peekable();
        let (mut taken, mut later, mut bad) = (Vec::new(), Vec::new(), Vec::new());
        let mut last_why = String::new();
        for (index, event) in batch.into_iter().enumerate() {
            match refused.next_if(|refusal| refusal.index == index) {
                None => taken.push(event),
                Some(refusal) => {
                    last_why.clone_from(&refusal.why);
                    match refusal.is_retryable {
                        true => later.push(event),
                        false => bad.push((event, refusal.why)),
                    }
                }
            }
        }
        let is_proven = !taken.is_empty();
        if is_proven {
            self.acknowledge(&taken, state).await?;
        }
        for (event, why) in bad {
            if is_proven {
                self.dead_letter(&event, why).await?;
            } else {
                let finding = state.bisection.refused_alone(event, why, true);
                self.act_on_finding(finding, state).await?;
            }
        }
        if is_proven && later.is_empty() {
            return Ok(Next::Now);
        }
        if later.is_empty() {
            return Ok(self.search_after_a_pause(last_why, state));
        }
        state.bisection.put_back(later);
        Ok(self.pause(None, last_why, refusals, state))
    }

    /// Offers suspects again: the event or the sink that is found to be at fault is logged.
    fn search_after_a_pause(&self, why: String, state: &mut DeliveryState) -> Next {
        let pause = state.backoff.next();
        let (sink, pause_ms) = (self.name.as_str(), pause.as_millis() as u64);
        tracing::debug!(
            sink,
            pause_ms,
            why,
            "events were rejected; offering them again"
        );
        self.progress.fail(why);
        Next::After(pause)
    }

    /// Keeps `event`, which the sink will never take, as a dead letter.
    pub(super) async fn dead_letter(&self, event: &Queued, why: String) -> Result<(), StoreError> {
        steps::reach(Step::EventRejected);
        let (sink, event_id) = (self.name.as_str(), event.id);
        tracing::error!(
            sink, %event_id, why,
            "the sink rejected an event for good: see rollcall dead-letters list"
        );
        let (receipt, now) = (event.receipt(), OffsetDateTime::now_utc());
        self.store
            .run(move |store| store.dead_letter(&receipt, &why, now))
            .await?;
        steps::reach(Step::EventDeadLettered);
        self.progress.dead_letter();
        Ok(())
    }
}
