//! `tests/fixtures/verdicts/*.toml`: accounts with the verdict on the user alice.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde::Deserialize;

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Table {
    pub(super) case: Vec<Case>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Case {
    pub(super) name: String,
    /// The tier of alice.
    pub(super) tier: String,
    /// Paths that have to be named.
    #[serde(default)]
    pub(super) paths: Vec<String>,
    /// Paths that must not be.
    #[serde(default)]
    pub(super) not_paths: Vec<String>,
    /// Why.
    pub(super) reason: String,
    /// Who says so.
    pub(super) source: String,
    #[serde(default)]
    pub(super) alice: Holder,
    #[serde(default)]
    pub(super) users: BTreeMap<String, Holder>,
    #[serde(default)]
    pub(super) groups: BTreeMap<String, Holder>,
    #[serde(default)]
    pub(super) roles: BTreeMap<String, Holder>,
    /// Customer managed policies by name: statements of the default version.
    #[serde(default)]
    pub(super) policies: BTreeMap<String, Vec<String>>,
    /// Statements of an older version of the policy of that name.
    #[serde(default)]
    pub(super) older: BTreeMap<String, Vec<String>>,
    /// How many versions the policy of that name has; the others allow nothing of worth.
    #[serde(default)]
    pub(super) versions: BTreeMap<String, usize>,
    /// Service control policies by level, from the root.
    pub(super) scps: Option<Vec<Vec<String>>>,
    /// Whether the details lack the roles.
    #[serde(default)]
    pub(super) without_roles: bool,
}

/// A user, group or role.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Holder {
    pub(super) path: Option<String>,
    /// Statements of one inline policy.
    #[serde(default)]
    pub(super) inline: Vec<String>,
    /// A second inline policy.
    #[serde(default)]
    pub(super) inline2: Vec<String>,
    /// Names of policies, or `aws/NAME`.
    #[serde(default)]
    pub(super) attached: Vec<String>,
    #[serde(default)]
    pub(super) groups: Vec<String>,
    pub(super) boundary: Option<String>,
    #[serde(default)]
    pub(super) tags: BTreeMap<String, String>,
    #[serde(default)]
    pub(super) trust: Vec<String>,
    #[serde(default)]
    pub(super) profile: bool,
    /// Credentials, where they are known: active access keys, a password, an MFA device.
    pub(super) keys: Option<usize>,
    #[serde(default)]
    pub(super) password: bool,
    #[serde(default)]
    pub(super) mfa: bool,
}

/// Every case of every table.
pub(super) fn cases() -> Vec<Case> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/verdicts");
    let mut paths: Vec<_> = fs::read_dir(directory)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    let tables = paths.iter().map(|path| {
        let text = fs::read_to_string(path).unwrap();
        toml::from_str::<Table>(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    });
    tables.flat_map(|table| table.case).collect()
}
