//! Logs on standard error: a sentence for people, fields for machines.

use std::io::{self, Write};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Instant;

use serde_json::json;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::reload::Handle;
use tracing_subscriber::util::SubscriberInitExt;

use super::log_fields::{JsonLine, TextFields};
use super::repeats::{HeldBack, Repeats};
use super::tap::Tap;
use super::{Progress, stderr};
use crate::config::LogLevel;
use crate::output;

/// How logs are to be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum LogFormat {
    /// Text on a terminal, else JSON.
    Auto,
    /// A line a person reads.
    Text,
    /// A JSON object a line.
    Json,
}

/// How logs are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogForm {
    /// A line a person reads.
    Text,
    /// A JSON object a line.
    Json,
}

impl LogFormat {
    /// How logs are written where standard error leads to.
    pub fn resolved(self) -> LogForm {
        match self {
            Self::Auto if output::is_seen_beside() => LogForm::Text,
            Self::Auto | Self::Json => LogForm::Json,
            Self::Text => LogForm::Text,
        }
    }
}

/// Sets the level of the process's log.
type SetLevel = Box<dyn Fn(LogLevel) + Send + Sync>;

static SET_LEVEL: OnceLock<SetLevel> = OnceLock::new();

/// Sets up the process's logging. Libraries stay at warnings at any level, since their debug
/// output shows requests.
pub fn init(format: LogForm, level: LogLevel, with_color: bool, progress: &Progress) {
    let builder = tracing_subscriber::fmt()
        .with_ansi(with_color)
        .with_target(false)
        // A line that cannot be written is lost; the work goes on.
        .log_internal_errors(false)
        .with_writer(BesideProgress {
            progress: progress.clone(),
            format,
            repeats: Mutex::new(Repeats::new(Instant::now())),
        });
    match format {
        LogForm::Text => {
            let builder = builder
                .fmt_fields(TextFields)
                .with_env_filter(filter(level));
            let builder = builder.with_filter_reloading();
            keep(builder.reload_handle());
            builder.finish().with(Tap).init();
        }
        LogForm::Json => {
            let builder = builder
                .event_format(JsonLine)
                .with_env_filter(filter(level));
            let builder = builder.with_filter_reloading();
            keep(builder.reload_handle());
            builder.finish().with(Tap).init();
        }
    }
}

/// Logs this much from now on.
pub fn set_level(level: LogLevel) {
    if let Some(set) = SET_LEVEL.get() {
        set(level);
    }
}

fn filter(level: LogLevel) -> EnvFilter {
    EnvFilter::builder()
        .with_default_directive(LevelFilter::WARN.into())
        .parse_lossy(format!("rollcall={}", level.as_str()))
}

fn keep<S: 'static>(handle: Handle<EnvFilter, S>) {
    // The subscriber lives as long as the process.
    let set = move |level| drop(handle.reload(filter(level)));
    drop(SET_LEVEL.set(Box::new(set)));
}

/// Standard error, with the progress bar out of the way while a line is written.
struct BesideProgress {
    progress: Progress,
    format: LogForm,
    repeats: Mutex<Repeats>,
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
    /// Always a whole line: that is what is written, held back, or lost.
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let BesideProgress {
            progress,
            format,
            repeats,
        } = self.0;
        let mut repeats = repeats.lock().unwrap_or_else(PoisonError::into_inner);
        let (is_written, held_back) = repeats.admit(line, Instant::now());
        drop(repeats);
        let mut text = String::new();
        for HeldBack { times, line } in held_back {
            let why = format!("times more than it is written, a line came again: {line}");
            text.push_str(&note(*format, times, &why));
        }
        let mut text = text.into_bytes();
        if is_written {
            text.extend_from_slice(line);
        }
        if text.is_empty() {
            return Ok(line.len());
        }
        let why = "lines of the log are missing here: nobody read standard error";
        progress.suspend(|| stderr::write(&text, |lost| note(*format, lost, why)))?;
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A line about `lines` others.
fn note(format: LogForm, lines: u64, why: &str) -> String {
    let now = OffsetDateTime::now_utc();
    let time = now.format(&Rfc3339).unwrap_or_default();
    match format {
        LogForm::Text => format!("{time}  WARN {lines} {why}\n"),
        LogForm::Json => {
            let line = json!({"timestamp": time, "level": "WARN", "message": why, "lines": lines});
            format!("{line}\n")
        }
    }
}
