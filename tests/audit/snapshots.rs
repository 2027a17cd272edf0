//! One file a case in `tests/snapshots/audit`: the record above its event.

use std::fs;

use super::catalogue::{cases, directory};
use crate::mapping::pretty::pretty;

#[test]
fn every_record_maps_as_reviewed() {
    let cases = cases();
    for case in &cases {
        let text = format!(
            "# record\n{}\n# ocsf\n{}",
            case.source,
            pretty(&case.event())
        );
        let mut settings = insta::Settings::new();
        settings.set_snapshot_path("../snapshots/audit");
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings.set_description(&case.shows);
        settings.bind(|| insta::assert_snapshot!(case.name.clone(), text));
    }
    let snapshots = fs::read_dir(directory("tests/snapshots/audit")).unwrap();
    let names = snapshots.map(|it| it.unwrap().path());
    let outlived: Vec<_> = names
        .filter(|path| path.extension().is_some_and(|it| it == "snap"))
        .filter(|path| {
            cases
                .iter()
                .all(|case| Some(case.name.as_ref()) != path.file_stem())
        })
        .collect();
    assert!(
        outlived.is_empty(),
        "snapshots without a case: {outlived:?}"
    );
}
