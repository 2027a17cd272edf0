//! `[audit]`: how the daemon follows CloudTrail.

use std::collections::HashSet;
use std::time::Duration;

use serde::de::Error;
use serde::{Deserialize, Deserializer};

use super::aws::environment::is_region;
use super::{QueuePlace, SinkSettings, base_url, duration};

/// Widespread as the longest delay of CloudTrail's event history; AWS documents none.
const LAG: Duration = Duration::from_secs(15 * 60);
/// What is read again in every round is bounded.
const LAG_MAX: Duration = Duration::from_secs(24 * 60 * 60);

/// `[audit]`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AuditSettings {
    /// Whether the daemon follows the records of every account.
    pub enabled: bool,
    /// The regions whose records are read; none: those of IAM, STS and sign-ins in the partition.
    #[serde(deserialize_with = "regions")]
    pub regions: Vec<String>,
    /// How late a record may appear: so much is read again each time.
    #[serde(deserialize_with = "lag")]
    pub lag: Duration,
    /// Whether a record of a change has the daemon read whom it is about at once.
    pub refresh: bool,
    /// The URL of the queue that an EventBridge rule sends records of changes to.
    #[serde(deserialize_with = "queue_url")]
    pub queue_url: Option<String>,
    /// The queue's region, where its URL does not tell it.
    #[serde(deserialize_with = "region")]
    pub queue_region: Option<String>,
}

impl Default for AuditSettings {
    fn default() -> Self {
        Self {
            enabled: false,
            regions: Vec::new(),
            lag: LAG,
            refresh: false,
            queue_url: None,
            queue_region: None,
        }
    }
}

impl AuditSettings {
    /// Where the queue is, if there is one.
    pub fn queue(&self) -> Option<QueuePlace> {
        QueuePlace::new(self.queue_url.as_deref()?, self.queue_region.as_deref())
    }

    /// What is wrong with them beside `sinks`, if anything is.
    pub(super) fn check(&self, sinks: &[SinkSettings]) -> Option<String> {
        let taker = sinks.iter().find(|sink| sink.audit);
        match (self.enabled, taker) {
            (false, Some(sink)) => Some(format!(
                "sink {:?} has `audit = true`, and no records are followed: set `enabled = true` in \
                 [audit], or leave `audit` out",
                sink.name
            )),
            (true, None) if !self.refresh => Some(
                "[audit] is enabled for nobody: set `audit = true` for a sink that is to take \
                 records, or `refresh = true` in [audit]"
                    .to_owned(),
            ),
            (false, None) if self.refresh && self.queue_url.is_none() => Some(
                "`refresh` in [audit] has no records to follow: set `enabled = true`, or `queue_url`"
                    .to_owned(),
            ),
            _ if self.queue_url.is_some() && !self.refresh => Some(
                "`queue_url` in [audit] has no meaning without `refresh = true`: records on a queue \
                 only say what to read again"
                    .to_owned(),
            ),
            _ if self.queue_url.is_some() && self.queue().is_none() => Some(
                "`queue_url` in [audit] does not tell the queue's region: set `queue_region`"
                    .to_owned(),
            ),
            _ if self.queue_url.is_none() && self.queue_region.is_some() => Some(
                "`queue_region` in [audit] has no meaning without `queue_url`".to_owned(),
            ),
            _ => None,
        }
    }
}

fn regions<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<String>, D::Error> {
    let regions: Vec<String> = Vec::deserialize(from)?;
    if !regions.iter().all(|region| is_region(region)) {
        return Err(D::Error::custom(
            "`regions` has what is no name of a region such as us-east-1",
        ));
    }
    let distinct: HashSet<&String> = regions.iter().collect();
    match distinct.len() == regions.len() {
        true => Ok(regions),
        false => Err(D::Error::custom("`regions` has a region twice")),
    }
}

fn region<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    let region = String::deserialize(from)?;
    match is_region(&region) {
        true => Ok(Some(region)),
        false => Err(D::Error::custom(
            "`queue_region` is no name of a region such as us-east-1",
        )),
    }
}

fn lag<'de, D: Deserializer<'de>>(from: D) -> Result<Duration, D::Error> {
    let lag = duration::positive(from)?;
    match lag <= LAG_MAX {
        true => Ok(lag),
        false => Err(D::Error::custom(
            "`lag` is at most 1day: all of it is read again each time",
        )),
    }
}

fn queue_url<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    let text = String::deserialize(from)?;
    match base_url::check(&text) {
        Ok(url) => Ok(Some(url)),
        Err(why) => Err(D::Error::custom(format!("`queue_url` {why}"))),
    }
}
