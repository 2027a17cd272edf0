//! `[lifecycle]`: which users there should be, and how they are kept.

use std::path::PathBuf;
use std::time::Duration;

use serde::de::Error;
use serde::{Deserialize, Deserializer};

use super::aws::role;
use super::{AwsSettings, duration, name, path, schedule};
use crate::model::{Arn, is_account_id};
use crate::schedule::{CronExpression, Times};

#[cfg(test)]
mod tests;

const HOUR: Duration = Duration::from_secs(60 * 60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// `[lifecycle]`. Nothing is ever written to AWS without it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "LifecycleTable")]
pub struct LifecycleSettings {
    /// Where the desired users stand.
    pub desired: DesiredPlace,
    /// The path of our users, such as `/rollcall/`; whoever is outside is not ours.
    pub path: String,
    /// The managed policy that bounds each of our users.
    pub boundary: Arn,
    /// What the names of parameters with secrets begin with, such as `/rollcall/keys/`.
    pub parameter_prefix: String,
    /// The KMS key of those parameters; the account's `aws/ssm` where there is none.
    pub kms_key: Option<String>,
    /// How old a key is when a new one is created beside it.
    pub rotate_after: Duration,
    /// How old a key is when it may be deactivated and deleted, once it has a successor.
    pub delete_after: Duration,
    /// For how many days a user is in quarantine before it is deleted.
    pub quarantine_days: u16,
    /// Who may remove users.
    pub removals: Removals,
    /// When `lifecycle run` runs: `every` or `cron`.
    pub times: Times,
    /// Names of users that are never removed, without regard to case.
    pub exempt: Vec<String>,
    /// Names of groups whose members are exempt, without regard to case.
    pub exempt_groups: Vec<String>,
    /// The profile of the credentials that write; those of `[aws]` otherwise.
    pub profile: Option<String>,
    /// The role that writes, assumed from those credentials.
    pub role_arn: Option<Arn>,
    /// The external id of that role's trust policy.
    pub external_id: Option<String>,
}

/// Where the desired users stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DesiredPlace {
    /// The DynamoDB table of this name.
    Table(String),
    /// A file: TOML, JSON or CSV, by its ending.
    File(PathBuf),
}

/// Who may remove users.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Removals {
    /// A person, by applying a plan.
    #[default]
    Never,
    /// `lifecycle run` as well, within its limits.
    Automatic,
}

/// As it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct LifecycleTable {
    table: Option<String>,
    #[serde(default, deserialize_with = "path::meant")]
    file: Option<PathBuf>,
    #[serde(default = "default_path")]
    path: String,
    #[serde(deserialize_with = "policy_arn")]
    boundary: Arn,
    #[serde(default = "default_parameter_prefix")]
    parameter_prefix: String,
    kms_key: Option<String>,
    #[serde(
        default = "default_rotate_after",
        deserialize_with = "duration::positive"
    )]
    rotate_after: Duration,
    #[serde(
        default = "default_delete_after",
        deserialize_with = "duration::positive"
    )]
    delete_after: Duration,
    #[serde(default = "default_quarantine_days")]
    quarantine_days: u16,
    #[serde(default)]
    removals: Removals,
    #[serde(default, deserialize_with = "schedule::every")]
    every: Option<Duration>,
    #[serde(default, deserialize_with = "schedule::cron")]
    cron: Option<CronExpression>,
    #[serde(default)]
    exempt: Vec<String>,
    #[serde(default)]
    exempt_groups: Vec<String>,
    profile: Option<String>,
    #[serde(default, deserialize_with = "role::arn")]
    role_arn: Option<Arn>,
    #[serde(default, deserialize_with = "role::external_id")]
    external_id: Option<String>,
}

fn default_path() -> String {
    "/rollcall/".to_owned()
}

fn default_parameter_prefix() -> String {
    "/rollcall/keys/".to_owned()
}

fn default_rotate_after() -> Duration {
    15 * DAY
}

fn default_delete_after() -> Duration {
    30 * DAY
}

fn default_quarantine_days() -> u16 {
    7
}

impl TryFrom<LifecycleTable> for LifecycleSettings {
    type Error = String;

    fn try_from(table: LifecycleTable) -> Result<Self, String> {
        let desired = match (table.table, table.file) {
            (Some(table), None) => DesiredPlace::Table(checked_table(table)?),
            (None, Some(file)) => DesiredPlace::File(file),
            (Some(_), Some(_)) => {
                return Err("lifecycle: `table` and `file` exclude each other".to_owned());
            }
            (None, None) => {
                return Err(
                    "lifecycle: there is neither `table` nor `file`; one of them has to \
                     say which users there should be"
                        .to_owned(),
                );
            }
        };
        let times = match (table.every, table.cron) {
            (Some(_), Some(_)) => {
                return Err("lifecycle: `every` and `cron` exclude each other".to_owned());
            }
            (every, None) => Times::Every(every.unwrap_or(HOUR)),
            (None, Some(cron)) => Times::Cron(cron),
        };
        check_path(&table.path)?;
        check_prefix(&table.parameter_prefix)?;
        if table.delete_after <= table.rotate_after {
            return Err(
                "lifecycle: `delete_after` has to be longer than `rotate_after`: a key is \
                 deleted once its successor is in use"
                    .to_owned(),
            );
        }
        if table.external_id.is_some() && table.role_arn.is_none() {
            return Err("lifecycle: `external_id` needs `role_arn`".to_owned());
        }
        Ok(Self {
            desired,
            path: table.path,
            boundary: table.boundary,
            parameter_prefix: table.parameter_prefix,
            kms_key: table.kms_key,
            rotate_after: table.rotate_after,
            delete_after: table.delete_after,
            quarantine_days: table.quarantine_days,
            removals: table.removals,
            times,
            exempt: table.exempt,
            exempt_groups: table.exempt_groups,
            profile: table.profile,
            role_arn: table.role_arn,
            external_id: table.external_id,
        })
    }
}

impl LifecycleSettings {
    /// Whether `name` is among those that are never removed.
    pub fn is_exempt(&self, name: &str) -> bool {
        self.exempt.iter().any(|it| it.eq_ignore_ascii_case(name))
    }

    /// The first of `groups` whose members are exempt.
    pub fn exempt_group<'a>(
        &self,
        groups: impl IntoIterator<Item = &'a String>,
    ) -> Option<&'a String> {
        let mut groups = groups.into_iter();
        groups.find(|name| {
            let mut exempt = self.exempt_groups.iter();
            exempt.any(|it| it.eq_ignore_ascii_case(name))
        })
    }

    /// The account that is meant: the boundary's, unless AWS made it.
    pub fn account_id(&self) -> Option<&str> {
        Some(self.boundary.account_id()).filter(|id| is_account_id(id))
    }

    /// The settings of AWS with the credentials that write.
    pub fn credentials(&self, aws: &AwsSettings) -> AwsSettings {
        let mut own = aws.clone();
        if self.profile.is_some() {
            own.profile.clone_from(&self.profile);
            (own.access_key_id, own.secret_access_key, own.session_token) = (None, None, None);
        }
        if self.profile.is_some() || self.role_arn.is_some() {
            own.role_arn.clone_from(&self.role_arn);
            own.external_id.clone_from(&self.external_id);
            (own.session_name, own.duration) = (None, None);
        }
        own
    }
}

/// By the rules of DynamoDB for names.
fn checked_table(table: String) -> Result<String, String> {
    let is_allowed = |it: u8| it.is_ascii_alphanumeric() || b"_.-".contains(&it);
    match (3..=255).contains(&table.len()) && table.bytes().all(is_allowed) {
        true => Ok(table),
        false => Err(format!(
            "lifecycle: `table` is {}, no name of a table: 3 to 255 of letters, digits, _ . and -",
            name::quoted(&table)
        )),
    }
}

/// A path that everybody is in would make everybody ours.
fn check_path(path: &str) -> Result<(), String> {
    let is_whole = path.len() > 2 && path.starts_with('/') && path.ends_with('/');
    let is_seen = path
        .bytes()
        .all(|byte| byte.is_ascii_graphic() && byte != b'*' && byte != b'?');
    match is_whole && is_seen && !path.contains("//") && path.len() <= 512 {
        true => Ok(()),
        false => Err(
            "lifecycle: `path` is no path of our own; write one that begins and ends \
             with a slash, such as \"/rollcall/\""
                .to_owned(),
        ),
    }
}

/// By the rules of Parameter Store for names.
fn check_prefix(prefix: &str) -> Result<(), String> {
    let is_allowed = |it: u8| it.is_ascii_alphanumeric() || b"_.-/".contains(&it);
    let is_whole = prefix.len() > 2 && prefix.starts_with('/') && prefix.ends_with('/');
    let first = prefix.trim_start_matches('/').to_ascii_lowercase();
    let is_reserved = first.starts_with("aws") || first.starts_with("ssm");
    // A name of 64 characters, each of them encoded by three.
    let is_short = prefix.len() <= 700 && prefix.matches('/').count() <= 14;
    match is_whole && is_short && !is_reserved && prefix.bytes().all(is_allowed) {
        true => Ok(()),
        false => Err(
            "lifecycle: `parameter_prefix` begins and ends with a slash, holds letters, \
             digits, _ . - and /, and does not begin with aws or ssm; write \"/rollcall/keys/\""
                .to_owned(),
        ),
    }
}

fn policy_arn<'de, D: Deserializer<'de>>(from: D) -> Result<Arn, D::Error> {
    let text = String::deserialize(from)?;
    let arn = Arn::parse(text.as_str()).ok();
    let is_policy = |arn: &Arn| arn.service() == "iam" && arn.resource().starts_with("policy/");
    arn.filter(is_policy).ok_or_else(|| {
        D::Error::custom(format!(
            "`boundary` is {}, no ARN of a managed policy",
            name::quoted_arn(&text)
        ))
    })
}
