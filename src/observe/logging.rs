//! Logs on standard error: a sentence for people, fields for machines.

use std::io::{self, Write};

use serde_json::json;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

use super::log_fields::{JsonLine, TextFields};
use super::{Progress, stderr};

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
        .with_writer(BesideProgress {
            progress: progress.clone(),
            format,
        });
    match format {
        LogFormat::Text => builder.fmt_fields(TextFields).init(),
        LogFormat::Json => builder.event_format(JsonLine).init(),
    }
}

/// Standard error, with the progress bar out of the way while a line is written.
struct BesideProgress {
    progress: Progress,
    format: LogFormat,
}

impl<'a> MakeWriter<'a> for BesideProgress {
    type Writer = Line<'a>;

    fn make_writer(&'a self) -> Line<'a> {
        Line(self)
    }
}

/// One log line on its way to standard error.
struct Line<'a>(&'a BesideProgress);

impl Write for Line<'_> {
    /// Always a whole line: that is what is written, or lost.
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let BesideProgress { progress, format } = self.0;
        progress.suspend(|| stderr::write(line, |lost| missing(*format, lost)))?;
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A line that stands for `lost` ones.
fn missing(format: LogFormat, lost: u64) -> String {
    let now = OffsetDateTime::now_utc();
    let time = now.format(&Rfc3339).unwrap_or_default();
    let why = "lines of the log are missing here: nobody read standard error";
    match format {
        LogFormat::Text => format!("{time}  WARN {lost} {why}\n"),
        LogFormat::Json => {
            let line = json!({"timestamp": time, "level": "WARN", "message": why, "lines": lost});
            format!("{line}\n")
        }
    }
}
