//! What the demo's events say, counted from the file that they were delivered to.

use std::fmt::Write as _;
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use anyhow::Context;
use serde_json::Value;

use crate::run::PassReport;
use crate::table::{Width, paragraph};

/// The events in a file.
#[derive(Debug)]
pub(super) struct Events {
    /// In the order in which they were delivered.
    pub(super) events: Vec<Value>,
}

/// Where the demo's events will begin in `path`, to which an earlier demo may have written. Makes
/// the file as its sink would: better to fail now than after the first pass.
pub(super) fn start_of(path: &Path) -> anyhow::Result<u64> {
    let mut options = OpenOptions::new();
    let file = options.create(true).append(true).mode(0o600).open(path);
    let metadata = file
        .and_then(|file| file.metadata())
        .with_context(|| format!("cannot write the demo's events to {}", path.display()))?;
    Ok(metadata.len())
}

/// Reads the events that were delivered to `path` so far, from `start` on.
pub(super) fn of_file(path: &Path, start: u64) -> anyhow::Result<Events> {
    let text = text_from(path, start)
        .with_context(|| format!("reading the demo's events from {}", path.display()))?;
    let events: Result<Vec<Value>, _> = text.lines().map(serde_json::from_str).collect();
    let events = events.with_context(|| format!("reading an event in {}", path.display()))?;
    Ok(Events { events })
}

fn text_from(path: &Path, start: u64) -> io::Result<String> {
    let mut file = File::open(path)?;
    file.seek(SeekFrom::Start(start))?;
    let mut text = String::new();
    file.read_to_string(&mut text)?;
    Ok(text)
}

impl Events {
    /// The events that came after `earlier`.
    pub(super) fn since(&self, earlier: &Self) -> Self {
        Self {
            events: self.events[earlier.events.len().min(self.events.len())..].to_vec(),
        }
    }

    fn count(&self, is_counted: impl Fn(&Value) -> bool) -> usize {
        let users = self.events.iter().map(|event| &event["user"]);
        users.filter(|user| is_counted(user)).count()
    }
}

/// A line a pass, and what the events of the first say about the account.
pub(super) fn table(passes: &[&PassReport], delivered: &Events, width: Width) -> String {
    let mut text = format!("{:<8}{:>7}{:>7}{:>11}\n", "", "users", "sent", "unchanged");
    for (index, pass) in passes.iter().enumerate() {
        let sent: u64 = pass.queued().values().sum();
        let unchanged: u64 = pass.unchanged().values().sum();
        let name = format!("pass {}", index + 1);
        let _ = writeln!(text, "{name:<8}{:>7}{sent:>7}{unchanged:>11}", pass.users);
    }
    let with_mfa = delivered.count(|user| user["has_mfa"] == true);
    let without_mfa = delivered.count(|user| user["has_mfa"] == false);
    let admins = delivered.count(|user| user["type"] == "Admin");
    let unknown = delivered.events.len() - with_mfa - without_mfa;
    let said = format!(
        "{admins} administrators; {with_mfa} users with MFA, {without_mfa} without, {unknown} \
         unknown."
    );
    format!("{text}\n{}", paragraph("Pass 1: ", &said, width))
}
