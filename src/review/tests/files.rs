//! Files of events.

use std::io::Write as _;

use serde_json::json;

use super::super::*;
use super::events;

#[test]
fn the_last_of_two_events_about_a_user_counts_with_a_warning() {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    let line = |name: &str| json!({"user": {"uid": "arn:1", "name": name}});
    write!(file, "{}\n\n{}\n", line("old"), line("new")).unwrap();
    let read = read(file.path()).unwrap();
    let warning = format!(
        "{}:3: a second event about arn:1; the later one is used",
        file.path().display()
    );
    assert_eq!(read.warnings, [warning]);
    let expected = events(&[("new", line("new"))]);
    assert_eq!(
        compare(&read.events, &expected).removed[0].who.name,
        "arn:1"
    );
}

#[test]
fn a_user_that_was_created_again_counts_and_not_the_deletion_of_the_one_before() {
    let deletion = json!({
        "class_uid": 3001, "activity_id": 6,
        "user": {"uid": "arn:1", "uid_alt": "AIDA1", "name": "ann"},
    });
    let user =
        json!({"class_uid": 5003, "user": {"uid": "arn:1", "uid_alt": "AIDA2", "name": "ann"}});
    let before = events(&[("arn:1", user.clone())]);
    for lines in [[&deletion, &user], [&user, &deletion]] {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        write!(file, "{}\n{}\n", lines[0], lines[1]).unwrap();
        let read = read(file.path()).unwrap();
        assert!(
            read.warnings[0].contains("the next one of its name"),
            "{:?}",
            read.warnings
        );
        assert!(!compare(&before, &read.events).has_differences());
    }
}

#[test]
fn many_second_events_are_told_by_three_and_how_many_more() {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    for number in 0..10 {
        let event = json!({"user": {"uid": format!("arn:{}", number % 5)}});
        writeln!(file, "{event}").unwrap();
    }
    let read = read(file.path()).unwrap();
    assert_eq!(read.warnings.len(), 4);
    let last = format!(
        "{}: and 2 more events about users that had one",
        file.path().display()
    );
    assert_eq!(read.warnings[3], last);
}

#[test]
fn what_cannot_be_read_is_told_with_what_to_do() {
    let directory = tempfile::tempdir().unwrap();
    let half = directory.path().join("half.gz");
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(&[b'x'; 9_000]).unwrap();
    let packed = gzip.finish().unwrap();
    std::fs::write(&half, &packed[..packed.len() / 2]).unwrap();
    for (path, next) in [
        (directory.path().to_owned(), "; give a file of events"),
        (directory.path().join("gone"), "; check the path"),
        (half, "; it is cut short or damaged: write it once more"),
    ] {
        let error = read(&path).unwrap_err().to_string();
        assert!(
            error.starts_with("cannot read ") && error.ends_with(next),
            "{error}"
        );
    }
}

#[test]
fn a_line_that_is_no_event_is_refused_with_file_and_line() {
    for (line, why) in [
        ("{", "no JSON"),
        ("[]", "no user.uid"),
        (
            r#"{"user": {"uid": "a"}, "user": {"uid": "b"}}"#,
            "no JSON: the field user is there twice",
        ),
        (
            r#"{"user": {"uid": "a"}, "time": 18446744073709551617}"#,
            "18446744073709551617 does not fit into 64 bits",
        ),
        (&"x".repeat(17 << 20), "longer than 16 MiB"),
    ] {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        write!(file, "{}\n{line}\n", json!({"user": {"uid": "a"}})).unwrap();
        let error = read(file.path()).unwrap_err().to_string();
        let place = format!("{}:2: ", file.path().display());
        assert!(error.starts_with(&place) && error.contains(why), "{error}");
    }
}

#[test]
fn events_may_be_documents_over_several_lines_and_lists() {
    let event = |uid: &str| json!({"user": {"uid": uid}});
    let (one, two) = (event("arn:1"), event("arn:2"));
    let lines = format!("{one}\n{two}\n");
    for text in [
        format!("\n{one:#}\n{two:#}\n"),
        format!("[{one},{two}]"),
        format!("[\n{one},\n{two}]\n"),
        format!("{:#}", json!([one, two])),
        format!("[{one}]\n[{two}]\n"),
    ] {
        let read_text = |text: &str| {
            let mut file = tempfile::NamedTempFile::new().unwrap();
            file.write_all(text.as_bytes()).unwrap();
            read(file.path()).unwrap().events
        };
        assert_eq!(read_text(&text), read_text(&lines), "{text}");
    }
}

#[test]
fn what_is_no_event_in_a_document_is_refused_with_its_place() {
    for (text, place, why) in [
        ("[\n{}]", "[0]: ", "no user.uid"),
        (
            "\n{\n\"user\": {},\n}",
            ":4: ",
            "no JSON: no field name, at byte 0",
        ),
        (
            "{\n\"user\": {\"uid\": \"a\"}\n}\n{\n}",
            ":4: ",
            "no user.uid",
        ),
        ("\u{feff}{}", ":1: ", "byte order mark"),
        (
            "[{\n\"user\": 1,\n \"user\": 2}]",
            ":3: ",
            "no JSON: the field user is there twice, at byte 7",
        ),
        ("{\"user\": {\"uid\": \"a\"}} {}\n", ":1: ", "more text"),
    ] {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(text.as_bytes()).unwrap();
        let error = read(file.path()).unwrap_err().to_string();
        let place = format!("{}{place}", file.path().display());
        assert!(error.starts_with(&place) && error.contains(why), "{error}");
    }
}
