//! Thousands of events made wrong at random: nothing panics, and others find the same, code by code and
//! path by path: our own oracle, and an independent validator.
//!
//! Such a validator is a program that `ROLLCALL_OCSF_VALIDATOR` names. Called as `PROGRAM --json
//! [--version V] FILE`, it prints an object a finding, with `at` (`FILE:LINE`), `code` and `path`.
//! Without one, there is the oracle alone, which says nothing about forms of text and lines that are no
//! plain JSON.

use std::collections::BTreeSet;
use std::io::Write;
use std::process::Command;
use std::rc::Rc;

use fastrand::Rng;
use rollcall::foreign::Page;
use rollcall::map::Dialect;
use rollcall::output;
use rollcall::validate::{Rules, Version, read};
use serde_json::Value;

use super::facts::Facts;
use super::mutate::mutate;
use super::oracle::{self, Table};
use crate::mapping::catalogue::events;

/// So many events are made of each version.
const EVENTS: usize = 2_000;
/// So many of them are for the oracle, which is slow.
const EVENTS_OF_ORACLE: usize = 400;

/// Classes beside ours that changes may lead to.
const OTHER_CLASSES: [&str; 3] = [
    "\"class_uid\":3003,",
    "\"class_uid\":5018,",
    "\"class_uid\":6001,",
];

/// A line's number, a code and a path.
type Finding = (u64, String, String);

#[test]
fn an_independent_validator_finds_the_same_in_thousands_of_events_made_wrong() {
    let ours = events(Dialect::Ocsf);
    for (seed, version) in Version::ALL.into_iter().enumerate() {
        let facts = Facts::of(version.as_str());
        let mut rng = Rng::with_seed(seed as u64);
        let lines = lines(&mut rng, &facts, &ours, EVENTS);
        for rules in [Rules::OwnVersion, Rules::Version(version)] {
            let mut found = findings(&lines, rules);
            found.sort();
            let Some(mut expected) = validator(&lines, rules) else {
                let why = "ROLLCALL_OCSF_VALIDATOR names no validator: nothing is compared";
                output::say_last(&Page::of(why));
                continue;
            };
            expected.sort();
            compare(&lines, &found, &expected);
        }
    }
}

#[test]
fn the_oracle_finds_the_same_in_hundreds_of_events_made_wrong() {
    let ours = events(Dialect::Ocsf);
    let tables = Version::ALL.map(|version| Rc::new(Table::of(version.as_str())));
    let mut codes = BTreeSet::new();
    for (seed, version) in Version::ALL.into_iter().enumerate() {
        let facts = Facts::of(version.as_str());
        let mut rng = Rng::with_seed(seed as u64);
        let mut lines = lines(&mut rng, &facts, &ours, EVENTS_OF_ORACLE);
        lines.retain(|line| plain(line).is_some());
        for rules in [Rules::OwnVersion, Rules::Version(version)] {
            let named = (rules != Rules::OwnVersion).then_some(version.as_str());
            let expected = lines.iter().zip(1..).flat_map(|(line, number)| {
                let found = oracle::findings(&tables, &plain(line).unwrap(), named);
                found
                    .into_iter()
                    .map(move |(code, path)| (number, code, path))
            });
            let mut expected: Vec<Finding> = expected.collect();
            expected.sort();
            let mut found = findings(&lines, rules);
            found.retain(|(_, code, _)| !oracle::LEFT_OUT.contains(&code.as_str()));
            found.sort();
            compare(&lines, &found, &expected);
            codes.extend(found.into_iter().map(|(_, code, _)| code));
        }
    }
    assert!(codes.len() >= 20, "{codes:?}");
}

/// The event that a line is, where `Value` holds all of it: each field once, and whole numbers.
fn plain(line: &str) -> Option<Value> {
    let event: Value = serde_json::from_str(line).ok()?;
    let written = event.to_string();
    (written == line).then_some(event)
}

/// Events, one a line: ours and drawn ones, as they are and made wrong.
fn lines(rng: &mut Rng, facts: &Facts, ours: &[Value], count: usize) -> Vec<String> {
    let names = facts.names();
    let mut lines: Vec<String> = ours.iter().map(Value::to_string).collect();
    while lines.len() < count {
        let event = match rng.bool() {
            true => ours[rng.usize(..ours.len())].clone(),
            false => facts.event(rng),
        };
        let line = mutate(rng, event, &names);
        // Of such classes we have no table, and the other validator may.
        if OTHER_CLASSES.iter().all(|class| !line.contains(class)) {
            lines.push(line);
        }
    }
    lines
}

fn findings(lines: &[String], rules: Rules) -> Vec<Finding> {
    let text = lines.join("\n");
    let mut found = Vec::new();
    let mut line = 0;
    read(text.as_bytes(), rules, |_, problems| {
        line += 1;
        found.extend(
            problems
                .iter()
                .map(|it| (line, it.code.to_string(), it.path.to_string())),
        );
        Ok(())
    })
    .unwrap();
    assert_eq!(line, lines.len() as u64);
    found
}

/// What the validator finds, if there is one.
fn validator(lines: &[String], rules: Rules) -> Option<Vec<Finding>> {
    let program = std::env::var_os("ROLLCALL_OCSF_VALIDATOR")?;
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(lines.join("\n").as_bytes()).unwrap();
    let mut command = Command::new(program);
    command.arg("--json");
    if let Rules::Version(version) = rules {
        command.args(["--version", version.as_str()]);
    }
    let output = command.arg(file.path()).output().unwrap();
    let found = String::from_utf8(output.stdout).unwrap();
    let finding = |line: &str| {
        let finding: Value = serde_json::from_str(line).unwrap();
        let text = |name: &str| finding[name].as_str().unwrap().to_owned();
        let line = text("at").rsplit_once(':').unwrap().1.parse().unwrap();
        (line, text("code"), text("path"))
    };
    Some(found.lines().map(finding).collect())
}

fn compare(lines: &[String], found: &[Finding], expected: &[Finding]) {
    let missed = expected.iter().filter(|it| !found.contains(it));
    let added = found.iter().filter(|it| !expected.contains(it));
    let differences: Vec<String> = missed
        .map(|it| (it, "missed"))
        .chain(added.map(|it| (it, "added")))
        .take(10)
        .map(|((line, code, path), what)| {
            format!("{what} {code} {path}\n{}", lines[*line as usize - 1])
        })
        .collect();
    assert!(differences.is_empty(), "{}", differences.join("\n"));
    assert_eq!(found.len(), expected.len());
}
