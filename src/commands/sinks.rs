//! From `[[sinks]]` to sinks, with their secrets read.

use anyhow::Context;

use crate::config::{Config, NdjsonTarget, SinkKind, SinkSettings, UnreadSecret};
use crate::deliver::{HttpSink, Ndjson, SekoiaAsset, SekoiaIntake, Sink};
use crate::observe::Progress;
use crate::output;
use crate::run::ReadySink;
use crate::store::BatchLimits;
use crate::trust::ExtraRoots;

/// Every sink, with its secrets read.
pub(super) fn ready(config: &Config) -> anyhow::Result<Vec<ReadySink>> {
    let roots = config.agent.roots()?;
    let sinks = config.sinks.iter();
    sinks.map(|settings| ready_one(settings, &roots)).collect()
}

/// One sink, with its secrets read.
pub(super) fn ready_one(settings: &SinkSettings, roots: &ExtraRoots) -> anyhow::Result<ReadySink> {
    let name = &settings.name;
    let sink = sink(&settings.kind, roots).with_context(|| format!("sink {name:?}"))?;
    Ok(ReadySink {
        name: name.clone(),
        receiver: settings.receiver(),
        limits: BatchLimits {
            count: settings.batch_size,
            bytes: settings.batch_bytes,
        },
        flush_after: settings.flush_after,
        sink,
    })
}

fn sink(kind: &SinkKind, roots: &ExtraRoots) -> anyhow::Result<Box<dyn Sink>> {
    Ok(match kind {
        SinkKind::SekoiaAsset(asset) => {
            let (_, api_key) = asset.secret().map_err(unread)?;
            Box::new(SekoiaAsset::new(asset, api_key, roots)?)
        }
        SinkKind::SekoiaIntake(intake) => {
            let (_, intake_key) = intake.secret().map_err(unread)?;
            Box::new(SekoiaIntake::new(intake, intake_key, roots)?)
        }
        SinkKind::Http(http) => {
            let secrets = http.secrets().map_err(unread)?;
            Box::new(HttpSink::new(http, &secrets, roots)?)
        }
        SinkKind::Ndjson(target) => Box::new(Ndjson::new(target.clone())),
    })
}

/// The sink that writes its events to standard output, if one does.
pub(super) fn of_standard_output(config: &Config) -> Option<&SinkSettings> {
    let to_stdout = |kind: &SinkKind| matches!(kind, SinkKind::Ndjson(NdjsonTarget::Stdout));
    config.sinks.iter().find(|sink| to_stdout(&sink.kind))
}

/// `progress`, unless its line would be between events on a terminal.
pub(super) fn unless_between(progress: &Progress, config: &Config) -> Progress {
    match of_standard_output(config) {
        Some(_) if output::is_seen() => Progress::hidden(),
        _ => progress.clone(),
    }
}

/// The error of a secret that cannot be read, which names its key.
pub(super) fn unread(secret: UnreadSecret) -> anyhow::Error {
    anyhow::Error::new(secret.error).context(secret.key)
}
