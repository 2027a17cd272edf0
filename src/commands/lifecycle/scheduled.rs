//! Runs on schedule, and when the table has changed, until a signal comes.

use std::collections::BTreeSet;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::bell::Bell;
use super::{run, settings};
use crate::commands::with_causes;
use crate::config::{Config, DesiredPlace};
use crate::run::{ExitStatus, SystemClock, Waited, WallClock, wait_until};
use crate::schedule::{Agenda, RoundEnd, Timetable};

/// Runs by the timetable until `cancel`, and whenever the table has changed, never twice at once. A
/// run that did not come to its end is repeated earlier, after longer waits each time.
pub(super) async fn run(config: &Config, cancel: &CancellationToken) -> anyhow::Result<ExitStatus> {
    let timetable = timetable(config)?;
    let first = timetable.first(SystemClock.now(), None);
    let mut agenda = Agenda::new(timetable, first);
    let mut bell = Bell::of(config).await?;
    while !cancel.is_cancelled() {
        let round = agenda.due(SystemClock.now());
        if round.is_none() && wait(&mut agenda, &mut bell, cancel).await == Wake::Clock {
            continue;
        }
        // What changes while it runs may be too late for it.
        tokio::select! {
            () = bell.listen() => {}
            () = cancel.cancelled() => break,
        }
        let start = SystemClock.now();
        let end = ended(Box::pin(run::once(config, cancel)).await);
        match round {
            Some(round) => agenda.ended(&round, (start, SystemClock.now()), end, fastrand::f64()),
            None => bell.answered(end.has_passed),
        }
    }
    Ok(ExitStatus::Done)
}

/// The times of this installation, which is one by its state directory and what it is about.
fn timetable(config: &Config) -> anyhow::Result<Timetable> {
    let settings = settings(config)?;
    let place = match &settings.desired {
        DesiredPlace::Table(name) => name.clone(),
        DesiredPlace::File(path) => path.display().to_string(),
    };
    let state_dir = config.agent.resolved_state_dir()?;
    let id = format!("{}\n{place}\n{}", state_dir.display(), settings.boundary);
    Ok(config.schedule.timetable_at(&settings.times, id.as_bytes()))
}

/// What the agenda is told of how a run ended, which the log says too.
fn ended(result: anyhow::Result<ExitStatus>) -> RoundEnd {
    let has_passed = match result {
        Ok(status) => {
            tracing::info!(exit_code = status as u8, "the run has ended");
            true
        }
        Err(error) => {
            let error = with_causes(&error);
            tracing::error!("the run has failed: {error}");
            false
        }
    };
    RoundEnd {
        has_passed,
        is_refused: false,
        failed: BTreeSet::new(),
    }
}

/// What ended a wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wake {
    /// The clock, or the end of everything.
    Clock,
    /// The table has changed.
    Bell,
}

/// Waits until a run is due, `bell` rings, or `cancel`.
async fn wait(agenda: &mut Agenda, bell: &mut Bell, cancel: &CancellationToken) -> Wake {
    let wait = Duration::try_from(agenda.next_at() - SystemClock.now()).unwrap_or_default();
    tracing::info!(
        next = agenda.say_next(),
        wait_ms = wait.as_millis() as u64,
        "waiting for the next run"
    );
    tokio::select! {
        waited = wait_until(&SystemClock, agenda.next_at()) => {
            if waited == Waited::SetBack {
                agenda.set_back(SystemClock.now());
            }
        }
        () = bell.rung() => return Wake::Bell,
        () = cancel.cancelled() => {}
    }
    Wake::Clock
}
