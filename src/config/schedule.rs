//! `[schedule]`: when the daemon collects.

use std::time::Duration;

use serde::de::Error;
use serde::{Deserialize, Deserializer};
use time::OffsetDateTime;

use super::{duration, name};
use crate::schedule::{CronExpression, Times, Timetable, Zone, ZoneError, jitter_of};

const EVERY: Duration = Duration::from_secs(20 * 60);

/// `[schedule]`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "ScheduleTable")]
pub struct ScheduleSettings {
    /// When passes begin: `every` or `cron`.
    pub times: Times,
    /// Where the times of `cron` are meant, and next times are said.
    pub time_zone: Zone,
    /// By how much each pass is put off at most.
    pub jitter: Duration,
    /// Whether a daemon begins with a pass.
    pub on_start: bool,
    /// How long until everything is sent again, changed or not.
    pub full_resync_every: Option<Duration>,
}

/// As it is written.
#[derive(Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct ScheduleTable {
    #[serde(deserialize_with = "every")]
    every: Option<Duration>,
    #[serde(deserialize_with = "cron")]
    cron: Option<CronExpression>,
    #[serde(deserialize_with = "time_zone")]
    time_zone: Zone,
    #[serde(deserialize_with = "duration::any")]
    jitter: Option<Duration>,
    on_start: bool,
    #[serde(deserialize_with = "duration::positive_or_never")]
    full_resync_every: Option<Duration>,
}

impl Default for ScheduleTable {
    fn default() -> Self {
        Self {
            every: None,
            cron: None,
            time_zone: Zone::default(),
            jitter: None,
            on_start: true,
            full_resync_every: Some(Duration::from_secs(7 * 24 * 60 * 60)),
        }
    }
}

impl Default for ScheduleSettings {
    fn default() -> Self {
        let table = ScheduleTable::default();
        Self::of(Times::Every(EVERY), table)
    }
}

impl TryFrom<ScheduleTable> for ScheduleSettings {
    type Error = &'static str;

    fn try_from(mut table: ScheduleTable) -> Result<Self, Self::Error> {
        let times = match (table.every.take(), table.cron.take()) {
            (Some(_), Some(_)) => {
                return Err("schedule: `every` and `cron` exclude each other; give one of them");
            }
            (every, None) => Times::Every(every.unwrap_or(EVERY)),
            (None, Some(cron)) => Times::Cron(cron),
        };
        Ok(Self::of(times, table))
    }
}

impl ScheduleSettings {
    fn of(times: Times, table: ScheduleTable) -> Self {
        Self {
            times,
            time_zone: table.time_zone,
            jitter: table.jitter.unwrap_or_default(),
            on_start: table.on_start,
            full_resync_every: table.full_resync_every,
        }
    }

    /// The times of the installation `id`.
    pub fn timetable(&self, id: &[u8]) -> Timetable {
        self.timetable_at(&self.times, id)
    }

    /// Other `times` of the installation `id`, in the same zone, with the same start and jitter.
    pub fn timetable_at(&self, times: &Times, id: &[u8]) -> Timetable {
        Timetable {
            times: times.clone(),
            zone: self.time_zone.clone(),
            on_start: self.on_start,
            jitter: jitter_of(id, self.jitter),
        }
    }
}

/// Reads `every`.
pub(super) fn every<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Duration>, D::Error> {
    duration::positive(from).map(Some)
}

/// Reads `cron`.
pub(super) fn cron<'de, D: Deserializer<'de>>(from: D) -> Result<Option<CronExpression>, D::Error> {
    let text = String::deserialize(from)?;
    let parsed = CronExpression::parse(&text, OffsetDateTime::now_utc());
    let shown = |error| {
        let is_break = |char: char| " */,-#@?+".contains(char);
        match text.split(is_break).all(name::is_name) {
            true => format!("{text:?} {error}"),
            false => format!("{} {error}", name::quoted(&text)),
        }
    };
    parsed
        .map(Some)
        .map_err(|error| D::Error::custom(shown(error)))
}

fn time_zone<'de, D: Deserializer<'de>>(from: D) -> Result<Zone, D::Error> {
    let text = String::deserialize(from)?;
    Zone::find(&text).map_err(|error| match error {
        ZoneError::Unknown if text.split('/').all(name::is_name) => {
            D::Error::custom(format!("{text:?} {error}"))
        }
        ZoneError::Unknown => D::Error::custom(format!("{} {error}", name::quoted(&text))),
        ZoneError::NoDatabase => D::Error::custom(error),
    })
}
