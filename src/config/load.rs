//! Loading: from a file, or the defaults when there is none.

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::io::{Error, ErrorKind, Read};
use std::path::{Path, PathBuf};

use serde::Deserialize;
use toml::Spanned;

use super::{
    AgentSettings, AssetConnectorOverrides, AuditSettings, AwsSettings, ConfigError,
    LifecycleSettings, LogSettings, MappingSettings, NdjsonTarget, ScheduleSettings, SinkKind,
    SinkSettings, StatusSettings, place,
};
use crate::config::aws::{access_key, accounts, role};
use crate::config::sinks::SinkTable;
use crate::schedule::Times;

/// The file that is read when none is named and this one exists.
pub const DEFAULT_FILE: &str = "config.toml";

/// Who reads them is in the organization's management account, or in one that it delegates to.
const SCPS_WITHOUT_ORGANIZATION: &str = "`scps` in [mapping] needs [aws.organization]: service \
    control policies are an organization's";

/// Room for ten thousand accounts.
const FILE_LEN_MAX: u64 = 16 * 1024 * 1024;

/// The whole configuration, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// `[agent]`.
    pub agent: AgentSettings,
    /// `[schedule]`.
    pub schedule: ScheduleSettings,
    /// `[aws]`.
    pub aws: AwsSettings,
    /// `[mapping]`.
    pub mapping: MappingSettings,
    /// `[audit]`.
    pub audit: AuditSettings,
    /// `[status]`.
    pub status: StatusSettings,
    /// `[lifecycle]`; nothing is written to AWS without it.
    pub lifecycle: Option<LifecycleSettings>,
    /// `[log]`.
    pub log: LogSettings,
    /// `[[sinks]]`; at least one.
    pub sinks: Vec<SinkSettings>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Tables {
    agent: AgentSettings,
    schedule: ScheduleSettings,
    aws: AwsSettings,
    mapping: MappingSettings,
    audit: AuditSettings,
    status: StatusSettings,
    lifecycle: Option<LifecycleSettings>,
    log: LogSettings,
    sinks: Vec<Spanned<SinkTable>>,
}

impl Config {
    /// Reads `path`, or [`DEFAULT_FILE`] if it exists, or takes the defaults.
    pub fn load(
        path: Option<&Path>,
        overrides: &AssetConnectorOverrides,
    ) -> Result<Self, ConfigError> {
        let default = Path::new(DEFAULT_FILE);
        let path = match path {
            Some(path) => path,
            None if is_absent(default) => return Self::parse(default, "", overrides),
            None => default,
        };
        let text = read(path)
            .map_err(|error| ConfigError::of_file(path, format!("cannot be read: {error}")))?;
        Self::parse(path, &text, overrides)
    }

    /// Parses and checks `text`; errors name `path`.
    pub fn parse(
        path: &Path,
        text: &str,
        overrides: &AssetConnectorOverrides,
    ) -> Result<Self, ConfigError> {
        let tables: Tables =
            toml::from_str(text).map_err(|error| ConfigError::of_toml(path, text, &error))?;
        let of_table = |table: &str, why: String| {
            let span = place::of_table_key(text, table, &why);
            ConfigError::at(path, text, span, why)
        };
        if let Some(why) = access_key::check(&tables.aws).or(role::check(&tables.aws)) {
            return Err(of_table("aws", why.into()));
        }
        if tables.mapping.scps && tables.aws.organization.is_none() {
            return Err(of_table("mapping", SCPS_WITHOUT_ORGANIZATION.to_owned()));
        }
        if let Some(why) = tables.status.check() {
            return Err(of_table("status", why));
        }
        accounts::check(&tables.aws)
            .map_err(|(span, why)| ConfigError::at(path, text, Some(span), why))?;
        let mut schedule = tables.schedule;
        if let Some(every) = overrides.frequency {
            schedule.times = Times::Every(every);
        }
        let sinks = check_sinks(path, text, tables.sinks, overrides)?;
        if let Some(why) = tables.audit.check(&sinks) {
            return Err(of_table("audit", why));
        }
        Ok(Self {
            agent: tables.agent,
            schedule,
            aws: tables.aws,
            mapping: tables.mapping,
            audit: tables.audit,
            status: tables.status,
            lifecycle: tables.lifecycle,
            log: tables.log,
            sinks,
        })
    }
}

/// What the file holds. It may be a pipe, as a shell makes it, but not one without an end.
fn read(path: &Path) -> std::io::Result<String> {
    let mut text = String::new();
    let mut file = File::open(path)?.take(FILE_LEN_MAX + 1);
    file.read_to_string(&mut text)?;
    match text.len() as u64 > FILE_LEN_MAX {
        true => Err(Error::other(format!(
            "it is longer than {FILE_LEN_MAX} bytes"
        ))),
        false => Ok(text),
    }
}

/// Whether nothing is there. A link to nowhere is something, and so is what may not be looked at:
/// going on without it would send events elsewhere than its writer meant.
fn is_absent(path: &Path) -> bool {
    let error = path.symlink_metadata().err();
    error.is_some_and(|error| error.kind() == ErrorKind::NotFound)
}

fn check_sinks(
    path: &Path,
    text: &str,
    tables: Vec<Spanned<SinkTable>>,
    overrides: &AssetConnectorOverrides,
) -> Result<Vec<SinkSettings>, ConfigError> {
    if tables.is_empty() {
        return Ok(vec![SinkSettings::stdout()]);
    }
    let mut names = HashSet::new();
    let mut files = HashMap::new();
    let mut sinks = Vec::with_capacity(tables.len());
    for (index, table) in tables.into_iter().enumerate() {
        let span = table.span();
        let at = |message: String| {
            let key = place::of_sink_key(text, index, &message);
            ConfigError::at(path, text, key.or(Some(span.clone())), message)
        };
        let sink = table.into_inner().check(overrides).map_err(at)?;
        if !names.insert(sink.name.clone()) {
            return Err(at(format!(
                "two sinks are named {:?}; give each its own `name`",
                sink.name
            )));
        }
        if let SinkKind::Ndjson(NdjsonTarget::File(file)) = &sink.kind
            && let Some(other) = files.insert(real_path(&file.path), sink.name.clone())
        {
            return Err(at(format!(
                "sinks {other:?} and {:?} write to one file, where their lines would be mixed; \
                 give each its own `path`",
                sink.name
            )));
        }
        sinks.push(sink);
    }
    Ok(sinks)
}

/// Where `path` leads to, as far as it is there.
fn real_path(path: &Path) -> PathBuf {
    if let Ok(real) = path.canonicalize() {
        return real;
    }
    let directory = path.parent().filter(|it| !it.as_os_str().is_empty());
    let directory = directory.unwrap_or(Path::new("."));
    match (directory.canonicalize(), path.file_name()) {
        (Ok(directory), Some(name)) => directory.join(name),
        _ => path.to_owned(),
    }
}
