//! Runs on schedule, until a signal comes.

use std::collections::BTreeSet;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::{run, settings};
use crate::commands::with_causes;
use crate::config::{Config, DesiredPlace};
use crate::run::{ExitStatus, SystemClock, Waited, WallClock, wait_until};
use crate::schedule::{Agenda, RoundEnd, Timetable};

/// Runs by the timetable until `cancel`, never twice at once. A run that did not come to its end
/// is repeated earlier, after longer waits each time.
pub(super) async fn run(config: &Config, cancel: &CancellationToken) -> anyhow::Result<ExitStatus> {
    let timetable = timetable(config)?;
    let first = timetable.first(SystemClock.now(), None);
    let mut agenda = Agenda::new(timetable, first);
    while !cancel.is_cancelled() {
        let Some(round) = agenda.due(SystemClock.now()) else {
            wait(&mut agenda, cancel).await;
            continue;
        };
        let start = SystemClock.now();
        let end = ended(Box::pin(run::once(config, cancel)).await);
        agenda.ended(&round, (start, SystemClock.now()), end, fastrand::f64());
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

/// Waits until a run is due, or `cancel`.
async fn wait(agenda: &mut Agenda, cancel: &CancellationToken) {
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
        () = cancel.cancelled() => {}
    }
}
