//! What a daemon answers while it works: on its control socket, and on its status address.

use std::sync::Arc;

use time::OffsetDateTime;
use tokio_util::task::AbortOnDropHandle;

use crate::control::{Answers, ControlServer, LiveDaemon, Serving};
use crate::metrics::{Metrics, MetricsError};
use crate::observe::{DaemonStatus, StatusReport, StatusServer, StatusSource};
use crate::run::agent::Agent;
use crate::run::daemon::collection_clock::CollectionClock;
use crate::run::delivery::Delivery;
use crate::store::{Store, StoreError};

/// Where a daemon listens.
#[derive(Debug, Default)]
pub struct Listeners {
    /// The socket in the state directory; `None` if it could not be made.
    pub control: Option<ControlServer>,
    /// The configured address, if any.
    pub status: Option<StatusServer>,
}

/// Questions are answered until this is dropped.
pub(in crate::run) struct Answering {
    _control: Option<Serving>,
    _status: Option<AbortOnDropHandle<()>>,
}

impl Listeners {
    /// Begins to answer.
    pub(in crate::run) fn answer(
        self,
        agent: &Agent,
        store: &Store,
        delivery: &Delivery,
        clock: &CollectionClock,
    ) -> Answering {
        let (started_at, clock) = (OffsetDateTime::now_utc(), clock.clone());
        let status =
            move || DaemonStatus::new(started_at, clock.collected_at(), clock.nothing_since());
        let daemon = LiveDaemon {
            status: Arc::new(status),
            troubles: Arc::new(delivery.troubles()),
            wake: Arc::new(delivery.waker()),
        };
        let answers = Answers {
            store: store.clone(),
            receivers: agent.receivers.clone(),
            daemon: Some(daemon),
        };
        let of_control = answers.clone();
        Answering {
            _control: self.control.map(|server| server.serve(of_control)),
            _status: self.status.map(|server| {
                let source = Live {
                    answers,
                    metrics: agent.metrics.clone(),
                };
                AbortOnDropHandle::new(tokio::spawn(server.serve(Arc::new(source))))
            }),
        }
    }
}

/// A running daemon, as its status address tells of it.
struct Live {
    answers: Answers,
    metrics: Metrics,
}

impl StatusSource for Live {
    fn report(&self) -> Result<StatusReport, StoreError> {
        self.answers.status()
    }

    fn metrics(&self) -> Result<String, MetricsError> {
        let Answers {
            store, receivers, ..
        } = &self.answers;
        self.metrics.text(store, receivers)
    }
}
