//! The compact form of a table in `schemas/`.
//!
//! Attributes are words: `name`, then `*` for required or `+` for recommended, `@` and the profiles
//! that it belongs to, and after a colon its definition where that is not the default one. A
//! definition is a type, `[]` of a list, `=` and the number of an enum, `~` and the sibling, `#` and
//! the observable type, `!` and the version that deprecated it.

use std::collections::{BTreeMap, HashMap};

use serde::Deserialize;

/// Why a table cannot be read.
#[derive(Debug, thiserror::Error)]
pub(in crate::validate) enum TableError {
    /// It is no such JSON.
    #[error("a table of OCSF is no table: {0}")]
    Json(#[from] serde_json::Error),
    /// It names what it does not define, or what this code does not know.
    #[error("a table of OCSF has no sense in {0}")]
    Word(String),
}

#[derive(Deserialize)]
pub(super) struct Raw {
    #[serde(rename = "v")]
    pub(super) version: String,
    #[serde(rename = "p")]
    pub(super) profiles: String,
    #[serde(rename = "t")]
    pub(super) types: BTreeMap<String, RawType>,
    /// Default definitions of attributes.
    #[serde(rename = "a")]
    pub(super) defaults: HashMap<String, String>,
    #[serde(rename = "e")]
    pub(super) enums: Vec<RawEnum>,
    #[serde(rename = "c")]
    pub(super) classes: BTreeMap<String, RawItem>,
    #[serde(rename = "o")]
    pub(super) objects: BTreeMap<String, RawItem>,
}

#[derive(Deserialize, Default)]
pub(super) struct RawType {
    #[serde(rename = "b")]
    pub(super) base: Option<String>,
    #[serde(rename = "o")]
    pub(super) observable: Option<i64>,
    #[serde(rename = "re")]
    pub(super) pattern: Option<String>,
    #[serde(rename = "rg")]
    pub(super) range: Option<(i64, i64)>,
    #[serde(rename = "ml")]
    pub(super) chars_max: Option<usize>,
}

#[derive(Deserialize)]
pub(super) struct RawEnum {
    /// Since when values are deprecated.
    #[serde(rename = "!", default)]
    pub(super) deprecated: HashMap<String, String>,
    #[serde(flatten)]
    pub(super) captions: BTreeMap<String, String>,
}

#[derive(Deserialize)]
pub(super) struct RawItem {
    #[serde(rename = "a")]
    pub(super) attributes: String,
    #[serde(rename = "k", default)]
    pub(super) constraints: BTreeMap<String, Vec<String>>,
    #[serde(rename = "b")]
    pub(super) observable: Option<i64>,
    #[serde(rename = "n", default)]
    pub(super) name: String,
    #[serde(rename = "c", default)]
    pub(super) caption: String,
    /// The category's number and caption.
    #[serde(rename = "g", default)]
    pub(super) category: (i64, String),
    #[serde(rename = "p", default)]
    pub(super) profiles: String,
}
