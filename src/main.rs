//! The `rollcall` binary.

use std::process::ExitCode;

use clap::Parser;
use rollcall::{cli::Cli, commands};

#[tokio::main]
async fn main() -> ExitCode {
    commands::dispatch(Cli::parse()).await
}
