//! `run`: a round over the accounts that are due, a wait, the next round, until a signal ends it;
//! with another configuration whenever a reload brings one.

pub(super) mod collection_clock;
mod configured;
mod heartbeat;
mod reload;
mod round;
pub(super) mod service_manager;
mod serving;
pub(crate) mod wall_clock;

pub use heartbeat::Heartbeat;
pub use reload::{Load, Reloads};
pub use serving::Listeners;

use std::time::Duration;

use tokio::signal::unix::Signal;
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;

use crate::observe;
use crate::run::agent::Agent;
use crate::run::audit::AuditPlan;
use crate::run::daemon::collection_clock::CollectionClock;
use crate::run::daemon::configured::{Configured, Ended, Progress};
use crate::run::daemon::reload::Pending;
use crate::run::daemon::serving::answers;
use crate::run::daemon::wall_clock::{SystemClock, WallClock};
use crate::run::delivery::{Delivery, ReadySink};
use crate::run::receivers;
use crate::run::refresh::{RefreshPlan, Waiting};
use crate::schedule::Timetable;
use crate::store::{Store, StoreError};

/// How long the end and a reload wait for what was just staged: nothing goes to a sink after that
/// until there is a daemon again, or a configuration that has it.
const LAST_BATCHES: Duration = Duration::from_secs(2);

/// What a configuration makes of a daemon. A reload puts another one in its place, whole.
pub struct Work {
    /// What every pass needs to know.
    pub agent: Agent,
    /// Who is sent events.
    pub sinks: Vec<ReadySink>,
    /// When passes begin.
    pub timetable: Timetable,
    /// What is followed of CloudTrail, if anything is.
    pub audit: Option<AuditPlan>,
    /// What makes it read users again, if anything does.
    pub refresh: Option<RefreshPlan>,
}

/// What reaches a daemon from outside.
pub struct Outside {
    /// Where it answers.
    pub listeners: Listeners,
    /// SIGHUP, upon which the configuration is loaded again.
    pub hangup: Signal,
    /// Loads it.
    pub load: Load,
    /// Ends it.
    pub cancel: CancellationToken,
    /// Where a person sees a round's progress.
    pub shown: observe::Progress,
}

/// Does `work` until cancelled. An error is the store's.
pub async fn daemon(store: &Store, work: Work, outside: Outside) -> Result<(), StoreError> {
    let heartbeat = Heartbeat::default();
    tokio::select! {
        ended = work_on(store, work, outside, &heartbeat) => ended,
        never = heartbeat.beat() => match never {},
    }
}

async fn work_on(
    store: &Store,
    work: Work,
    outside: Outside,
    heartbeat: &Heartbeat,
) -> Result<(), StoreError> {
    let Outside {
        listeners,
        hangup,
        load,
        cancel,
        shown,
    } = outside;
    let now = SystemClock.now();
    let first = work
        .timetable
        .first(now, store.run(Store::last_pass_at).await?);
    let clock = CollectionClock::start(&work.timetable, first);
    let mut progress = Progress::new(work.timetable, first);
    let pending = Pending::default();
    let (hinted, soon) = (Waiting::default(), Waiting::default());
    let (mut agent, mut audit, mut refresh) = (work.agent, work.audit, work.refresh);
    let reloads = Reloads::new(&agent.metrics);
    agent.metrics.schedule().set_period(progress.period());
    receivers::adopt(&agent, store).await?;
    let metrics = agent.metrics.clone();
    store.run(move |store| metrics.adopt(store)).await?;
    // The end of the daemon ends no forwarder: what waits goes first, as far as it goes soon.
    let forwarding = CancellationToken::new();
    let mut delivery = Delivery::start(store, work.sinks, &agent.metrics, &forwarding);
    let answering = listeners.answer(
        answers(&agent, store, &delivery, &clock),
        &agent.metrics,
        heartbeat,
    );
    let listen = reloads.listen(hangup, load, pending.clone());
    let _reloading = AbortOnDropHandle::new(tokio::spawn(listen));
    service_manager::ready();
    loop {
        let configured = Configured {
            agent: &agent,
            audit: audit.as_ref(),
            refresh: refresh.as_ref(),
            hinted: &hinted,
            soon: &soon,
            store,
            clock: &clock,
            pending: &pending,
            cancel: &cancel,
            shown: &shown,
        };
        let (ended, running) = configured.run(delivery, &mut progress).await?;
        if matches!(ended, Ended::Cancelled) {
            service_manager::stopping();
        }
        running.drain(LAST_BATCHES).await?;
        // Until now these were the receivers, whatever the next configuration says.
        receivers::adopt(&agent, store).await?;
        let next = match ended {
            Ended::Cancelled => return Ok(()),
            Ended::Reloaded(next) => *next,
        };
        tracing::info!("the new configuration is in effect");
        clock.follow(&next.timetable);
        progress.follow(&next.timetable, SystemClock.now());
        // What was counted so far counts on.
        agent = Agent {
            metrics: agent.metrics,
            ..next.agent
        };
        (audit, refresh) = (next.audit, next.refresh);
        agent.metrics.schedule().set_period(progress.period());
        receivers::adopt(&agent, store).await?;
        delivery = Delivery::start(store, next.sinks, &agent.metrics, &forwarding);
        answering.replace(answers(&agent, store, &delivery, &clock));
    }
}
