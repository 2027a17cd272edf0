//! What differs between two sets of events.

use serde_json::{Value, json};

use super::super::*;
use super::events;
use crate::table::Width;

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
