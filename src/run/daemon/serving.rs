//! What a daemon answers while it works: on its control socket, and on its status address.

use std::sync::{Arc, Mutex, PoisonError};

use time::format_description::well_known::Rfc3339;
use tokio_util::task::AbortOnDropHandle;

use crate::control::{Answers, ControlServer, LiveDaemon, Serving};
use crate::metrics::{Metrics, MetricsError};
use crate::observe::{DaemonStatus, StatusReport, StatusServer, StatusSource};
use crate::run::agent::Agent;
use crate::run::daemon::collection_clock::CollectionClock;
use crate::run::daemon::heartbeat::Heartbeat;
use crate::run::delivery::Delivery;
use crate::store::{Store, StoreError};

/// Where a daemon listens.
#[derive(Debug, Default)]
pub struct Listeners {
    /// The socket in the state directory; `None` if it could not be made.
    pub control: Option<ControlServer>,
    /// The configured addresses.
    pub status: Vec<StatusServer>,
}

/// Questions are answered until this is dropped.
pub(in crate::run) struct Answering {
    answers: Arc<Mutex<Answers>>,
    _control: Option<Serving>,
    _status: Vec<AbortOnDropHandle<()>>,
}

/// What a daemon answers from under one configuration.
pub(in crate::run) fn answers(
    agent: &Agent,
    store: &Store,
    delivery: &Delivery,
    clock: &CollectionClock,
) -> Answers {
    let schedule = agent.metrics.clone();
    let (clock, of_readiness) = (clock.clone(), clock.clone());
    let status = move || {
        let (collected_at, nothing_since) = (clock.collected_at(), clock.nothing_since());
        DaemonStatus::new(clock.started_at(), collected_at, nothing_since)
            .with_next_pass(schedule.schedule().next_pass())
            .with_refusal(schedule.schedule().refused())
            .with_audit_failures(schedule.audit().failing())
    };
    let daemon = LiveDaemon {
        status: Arc::new(status),
        why_not_ready: Arc::new(move || why_not_ready(&of_readiness)),
        troubles: Arc::new(delivery.troubles()),
        wake: Arc::new(delivery.waker()),
    };
    Answers {
        store: store.clone(),
        receivers: agent.receivers.clone(),
        daemon: Some(daemon),
    }
}

impl Listeners {
    /// Begins to answer from `answers`.
    pub(in crate::run) fn answer(
        self,
        answers: Answers,
        metrics: &Metrics,
        heartbeat: &Heartbeat,
    ) -> Answering {
        let answers = Arc::new(Mutex::new(answers));
        let shared = Arc::clone(&answers);
        let current = move || copy_of(&shared);
        let of_control = current.clone();
        let source: Arc<dyn StatusSource> = Arc::new(Live {
            current,
            metrics: metrics.clone(),
            heartbeat: heartbeat.clone(),
        });
        let serve = |server: StatusServer| {
            AbortOnDropHandle::new(tokio::spawn(server.serve(Arc::clone(&source))))
        };
        Answering {
            answers,
            _control: self.control.map(|server| server.serve(of_control)),
            _status: self.status.into_iter().map(serve).collect(),
        }
    }
}

impl Answering {
    /// From now on, answers are from `answers`.
    pub(in crate::run) fn replace(&self, answers: Answers) {
        *self.answers.lock().unwrap_or_else(PoisonError::into_inner) = answers;
    }
}

fn copy_of(answers: &Mutex<Answers>) -> Answers {
    answers
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .clone()
}

/// A running daemon, as its status address tells of it.
struct Live<C> {
    current: C,
    metrics: Metrics,
    heartbeat: Heartbeat,
}

fn why_not_ready(clock: &CollectionClock) -> Option<String> {
    let since = clock.nothing_complete_since()?;
    let since = since.replace_nanosecond(0).unwrap_or(since);
    let since = since.format(&Rfc3339).unwrap_or_default();
    Some(format!(
        "no pass saw every user of any account since {since}"
    ))
}

impl<C: Fn() -> Answers + Send + Sync + 'static> StatusSource for Live<C> {
    fn report(&self) -> Result<StatusReport, StoreError> {
        (self.current)().status()
    }

    fn changes(&self) -> Result<serde_json::Value, StoreError> {
        (self.current)().changes()
    }

    fn why_not_live(&self) -> Option<String> {
        let silence = self.heartbeat.silence()?.as_secs();
        Some(format!("the daemon's loop has not turned for {silence} s"))
    }

    fn why_not_ready(&self) -> Option<String> {
        (self.current)().why_not_ready()
    }

    fn metrics(&self) -> Result<String, MetricsError> {
        let Answers {
            store, receivers, ..
        } = (self.current)();
        self.metrics.text(&store, &receivers)
    }
}
