//! Events of what was done, kept beside the intents until the outbox of the sinks has them.

use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind, Write};
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
        let path = self.intents.journal();
        let append = || -> io::Result<()> {
            let mut options = OpenOptions::new();
            options.append(true).create(true).mode(0o600);
            let mut file = options.open(&path)?;
            file.write_all(format!("{event}\n").as_bytes())?;
            file.sync_all()
        };
        append().map_err(|error| failed("keep the event of", &path, error))
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
        let events = text.lines().map(serde_json::from_str);
        Ok(events.filter_map(Result::ok).collect())
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
