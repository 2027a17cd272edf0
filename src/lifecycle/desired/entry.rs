//! One user as it is written, and what AWS takes of it.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::state::{DesiredKeys, DesiredUser};
use crate::lifecycle::{OWNER_TAG, OWNER_VALUE};
use crate::model::Arn;

/// One user as it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Entry {
    pub(super) name: String,
    #[serde(default)]
    pub(super) path: Option<String>,
    #[serde(default)]
    pub(super) groups: Option<BTreeSet<String>>,
    #[serde(default)]
    pub(super) policies: Option<BTreeSet<String>>,
    #[serde(default)]
    pub(super) tags: BTreeMap<String, String>,
    #[serde(default)]
    pub(super) keys: DesiredKeys,
    #[serde(default)]
    pub(super) exempt: bool,
}

impl Entry {
    /// The user, with a path below `own_path`; else what is wrong.
    pub(super) fn check(self, own_path: &str) -> Result<DesiredUser, String> {
        check_name("name", &self.name, 64)?;
        let path = self.path.unwrap_or_else(|| own_path.to_owned());
        let is_path = path.starts_with(own_path)
            && path.ends_with('/')
            && path.len() <= 512
            && path.bytes().all(|byte| byte.is_ascii_graphic());
        if !is_path {
            return Err(format!(
                "path {path:?} is not below {own_path}, the `path` of [lifecycle], or does not \
                 end with a slash"
            ));
        }
        for group in self.groups.iter().flatten() {
            check_name("group", group, 128)?;
        }
        for policy in self.policies.iter().flatten() {
            let arn = Arn::parse(policy.as_str()).ok();
            if !arn.is_some_and(|arn| arn.resource().starts_with("policy/")) {
                return Err(format!("policy {policy:?} is no ARN of a managed policy"));
            }
        }
        self.tags.iter().try_for_each(check_tag)?;
        Ok(DesiredUser {
            name: self.name,
            path,
            groups: self.groups,
            policies: self.policies,
            tags: self.tags,
            keys: self.keys,
            exempt: self.exempt,
        })
    }
}

/// By IAM's rules for names.
fn check_name(what: &str, name: &str, len_max: usize) -> Result<(), String> {
    let is_allowed = |it: u8| it.is_ascii_alphanumeric() || b"_+=,.@-".contains(&it);
    match (1..=len_max).contains(&name.len()) && name.bytes().all(is_allowed) {
        true => Ok(()),
        false => Err(format!(
            "{what} {name:?} is none that AWS takes: 1 to {len_max} of letters, digits and _+=,.@-"
        )),
    }
}

/// The tags by which we know our users are ours to set.
fn check_tag((key, value): (&String, &String)) -> Result<(), String> {
    let lower = key.to_ascii_lowercase();
    let is_kept = lower == OWNER_TAG || lower.starts_with("rollcall:") || lower.starts_with("aws:");
    if is_kept && !(lower == OWNER_TAG && value == OWNER_VALUE) {
        return Err(format!("tag {key:?} is not for the desired state to set"));
    }
    let (keys, values) = (key.chars().count(), value.chars().count());
    match (1..=128).contains(&keys) && values <= 256 {
        true => Ok(()),
        false => Err(format!(
            "tag {key:?} is too long: AWS takes keys of 128 characters and values of 256"
        )),
    }
}
