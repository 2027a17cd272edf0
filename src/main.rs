//! The `rollcall` binary.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use rollcall::run::ExitStatus;
use rollcall::{cli::Cli, commands, foreign::Page, output, process};
use tokio::runtime::{Builder, Runtime};

/// Beside the main thread: so many large answers are read at the same time, and each thread keeps
/// memory of its own.
const WORKER_THREADS: usize = 2;
/// How long work on blocking threads may take to end. A write that nobody reads never does.
const BLOCKING_GRACE: Duration = Duration::from_secs(2);
/// How long the system may take to give a thread.
const THREAD_PATIENCE: Duration = Duration::from_secs(10);

fn main() -> ExitCode {
    process::prepare();
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(answer) => return say(&answer),
    };
    let status = match catch_unwind(AssertUnwindSafe(|| run(cli))) {
        Ok(code) => return code,
        Err(panic) if process::is_of_lost_limit(&*panic) => ExitStatus::State,
        // Any other panic is a bug of ours.
        Err(_) => ExitStatus::Bug,
    };
    ExitCode::from(status as u8)
}

/// Prints what the command line asks for, or what is wrong with it. A reader that has left has
/// what it wants.
fn say(answer: &clap::Error) -> ExitCode {
    match answer.print() {
        Err(error) if !answer.use_stderr() && error.kind() != io::ErrorKind::BrokenPipe => {
            let why = format!("cannot write to standard output: {error}");
            output::say_last(&Page::of(&why));
            ExitCode::from(ExitStatus::Undelivered as u8)
        }
        _ => ExitCode::from(u8::try_from(answer.exit_code()).unwrap_or(ExitStatus::Usage as u8)),
    }
}

fn run(cli: Cli) -> ExitCode {
    let progress = commands::begin(&cli.global);
    let runtime = match start() {
        Ok(runtime) => runtime,
        Err(error) => {
            tracing::error!(%error, "cannot start: {}", process::LOST_LIMIT);
            return ExitCode::from(ExitStatus::State as u8);
        }
    };
    let code = runtime.block_on(commands::dispatch(cli, progress));
    runtime.shutdown_timeout(BLOCKING_GRACE);
    code
}

/// The runtime, with a thread for work that blocks: where the system gives none, such work would
/// wait for ever without a word.
fn start() -> io::Result<Runtime> {
    process::try_threads(WORKER_THREADS + 1)?;
    let runtime = Builder::new_multi_thread()
        .worker_threads(WORKER_THREADS)
        .enable_all()
        .build()?;
    let thread = runtime.spawn_blocking(|| ());
    let given = runtime.block_on(async { tokio::time::timeout(THREAD_PATIENCE, thread).await });
    match given {
        Ok(Ok(())) => Ok(runtime),
        Ok(Err(error)) => Err(io::Error::other(error)),
        Err(_) => {
            runtime.shutdown_background();
            Err(io::Error::other("no thread for work that blocks"))
        }
    }
}
