//! `rollcall lifecycle`: the only commands that change anything in AWS.

mod apply;
mod bell;
mod carry_out;
mod delete;
mod events;
#[cfg(feature = "lambda")]
mod function;
mod plan;
mod run;
mod scheduled;
mod table;

use super::setup::{self, UsageError};
use crate::aws::AwsClient;
use crate::cli::{GlobalArgs, LifecycleArgs, LifecycleCommand};
use crate::config::{Config, LifecycleSettings};
use crate::lifecycle::{ActionError, DesiredError, Executor};
use crate::run::ExitStatus;

/// Before the first action.
const NO_LEASE: &str = "the lease of this account cannot be taken, and nothing was done";

/// What a signal that ends it means.
const ENDING: &str = "what is begun is finished, and the next run goes on from here";

/// Does what `args` ask for.
pub(super) async fn lifecycle(
    global: &GlobalArgs,
    args: &LifecycleArgs,
) -> anyhow::Result<ExitStatus> {
    match &args.command {
        LifecycleCommand::Plan(args) => Box::pin(plan::plan(global, args)).await,
        LifecycleCommand::Apply(args) => Box::pin(apply::apply(global, args)).await,
        LifecycleCommand::Run(args) => Box::pin(run::run(global, args)).await,
        LifecycleCommand::Delete(args) => delete::delete(global, args).await,
        #[cfg(feature = "lambda")]
        LifecycleCommand::Lambda => Box::pin(function::serve(global)).await,
    }
}

/// The settings of [lifecycle], without which nothing is ever done.
fn settings(config: &Config) -> Result<&LifecycleSettings, UsageError> {
    config.lifecycle.as_ref().ok_or_else(|| {
        let why = "there is no [lifecycle] in the configuration, without which no user is ever \
                   changed: write it, with `table` or `file` and `boundary`";
        UsageError(why.to_owned())
    })
}

/// What carries out actions, with the credentials of `[lifecycle]`.
async fn executor(config: &Config) -> anyhow::Result<Executor> {
    let settings = settings(config)?;
    let aws = settings.credentials(&setup::aws(config)?);
    let client = AwsClient::connect(&aws).await;
    let state_dir = config.agent.resolved_state_dir()?;
    Ok(Executor::new(client, settings.clone(), &state_dir).await?)
}

/// The exit code of desired users that cannot be used.
pub(super) fn status_of_desired(error: &DesiredError) -> ExitStatus {
    match error {
        DesiredError::Unread { .. } | DesiredError::Unusable { .. } => ExitStatus::Usage,
        DesiredError::Aws { error, .. } if error.class.is_refusal() => ExitStatus::AwsRefused,
        DesiredError::Aws { .. } => ExitStatus::Partial,
    }
}

/// The exit code of an action that was not done.
pub(super) fn status_of(error: &ActionError) -> ExitStatus {
    match error {
        ActionError::Refused(_) | ActionError::Lease(_) => ExitStatus::No,
        ActionError::Intent(_) => ExitStatus::State,
        ActionError::Unconfirmed { .. } => ExitStatus::Partial,
        ActionError::Aws(error)
        | ActionError::Left { error, .. }
        | ActionError::Outlived { error, .. } => match error.class.is_refusal() {
            true => ExitStatus::AwsRefused,
            false => ExitStatus::Partial,
        },
    }
}
