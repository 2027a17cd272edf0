//! `rollcall review`.

use std::path::{Path, PathBuf};

use crate::cli::{OutputFormat, ReviewArgs};
use crate::output;
use crate::review::{self, Comparison, Events};
use crate::run::ExitStatus;

/// Shows what differs between two files of events.
pub(super) async fn review(args: &ReviewArgs) -> anyhow::Result<ExitStatus> {
    let mut events = Vec::new();
    for path in [&args.old, &args.new] {
        events.push(read(path, args.stamps).await?);
    }
    let comparison = review::compare(&events[0], &events[1]);
    let text = match args.output {
        OutputFormat::Table => comparison.text(output::width()),
        OutputFormat::Json => json(&comparison)?,
    };
    output::write(&args.output.page(&text))?;
    Ok(match args.exit_code && comparison.has_differences() {
        true => ExitStatus::No,
        false => ExitStatus::Done,
    })
}

async fn read(path: &Path, with_stamps: bool) -> anyhow::Result<Events> {
    let path = PathBuf::from(path);
    let read = tokio::task::spawn_blocking(move || review::read(&path)).await??;
    for warning in read.warnings {
        tracing::warn!("{warning}");
    }
    Ok(match with_stamps {
        true => read.events,
        false => read.events.without_stamps(),
    })
}

fn json(comparison: &Comparison) -> anyhow::Result<String> {
    let mut text = serde_json::to_string(comparison)?;
    text.push('\n');
    Ok(text)
}
