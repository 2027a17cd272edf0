//! What is logged, for whoever else is to have it.

use std::fmt;
use std::sync::OnceLock;

use time::OffsetDateTime;
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::field::RecordFields;
use tracing_subscriber::fmt::FormatFields;
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::layer::{Context, Layer};

use super::log_fields::TextFields;
use crate::foreign::Shown;

/// The most characters of a line that are given on.
const CHARS_MAX: usize = 4_000;

/// Who has the lines. Must be quick, and log nothing.
type Reader = Box<dyn Fn(LogLine) + Send + Sync>;

static READER: OnceLock<(&'static str, Reader)> = OnceLock::new();

/// A line of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogLine {
    /// When it was logged.
    pub at: OffsetDateTime,
    /// How much it matters.
    pub level: Level,
    /// The sentence, then names and values.
    pub text: Shown,
}

/// Gives each line that is logged from now on to `reader`, which must be quick; but for lines of
/// the module `own`, which tell how `reader` fares. Only the first reader of a process has them.
pub fn read_log(own: &'static str, reader: impl Fn(LogLine) + Send + Sync + 'static) {
    drop(READER.set((own, Box::new(reader))));
}

/// Gives lines to the reader, if there is one.
pub(super) struct Tap;

impl<S: Subscriber> Layer<S> for Tap {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let Some((own, reader)) = READER.get() else {
            return;
        };
        if event.metadata().target() == *own {
            return;
        }
        let mut text = String::new();
        if write_fields(&mut text, event).is_ok() {
            reader(LogLine {
                at: OffsetDateTime::now_utc(),
                level: *event.metadata().level(),
                text: Shown::within(text, CHARS_MAX),
            });
        }
    }
}

fn write_fields(to: &mut String, fields: impl RecordFields) -> fmt::Result {
    TextFields.format_fields(Writer::new(to), fields)
}
