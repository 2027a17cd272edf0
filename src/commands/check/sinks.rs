//! Sinks: each is asked whether it would take events.

use super::item::{Finding, Item};
use crate::commands::sinks;
use crate::config::{Config, SinkSettings};
use crate::deliver::Verdict;
use crate::run::ExitStatus;
use crate::trust::ExtraRoots;

/// A line for each sink.
pub(super) async fn check(config: &Config) -> Vec<Item> {
    let roots = match config.agent.roots() {
        Ok(roots) => roots,
        Err(error) => return vec![Item::failed("sinks", error, ExitStatus::Usage)],
    };
    let mut items = Vec::new();
    for settings in &config.sinks {
        items.push(one(settings, &roots).await);
    }
    items
}

async fn one(settings: &SinkSettings, roots: &ExtraRoots) -> Item {
    let name = format!("sink {}", settings.name);
    let mut sink = match sinks::ready_one(settings, roots) {
        Ok(ready) => ready.sink,
        Err(error) => {
            let why = crate::commands::told(&error);
            return Item::failed(name, why, ExitStatus::Usage);
        }
    };
    match sink.probe().await {
        Verdict::Delivered => Item::ok(name, "it would take events"),
        Verdict::Doubtful { why } => Item::new(Finding::Note, name, why),
        Verdict::Retry { why, .. }
        | Verdict::Unauthorized { why }
        | Verdict::Refused { why }
        | Verdict::Rejected { why }
        | Verdict::TooLarge { why }
        | Verdict::NotIngested { why } => Item::failed(name, why, ExitStatus::Undelivered),
    }
}
