//! The cases: one file each, a record and what it shows.

use std::fs;
use std::path::{Path, PathBuf};

use rollcall::audit::{Event, Record};
use serde::Deserialize;
use serde_json::Value;

/// One record, and the event that it becomes.
pub(super) struct Case {
    /// The file's name without its extension.
    pub(super) name: String,
    pub(super) shows: String,
    /// The file's text.
    pub(super) source: String,
    pub(super) record: Value,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct File {
    shows: String,
    record: Value,
}

impl Case {
    /// The event as one line of JSON.
    pub(super) fn event(&self) -> String {
        event(&self.record.to_string()).unwrap_or_else(|why| panic!("{}: {why}", self.name))
    }
}

/// The event of the record that `json` is, or why it is none.
pub(super) fn event(json: &str) -> Result<String, String> {
    let record = Record::parse(json).map_err(|why| why.to_string())?;
    let event = Event::of(&record).to_json().unwrap();
    Ok(String::from_utf8(event).unwrap())
}

/// All cases by name.
pub(super) fn cases() -> Vec<Case> {
    let mut paths: Vec<PathBuf> = fs::read_dir(directory("tests/fixtures/audit"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    paths.iter().map(|path| read(path)).collect()
}

/// A directory of the project.
pub(super) fn directory(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn read(path: &Path) -> Case {
    let source = fs::read_to_string(path).unwrap();
    let File { shows, record } =
        serde_json::from_str(&source).unwrap_or_else(|why| panic!("{}: {why}", path.display()));
    Case {
        name: path.file_stem().unwrap().to_str().unwrap().to_owned(),
        shows,
        source,
        record,
    }
}
