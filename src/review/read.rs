//! A file of events, one a line.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read as _};
use std::path::Path;

use serde_json::Value;

use super::Events;

/// Far more than an event has.
const LINE_BYTES_MAX: u64 = 1024 * 1024;

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
    #[error("cannot read {file}: {source}")]
    Read {
        /// The file.
        file: String,
        /// What the operating system said.
        source: io::Error,
    },
    /// A line is no event.
    #[error(
        "{file}:{line}: {why}; expected one event a line, as rollcall map and rollcall collect \
         --dry-run write them"
    )]
    Line {
        /// The file.
        file: String,
        /// The line, from 1.
        line: usize,
        /// What is wrong with it.
        why: String,
    },
    /// The page would take the place of a file that it is made from.
    #[error("{0} is one of the files to review; give the page another name")]
    Overwrites(String),
    /// The page could not be written.
    #[error("cannot write {file}: {source}")]
    Write {
        /// The file.
        file: String,
        /// What the operating system said.
        source: io::Error,
    },
}

/// Reads the events in the file at `path`, which may be a pipe. Of two events about one user the
/// later one is used, with a warning.
pub fn read(path: &Path) -> Result<Read, ReviewError> {
    let file = path.display().to_string();
    let failed = |source| ReviewError::Read {
        file: file.clone(),
        source,
    };
    let mut reader = BufReader::new(File::open(path).map_err(failed)?);
    let (mut events, mut warnings) = (Events::default(), Vec::new());
    let mut bytes = Vec::new();
    for line in 1.. {
        bytes.clear();
        let mut bounded = reader.by_ref().take(LINE_BYTES_MAX + 1);
        if bounded.read_until(b'\n', &mut bytes).map_err(failed)? == 0 {
            break;
        }
        if bytes.trim_ascii().is_empty() {
            continue;
        }
        let (uid, name, json) = event(&bytes).map_err(|why| ReviewError::Line {
            file: file.clone(),
            line,
            why,
        })?;
        if events.insert(uid.clone(), name, json) {
            warnings.push(format!(
                "{file}:{line}: a second event about {uid}; the later one is used"
            ));
        }
    }
    Ok(Read { events, warnings })
}

/// The event in a line, with `user.uid` and `user.name`.
fn event(line: &[u8]) -> Result<(String, String, Value), String> {
    if line.len() as u64 > LINE_BYTES_MAX {
        return Err(format!("longer than {LINE_BYTES_MAX} bytes"));
    }
    let json: Value = serde_json::from_slice(line).map_err(|error| format!("no JSON: {error}"))?;
    let user = json.get("user");
    let text = |field: &str| {
        let value = user.and_then(|user| user.get(field));
        value.and_then(Value::as_str).map(str::to_owned)
    };
    let uid = text("uid").ok_or("no event about a user: it has no user.uid")?;
    let name = text("name").unwrap_or_else(|| uid.clone());
    Ok((uid, name, json))
}
