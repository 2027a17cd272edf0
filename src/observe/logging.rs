//! Logs on standard error: a sentence for people, fields for machines.

use std::io::{self, Write};

use tracing::level_filters::LevelFilter;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

use super::Progress;

/// How logs are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum LogFormat {
    /// A line a person reads.
    Text,
    /// A JSON object a line.
    Json,
}

/// How much of ours is logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verbosity {
    /// Warnings and errors.
    Quiet,
    /// What a pass did.
    Normal,
    /// Every retry.
    Verbose,
    /// Everything.
    Everything,
}

/// Sets up the process's logging. Libraries stay at warnings at any verbosity, since their debug
/// output shows requests.
pub fn init(format: LogFormat, verbosity: Verbosity, with_color: bool, progress: &Progress) {
    let ours = match verbosity {
        Verbosity::Quiet => "rollcall=warn",
        Verbosity::Normal => "rollcall=info",
        Verbosity::Verbose => "rollcall=debug",
        Verbosity::Everything => "rollcall=trace",
    };
    let filter = EnvFilter::builder()
        .with_default_directive(LevelFilter::WARN.into())
        .parse_lossy(ours);
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(with_color)
        .with_target(false)
        // A line that cannot be written is lost; the work goes on.
        .log_internal_errors(false)
        .with_writer(BesideProgress(progress.clone()));
    match format {
        LogFormat::Text => builder.init(),
        LogFormat::Json => builder.json().flatten_event(true).init(),
    }
}

/// Standard error, with the progress bar out of the way while a line is written.
struct BesideProgress(Progress);

impl<'a> MakeWriter<'a> for BesideProgress {
    type Writer = Line<'a>;

    fn make_writer(&'a self) -> Line<'a> {
        Line(&self.0)
    }
}

/// One log line on its way to standard error.
struct Line<'a>(&'a Progress);

impl Write for Line<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.suspend(|| io::stderr().write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}
