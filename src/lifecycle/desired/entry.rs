//! One user as it is written, and what AWS takes of it.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::state::{DesiredKeys, DesiredUser};
use super::tags::check_tags;
use crate::model::Arn;

/// What an entry may say.
pub(super) const FIELDS: [&str; 7] = [
    "name", "path", "groups", "policies", "tags", "keys", "exempt",
];

/// One user as it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Entry {
    pub(super) name: String,
    #[serde(default)]
    pub(super) path: Option<String>,
    #[serde(default)]
    pub(super) groups: Option<Vec<String>>,
    #[serde(default)]
    pub(super) policies: Option<Vec<String>>,
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
        let name = self.name.clone();
        self.checked(own_path)
            .map_err(|why| format!("user {name:?}: {why}"))
    }

    /// The same for whoever has a name.
    fn checked(self, own_path: &str) -> Result<DesiredUser, String> {
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
        check_tags(&self.tags)?;
        Ok(DesiredUser {
            name: self.name,
            path,
            groups: self.groups.map(|all| each("group", all)).transpose()?,
            policies: self.policies.map(|all| each("policy", all)).transpose()?,
            tags: self.tags,
            keys: self.keys,
            exempt: self.exempt,
        })
    }
}

/// `all` without an order, if nothing is there twice. AWS tells no case of such names apart.
fn each(what: &str, all: Vec<String>) -> Result<BTreeSet<String>, String> {
    let mut seen = BTreeMap::new();
    for one in &all {
        if let Some(first) = seen.insert(one.to_ascii_lowercase(), one) {
            let why = match first == one {
                true => format!("{what} {one:?} is there twice: leave one of them out"),
                false => format!(
                    "{what} {one:?} and {first:?} are one name to AWS, which does not tell case \
                     apart: leave one of them out"
                ),
            };
            return Err(why);
        }
    }
    Ok(all.into_iter().collect())
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

#[cfg(test)]
mod tests {
    use super::*;

    fn why(json: &str) -> String {
        let entry: Entry = serde_json::from_str(json).unwrap();
        entry.check("/r/").unwrap_err()
    }

    #[test]
    fn what_is_there_twice_is_refused_and_named_with_its_user() {
        let arn = "arn:aws:iam::aws:policy/ReadOnlyAccess";
        let twice = why(&format!(
            r#"{{"name": "anna", "policies": ["{arn}", "{arn}"]}}"#
        ));
        for part in ["anna", arn, "twice"] {
            assert!(twice.contains(part), "{twice}");
        }
        let cases = why(r#"{"name": "anna", "groups": ["Ops", "ops"]}"#);
        assert!(cases.contains("Ops") && cases.contains("case"), "{cases}");
    }
}
