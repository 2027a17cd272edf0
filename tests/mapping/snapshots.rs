//! One file a case in `tests/snapshots/mapping`: the source above both dialects' events.

use std::collections::BTreeSet;
use std::fs;

use rollcall::map::Dialect;

use super::catalogue::{Mapped, cases, directory};
use super::pretty::pretty;

#[test]
fn every_case_maps_as_reviewed() {
    let cases = cases();
    assert!(cases.len() >= 22, "{} cases", cases.len());
    for case in &cases {
        let mut settings = insta::Settings::new();
        settings.set_snapshot_path("../snapshots/mapping");
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings.set_description(&case.shows);
        settings.bind(|| insta::assert_snapshot!(case.name.clone(), side_by_side(case)));
    }
    let snapshots: BTreeSet<String> = fs::read_dir(directory("tests/snapshots/mapping"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.ends_with(".snap"))
        .collect();
    let expected: BTreeSet<String> = cases
        .iter()
        .map(|case| format!("{}.snap", case.name))
        .collect();
    assert_eq!(snapshots, expected, "a snapshot outlives its case");
}

fn side_by_side(case: &Mapped) -> String {
    format!(
        "# source\n{}\n# ocsf\n{}\n\n# sekoia\n{}",
        case.source,
        reviewable(case, Dialect::Ocsf),
        reviewable(case, Dialect::Sekoia)
    )
}

/// The event, indented, without our version: a release is no change of the mapping.
fn reviewable(case: &Mapped, dialect: Dialect) -> String {
    let json = String::from_utf8(case.render(dialect).json).unwrap();
    let before = match dialect {
        Dialect::Ocsf => r#""loggers":[{"name":"rollcall","version":""#,
        Dialect::Sekoia => r#""vendor_name":"AWS","version":""#,
    };
    let version = format!("{before}{}\"", env!("CARGO_PKG_VERSION"));
    assert_eq!(json.matches(&version).count(), 1, "{json}");
    pretty(&json.replace(&version, &format!("{before}[version]\"")))
}
