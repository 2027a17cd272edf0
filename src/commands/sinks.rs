//! From `[[sinks]]` to sinks, with their secrets read.

use anyhow::Context;
use secrecy::{ExposeSecret, SecretString};

use crate::config::{
    Config, HeaderText, HttpSettings, HttpShape, SecretRef, SinkKind, SinkSettings,
};
use crate::deliver::{HttpSink, Ndjson, SekoiaAsset, SekoiaIntake, Sink};
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
        limits: BatchLimits {
            count: settings.batch_size,
            bytes: settings.batch_bytes,
        },
        sink,
    })
}

fn sink(kind: &SinkKind, roots: &ExtraRoots) -> anyhow::Result<Box<dyn Sink>> {
    Ok(match kind {
        SinkKind::SekoiaAsset(asset) => {
            let api_key = key("api_key", &asset.api_key)?;
            Box::new(SekoiaAsset::new(asset, api_key, roots)?)
        }
        SinkKind::SekoiaIntake(intake) => {
            let intake_key = key("intake_key", &intake.intake_key)?;
            Box::new(SekoiaIntake::new(intake, intake_key, roots)?)
        }
        SinkKind::Http(http) => Box::new(HttpSink::new(http, &secret_headers(http)?, roots)?),
        SinkKind::Ndjson(target) => Box::new(Ndjson::new(target.clone())),
    })
}

fn key(name: &'static str, reference: &SecretRef) -> anyhow::Result<SecretString> {
    reference.resolve().context(name)
}

/// The headers of an `http` sink that carry a secret.
fn secret_headers(http: &HttpSettings) -> anyhow::Result<Vec<(String, SecretString)>> {
    let mut headers = Vec::new();
    for (name, text) in &http.headers {
        if let HeaderText::Secret(reference) = text {
            let secret = reference.resolve_header();
            let secret = secret.with_context(|| format!("header {name}"))?;
            headers.push((name.clone(), secret));
        }
    }
    if let HttpShape::SplunkHec(splunk) = &http.shape {
        let token = key("token", &splunk.token)?;
        let value = format!("Splunk {}", token.expose_secret());
        headers.push(("authorization".to_owned(), value.into()));
    }
    Ok(headers)
}
