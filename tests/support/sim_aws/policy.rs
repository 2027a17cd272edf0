//! Groups, policies and ids of a simulated account.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use time::OffsetDateTime;
use time::macros::datetime;

/// What AWS leaves as it is in a document (RFC 3986).
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// A policy document, kept the way AWS sends it: URL-encoded JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Document {
    pub(super) encoded: String,
}

impl Document {
    pub(crate) fn new(json: &str) -> Self {
        let encoded = utf8_percent_encode(json, ENCODED).to_string();
        Self { encoded }
    }
}

/// A group. The users name their groups.
#[derive(Clone, Debug)]
pub(crate) struct SimGroup {
    pub(crate) name: String,
    pub(crate) path: String,
    pub(crate) id: String,
    pub(crate) created_at: OffsetDateTime,
    /// ARNs of managed policies.
    pub(crate) attached: BTreeSet<String>,
    pub(crate) inline: BTreeMap<String, Document>,
}

impl SimGroup {
    /// A group that allows nothing.
    pub(crate) fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            path: "/".to_owned(),
            id: unique_id("AGPA", name),
            created_at: datetime!(2020-02-03 04:05:06 UTC),
            attached: BTreeSet::new(),
            inline: BTreeMap::new(),
        }
    }
}

/// A role.
#[derive(Clone, Debug)]
pub(crate) struct SimRole {
    pub(crate) name: String,
    pub(crate) id: String,
    /// Who may assume it.
    pub(crate) trust: Document,
    /// ARNs of managed policies.
    pub(crate) attached: BTreeSet<String>,
    pub(crate) inline: BTreeMap<String, Document>,
}

impl SimRole {
    /// A role that allows nothing, which `trust` says who may assume.
    pub(crate) fn new(name: &str, trust: &str) -> Self {
        Self {
            name: name.to_owned(),
            id: unique_id("AROA", name),
            trust: Document::new(trust),
            attached: BTreeSet::new(),
            inline: BTreeMap::new(),
        }
    }
}

/// A managed policy with its versions, the last one being the default.
#[derive(Clone, Debug)]
pub(crate) struct SimPolicy {
    pub(crate) arn: String,
    pub(crate) id: String,
    pub(crate) created_at: OffsetDateTime,
    pub(crate) versions: Vec<Document>,
}

impl SimPolicy {
    pub(crate) fn new(arn: &str, versions: Vec<Document>) -> Self {
        Self {
            arn: arn.to_owned(),
            id: unique_id("ANPA", arn),
            created_at: datetime!(2020-01-02 03:04:05 UTC),
            versions,
        }
    }

    pub(crate) fn is_of_aws(&self) -> bool {
        self.arn.contains(":iam::aws:policy/")
    }

    pub(crate) fn name(&self) -> &str {
        name_in(&self.arn)
    }

    /// The path between `:policy` and the name.
    pub(crate) fn path(&self) -> &str {
        let resource = self.arn.split_once(":policy").map_or("/", |parts| parts.1);
        &resource[..resource.len() - self.name().len()]
    }
}

/// The name that ends a policy's ARN.
pub(crate) fn name_in(arn: &str) -> &str {
    arn.rsplit('/').next().unwrap_or(arn)
}

/// An id in AWS's form, always the same for the same name.
pub(crate) fn unique_id(prefix: &str, name: &str) -> String {
    let mut hasher = DefaultHasher::new();
    (prefix, name).hash(&mut hasher);
    let mut rng = fastrand::Rng::with_seed(hasher.finish());
    let letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let drawn = (0..17).map(|_| char::from(letters[rng.usize(..letters.len())]));
    prefix.chars().chain(drawn).collect()
}
