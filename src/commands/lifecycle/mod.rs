//! `rollcall lifecycle`: the only commands that change anything in AWS.

mod plan;
mod table;

use crate::cli::{GlobalArgs, LifecycleArgs, LifecycleCommand};
use crate::commands::setup::UsageError;
use crate::config::{Config, LifecycleSettings};
use crate::run::ExitStatus;

/// Runs the command that `args` name.
pub(super) async fn lifecycle(
    global: &GlobalArgs,
    args: &LifecycleArgs,
) -> anyhow::Result<ExitStatus> {
    match &args.command {
        LifecycleCommand::Plan(args) => plan::plan(global, args).await,
        _ => Err(UsageError("this is not offered yet; lifecycle plan is".to_owned()).into()),
    }
}

/// The settings of [lifecycle], without which nothing is ever done.
fn settings(config: &Config) -> Result<&LifecycleSettings, UsageError> {
    config.lifecycle.as_ref().ok_or_else(|| {
        let why = "the configuration has no [lifecycle]: it says which users there should be, \
                   and by whose credentials they are made";
        UsageError(why.to_owned())
    })
}
