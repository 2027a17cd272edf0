//! `rollcall state`: what the state directory holds, whether it is whole, and less of it.

use std::fmt::Write as _;
use std::path::Path;

use serde_json::json;

use super::setup;
use crate::cli::{GlobalArgs, OutputFormat, StateArgs, StateCommand};
use crate::output;
use crate::run::ExitStatus;
use crate::store::{Compacted, Inspection, Store};

/// Looks at the state directory, checks it or compacts it.
pub(super) async fn state(global: &GlobalArgs, args: &StateArgs) -> anyhow::Result<ExitStatus> {
    let dir = setup::config(global)?.agent.resolved_state_dir()?;
    let (text, status) = match args.command {
        StateCommand::Info { output } => {
            let inspection = inspection(global).await?;
            let text = match output {
                OutputFormat::Table => table(&dir, &inspection),
                OutputFormat::Json => document(&dir, &inspection),
            };
            (text, ExitStatus::Done)
        }
        StateCommand::Verify => verified(&inspection(global).await?),
        StateCommand::Compact => (compacted(dir).await?, ExitStatus::Done),
    };
    output::write(text.as_bytes())?;
    Ok(status)
}

async fn inspection(global: &GlobalArgs) -> anyhow::Result<Inspection> {
    let store = setup::existing(global).await?;
    Ok(store.run(Store::inspect).await?)
}

async fn compacted(dir: std::path::PathBuf) -> anyhow::Result<String> {
    let done = tokio::task::spawn_blocking(move || Store::compact(&dir)).await;
    let Compacted { before, after } = done??;
    Ok(format!("{} before, {} after\n", size(before), size(after)))
}

fn verified(inspection: &Inspection) -> (String, ExitStatus) {
    let mut text = String::new();
    for tree in &inspection.trees {
        let damaged = match tree.damaged {
            0 => "all whole".to_owned(),
            damaged => format!("{damaged} DAMAGED"),
        };
        let _ = writeln!(text, "{:>8}  {}: {damaged}", tree.records, tree.name);
    }
    if inspection.damaged() == 0 {
        return (text, ExitStatus::Done);
    }
    text.push_str("The next rollcall collect or run drops what is damaged and sends it again.\n");
    (text, ExitStatus::State)
}

fn table(dir: &Path, inspection: &Inspection) -> String {
    let mut text = format!(
        "directory  {}\nformat     {}\nsize       {}\n",
        dir.display(),
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

fn document(dir: &Path, inspection: &Inspection) -> String {
    let trees = inspection
        .trees
        .iter()
        .map(|tree| json!({"name": tree.name, "records": tree.records, "damaged": tree.damaged}));
    let document = json!({
        "directory": dir,
        "format": inspection.format,
        "bytes": inspection.bytes,
        "trees": trees.collect::<Vec<_>>(),
        "quarantines": inspection.quarantines,
    });
    format!("{document}\n")
}

/// Bytes as people read them.
pub(super) fn size(bytes: u64) -> String {
    match bytes {
        0..10_240 => format!("{bytes} bytes"),
        10_240..10_485_760 => format!("{} KiB", bytes / 1024),
        _ => format!("{} MiB", bytes / 1_048_576),
    }
}
