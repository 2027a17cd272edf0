//! Events of what was done, kept beside the intents until the outbox of the sinks has them.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::intent::failed;
use super::{IntentError, Intents};
use crate::file;
use crate::lifecycle::Executor;

const EVENTS: &str = "events.ndjson";
/// Ten thousand events of actions.
const LEN_MAX: u64 = 32 * 1024 * 1024;

impl Executor {
    /// Keeps `event`, durably, until [`Intents::forget_recorded`].
    pub fn record(&self, event: &Value) -> Result<(), IntentError> {
        self.intents.append(event)
    }
}

impl Intents {
    /// Those of `account_id` in `state_dir`, where events are kept and nobody is at work.
    pub fn with_events(state_dir: &Path, account_id: &str) -> Result<Option<Self>, IntentError> {
        match Self::is_recorded(state_dir, account_id) {
            false => Ok(None),
            true => match Self::open(state_dir, account_id) {
                Err(IntentError::Locked(_)) => Ok(None),
                opened => opened.map(Some),
            },
        }
    }

    fn is_recorded(state_dir: &Path, account_id: &str) -> bool {
        Self::dir_of(state_dir, account_id).join(EVENTS).exists()
    }

    /// The events that are kept, in the order of what was done. A line that a crash cut is left
    /// out: what it was about is finished, and recorded, again.
    pub fn recorded(&self) -> Result<Vec<Value>, IntentError> {
        let path = self.journal();
        let text = match file::read_text(&path, LEN_MAX) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(failed("read", &path, error)),
        };
        let mut events = Vec::new();
        for (line, number) in text.lines().zip(1_u64..) {
            match serde_json::from_str(line) {
                Ok(event) => events.push(event),
                Err(_) => tracing::warn!(
                    line = number,
                    file = %path.display(),
                    "an event of what was done is left out: a crash cut its line"
                ),
            }
        }
        Ok(events)
    }

    /// Adds `event` to those that are kept.
    fn append(&self, event: &Value) -> Result<(), IntentError> {
        let path = self.journal();
        let append = || -> io::Result<()> {
            let mut options = OpenOptions::new();
            options.read(true).append(true).create(true).mode(0o600);
            let mut file = options.open(&path)?;
            // Behind a line that a crash cut, this one would be lost with it.
            let begin = if is_torn(&mut file)? { "\n" } else { "" };
            file.write_all(format!("{begin}{event}\n").as_bytes())?;
            file.sync_all()
        };
        append().map_err(|error| IntentError::Unrecorded {
            path: path.display().to_string(),
            error,
        })
    }

    /// Forgets the events that are kept: the outbox has them.
    pub fn forget_recorded(&self) -> Result<(), IntentError> {
        let path = self.journal();
        match fs::remove_file(&path) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                Err(failed("forget", &path, error))
            }
            _ => Ok(()),
        }
    }

    fn journal(&self) -> PathBuf {
        self.dir().join(EVENTS)
    }
}

/// Whether the last line of `file` has no end.
fn is_torn(file: &mut File) -> io::Result<bool> {
    if file.seek(SeekFrom::End(0))? == 0 {
        return Ok(false);
    }
    let mut last = [0];
    file.seek(SeekFrom::End(-1))?;
    file.read_exact(&mut last)?;
    Ok(last != *b"\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_a_crash_cut_takes_no_other_event_with_it() {
        let home = tempfile::tempdir().unwrap();
        let intents = Intents::open(home.path(), "111122223333").unwrap();
        fs::write(intents.journal(), "{\"n\":1}\n{\"n\":").unwrap();
        intents.append(&serde_json::json!({ "n": 3 })).unwrap();
        intents.append(&serde_json::json!({ "n": 4 })).unwrap();
        let events = intents.recorded().unwrap();
        let numbers: Vec<_> = events.iter().map(|it| it["n"].clone()).collect();
        assert_eq!(numbers, [1, 3, 4]);
    }
}
