//! A file of events.

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::Path;

use serde_json::Value;

use super::Events;
use super::events::Inserted;
use crate::lines::{Lines, next_step, unpacked};
use crate::validate::Place;
use crate::validate::json::{self, SyntaxError};

/// Warnings about users that have several events, of one file.
const REPEATED_SHOWN: usize = 3;

/// What a file holds.
#[derive(Debug)]
pub struct Read {
    /// Its events, by ARN.
    pub events: Events,
    /// What is left out of them; each names file and line.
    pub warnings: Vec<String>,
}

/// Why two files of events could not be reviewed.
#[derive(Debug, thiserror::Error)]
pub enum ReviewError {
    /// The file could not be read.
    #[error("cannot read {file}: {source}; {}", next_step(.source))]
    Read {
        /// The file.
        file: String,
        /// What the operating system said.
        source: io::Error,
    },
    /// Something is no event.
    #[error(
        "{place}: {why}; expected events as rollcall map and rollcall collect --dry-run write \
         them, one a line or as JSON documents"
    )]
    NoEvent {
        /// The file, and where in it.
        place: String,
        /// What is wrong.
        why: String,
    },
    /// The page would take the place of a file that it is made from.
    #[error("{0} is one of the files to review; give the page another name")]
    Overwrites(String),
    /// The page could not be written.
    #[error("cannot write {file}: {source}; name a file in a directory that this user may write")]
    Write {
        /// The file.
        file: String,
        /// What the operating system said.
        source: io::Error,
    },
}

/// Reads the events in the file at `path`, which may be a pipe and packed with gzip, or of standard
/// input with `-`: one a line, or JSON documents over several lines, each of an event or of a list of them. Of two events
/// about one user the later one is used, with a warning.
pub fn read(path: &Path) -> Result<Read, ReviewError> {
    let file = path.display().to_string();
    let failed = |source| ReviewError::Read {
        file: file.clone(),
        source,
    };
    let input: Box<dyn BufRead> = match path.as_os_str() == "-" {
        true => Box::new(io::stdin().lock()),
        false => Box::new(BufReader::new(File::open(path).map_err(failed)?)),
    };
    let input = unpacked(input).map_err(failed)?;
    let (mut lines, mut is_first) = (Lines::new(input), true);
    let mut found = Found::new(&file);
    while lines.next().map_err(failed)? {
        let line = Place::Line(lines.number());
        let text = lines.text().map_err(|why| found.refused(line, why))?;
        if text.trim().is_empty() {
            continue;
        }
        match json::value(text) {
            Ok(Value::Array(_)) if is_first => return document(lines, found),
            Err(why) if is_first && why.is_at_end => return document(lines, found),
            Ok(event) => found.add(line, event)?,
            Err(why) => return Err(found.refused(line, no_json(&why))),
        }
        is_first = false;
    }
    Ok(found.done())
}

/// Reads the documents that begin with the line that was read.
fn document(mut lines: Lines<impl BufRead>, mut found: Found<'_>) -> Result<Read, ReviewError> {
    let first = lines.number();
    lines.read_rest().map_err(|source| ReviewError::Read {
        file: found.file.to_owned(),
        source,
    })?;
    let text = lines
        .text()
        .map_err(|why| found.refused(Place::Whole, why))?;
    let (mut line, mut rest) = (first, text);
    loop {
        let document = rest.trim_ascii_start();
        line += line_ends(&rest[..rest.len() - document.len()]);
        if document.is_empty() {
            return Ok(found.done());
        }
        let (value, len) = json::first_value(document).map_err(|why| {
            let line = Place::Line(line + why.lines_before);
            found.refused(line, no_json(&why))
        })?;
        match value {
            Value::Array(events) => {
                for (at, event) in events.into_iter().enumerate() {
                    found.add(Place::Element(at), event)?;
                }
            }
            event => found.add(Place::Line(line), event)?,
        }
        let read;
        (read, rest) = document.split_at(len);
        line += line_ends(read);
    }
}

fn line_ends(text: &str) -> u64 {
    text.bytes().filter(|byte| *byte == b'\n').count() as u64
}

/// What was found in a file so far.
struct Found<'a> {
    file: &'a str,
    read: Read,
    /// Events of users that had one already.
    repeated: usize,
}

impl<'a> Found<'a> {
    fn new(file: &'a str) -> Self {
        let read = Read {
            events: Events::default(),
            warnings: Vec::new(),
        };
        Self {
            file,
            read,
            repeated: 0,
        }
    }

    fn add(&mut self, place: Place, event: Value) -> Result<(), ReviewError> {
        let (uid, name) = user(&event).map_err(|why| self.refused(place, why))?;
        let used = match self.read.events.insert(uid.clone(), name, event) {
            Inserted::First => return Ok(()),
            Inserted::Again => "the later one is used",
            Inserted::Recreated => {
                "one is of a deleted user, the other of the next one of its name, and that is used"
            }
        };
        self.repeated += 1;
        if self.repeated <= REPEATED_SHOWN {
            let file = self.file;
            let warning = format!("{file}{place}: a second event about {uid}; {used}");
            self.read.warnings.push(warning);
        }
        Ok(())
    }

    fn done(mut self) -> Read {
        if let Some(more @ 1..) = self.repeated.checked_sub(REPEATED_SHOWN) {
            let warning = format!(
                "{}: and {more} more events about users that had one",
                self.file
            );
            self.read.warnings.push(warning);
        }
        self.read
    }

    fn refused(&self, place: Place, why: impl Into<String>) -> ReviewError {
        ReviewError::NoEvent {
            place: format!("{}{place}", self.file),
            why: why.into(),
        }
    }
}

fn no_json(why: &SyntaxError) -> String {
    format!("no JSON: {why}")
}

/// What an event is matched by, `user.uid`, and `user.name`.
fn user(event: &Value) -> Result<(String, String), String> {
    let user = event.get("user");
    let text = |field: &str| {
        let value = user.and_then(|user| user.get(field));
        value.and_then(Value::as_str).map(str::to_owned)
    };
    let uid = text("uid").ok_or("no event about a user: it has no user.uid")?;
    let name = text("name").unwrap_or_else(|| uid.clone());
    Ok((uid, name))
}
