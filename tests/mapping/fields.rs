//! The table of the mapping, against events, schemas and the page.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;

use rollcall::map::{Dialect, fields, values};
use serde_json::Value;

use super::catalogue::{cases, directory};
use super::schema::schema;

const DIALECTS: [Dialect; 2] = [Dialect::Ocsf, Dialect::Sekoia];

/// Places of the table that no case shows, since events of users have them at run time alone.
const AT_RUN_TIME: [&str; 2] = ["enrichments", "unmapped.aws_iam.tags_cut"];

fn paths(dialect: Dialect) -> Vec<&'static str> {
    fields()
        .flat_map(|field| field.paths(dialect))
        .copied()
        .collect()
}

/// Whether `path` of the table tells of the place `leaf`.
fn covers(path: &str, leaf: &str) -> bool {
    let rest = leaf.strip_prefix(path);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}

/// The places of everything in `value` that is neither object nor list.
fn leaves(value: &Value, at: &str, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(object) => {
            for (key, value) in object {
                let dot = if at.is_empty() { "" } else { "." };
                leaves(value, &format!("{at}{dot}{key}"), found);
            }
        }
        Value::Array(items) if !items.is_empty() => {
            items
                .iter()
                .for_each(|item| leaves(item, &format!("{at}[]"), found));
        }
        _ => {
            found.insert(at.to_owned());
        }
    }
}

#[test]
fn every_field_of_every_event_is_in_the_table_and_every_path_of_the_table_in_an_event() {
    for dialect in DIALECTS {
        let events: Vec<Value> = cases().iter().map(|case| case.event(dialect)).collect();
        let mut found = BTreeSet::new();
        events
            .iter()
            .for_each(|event| leaves(event, "", &mut found));
        let paths = paths(dialect);
        for leaf in &found {
            assert!(
                paths.iter().any(|path| covers(path, leaf)),
                "{leaf} of {dialect} is not in src/map/fields"
            );
        }
        for path in paths {
            let is_shown = events.iter().any(|event| values(event, path).is_some());
            let is_at_run_time = AT_RUN_TIME.contains(&path);
            assert_ne!(is_shown, is_at_run_time, "{path} of {dialect}");
        }
    }
}

#[test]
fn every_path_of_the_table_is_in_the_schema_and_every_property_of_the_schema_in_the_table() {
    for dialect in DIALECTS {
        let schema = schema(dialect);
        let mut found = BTreeSet::new();
        properties(&schema, &schema, "", &mut found);
        let paths = paths(dialect);
        for path in &paths {
            let list = format!("{path}[]");
            assert!(
                found.iter().any(|it| it == path || *it == list),
                "{path} is not in the schema of {dialect}"
            );
        }
        for property in &found {
            let is_known = paths
                .iter()
                .any(|path| covers(path, property) || covers(property, path));
            assert!(
                is_known,
                "{property} of the schema of {dialect} is not in src/map/fields"
            );
        }
    }
}

/// The places that `part` of `schema` describes below `at`.
fn properties(schema: &Value, part: &Value, at: &str, found: &mut BTreeSet<String>) {
    if let Some(reference) = part["$ref"].as_str() {
        let target = schema.pointer(reference.trim_start_matches('#')).unwrap();
        properties(schema, target, at, found);
    }
    if part["type"] == "array" && part["items"].is_object() {
        properties(schema, &part["items"], &format!("{at}[]"), found);
    }
    for (key, below) in part["properties"].as_object().into_iter().flatten() {
        let dot = if at.is_empty() { "" } else { "." };
        let place = format!("{at}{dot}{key}");
        found.insert(place.clone());
        properties(schema, below, &place, found);
    }
}

#[test]
fn the_page_has_the_table_of_the_code() {
    let page = directory("docs/mapping.md");
    let text = fs::read_to_string(&page).unwrap();
    let (begin, end) = ("<!-- begin: fields -->\n", "<!-- end: fields -->");
    let (before, rest) = text.split_once(begin).unwrap();
    let (_, after) = rest.split_once(end).unwrap();
    let wanted = format!("{before}{begin}{}{end}{after}", table());
    if std::env::var_os("INSTA_UPDATE").is_some_and(|it| it == "always") {
        fs::write(&page, &wanted).unwrap();
    } else {
        assert!(
            text == wanted,
            "docs/mapping.md is not the table of src/map/fields; to write it: \
             INSTA_UPDATE=always cargo test --test suite mapping"
        );
    }
}

fn table() -> String {
    let mut text = "| IAM fact | `ocsf` | `sekoia` | type | says | example | told by |\n\
                    |---|---|---|---|---|---|---|\n"
        .to_owned();
    for field in fields() {
        let [ocsf, sekoia] = DIALECTS.map(|dialect| match field.paths(dialect) {
            [] => "–".to_owned(),
            paths => {
                let paths: Vec<String> = paths.iter().map(|path| format!("`{path}`")).collect();
                paths.join(", ")
            }
        });
        let (kind, meaning, example, calls) =
            (field.kind, field.meaning, field.example, field.calls);
        let _ = writeln!(
            text,
            "| {} | {ocsf} | {sekoia} | {kind} | {meaning} | `{example}` | {calls} |",
            field.iam
        );
    }
    text
}
