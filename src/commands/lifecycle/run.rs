//! `rollcall lifecycle run`, once or on schedule.

use std::collections::BTreeSet;

use anyhow::Context;
use tokio_util::sync::CancellationToken;

use super::apply::refused;
use super::carry_out::{carry_out, finish_begun, with_begun};
use super::{ENDING, NO_LEASE, events, executor, plan, scheduled, settings};
use crate::cli::{GlobalArgs, LifecycleRunArgs};
use crate::commands::setup;
use crate::config::{Config, Removals};
use crate::lifecycle::{Executor, Held, PlanFile, Taken};
use crate::run::{self, ExitStatus};

/// Plans and carries out, without removals unless the configuration lets them be automatic.
pub(super) async fn run(
    global: &GlobalArgs,
    args: &LifecycleRunArgs,
) -> anyhow::Result<ExitStatus> {
    let config = setup::config(global)?;
    settings(&config)?;
    let cancel = run::on_signal(ENDING)?;
    match args.once {
        true => Box::pin(once(&config, &cancel)).await,
        false => Box::pin(scheduled::run(&config, &cancel)).await,
    }
}

/// One run, which holds the account's lease and locks its intents meanwhile.
pub(super) async fn once(
    config: &Config,
    cancel: &CancellationToken,
) -> anyhow::Result<ExitStatus> {
    let removals = settings(config)?.removals;
    let executor = executor(config).await?;
    executor.take_lease().await.context(NO_LEASE)?;
    let ended = alone(config, &executor, removals, cancel).await;
    executor.release().await;
    events::hand_over(config, &executor).await?;
    ended
}

/// Plans, and carries out what may be done without a person.
async fn alone(
    config: &Config,
    executor: &Executor,
    removals: Removals,
    cancel: &CancellationToken,
) -> anyhow::Result<ExitStatus> {
    let is_all_finished = finish_begun(executor).await?;
    let made = tokio::select! {
        made = plan::make(config, BTreeSet::new()) => made,
        () = cancel.cancelled() => return Ok(ExitStatus::Interrupted),
    };
    let mut plan = made?;
    if removals == Removals::Never {
        leave_removals(&mut plan);
    }
    for Held { user, what, why } in &plan.held {
        tracing::warn!(user = user.name, held_back = what, why, "held back");
    }
    if let Some(status) = refused(&plan) {
        return Ok(status);
    }
    let status = carry_out(executor, &plan, cancel).await?;
    Ok(with_begun(is_all_finished, status))
}

/// Holds back what takes users away; that they are many holds up nothing else then.
fn leave_removals(plan: &mut PlanFile) {
    plan.refusals.retain(|it| it.of != Taken::Users);
    let actions = std::mem::take(&mut plan.actions);
    for planned in actions {
        if !planned.action.is_removal() {
            plan.actions.push(planned);
            continue;
        }
        plan.held.push(Held {
            what: planned.action.to_string(),
            why: "`removals` in [lifecycle] is \"never\": apply a plan".to_owned(),
            user: planned.user,
        });
    }
}
