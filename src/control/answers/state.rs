//! What the state directory holds, and whether it is whole.

use std::fmt::Write as _;

use serde_json::json;

use crate::cli::OutputFormat;
use crate::control::{Answer, Request};
use crate::run::ExitStatus;
use crate::store::{Inspection, Store, StoreError};

/// Where the state is, how large, and what it holds.
pub(super) fn info(store: &Store, request: &Request) -> Result<String, StoreError> {
    let inspection = store.inspect()?;
    Ok(match request.output {
        OutputFormat::Table => table(store, &inspection),
        OutputFormat::Json => document(store, &inspection),
    })
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
    Ok(Answer { stdout, status })
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

fn document(store: &Store, inspection: &Inspection) -> String {
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
