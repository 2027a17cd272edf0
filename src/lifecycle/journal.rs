//! Events of what was done, kept beside the intents until the outbox of the sinks has them.

use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::intent::failed;
use super::{Executor, IntentError, Intents};
use crate::file;

const EVENTS: &str = "events.ndjson";
/// Ten thousand events of actions.
const LEN_MAX: u64 = 32 * 1024 * 1024;

impl Executor {
    /// Keeps `event`, durably, until [`Intents::forget_recorded`].
    pub fn record(&self, event: &Value) -> Result<(), IntentError> {
        self.intents.record(event)
    }
}

/// Whether the file at `path` ends within a line.
fn is_torn(path: &Path) -> io::Result<bool> {
    let mut file = fs::File::open(path)?;
    if file.metadata()?.len() == 0 {
        return Ok(false);
    }
    let mut last = [0];
    file.seek(SeekFrom::End(-1))?;
    file.read_exact(&mut last)?;
    Ok(last != *b"\n")
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
        for (index, line) in text.lines().enumerate() {
            match serde_json::from_str(line) {
                Ok(event) => events.push(event),
                Err(_) => tracing::warn!(
                    file = %path.display(),
                    line = index + 1,
                    "an event of what was done was cut by a crash and is not sent"
                ),
            }
        }
        Ok(events)
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

    /// A line that a crash cut is ended first, so that it takes no other with it.
    fn record(&self, event: &Value) -> Result<(), IntentError> {
        let path = self.journal();
        let append = || -> io::Result<()> {
            let mut options = OpenOptions::new();
            options.append(true).create(true).mode(0o600);
            let mut file = options.open(&path)?;
            let line_end = if is_torn(&path)? { "\n" } else { "" };
            file.write_all(format!("{line_end}{event}\n").as_bytes())?;
            file.sync_all()
        };
        append().map_err(|error| failed("keep the event of", &path, error))
    }

    fn journal(&self) -> PathBuf {
        self.dir().join(EVENTS)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_event_that_a_crash_cut_takes_no_other_with_it() {
        let home = tempfile::tempdir().unwrap();
        let intents = Intents::open(home.path(), "111122223333").unwrap();
        intents.record(&json!({"at": 1})).unwrap();
        let mut torn = fs::read(intents.journal()).unwrap();
        torn.extend_from_slice(br#"{"at": 2, "use"#);
        fs::write(intents.journal(), torn).unwrap();
        intents.record(&json!({"at": 3})).unwrap();
        let recorded = intents.recorded().unwrap();
        assert_eq!(recorded, [json!({"at": 1}), json!({"at": 3})]);
    }
}
