//! `docs/delivery.md` names the tests that prove it; they must be there.

use std::path::Path;

const DOCUMENT: &str = include_str!("../../docs/delivery.md");

/// What stands in backticks on `line`.
fn quoted(line: &str) -> impl Iterator<Item = &str> {
    line.split('`').skip(1).step_by(2)
}

#[test]
fn every_test_that_the_document_names_is_in_the_file_it_names() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut proofs = 0;
    let mut source = String::new();
    for name in DOCUMENT.lines().flat_map(quoted) {
        if name.ends_with(".rs") {
            let near = root.join("tests/delivery").join(name);
            let path = if near.exists() { near } else { root.join(name) };
            source = std::fs::read_to_string(&path).expect(name);
        } else if name.matches('_').count() >= 3 {
            assert!(source.contains(&format!("fn {name}(")), "no test {name}");
            proofs += 1;
        }
    }
    assert!(proofs >= 30, "{proofs} proofs are named");
}
