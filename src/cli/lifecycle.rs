//! Options of `lifecycle`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::OutputFormat;

/// Options of `lifecycle`.
#[derive(Debug, Args)]
pub struct LifecycleArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: LifecycleCommand,
}

/// What to do with users of the desired state.
#[derive(Debug, Subcommand)]
pub enum LifecycleCommand {
    /// Show what would be done to each user, why, and what is held back; changes nothing
    Plan(LifecyclePlanArgs),
    /// Carry out a plan, unless what it relied on has changed since: exit code 7
    Apply(LifecycleApplyArgs),
    /// Plan and carry out on schedule: create and rotate; remove only where the configuration says so
    Run(LifecycleRunArgs),
    /// Delete one user at once, with all that it has
    Delete(LifecycleDeleteArgs),
    /// Answer AWS Lambda: a run for each event of a schedule, and each change of the table
    #[cfg(feature = "lambda")]
    Lambda,
}

/// Options of `lifecycle plan`.
#[derive(Debug, Args)]
pub struct LifecyclePlanArgs {
    /// Also write the plan to this file, for rollcall lifecycle apply
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Deactivate this old access key although it is still used, once its successor is there; may be
    /// given several times
    #[arg(long, value_name = "AccessKeyId")]
    pub force: Vec<String>,
    /// How the result is written
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    pub output: OutputFormat,
}

/// Options of `lifecycle apply`.
#[derive(Debug, Args)]
pub struct LifecycleApplyArgs {
    /// The plan, as rollcall lifecycle plan --out wrote it
    pub plan: PathBuf,
    /// Do not ask
    #[arg(long)]
    pub yes: bool,
}

/// Options of `lifecycle run`.
#[derive(Debug, Args)]
pub struct LifecycleRunArgs {
    /// Run once, and end
    #[arg(long)]
    pub once: bool,
}

/// Options of `lifecycle delete`.
#[derive(Debug, Args)]
pub struct LifecycleDeleteArgs {
    /// The user, by both: a name alone may belong to somebody else by now
    #[arg(value_name = "UserId:UserName")]
    pub user: String,
}
