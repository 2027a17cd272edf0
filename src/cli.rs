//! The command line.

mod audit;
mod collect;
mod events;
mod explain;
mod first;
mod lifecycle;
mod passes;
mod platform;
mod queries;
mod review;
mod status;

use std::path::PathBuf;

use clap::{ArgAction, Args, ColorChoice, Parser, Subcommand, ValueEnum};
use serde::{Deserialize, Serialize};

use crate::foreign::Page;
use crate::observe::LogFormat;

pub use audit::{AuditArgs, AuditOutput, When};
pub use collect::CollectArgs;
pub use events::{MapArgs, ValidateArgs};
pub use explain::ExplainArgs;
pub use first::{CheckArgs, InitArgs, InitSink, PolicyArgs, PolicyFormat};
pub use lifecycle::{
    LifecycleApplyArgs, LifecycleArgs, LifecycleCommand, LifecycleDeleteArgs, LifecyclePlanArgs,
    LifecycleRunArgs,
};
pub use passes::DiffArgs;
pub use platform::{CompletionsArgs, ManArgs, PlatformArgs, RunArgs};
pub use queries::{
    FilterArgs, FromArgs, GetArgs, GroupsArgs, GroupsCommand, QueryOutput, UserGetArgs, UsersArgs,
    UsersCommand, UsersListArgs, Whether,
};
pub use review::ReviewArgs;
pub use status::StatusArgs;

/// Asset inventory of AWS IAM users as OCSF events.
#[derive(Debug, Parser)]
#[command(
    name = "rollcall",
    version,
    about,
    propagate_version = true,
    arg_required_else_help = true
)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    /// What applies to every command.
    #[command(flatten)]
    pub global: GlobalArgs,
}

/// Options of every command.
#[derive(Debug, Clone, Args)]
pub struct GlobalArgs {
    /// Configuration file [env: ROLLCALL_CONFIG] [default: ./config.toml if it exists, else none
    /// is needed]
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// How logs are written to standard error
    #[arg(long, global = true, value_name = "FORMAT", default_value = "auto")]
    pub log_format: LogFormat,
    /// More logs: -v for what happens, -vv for everything of ours [env: ROLLCALL_LOG=LEVEL]
    #[arg(short, long, global = true, action = ArgAction::Count)]
    pub verbose: u8,
    /// Only warnings and errors: no progress, no summary
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Colours: on a terminal, always or never
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub color: ColorChoice,
}

impl GlobalArgs {
    /// The configuration file that `--config` names, or else `ROLLCALL_CONFIG`.
    pub fn config_file(&self) -> Option<PathBuf> {
        let from_environment = || {
            let path = std::env::var_os("ROLLCALL_CONFIG");
            path.filter(|path| !path.is_empty()).map(PathBuf::from)
        };
        self.config.clone().or_else(from_environment)
    }
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Collect every user once, deliver what is new or changed, and exit
    Collect(CollectArgs),
    /// Collect on a schedule until a signal ends it
    Run(RunArgs),
    /// The same in the container of Sekoia's own connector, configured by its platform
    #[command(name = "aws_users_asset_connector", hide = true)]
    AwsUsersAssetConnector(PlatformArgs),
    /// Try out the access to AWS there, and tell the platform
    #[command(name = "validate_module_configuration", hide = true)]
    ValidateModuleConfiguration(PlatformArgs),
    /// Write a first config.toml and the policies that it needs; overwrites nothing
    Init(InitArgs),
    /// Test configuration, credentials, each permission and each sink, without sending an event
    Check(CheckArgs),
    /// Print the least that AWS has to allow for this configuration
    Policy(PolicyArgs),
    /// Show what a pass will cost and which facts it will miss, by one call of each action
    Plan(PlanArgs),
    /// Show the passes that are kept, or what happened to one user
    History(HistoryArgs),
    /// Show what changed between two passes
    Diff(DiffArgs),
    /// Ask who there is: list users, or see one
    Users(UsersArgs),
    /// Ask for groups: list them, see one, or its members
    Groups(GroupsArgs),
    /// Show accounts and sinks: the last passes, what waits, what is wrong
    Status(StatusArgs),
    /// Look at the state directory, check it, or make it smaller
    State(StateArgs),
    /// What sinks rejected for good: see it, send it again, or forget it
    DeadLetters(DeadLettersArgs),
    /// Turn saved AWS CLI output into events on standard output, without credentials
    Map(MapArgs),
    /// Show what differs between two files of events, by field over all users
    Review(ReviewArgs),
    /// Check events strictly against OCSF; exit code 7 if one is invalid
    #[command(disable_version_flag = true)]
    Validate(ValidateArgs),
    /// Show what CloudTrail recorded, as OCSF events or as a table
    Audit(AuditArgs),
    /// Show what a user may do at most, what proves it, and what would change it
    Explain(ExplainArgs),
    /// Keep users as a table or a file says: create, rotate keys, quarantine, delete
    Lifecycle(LifecycleArgs),
    /// Show the whole pipeline on an embedded sample account, without AWS
    Demo(DemoArgs),
    /// Print the completions of a shell
    Completions(CompletionsArgs),
    /// Print the manual page
    Man(ManArgs),
}

/// Options of `plan`.
#[derive(Debug, Args)]
pub struct PlanArgs {
    /// Only this account; may be given several times
    #[arg(long = "account", value_name = "ID")]
    pub accounts: Vec<String>,
    /// How the result is written
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    pub output: OutputFormat,
}

/// Options of `history`.
#[derive(Debug, Args)]
pub struct HistoryArgs {
    /// UserName, ARN or UserId; without it, the passes
    pub user: Option<String>,
    /// Only this account
    #[arg(long, value_name = "ID")]
    pub account: Option<String>,
    /// How the result is written
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    pub output: OutputFormat,
}

/// Options of `state`.
#[derive(Debug, Args)]
pub struct StateArgs {
    /// What to do with it.
    #[command(subcommand)]
    pub command: StateCommand,
}

/// What to do with the state directory.
#[derive(Debug, Clone, PartialEq, Eq, Subcommand)]
pub enum StateCommand {
    /// Where it is, how large, and what it holds
    Info {
        /// How the result is written
        #[arg(long, value_name = "FORMAT", default_value = "table")]
        output: OutputFormat,
    },
    /// Read every record; exit code 6 if any is damaged
    Verify,
    /// Drop all that is kept for a sink, or for its destinations, that are not configured any more
    Forget {
        /// The sink's name, as rollcall state info lists it
        #[arg(long, value_name = "NAME")]
        sink: String,
    },
    /// Copy what counts to a new store in the old one's place
    Compact,
}

/// Options of `dead-letters`.
#[derive(Debug, Args)]
pub struct DeadLettersArgs {
    /// What to do with them.
    #[command(subcommand)]
    pub command: DeadLettersCommand,
}

/// What to do with dead letters.
#[derive(Debug, Subcommand)]
pub enum DeadLettersCommand {
    /// Which there are, and why
    List {
        /// How the result is written
        #[arg(long, value_name = "FORMAT", default_value = "table")]
        output: OutputFormat,
    },
    /// The event itself
    Show {
        /// The event's id, or how it begins
        id: String,
    },
    /// Put them back into the outbox: a daemon sends them at once, else the next pass does
    Retry(WhichLetters),
    /// Forget them
    Drop(WhichLetters),
    /// All events, one a line
    Export,
}

/// Which dead letters.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub struct WhichLetters {
    /// Event ids, or how they begin
    #[arg(value_name = "ID")]
    pub ids: Vec<String>,
    /// Every one
    #[arg(long)]
    pub all: bool,
}

/// How a table is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ValueEnum)]
pub enum OutputFormat {
    /// For people.
    Table,
    /// One JSON object.
    Json,
}

impl OutputFormat {
    /// `text`, which is in this format, fit to leave the process.
    pub fn page(self, text: &str) -> Page {
        match self {
            Self::Table => Page::of(text),
            Self::Json => Page::json(text),
        }
    }
}

/// Options of `demo`.
#[derive(Debug, Args)]
pub struct DemoArgs {
    /// Also append the demo's events to this file
    #[arg(long, value_name = "FILE")]
    pub events: Option<PathBuf>,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_well_formed() {
        super::Cli::command().debug_assert();
    }
}
