//! What is wrong with the events of one file, on its way to standard output.

use std::io;
use std::path::Path;

use serde::Serialize;

use crate::cli::OutputFormat;
use crate::foreign::{Page, Shown};
use crate::output;
use crate::validate::{Place, Problem};

/// Lines wait until there are so many bytes of them.
const BYTES_AT_ONCE: usize = 64 * 1024;

/// One problem, for machines.
#[derive(Serialize)]
struct Entry<'a> {
    file: &'a Shown,
    line: Option<u64>,
    /// The place in a file that is one list.
    index: Option<usize>,
    #[serde(flatten)]
    problem: &'a Problem,
}

/// Lines about one file, on their way to standard output.
pub(super) struct Report {
    file: Shown,
    output: OutputFormat,
    lines: String,
    /// Standard output takes no more.
    pub(super) is_refused: bool,
}

impl Report {
    pub(super) fn new(path: &Path, output: OutputFormat) -> Self {
        Self {
            file: Shown::of(path.display()),
            output,
            lines: String::new(),
            is_refused: false,
        }
    }

    pub(super) fn add(&mut self, place: Place, problem: &Problem) -> io::Result<()> {
        match self.output {
            OutputFormat::Table => {
                let place = format!("{}{place}", self.file);
                self.lines.push_str(&problem.line(place));
                self.lines.push('\n');
            }
            OutputFormat::Json => self.lines.push_str(&self.entry(place, problem)?),
        }
        match self.lines.len() < BYTES_AT_ONCE {
            true => Ok(()),
            false => self.flush(),
        }
    }

    fn entry(&self, place: Place, problem: &Problem) -> io::Result<String> {
        let (line, index) = match place {
            Place::Line(line) => (Some(line), None),
            Place::Element(index) => (None, Some(index)),
            Place::Whole => (None, None),
        };
        let entry = Entry {
            file: &self.file,
            line,
            index,
            problem,
        };
        Ok(format!("{}\n", Page::json(&serde_json::to_string(&entry)?)))
    }

    pub(super) fn flush(&mut self) -> io::Result<()> {
        let lines = std::mem::take(&mut self.lines);
        // Each entry for machines is a page already.
        let page = match self.output {
            OutputFormat::Table => Page::of(&lines),
            OutputFormat::Json => Page::events(&lines),
        };
        let written = output::write(&page);
        self.is_refused = written.is_err();
        written
    }
}
