//! One file a subcommand: from arguments and configuration to the rooms, and back to an exit
//! code.

mod audit;
mod check;
mod collect;
mod collect_document;
mod demo;
mod dry_run;
mod explain;
mod exposed;
mod init;
mod lifecycle;
mod lock;
mod map;
mod metrics_file;
mod plan;
mod platform;
mod policy;
mod queries;
mod review;
mod run;
mod setup;
mod shell;
mod sinks;
mod state;
mod status;
mod stored;
mod validate;

use std::process::ExitCode;

use crate::cli::{Cli, Command, DeadLettersCommand, GlobalArgs, OutputFormat};
use crate::collect::FileError;
use crate::config::{ConfigError, LogLevel, SecretError};
use crate::control::{ControlError, Refusal};
use crate::deliver::HttpError;
use crate::foreign;
use crate::lifecycle::{ActionError, DesiredError, PlanFileError};
use crate::observe::{self, AskError, LogFormat, Progress, StatusError};
use crate::output;
use crate::review::ReviewError;
use crate::run::{AccountError, ExitStatus, FleetError};
use crate::sekoia::PlatformError;
use crate::store::StoreError;
use crate::trust::RootsError;

/// Sets up what a person sees of the command: its log, and the progress that it may show.
pub fn begin(global: &GlobalArgs) -> Progress {
    foreign::hide_environment();
    let progress = match global.quiet {
        true => Progress::hidden(),
        false => Progress::on_terminal(),
    };
    let with_color = setup::with_color(global.color);
    let level = asked_level(global);
    observe::init_logging(
        global.log_format.resolved(),
        level.unwrap_or_default(),
        with_color,
        &progress,
    );
    observe::log_panics();
    if level.is_none() && std::env::var_os("ROLLCALL_LOG").is_some() {
        tracing::warn!("ROLLCALL_LOG is none of error, warn, info, debug and trace: it is ignored");
    }
    progress
}

/// How much is logged, as options or else `ROLLCALL_LOG` say it.
fn asked_level(global: &GlobalArgs) -> Option<LogLevel> {
    let of_environment = || LogLevel::parse(&std::env::var("ROLLCALL_LOG").ok()?);
    match (global.quiet, global.verbose) {
        (true, _) => Some(LogLevel::Warn),
        (false, 0) => of_environment(),
        (false, 1) => Some(LogLevel::Debug),
        (false, _) => Some(LogLevel::Trace),
    }
}

/// Runs the command and returns its exit code. Errors go to the log, once.
pub async fn dispatch(cli: Cli, progress: Progress) -> ExitCode {
    let global = &cli.global;
    let ended = match &cli.command {
        Command::Collect(args) => collect::collect(global, args, &progress).await,
        Command::Run(args) => run::started(global, args, &progress).await,
        Command::AwsUsersAssetConnector(args) => {
            platform::connector(global, args.dir.clone()).await
        }
        Command::ValidateModuleConfiguration(args) => platform::validate(args.dir.clone()).await,
        Command::DeadLetters(args) => {
            let output = match args.command {
                DeadLettersCommand::List { output } => output,
                _ => OutputFormat::Table,
            };
            stored::answer(global, (&args.command).into(), output).await
        }
        Command::History(args) => stored::answer(global, args.into(), args.output).await,
        Command::Diff(args) => stored::answer(global, args.into(), args.output).await,
        Command::Status(args) => status::status(global, args).await,
        Command::State(args) => state::state(global, args).await,
        Command::Lifecycle(args) => lifecycle::lifecycle(global, args).await,
        Command::Init(args) => init::init(args),
        Command::Check(args) => check::check(global, args).await,
        Command::Policy(args) => policy::policy(global, args),
        Command::Plan(args) => plan::plan(global, args).await,
        Command::Map(args) => map::map(global, args, &progress).await,
        Command::Review(args) => review::review(args).await,
        Command::Validate(args) => validate::validate(global, args).await,
        Command::Audit(args) => audit::audit(global, args, &progress).await,
        Command::Explain(args) => explain::explain(global, args).await,
        Command::Users(args) => queries::users(global, args).await,
        Command::Groups(args) => queries::groups(global, args).await,
        Command::Demo(args) => demo::demo(args).await,
        Command::Completions(args) => shell::completions(args.shell),
        Command::Man(args) => shell::man(args),
    };
    progress.end();
    let status = ended.unwrap_or_else(|error| {
        if is_closed_pipe(&error) {
            return ExitStatus::Done;
        }
        let (why, status) = (with_causes(&error), status_of(&error));
        match (status, global.log_format) {
            // It is read where it was typed, and belongs to no moment.
            (ExitStatus::Usage, LogFormat::Text) => {
                output::say_last(&foreign::Page::of(&format!("error: {why}")));
            }
            _ => tracing::error!("{why}"),
        }
        status
    });
    ExitCode::from(status as u8)
}

/// Whether the reader of our standard output has left (`rollcall map ... | head`): it has what it
/// wants.
fn is_closed_pipe(error: &anyhow::Error) -> bool {
    let error = error.downcast_ref::<std::io::Error>();
    error.is_some_and(|error| error.kind() == std::io::ErrorKind::BrokenPipe)
}

/// The error and its causes, without those that an earlier message already holds.
fn with_causes(error: &anyhow::Error) -> String {
    let mut text = String::new();
    for cause in error.chain().map(ToString::to_string) {
        if text.is_empty() {
            text = cause;
        } else if !text.contains(&cause) {
            text = format!("{text}: {cause}");
        }
    }
    text
}

/// The exit code that an error's kind is documented with; of an unknown kind, it is our bug.
fn status_of(error: &anyhow::Error) -> ExitStatus {
    let is_usage = error.is::<ConfigError>()
        || error.is::<SecretError>()
        || error.is::<FileError>()
        || error.is::<ReviewError>()
        || error.is::<HttpError>()
        || error.is::<RootsError>()
        || error.is::<PlatformError>()
        || error.is::<StatusError>()
        || error.is::<AskError>()
        || error.is::<PlanFileError>()
        || error.is::<setup::UsageError>();
    if is_usage {
        ExitStatus::Usage
    } else if let Some(error) = error.downcast_ref::<FleetError>() {
        error.status()
    } else if let Some(error) = error.downcast_ref::<AccountError>() {
        error.status()
    } else if let Some(error) = error.downcast_ref::<DesiredError>() {
        lifecycle::status_of_desired(error)
    } else if let Some(error) = error.downcast_ref::<ControlError>() {
        error.status()
    } else if let Some(error) = error.downcast_ref::<Refusal>() {
        error.status()
    } else if let Some(error) = error.downcast_ref::<ActionError>() {
        lifecycle::status_of(error)
    } else if error.is::<StoreError>()
        || error.is::<lock::HeldByDaemon>()
        || error.is::<queries::NotStored>()
    {
        ExitStatus::State
    } else if error.is::<std::io::Error>() {
        ExitStatus::Undelivered
    } else {
        ExitStatus::Bug
    }
}
