//! The `rollcall` binary.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use rollcall::{cli::Cli, commands};
use tokio::runtime::Runtime;

/// How long work on blocking threads may take to end. A write that nobody reads never does.
const BLOCKING_GRACE: Duration = Duration::from_secs(2);

fn main() -> io::Result<ExitCode> {
    let cli = Cli::parse();
    // A panic is a bug of ours, which has the documented exit code 1.
    catch_unwind(AssertUnwindSafe(|| run(cli))).unwrap_or(Ok(ExitCode::FAILURE))
}

fn run(cli: Cli) -> io::Result<ExitCode> {
    let runtime = Runtime::new()?;
    let code = runtime.block_on(commands::dispatch(cli));
    runtime.shutdown_timeout(BLOCKING_GRACE);
    Ok(code)
}
