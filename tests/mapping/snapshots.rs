//! One file a case in `tests/snapshots/mapping`: the source above both dialects' events. What differs
//! from them is told by field over all cases, as `scripts/review-mapping` shows it.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use rollcall::map::Dialect;
use rollcall::review::{Comparison, Events, compare};
use rollcall::table::Width;
use serde_json::Value;

use super::catalogue::{Mapped, cases, directory};
use super::pretty::pretty;

const DIALECTS: [Dialect; 2] = [Dialect::Ocsf, Dialect::Sekoia];

#[test]
fn every_case_maps_as_reviewed() {
    let cases = cases();
    assert!(cases.len() >= 22, "{} cases", cases.len());
    let accepted = Accepted::read(&directory("tests/snapshots/mapping"));
    let review = accepted.review(&cases);
    if let Some(file) = std::env::var_os("ROLLCALL_MAPPING_REVIEW") {
        fs::write(file, &review).unwrap();
    }
    let mode = std::env::var("INSTA_UPDATE").unwrap_or_default();
    match mode.as_str() {
        "always" => accepted.remove_all_but(&cases),
        // cargo-insta has its own way to show what differs.
        "new" | "unseen" => {}
        _ => assert!(
            review.is_empty(),
            "\n{review}\nTo accept it: scripts/review-mapping --accept\n"
        ),
    }
    for case in &cases {
        let mut settings = insta::Settings::new();
        settings.set_snapshot_path("../snapshots/mapping");
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings.set_description(&case.shows);
        settings.bind(|| insta::assert_snapshot!(case.name.clone(), side_by_side(case)));
    }
}

#[test]
fn a_changed_line_is_told_once_with_the_cases_that_it_changes() {
    let cases = cases();
    let mut accepted = Accepted::read(&directory("tests/snapshots/mapping"));
    assert_eq!(accepted.review(&cases), "");
    let gone = accepted.texts["plain"].clone();
    accepted.texts.remove("plain");
    accepted.texts.insert("outlived".to_owned(), gone);
    for text in accepted.texts.values_mut() {
        *text = text.replace("\"name\": \"AWS Account ", "\"name\": \"Account ");
    }
    let review = accepted.review(&cases);
    let count = cases.len() - 1;
    for part in [
        "new cases: plain\n",
        "cases that are gone: outlived\n",
        &format!("user.org.name: {count} "),
        "Account 123456789012",
    ] {
        assert!(review.contains(part), "{part}: {review}");
    }
    assert!(!review.contains("dialect ocsf"), "{review}");
}

/// The snapshots that were accepted, by case.
struct Accepted {
    directory: PathBuf,
    texts: BTreeMap<String, String>,
}

impl Accepted {
    fn read(directory: &Path) -> Self {
        let files = fs::read_dir(directory)
            .unwrap()
            .map(|it| it.unwrap().path());
        let files = files.filter(|path| path.extension().is_some_and(|it| it == "snap"));
        let texts = files.map(|path| {
            let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
            (name, fs::read_to_string(path).unwrap())
        });
        Self {
            directory: directory.to_owned(),
            texts: texts.collect(),
        }
    }

    fn remove_all_but(&self, cases: &[Mapped]) {
        for name in self.gone(cases) {
            fs::remove_file(self.directory.join(format!("{name}.snap"))).unwrap();
        }
    }

    /// Snapshots that outlive their cases.
    fn gone(&self, cases: &[Mapped]) -> Vec<&str> {
        let is_gone = |name: &&String| cases.iter().all(|case| case.name != **name);
        self.texts
            .keys()
            .filter(is_gone)
            .map(String::as_str)
            .collect()
    }

    /// What differs between the snapshots and `cases`; empty if nothing does.
    fn review(&self, cases: &[Mapped]) -> String {
        let mut review = String::new();
        let known = |case: &&Mapped| self.texts.contains_key(&case.name);
        let new: Vec<&str> = cases
            .iter()
            .filter(|it| !known(it))
            .map(|it| it.name.as_str())
            .collect();
        let edited = cases.iter().filter(known).filter(|case| {
            let text = &self.texts[&case.name];
            part(text, "# source\n") != case.source.trim_end()
        });
        let edited: Vec<&str> = edited.map(|case| case.name.as_str()).collect();
        for (what, names) in [
            ("new cases", new),
            ("cases that are gone", self.gone(cases)),
            ("cases with another source", edited),
        ] {
            if !names.is_empty() {
                let _ = writeln!(review, "{what}: {}", names.join(", "));
            }
        }
        for dialect in DIALECTS {
            let known: Vec<&Mapped> = cases.iter().filter(known).collect();
            self.review_dialect(&known, dialect, &mut review);
        }
        review
    }

    fn review_dialect(&self, cases: &[&Mapped], dialect: Dialect, review: &mut String) {
        let head = format!("# {dialect}\n");
        let pairs: Vec<(String, Value, Value)> = cases
            .iter()
            .map(|case| {
                let before = part(&self.texts[&case.name], &head);
                let after = reviewable(case, dialect);
                let [before, after] = [before, &after].map(|it| serde_json::from_str(it).unwrap());
                (case.name.clone(), before, after)
            })
            .collect();
        let moved = pairs
            .iter()
            .filter(|(_, before, after)| before["metadata"]["uid"] != after["metadata"]["uid"]);
        let moved = moved.count();
        let before = pairs
            .iter()
            .map(|(name, before, _)| (name.clone(), before.clone()));
        let after = pairs
            .iter()
            .map(|(name, _, after)| (name.clone(), after.clone()));
        let (before, after) = (Events::of(before), Events::of(after));
        let mut found = compare(
            &before.clone().without_stamps(),
            &after.clone().without_stamps(),
        );
        if !found.has_differences() {
            found = compare(&before, &after);
        }
        if found.has_differences() {
            let again = match moved {
                0 => "no user is sent again for it".to_owned(),
                moved => format!("users like {moved} of them are sent again"),
            };
            let cases = found.changed;
            let _ = writeln!(review, "\ndialect {dialect}: {cases} cases differ; {again}");
            review.push_str(&fields(&found));
        }
    }
}

/// What differs by field, without the counts of users above it.
fn fields(found: &Comparison) -> String {
    let text = found.text(Width::Pipe);
    let (_, fields) = text.split_once("\n\n").unwrap();
    fields.to_owned()
}

/// The part of a snapshot below `head`.
fn part<'a>(text: &'a str, head: &str) -> &'a str {
    let (_, rest) = text.split_once(head).unwrap();
    let end = rest.find("\n# ").unwrap_or(rest.len());
    rest[..end].trim_end()
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
