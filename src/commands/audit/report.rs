//! Records on their way to standard output: events at once, the table when all are read.

use std::io;

use super::rows::Rows;
use crate::audit::{Event, Record};
use crate::foreign::Page;
use crate::output;

/// Lines wait until there are so many bytes of them.
const BYTES_AT_ONCE: usize = 64 * 1024;

/// Records on their way to standard output.
pub(super) enum Report {
    /// Lines of events that are not written yet.
    Events(Vec<u8>),
    /// A table by time.
    Table(Rows),
}

impl Report {
    pub(super) fn new(is_events: bool) -> Self {
        match is_events {
            true => Self::Events(Vec::new()),
            false => Self::Table(Rows::default()),
        }
    }

    pub(super) fn add(&mut self, record: &Record, event: &Event<'_>) -> io::Result<()> {
        match self {
            Self::Events(lines) => {
                lines.extend_from_slice(&event.to_json()?);
                lines.push(b'\n');
                match lines.len() < BYTES_AT_ONCE {
                    true => Ok(()),
                    false => write(lines),
                }
            }
            Self::Table(rows) => {
                rows.add(record, event);
                Ok(())
            }
        }
    }

    /// Writes what was added, where somebody waits for it.
    pub(super) fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Events(lines) => write(lines),
            Self::Table(rows) => output::write(&Page::of(&rows.take_lines())),
        }
    }

    pub(super) fn finish(self) -> io::Result<()> {
        match self {
            Self::Events(mut lines) => write(&mut lines),
            Self::Table(rows) => output::write(&Page::of(&rows.text(output::width()))),
        }
    }
}

fn write(lines: &mut Vec<u8>) -> io::Result<()> {
    output::write_events(lines)?;
    lines.clear();
    Ok(())
}
