//! The forwarders of all sinks, started and ended together.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::report::SinkReport;
use crate::deliver::{Eagerness, Forwarder, Phase, Sink, SinkProgress};
use crate::store::{BatchLimits, Store, StoreError};

/// One sink, ready to be forwarded to.
pub struct ReadySink {
    /// The sink's name.
    pub name: String,
    /// How large its batches are.
    pub limits: BatchLimits,
    /// The sink.
    pub sink: Box<dyn Sink>,
}

/// The running forwarders.
pub struct Delivery {
    store: Store,
    phase: watch::Sender<Phase>,
    tasks: JoinSet<Result<(), StoreError>>,
    sinks: Vec<(String, Arc<SinkProgress>)>,
    cancel: CancellationToken,
}

impl Delivery {
    /// Starts a forwarder for each of `sinks`. What an earlier run left goes first.
    pub fn start(store: &Store, sinks: Vec<ReadySink>, cancel: &CancellationToken) -> Self {
        let start = Phase {
            pass: 0,
            eagerness: Eagerness::Everything,
        };
        let (phase, watched) = watch::channel(start);
        let cancel = cancel.child_token();
        let mut tasks = JoinSet::new();
        let mut watching = Vec::new();
        warn_of_orphans(store, &sinks);
        for ReadySink { name, limits, sink } in sinks {
            let progress = Arc::<SinkProgress>::default();
            watching.push((name.clone(), Arc::clone(&progress)));
            let forwarder = Forwarder {
                name,
                sink,
                store: store.clone(),
                limits,
                progress,
            };
            tasks.spawn(forwarder.run(watched.clone(), cancel.clone()));
        }
        Self {
            store: store.clone(),
            phase,
            tasks,
            sinks: watching,
            cancel,
        }
    }

    /// A pass begins: from now on full batches only, and stopped sinks are tried again.
    pub fn begin_pass(&self) {
        self.phase.send_modify(|phase| {
            phase.pass += 1;
            phase.eagerness = Eagerness::FullBatches;
        });
    }

    /// Something was staged.
    pub fn wake(&self) {
        self.phase.send_modify(|_| ());
    }

    /// The pass is over: send what is there.
    pub fn end_pass(&self) {
        self.phase
            .send_modify(|phase| phase.eagerness = Eagerness::Everything);
    }

    /// Counts the batches that all sinks together took so far.
    pub fn batch_counter(&self) -> impl Fn() -> u64 + use<> {
        let sinks: Vec<_> = self.sinks.iter().map(|(_, it)| Arc::clone(it)).collect();
        move || sinks.iter().map(|sink| sink.report().batches).sum()
    }

    /// Tells why each sink takes nothing at the moment, by name, where that is so.
    pub fn troubles(&self) -> impl Fn() -> BTreeMap<String, String> + Clone + Send + use<> {
        let sinks = self.sinks.clone();
        move || {
            let troubled = sinks.iter().filter_map(|(name, progress)| {
                let report = progress.report();
                Some((name.clone(), report.stopped.or(report.retried)?))
            });
            troubled.collect()
        }
    }

    /// Whether a forwarder ended, which before the end only the store's failure makes it do.
    pub async fn failed(&mut self) -> StoreError {
        loop {
            match self.tasks.join_next().await {
                Some(Ok(Err(error))) => return error,
                Some(Err(error)) => return StoreError::Worker(error.to_string()),
                Some(Ok(Ok(()))) => {}
                None => std::future::pending().await,
            }
        }
    }

    /// Waits until the outbox is empty or its sinks have stopped, at most `timeout`, and tells
    /// what became of each sink.
    pub async fn drain(mut self, timeout: Duration) -> Result<Vec<SinkReport>, StoreError> {
        self.phase
            .send_modify(|phase| phase.eagerness = Eagerness::EverythingAndEnd);
        let cancel = self.cancel.clone();
        let timer = tokio::spawn(async move {
            tokio::time::sleep(timeout).await;
            cancel.cancel();
        });
        while let Some(ended) = self.tasks.join_next().await {
            ended.unwrap_or_else(|error| Err(StoreError::Worker(error.to_string())))?;
        }
        timer.abort();
        Ok(self.report())
    }

    fn report(&self) -> Vec<SinkReport> {
        let report = |(name, progress): &(String, Arc<SinkProgress>)| SinkReport {
            name: name.clone(),
            forwarded: progress.report(),
            waiting: self.store.outbox_fill(name).events,
        };
        self.sinks.iter().map(report).collect()
    }
}

/// A sink that was renamed or removed leaves its events behind: somebody should know.
fn warn_of_orphans(store: &Store, sinks: &[ReadySink]) {
    for (sink, fill) in store.outbox_fills() {
        if !sinks.iter().any(|ready| ready.name == sink) {
            tracing::warn!(
                sink,
                events = fill.events,
                "events wait for a sink that is not configured any more: nobody sends them until \
                 a sink has this name again"
            );
        }
    }
}
