//! What differs, and what does not.

use std::io::Write as _;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::table::Width;

fn found(before: Value, after: Value) -> Vec<String> {
    let differences = differences(&before, &after).into_iter();
    let shown = differences.map(|it| {
        let within = it.within.join("/");
        format!("{}({within}) {}", it.field, it.change.text())
    });
    shown.collect()
}

fn events(of: &[(&str, Value)]) -> Events {
    Events::of(
        of.iter()
            .map(|(name, json)| ((*name).to_owned(), json.clone())),
    )
}

#[test]
fn a_field_that_comes_goes_or_becomes_null_is_told_apart() {
    let (before, after) = (json!({"a": 1, "b": null}), json!({"b": "null", "c": false}));
    assert_eq!(
        found(before, after),
        [
            "a() 1 → absent",
            "b() null → \"null\"",
            "c() absent → false"
        ]
    );
}

#[test]
fn a_list_that_becomes_known_and_empty_is_a_difference() {
    let (before, after) = (json!({"groups": []}), json!({"groups": [], "tags": []}));
    assert_eq!(found(before, after), ["tags() absent → []"]);
    let (before, after) = (json!({}), json!({"groups": {}}));
    assert_eq!(found(before, after), ["groups() absent → {}"]);
}

#[test]
fn groups_are_matched_by_name_policies_by_arn_and_tags_by_key() {
    let before = json!({
        "groups": [{"name": "ops", "privileges": ["a"]}, {"name": "dev", "privileges": []}],
        "policies": [{"name": "x", "arn": "arn:1"}, {"name": "x", "arn": "arn:2"}],
        "tags": [{"key": "team", "value": "red"}],
    });
    let after = json!({
        "groups": [{"name": "ops", "privileges": ["a", "b"]}],
        "policies": [{"name": "x", "arn": "arn:1"}, {"name": "y", "arn": "arn:2"}],
        "tags": [{"key": "team", "value": "blue"}],
    });
    assert_eq!(
        found(before, after),
        [
            "groups[].privileges[](ops) + b",
            "groups[]() - dev {privileges: []}",
            "policies[].name(arn:2) x → y",
            "tags[].value(team) red → blue",
        ]
    );
}

#[test]
fn the_one_item_without_a_name_that_changed_is_compared_inside() {
    let before = json!({"keys": [{"status": "Active"}, {"status": "Inactive", "at": 1}]});
    let after = json!({"keys": [{"status": "Active"}, {"status": "Active", "at": 1}]});
    assert_eq!(found(before, after), ["keys[].status() Inactive → Active"]);
}

#[test]
fn another_order_alone_is_a_difference() {
    let (before, after) = (json!({"a": ["x", "y"]}), json!({"a": ["y", "x"]}));
    assert_eq!(found(before, after), ["a() another order"]);
}

#[test]
fn the_same_difference_of_several_users_is_told_once() {
    let event = |id: u8| json!({"user": {"type_id": id}});
    let before = [
        ("anna", event(1)),
        ("ben", event(1)),
        ("cleo", event(2)),
        ("dan", event(1)),
    ];
    let after = [
        ("anna", event(2)),
        ("ben", event(2)),
        ("cleo", event(0)),
        ("eve", event(1)),
    ];
    let comparison = compare(&events(&before), &events(&after));
    let expected = "4 users before, 4 after: 3 changed, 1 added, 1 removed, 0 unchanged\n\
                    added    eve\n\
                    removed  dan\n\
                    \n\
                    user.type_id: 3 users\n  \
                      1 → 2: 2 users (anna, ben)\n  \
                      2 → 0: 1 user (cleo)\n";
    assert_eq!(comparison.text(Width::Terminal(80)), expected);
}

#[test]
fn a_deleted_user_is_told_as_deleted_and_not_field_by_field() {
    let live = |name: &str| {
        (
            name.to_owned(),
            json!({"class_uid": 5003, "activity_id": 2}),
        )
    };
    let deleted = |message: &str| json!({"class_uid": 3001, "activity_id": 6, "message": message});
    let deleted = |name: &str, message| (name.to_owned(), deleted(message));
    let before = Events::of([live("anna"), deleted("ben", "x"), deleted("cleo", "x")]);
    let after = [deleted("anna", "x"), live("ben"), deleted("cleo", "y")];
    let after = Events::of(after.into_iter().chain([deleted("dan", "x")]));
    let text = compare(&before, &after).text(Width::Pipe);
    let expected = "3 users before, 4 after: 1 changed, 1 added, 2 deleted, 0 unchanged\n\
                    added    ben\n\
                    deleted  anna, dan\n\
                    \n\
                    message: 1 user\n  \
                      x → y: 1 user (cleo)\n";
    assert_eq!(text, expected);
    assert!(compare(&Events::of([live("a")]), &Events::of([deleted("a", "x")])).has_differences());
    assert!(!compare(&Events::of([deleted("a", "x")]), &Events::of([])).has_differences());
}

#[test]
fn text_of_eighty_columns_has_what_counts_and_no_escape_sequence() {
    let event = |number: usize, value: Value| {
        let event = json!({"user": {"groups": [{"name": "ops", "privileges": [value]}]}});
        (format!("user-{number}"), event)
    };
    let policy = |id: usize| json!(format!("arn:aws:iam::111122223333:policy/a-long-path/{id}"));
    let before = Events::of((0..40).map(|it| event(it, policy(it / 9))));
    let after = Events::of((0..40).map(|it| match it {
        7 => event(
            it,
            json!("\u{1b}[31m\u{202e}".to_owned() + &"x".repeat(200)),
        ),
        it => event(it, policy(100 + it)),
    }));
    let text = compare(&before, &after).text(Width::Terminal(80));
    insta::assert_snapshot!("eighty_columns", text);
}

#[test]
fn stamps_differ_only_if_they_are_asked_for() {
    let event = |at: u64, create: u64, id: &str| {
        json!({
            "time": at,
            "metadata": {"uid": id, "correlation_uid": id, "loggers": [{"name": "rollcall", "version": id}]},
            "unmapped": {"aws_iam": {
                "create_date": create,
                "password_last_used": id,
                "access_keys": [{"status": "Active", "last_used_date": id}],
                "unknown": [{"fact": "mfa", "reason": id}],
            }},
        })
    };
    let (before, after) = (
        events(&[("a", event(1, 1, "x"))]),
        events(&[("a", event(2, 3, "y"))]),
    );
    assert_eq!(compare(&before, &after).fields.len(), 8);
    let bare = compare(&before.without_stamps(), &after.without_stamps());
    let fields: Vec<&str> = bare.fields.iter().map(|it| it.field.as_str()).collect();
    assert_eq!(fields, ["unmapped.aws_iam.create_date"]);
}

#[test]
fn the_time_of_sekoia_is_content_and_its_product_version_is_ours() {
    let event = |at: u64, version: &str| {
        let metadata = json!({"product": {"version": version}});
        json!({"type_uid": 500_301, "activity_id": 2, "time": at, "metadata": metadata})
    };
    let of = |at, version| events(&[("a", event(at, version))]).without_stamps();
    let fields = |after| compare(&of(1, "0.1"), &after).fields;
    assert!(fields(of(1, "0.2")).is_empty());
    assert_eq!(fields(of(2, "0.2"))[0].field, "time");
}

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

/// Small values of few parts, so that two of them are often nearly the same.
fn json_value() -> impl Strategy<Value = Value> {
    let leaf = prop::sample::select(vec![Value::Null, json!(1), json!("a"), json!("b")]);
    leaf.prop_recursive(2, 6, 3, |inner| {
        let name = prop::sample::select(vec!["arn", "x"]);
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            prop::collection::btree_map(name, inner, 0..3).prop_map(|fields| fields
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value))
                .collect()),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    #[test]
    fn equal_events_have_no_difference_and_others_have_one(
        before in json_value(),
        after in json_value(),
    ) {
        prop_assert_eq!(differences(&before, &after).is_empty(), before == after);
        prop_assert_eq!(differences(&before, &before), []);
    }
}
