//! Carries out a plan, user by user: what fails for one ends nothing for the others.

use std::collections::{BTreeMap, BTreeSet};

use time::OffsetDateTime;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::status_of;
use crate::foreign::{Page, Shown};
use crate::lifecycle::{Deed, Executor, Finished, PlanFile, Subject};
use crate::output;
use crate::run::ExitStatus;
use crate::steps::{self, Step};

/// Finishes what earlier runs began, says each on a line and keeps its event; whether all of it is.
pub(super) async fn finish_begun(executor: &Executor) -> anyhow::Result<bool> {
    if executor.intents().all()?.is_empty() {
        return Ok(true);
    }
    let desired = executor.desired().await?;
    let run = Uuid::now_v7().to_string();
    let mut is_all = true;
    for Finished {
        user,
        action,
        result,
    } in Box::pin(executor.finish_begun(&desired)).await?
    {
        let carried = match &result {
            Ok(None) => continue,
            Ok(Some(carried)) => Ok(carried),
            Err(error) => Err(Shown::of(error)),
        };
        let deed = Deed {
            caller: executor.caller(),
            plan: &run,
            subject: &Subject {
                name: user.name.clone(),
                id: Some(user.id.clone()),
            },
            action: &action,
            result: carried,
            at: OffsetDateTime::now_utc(),
        };
        executor.record(&deed.event())?;
        match result {
            Ok(Some(carried)) => {
                let line = format!(
                    "{}: {} (begun by an earlier run)\n",
                    user.name, carried.what
                );
                output::write(&Page::of(&line))?;
            }
            Ok(None) => {}
            Err(error) => {
                is_all = false;
                tracing::error!(user = user.name, %error, "what an earlier run began is not finished");
            }
        }
    }
    Ok(is_all)
}

/// `status` of a run, where not all that earlier runs began is finished.
pub(super) fn with_begun(is_all_finished: bool, status: ExitStatus) -> ExitStatus {
    match status {
        ExitStatus::Done if !is_all_finished => ExitStatus::Partial,
        other => other,
    }
}

/// Carries out every action of `plan` and says each on a line, until `cancel`: then the rest of the
/// user's is done, and nobody else's. The exit code is that of the worst failure.
pub(super) async fn carry_out(
    executor: &Executor,
    plan: &PlanFile,
    cancel: &CancellationToken,
) -> anyhow::Result<ExitStatus> {
    let mut ids: BTreeMap<&str, String> = BTreeMap::new();
    let mut failed: BTreeSet<&str> = BTreeSet::new();
    let mut statuses = Vec::new();
    let id = plan.id.to_string();
    let mut last = None;
    for (done, planned) in plan.actions.iter().enumerate() {
        let name = planned.user.name.as_str();
        if cancel.is_cancelled() && last != Some(name) {
            let left = plan.actions.len() - done;
            tracing::warn!("ended between users: {left} actions are left for the next run");
            return Ok(ExitStatus::Interrupted);
        }
        last = Some(name);
        if failed.contains(name) {
            continue;
        }
        let mut user = planned.user.clone();
        // Whoever was created a moment ago has an id by now.
        user.id = user.id.or_else(|| ids.get(name).cloned());
        let ended = Box::pin(executor.carry_out(&user, &planned.action)).await;
        let deed = Deed {
            caller: executor.caller(),
            plan: &id,
            subject: &user,
            action: &planned.action,
            result: ended.as_ref().map_err(Shown::of),
            at: OffsetDateTime::now_utc(),
        };
        steps::reach(Step::ActionDone);
        executor.record(&deed.event())?;
        steps::reach(Step::ActionRecorded);
        match ended {
            Ok(carried) => {
                let line = format!("{name}: {} ({})\n", carried.what, planned.reason);
                output::write(&Page::of(&line))?;
                ids.insert(name, carried.user.id);
            }
            Err(error) => {
                let action = planned.action.to_string();
                tracing::error!(user = name, action, %error, "not done, nor what follows for the user");
                statuses.push(status_of(&error));
                failed.insert(name);
            }
        }
    }
    let all = statuses.len() == plan.actions.len();
    Ok(match statuses.as_slice() {
        [] => ExitStatus::Done,
        [first, rest @ ..] if all && rest.iter().all(|it| it == first) => *first,
        _ => ExitStatus::Partial,
    })
}
