//! `run`: a round over the accounts that are due, a wait, the next round. Never two at the same
//! time.

pub(super) mod collection_clock;
mod round;
mod serving;
mod wall_clock;

pub use serving::Listeners;

use std::time::Duration;

use time::OffsetDateTime;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::aws::KeptSessions;
use crate::metrics::Schedule;
use crate::run::accounts::account_locks::AccountLocks;
use crate::run::accounts::behind;
use crate::run::agent::Agent;
use crate::run::daemon::collection_clock::CollectionClock;
use crate::run::daemon::round::Rounds;
use crate::run::daemon::wall_clock::{SystemClock, Waited, WallClock, wait_until};
use crate::run::delivery::{Delivery, ReadySink};
use crate::run::{receivers, retention};
use crate::schedule::{Agenda, Timetable};
use crate::store::{Store, StoreError};

/// How often what nobody needs any more is removed.
const SWEEP_EVERY: Duration = Duration::from_secs(24 * 60 * 60);

/// Passes over accounts by `timetable` until cancelled; answers at `listeners` meanwhile. An
/// error is the store's.
pub async fn daemon(
    agent: &Agent,
    store: &Store,
    sinks: Vec<ReadySink>,
    timetable: Timetable,
    listeners: Listeners,
    cancel: &CancellationToken,
) -> Result<(), StoreError> {
    receivers::adopt(agent, store).await?;
    let metrics = agent.metrics.clone();
    store.run(move |store| metrics.adopt(store)).await?;
    let mut delivery = Delivery::start(store, sinks, &agent.metrics, cancel);
    let wall = SystemClock;
    let first = timetable.first(wall.now(), store.run(Store::last_pass_at).await?);
    let schedule = agent.metrics.schedule();
    schedule.set_period(timetable.period_after(first));
    let clock = CollectionClock::start(&timetable, first);
    let _answering = listeners.answer(agent, store, &delivery, &clock);
    let mut agenda = Agenda::new(timetable, first);
    let (sessions, locks) = (KeptSessions::default(), AccountLocks::default());
    let (mut present, mut swept_at) = (None, None);
    if agenda.due(wall.now()).is_none() {
        tell_next(&agenda, schedule, wall.now());
    }
    while !cancel.is_cancelled() {
        let start = wall.now();
        if let Some(round) = agenda.due(start) {
            let begun = Instant::now();
            let rounds = Rounds {
                agent,
                store,
                delivery: &delivery,
                sessions: &sessions,
                locks: &locks,
                clock: &clock,
            };
            let rounded = tokio::select! {
                rounded = rounds.pass(&round) => rounded?,
                ended = behind::keep_up(agent, store, &locks, delivery.waker()) => match ended? {},
                () = cancel.cancelled() => break,
            };
            delivery.wake();
            if round.is_whole() {
                clock.pass_ended(begun.elapsed());
                present = rounded.present;
            }
            agenda.ended(&round, (start, wall.now()), rounded.end, fastrand::f64());
            tell_next(&agenda, schedule, wall.now());
            continue;
        }
        let wake = delivery.waker();
        // What nobody needs any more goes; what was held up is staged as there is room, for ever.
        let between_rounds = async {
            if swept_at.is_none_or(|at: Instant| at.elapsed() >= SWEEP_EVERY) {
                swept_at = Some(Instant::now());
                receivers::adopt(agent, store).await?;
                retention::remove_ended(agent, store, present.take()).await?;
            }
            behind::keep_up(agent, store, &locks, wake).await
        };
        tokio::select! {
            waited = wait_until(&wall, agenda.next_at()) => if waited == Waited::SetBack {
                agenda.set_back(wall.now());
                tell_next(&agenda, schedule, wall.now());
            },
            () = cancel.cancelled() => {}
            ended = between_rounds => match ended? {},
            error = delivery.failed() => return Err(error),
        }
    }
    delivery.drain(Duration::ZERO).await?;
    // Until now these were the receivers, whatever the next configuration says.
    receivers::adopt(agent, store).await
}

fn tell_next(agenda: &Agenda, schedule: &Schedule, now: OffsetDateTime) {
    schedule.set_next_pass(agenda.next_at());
    let wait = Duration::try_from(agenda.next_at() - now).unwrap_or_default();
    tracing::info!(
        next = agenda.say_next(),
        wait_ms = wait.as_millis() as u64,
        "waiting for the next pass"
    );
}
