//! What the state directory holds, and whether it is whole.

use std::fmt::Write as _;

use serde_json::json;

use super::Answers;
use super::receivers::Receiver;
use super::timeline::minute;
use crate::cli::OutputFormat;
use crate::control::{Answer, Request};
use crate::foreign::Page;
use crate::run::ExitStatus;
use crate::store::{Inspection, Store, StoreError};
use crate::table::{Head, Table, Width, paragraph};

/// What becomes of receivers that are not configured.
const FORGET: &str = "rollcall state forget --sink NAME drops all that is kept for the \
    destinations of that sink that are not configured now: events that wait, dead letters, and \
    what was sent. If one is configured again, every user is sent to it again";

impl Answers {
    /// Where the state is, how large, what it holds, and for which receivers.
    pub(super) fn state_info(&self, request: &Request) -> Result<String, StoreError> {
        let (inspection, receivers) = (self.store.inspect()?, self.receivers()?);
        Ok(match request.output {
            OutputFormat::Table => {
                let records = table(&self.store, &inspection);
                format!("{records}\n{}", receiver_table(&receivers, request.width))
            }
            OutputFormat::Json => document(&self.store, &inspection, &receivers),
        })
    }
}

/// Whether each record is whole.
pub(super) fn verify(store: &Store) -> Result<Answer, StoreError> {
    let inspection = store.inspect()?;
    let mut stdout = String::new();
    for tree in &inspection.trees {
        let damaged = match tree.damaged {
            0 => "all whole".to_owned(),
            damaged => format!("{damaged} DAMAGED"),
        };
        let _ = writeln!(stdout, "{:>8}  {}: {damaged}", tree.records, tree.name);
    }
    let mut status = ExitStatus::Done;
    if inspection.damaged() > 0 {
        status = ExitStatus::State;
        stdout.push_str(
            "The next rollcall collect or run drops what is damaged and sends it again.\n",
        );
    }
    Ok(Answer {
        stdout: Page::of(&stdout),
        status,
    })
}

fn table(store: &Store, inspection: &Inspection) -> String {
    let mut text = format!(
        "directory  {}\nformat     {}\nsize       {}\n",
        store.dir().display(),
        inspection.format,
        size(inspection.bytes)
    );
    for tree in &inspection.trees {
        let _ = writeln!(text, "{:>8}   {}", tree.records, tree.name);
    }
    for name in &inspection.quarantines {
        let _ = writeln!(text, "set aside  {name}");
    }
    text
}

/// A line for each receiver, and what to do about former ones.
fn receiver_table(receivers: &[Receiver], width: Width) -> String {
    if receivers.is_empty() {
        return "no sink was ever sent anything\n".to_owned();
    }
    let mut table = Table::new([
        Head::Text("sink"),
        Head::Text("destination"),
        Head::Text("last configured"),
        Head::Number("waiting"),
        Head::Number("dead letters"),
    ]);
    for receiver in receivers {
        let last = receiver.last_configured.map(minute).unwrap_or_default();
        table.push([
            receiver.sink.clone(),
            receiver.destination.clone(),
            match receiver.is_configured {
                true => "now".to_owned(),
                false => last,
            },
            receiver.waiting.to_string(),
            receiver.dead_letters.to_string(),
        ]);
    }
    let mut text = table.text(width);
    if receivers.iter().any(|receiver| !receiver.is_configured) {
        text += &paragraph("", FORGET, width);
    }
    text
}

fn document(store: &Store, inspection: &Inspection, receivers: &[Receiver]) -> String {
    let trees = inspection
        .trees
        .iter()
        .map(|tree| json!({"name": tree.name, "records": tree.records, "damaged": tree.damaged}));
    let document = json!({
        "directory": store.dir(),
        "format": inspection.format,
        "bytes": inspection.bytes,
        "trees": trees.collect::<Vec<_>>(),
        "quarantines": inspection.quarantines,
        "receivers": receivers,
    });
    format!("{document}\n")
}

/// Bytes as people read them.
pub fn size(bytes: u64) -> String {
    match bytes {
        0..10_240 => format!("{bytes} bytes"),
        10_240..10_485_760 => format!("{} KiB", bytes / 1024),
        _ => format!("{} MiB", bytes / 1_048_576),
    }
}
