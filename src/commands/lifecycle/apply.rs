//! `rollcall lifecycle apply`.

use std::io::{self, BufRead, IsTerminal, Write};

use anyhow::Context;
use tokio_util::sync::CancellationToken;

use super::carry_out::{carry_out, finish_begun, with_begun};
use super::{ENDING, NO_LEASE, events, executor, plan, settings};
use crate::cli::{GlobalArgs, LifecycleApplyArgs};
use crate::commands::setup::{self, UsageError};
use crate::config::Config;
use crate::lifecycle::{Executor, PlanFile, Refusal};
use crate::run::{self, ExitStatus};

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
    let cancel = run::on_signal(ENDING)?;
    let executor = executor(&config).await?;
    executor.take_lease().await.context(NO_LEASE)?;
    let ended = apply_alone(&config, &executor, planned, &cancel).await;
    executor.release().await;
    events::hand_over(&config, &executor).await?;
    ended
}

/// Makes the plan again, and carries it out if it is the same.
async fn apply_alone(
    config: &Config,
    executor: &Executor,
    planned: PlanFile,
    cancel: &CancellationToken,
) -> anyhow::Result<ExitStatus> {
    let is_all_finished = finish_begun(executor).await?;
    let now = plan::make(config, planned.forced.clone()).await?;
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
    let status = carry_out(executor, &now, cancel).await?;
    Ok(with_begun(is_all_finished, status))
}

/// Exit code 7 for a plan that would take away more than one run may: nothing of it is done.
pub(super) fn refused(plan: &PlanFile) -> Option<ExitStatus> {
    for Refusal { why, .. } in &plan.refusals {
        tracing::error!("nothing was done: {why}");
    }
    (!plan.refusals.is_empty()).then_some(ExitStatus::No)
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
