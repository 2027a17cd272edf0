//! The `rollcall` binary.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;

use clap::Parser;
use rollcall::{cli::Cli, commands};

fn main() -> ExitCode {
    let cli = Cli::parse();
    // A panic is a bug of ours, which has the documented exit code 1.
    catch_unwind(AssertUnwindSafe(|| run(cli))).unwrap_or(ExitCode::FAILURE)
}

#[tokio::main]
async fn run(cli: Cli) -> ExitCode {
    commands::dispatch(cli).await
}
