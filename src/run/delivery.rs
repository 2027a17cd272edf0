//! The forwarders of all sinks, started and ended together.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::report::SinkReport;
use crate::deliver::{Forwarder, Sink, SinkProgress, Stage};
use crate::foreign::Shown;
use crate::metrics::Metrics;
use crate::store::{BatchLimits, Store, StoreError, sink_of};

/// One sink, ready to be forwarded to.
pub struct ReadySink {
    /// The sink's name.
    pub name: String,
    /// The name and the fingerprint of the destination.
    pub receiver: String,
    /// How large its batches are.
    pub limits: BatchLimits,
    /// How long an event waits for others to fill a batch.
    pub flush_after: Duration,
    /// The sink.
    pub sink: Box<dyn Sink>,
}

/// Why a sink takes nothing at the moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SinkTrouble {
    /// What the sink said.
    pub why: Shown,
    /// Whether nothing is sent until somebody acts.
    pub is_stopped: bool,
}

/// A sink and what its forwarder did.
#[derive(Debug, Clone)]
struct Watched {
    name: String,
    receiver: String,
    progress: Arc<SinkProgress>,
}

/// The running forwarders.
pub struct Delivery {
    store: Store,
    stage: watch::Sender<Stage>,
    tasks: JoinSet<Result<(), StoreError>>,
    sinks: Vec<Watched>,
    cancel: CancellationToken,
}

impl Delivery {
    /// Starts a forwarder for each of `sinks`, which sends on its own clock. What an earlier run
    /// left goes at once.
    pub fn start(
        store: &Store,
        sinks: Vec<ReadySink>,
        metrics: &Metrics,
        cancel: &CancellationToken,
    ) -> Self {
        let (stage, watched) = watch::channel(Stage::Running);
        let cancel = cancel.child_token();
        let mut tasks = JoinSet::new();
        let mut watching = Vec::new();
        warn_of_orphans(store, &sinks);
        for ready in sinks {
            let progress = Arc::<SinkProgress>::default();
            watching.push(Watched {
                name: ready.name.clone(),
                receiver: ready.receiver.clone(),
                progress: Arc::clone(&progress),
            });
            let forwarder = Forwarder {
                metrics: metrics.of_sink(&ready.name),
                name: ready.name,
                receiver: ready.receiver,
                sink: ready.sink,
                store: store.clone(),
                limits: ready.limits,
                flush_after: ready.flush_after,
                progress,
            };
            tasks.spawn(forwarder.run(watched.clone(), cancel.clone()));
        }
        Self {
            store: store.clone(),
            stage,
            tasks,
            sinks: watching,
            cancel,
        }
    }

    /// Something was staged. Many calls are one to a forwarder that is busy.
    pub fn wake(&self) {
        self.stage.send_modify(|_| ());
    }

    /// As [`Self::wake`], for whoever outlives the borrow.
    pub fn waker(&self) -> impl Fn() + Send + Sync + use<> {
        let stage = self.stage.clone();
        move || stage.send_modify(|_| ())
    }

    /// As [`Self::waker`], for what does not wait for others to fill a batch, to the receiver that is
    /// named.
    pub fn hurrier(&self) -> impl Fn(&str) + Send + Sync + use<> {
        let (stage, sinks) = (self.stage.clone(), self.sinks.clone());
        move |receiver| {
            for sink in sinks.iter().filter(|it| it.receiver == receiver) {
                sink.progress.hurry();
            }
            stage.send_modify(|_| ());
        }
    }

    /// Counts the events that all sinks together took so far, and those that wait for one.
    pub fn counter(&self) -> impl Fn() -> (u64, u64) + use<> {
        let (store, sinks) = (self.store.clone(), self.sinks.clone());
        move || {
            let taken = sinks.iter().map(|sink| sink.progress.report().delivered);
            let waiting = sinks
                .iter()
                .map(|it| store.outbox_fill(&it.receiver).events);
            (taken.sum(), waiting.sum())
        }
    }

    /// Returns why each sink takes nothing at the moment, by name, where that is so.
    pub fn troubles(&self) -> impl Fn() -> BTreeMap<String, SinkTrouble> + Send + Sync + use<> {
        let sinks = self.sinks.clone();
        move || {
            let troubled = sinks.iter().filter_map(|sink| {
                let report = sink.progress.report();
                let is_stopped = report.stopped.is_some();
                let why = report.stopped.or(report.retried)?;
                Some((sink.name.clone(), SinkTrouble { why, is_stopped }))
            });
            troubled.collect()
        }
    }

    /// Whether nothing is sent to `receiver` until somebody acts.
    pub fn has_stopped(&self, receiver: &str) -> bool {
        let mut sinks = self.sinks.iter();
        sinks
            .find(|sink| sink.receiver == receiver)
            .is_none_or(|sink| sink.progress.report().stopped.is_some())
    }

    /// Whether a forwarder ended, which before the end only the store's failure makes it do.
    pub async fn failed(&mut self) -> StoreError {
        loop {
            match self.tasks.join_next().await {
                Some(Ok(Err(error))) => return error,
                Some(Err(error)) => return StoreError::of_task(&error),
                Some(Ok(Ok(()))) => {}
                None => std::future::pending().await,
            }
        }
    }

    /// Waits until the outbox is empty or its sinks have stopped, at most `timeout`, and
    /// returns what became of each sink.
    pub async fn drain(mut self, timeout: Duration) -> Result<Vec<SinkReport>, StoreError> {
        self.stage.send_replace(Stage::Draining);
        let cancel = self.cancel.clone();
        let timer = tokio::spawn(async move {
            tokio::time::sleep(timeout).await;
            cancel.cancel();
        });
        while let Some(ended) = self.tasks.join_next().await {
            ended.unwrap_or_else(|error| Err(StoreError::of_task(&error)))?;
        }
        timer.abort();
        Ok(self.report())
    }

    fn report(&self) -> Vec<SinkReport> {
        let report = |sink: &Watched| SinkReport {
            name: sink.name.clone(),
            forwarded: sink.progress.report(),
            waiting: self.store.outbox_fill(&sink.receiver).events,
        };
        self.sinks.iter().map(report).collect()
    }
}

/// The sinks to which nothing was ever staged, by name.
fn never_sent_to<'a>(store: &Store, sinks: &'a [ReadySink]) -> Vec<&'a str> {
    let is_new = |sink: &&ReadySink| !store.was_sent_to(&sink.receiver).unwrap_or(true);
    let new = sinks.iter().filter(is_new);
    new.map(|sink| sink.name.as_str()).collect()
}

/// A sink that was renamed, removed or given another destination leaves its events behind:
/// somebody should know.
fn warn_of_orphans(store: &Store, sinks: &[ReadySink]) {
    let new = never_sent_to(store, sinks);
    for (receiver, fill) in store.outbox_fills() {
        if sinks.iter().any(|ready| ready.receiver == receiver) {
            continue;
        }
        let (sink, events) = (sink_of(&receiver), fill.events);
        if sinks.iter().any(|ready| ready.name == sink) {
            tracing::warn!(
                sink,
                events,
                "events wait for an earlier destination of this sink: they go once that is \
                 configured again, or are dropped with rollcall state forget --sink"
            );
        } else {
            tracing::warn!(
                sink,
                events,
                new = new.join(", "),
                "events wait for a sink that is not configured any more: nobody sends them until \
                 it is configured again; if one of the new sinks is the same by another name, give \
                 it back its name, or drop them with rollcall state forget --sink"
            );
        }
    }
}
