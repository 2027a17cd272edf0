//! The fields of a log line, each fit to show: nothing foreign comes into the log otherwise.

use std::fmt::{self, Debug, Write};

use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::field::RecordFields;
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::time::{FormatTime, SystemTime};
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::registry::LookupSpan;

use crate::foreign::Shown;

/// The most characters of a field: an error may name all its causes.
const FIELD_LEN_MAX: usize = 4_000;
/// The field that is the sentence.
const MESSAGE: &str = "message";

fn shown(value: impl fmt::Display) -> Shown {
    Shown::within(value, FIELD_LEN_MAX)
}

/// Fields as a person reads them: the sentence, then names and values.
#[derive(Debug)]
pub(super) struct TextFields;

impl<'writer> FormatFields<'writer> for TextFields {
    fn format_fields<R: RecordFields>(&self, writer: Writer<'writer>, fields: R) -> fmt::Result {
        let mut visitor = TextVisitor {
            writer,
            is_first: true,
            result: Ok(()),
        };
        fields.record(&mut visitor);
        visitor.result
    }
}

struct TextVisitor<'writer> {
    writer: Writer<'writer>,
    is_first: bool,
    result: fmt::Result,
}

impl TextVisitor<'_> {
    fn write(&mut self, field: &Field, value: impl fmt::Display) -> fmt::Result {
        if !std::mem::take(&mut self.is_first) {
            self.writer.write_char(' ')?;
        }
        match (field.name(), self.writer.has_ansi_escapes()) {
            (MESSAGE, _) => write!(self.writer, "{value}"),
            (name, true) => write!(self.writer, "\x1b[3m{name}\x1b[0m\x1b[2m=\x1b[0m{value}"),
            (name, false) => write!(self.writer, "{name}={value}"),
        }
    }

    fn add(&mut self, field: &Field, value: impl fmt::Display) {
        if self.result.is_ok() {
            self.result = self.write(field, value);
        }
    }
}

impl Visit for TextVisitor<'_> {
    fn record_str(&mut self, field: &Field, value: &str) {
        let value = shown(value);
        match field.name() {
            MESSAGE => self.add(field, value),
            _ => self.add(field, format_args!("{:?}", Quoted(&value))),
        }
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.add(field, shown(format_args!("{value:?}")));
    }
}

/// A text in quotes, with what would end them escaped. All else in it can be seen already.
struct Quoted<'a>(&'a str);

impl Debug for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\"", self.0.replace('"', "\\\""))
    }
}

/// A line of JSON: the time, the level, then the fields.
#[derive(Debug)]
pub(super) struct JsonLine;

impl<S, N> FormatEvent<S, N> for JsonLine
where
    S: Subscriber + for<'lookup> LookupSpan<'lookup>,
    N: for<'writer> FormatFields<'writer> + 'static,
{
    fn format_event(
        &self,
        _: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let mut time = String::new();
        SystemTime.format_time(&mut Writer::new(&mut time))?;
        let level = event.metadata().level();
        let mut line = JsonVisitor(format!("{{\"timestamp\":\"{time}\",\"level\":\"{level}\""));
        event.record(&mut line);
        writeln!(writer, "{}}}", line.0)
    }
}

struct JsonVisitor(String);

impl JsonVisitor {
    fn add(&mut self, field: &Field, value: impl Into<serde_json::Value>) {
        let name = serde_json::Value::from(field.name());
        let _ = write!(self.0, ",{name}:{}", value.into());
    }
}

impl Visit for JsonVisitor {
    fn record_f64(&mut self, field: &Field, value: f64) {
        self.add(field, value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.add(field, value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.add(field, value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.add(field, value);
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.add(field, shown(value).as_str());
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.add(field, shown(format_args!("{value:?}")).as_str());
    }
}
