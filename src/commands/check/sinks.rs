//! Sinks: each is asked whether it would take events.

use super::item::{Finding, Item};
use crate::cli::OutputFormat;
use crate::commands::{sinks, stored};
use crate::config::{Config, SinkKind, SinkSettings};
use crate::control::{Query, Request};
use crate::deliver::Verdict;
use crate::output;
use crate::run::ExitStatus;
use crate::trust::ExtraRoots;

/// A line for each sink.
pub(super) async fn check(config: &Config) -> Vec<Item> {
    let roots = match config.agent.roots() {
        Ok(roots) => roots,
        Err(error) => return vec![Item::failed("sinks", error, ExitStatus::Usage)],
    };
    let changed = changed_destinations(config).await;
    let mut items = Vec::new();
    for settings in &config.sinks {
        items.push(one(settings, &roots).await);
        if changed.contains(&settings.name) {
            let name = format!("sink {}", settings.name);
            let detail = "nothing was sent to this destination before: the next pass sends every \
                          user there";
            items.push(Item::new(Finding::Note, name, detail));
        }
    }
    items
}

/// The sinks that had another destination before, by name. None where the state cannot tell: it
/// is not what is checked.
async fn changed_destinations(config: &Config) -> Vec<String> {
    let receivers = config.sinks.iter().map(SinkSettings::receiver).collect();
    let request = Request {
        query: Query::ChangedDestinations(receivers),
        output: OutputFormat::Json,
        width: output::width(),
    };
    let answer = stored::ask(config, request).await;
    let names = answer.map(|answer| serde_json::from_str(answer.stdout.as_str()));
    names.ok().and_then(Result::ok).unwrap_or_default()
}

/// What a probe of a sink proves that ended well.
fn proved(kind: &SinkKind) -> &'static str {
    match kind {
        SinkKind::Ndjson(_) => "it can be written to",
        SinkKind::Http(_) | SinkKind::SekoiaAsset(_) | SinkKind::SekoiaIntake(_) => {
            "it let us in, with a post without events"
        }
    }
}

async fn one(settings: &SinkSettings, roots: &ExtraRoots) -> Item {
    let name = format!("sink {}", settings.name);
    let mut sink = match sinks::ready_one(settings, roots) {
        Ok(ready) => ready.sink,
        Err(error) => {
            let why = crate::commands::with_causes(&error);
            return Item::failed(name, why, ExitStatus::Usage);
        }
    };
    match sink.probe().await {
        // Nothing was sent of which a part could be refused.
        Verdict::Delivered | Verdict::Partial { .. } => Item::ok(name, proved(&settings.kind)),
        Verdict::Doubtful { why } => Item::new(Finding::Note, name, why),
        Verdict::Retry { why, .. }
        | Verdict::Pending { why }
        | Verdict::Unauthorized { why }
        | Verdict::Refused { why }
        | Verdict::Rejected { why }
        | Verdict::TooLarge { why }
        | Verdict::NotIngested { why } => Item::failed(name, why, ExitStatus::Undelivered),
    }
}
