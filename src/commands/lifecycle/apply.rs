//! `rollcall lifecycle apply` and `rollcall lifecycle run`.

use std::io::{self, BufRead, IsTerminal, Write};

use anyhow::Context;

use super::carry_out::{carry_out, finish_begun, with_begun};
use super::{NO_LEASE, events, executor, plan, settings};
use crate::cli::{GlobalArgs, LifecycleApplyArgs};
use crate::commands::setup::{self, UsageError};
use crate::config::{Config, Removals};
use crate::lifecycle::{Executor, Held, PlanFile, Refusal, Taken};
use crate::run::ExitStatus;

/// Carries out a plan that was written before, if it would be made again.
pub(super) async fn apply(
    global: &GlobalArgs,
    args: &LifecycleApplyArgs,
) -> anyhow::Result<ExitStatus> {
    let planned = PlanFile::read(&args.plan)?;
    let config = setup::config(global)?;
    settings(&config)?;
    if let Some(status) = refused(&planned) {
        return Ok(status);
    }
    if !args.yes && !asked(&planned)? {
        tracing::warn!("nothing was done: the answer was not yes");
        return Ok(ExitStatus::No);
    }
    let executor = executor(&config).await?;
    executor.take_lease().await.context(NO_LEASE)?;
    let ended = apply_alone(&config, &executor, planned).await;
    executor.release().await;
    events::hand_over(&config, &executor).await?;
    ended
}

/// Makes the plan again, and carries it out if it is the same.
async fn apply_alone(
    config: &Config,
    executor: &Executor,
    planned: PlanFile,
) -> anyhow::Result<ExitStatus> {
    let is_all_finished = finish_begun(executor).await?;
    let now = plan::make(config).await?;
    if let Some(why) = planned.changed(&now) {
        tracing::error!(
            "the plan does not apply any more, and nothing was done: {why}; plan again"
        );
        return Ok(ExitStatus::No);
    }
    // The times in it are those of now.
    let now = PlanFile {
        id: planned.id,
        ..now
    };
    let status = carry_out(executor, &now).await?;
    Ok(with_begun(is_all_finished, status))
}

/// Plans and carries out, without removals unless the configuration lets them be automatic.
pub(super) async fn run(global: &GlobalArgs) -> anyhow::Result<ExitStatus> {
    let config = setup::config(global)?;
    let removals = settings(&config)?.removals;
    let executor = executor(&config).await?;
    executor.take_lease().await.context(NO_LEASE)?;
    let ended = run_alone(&config, &executor, removals).await;
    executor.release().await;
    events::hand_over(&config, &executor).await?;
    ended
}

/// Plans, and carries out what may be done without a person.
async fn run_alone(
    config: &Config,
    executor: &Executor,
    removals: Removals,
) -> anyhow::Result<ExitStatus> {
    let is_all_finished = finish_begun(executor).await?;
    let mut plan = plan::make(config).await?;
    if removals == Removals::Never {
        leave_removals(&mut plan);
        plan.refusals.retain(|it| it.of != Taken::Users);
    }
    for Held { user, what, why } in &plan.held {
        tracing::warn!(user = user.name, held_back = what, why, "held back");
    }
    if let Some(status) = refused(&plan) {
        return Ok(status);
    }
    let status = carry_out(executor, &plan).await?;
    Ok(with_begun(is_all_finished, status))
}

/// Exit code 7 for a plan that would take away more than one run may: nothing of it is done.
fn refused(plan: &PlanFile) -> Option<ExitStatus> {
    for Refusal { why, .. } in &plan.refusals {
        tracing::error!("nothing was done: {why}");
    }
    (!plan.refusals.is_empty()).then_some(ExitStatus::No)
}

/// Holds back what takes users away.
fn leave_removals(plan: &mut PlanFile) {
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

/// Whether a person says yes to `plan`.
#[expect(
    clippy::disallowed_methods,
    reason = "a person is asked, in words of our own"
)]
fn asked(plan: &PlanFile) -> anyhow::Result<bool> {
    let (mut input, mut output) = (io::stdin().lock(), io::stderr());
    if !input.is_terminal() || !output.is_terminal() {
        let why = "nobody can be asked here, and nothing was done: look at the plan and give --yes";
        return Err(UsageError(why.to_owned()).into());
    }
    let actions = plan.actions.len();
    let removals = plan
        .actions
        .iter()
        .filter(|it| it.action.is_removal())
        .count();
    let mut ask = || -> io::Result<String> {
        let account = &plan.account;
        write!(
            output,
            "{actions} actions in account {account}, {removals} of them removals. Type yes: "
        )?;
        output.flush()?;
        let mut line = String::new();
        input.read_line(&mut line)?;
        Ok(line)
    };
    Ok(ask()?.trim() == "yes")
}
