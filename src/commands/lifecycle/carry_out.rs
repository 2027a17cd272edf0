//! Carries out a plan, user by user: what fails for one ends nothing for the others.

use std::collections::{BTreeMap, BTreeSet};

use time::OffsetDateTime;

use super::status_of;
use crate::foreign::{Page, Shown};
use crate::lifecycle::{Deed, Executor, PlanFile};
use crate::output;
use crate::run::ExitStatus;

/// Finishes what an earlier run began, and reports what could not be.
pub(super) async fn finish_begun(executor: &Executor) -> anyhow::Result<()> {
    for (user, result) in Box::pin(executor.finish_begun()).await? {
        match result {
            Ok(()) => tracing::info!(user = user.name, "finished what an earlier run began"),
            Err(error) => {
                tracing::error!(user = user.name, %error, "what an earlier run began is not finished");
            }
        }
    }
    Ok(())
}

/// Carries out every action of `plan` and says each on a line. The exit code is that of the worst
/// failure.
pub(super) async fn carry_out(executor: &Executor, plan: &PlanFile) -> anyhow::Result<ExitStatus> {
    let mut ids: BTreeMap<&str, String> = BTreeMap::new();
    let mut failed: BTreeSet<&str> = BTreeSet::new();
    let mut statuses = Vec::new();
    let id = plan.id.to_string();
    for planned in &plan.actions {
        let name = planned.user.name.as_str();
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
        executor.record(&deed.event())?;
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
