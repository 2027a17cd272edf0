//! The schemas of `schemas/`, and every case against them.

use std::fs;
use std::sync::LazyLock;

use jsonschema::Validator;
use rollcall::map::Dialect;
use serde_json::Value;

use super::catalogue::{cases, directory};

static OCSF: LazyLock<Validator> = LazyLock::new(|| compile(Dialect::Ocsf));
static SEKOIA: LazyLock<Validator> = LazyLock::new(|| compile(Dialect::Sekoia));

/// What is wrong with `event`, a line a finding; empty if it is valid.
pub(crate) fn findings(dialect: Dialect, event: &Value) -> Vec<String> {
    let schema = match dialect {
        Dialect::Ocsf => &*OCSF,
        Dialect::Sekoia => &*SEKOIA,
    };
    let errors = schema.iter_errors(event);
    errors
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect()
}

/// The schema of `dialect`.
pub(super) fn schema(dialect: Dialect) -> Value {
    let path = directory(&format!("schemas/user-inventory.{dialect}.schema.json"));
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

fn compile(dialect: Dialect) -> Validator {
    let schema = schema(dialect);
    jsonschema::meta::validate(&schema).unwrap();
    jsonschema::validator_for(&schema).unwrap()
}

#[test]
fn every_case_is_valid_in_both_dialects() {
    for case in cases() {
        for dialect in [Dialect::Ocsf, Dialect::Sekoia] {
            let found = findings(dialect, &case.event(dialect));
            assert!(found.is_empty(), "{} {dialect}: {found:#?}", case.name);
        }
    }
}

#[test]
fn one_dialect_is_refused_by_the_schema_of_the_other() {
    for case in cases() {
        assert!(!findings(Dialect::Sekoia, &case.event(Dialect::Ocsf)).is_empty());
        assert!(!findings(Dialect::Ocsf, &case.event(Dialect::Sekoia)).is_empty());
    }
}
