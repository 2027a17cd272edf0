//! Files as people save them, whole and damaged.

use super::*;
use serde_json::{Value, json};

fn record(id: &str) -> Value {
    json!({
        "eventVersion": "1.11", "eventTime": "2026-11-20T10:01:00Z", "eventID": id,
        "eventSource": "iam.amazonaws.com", "eventName": "ListUsers",
    })
}

/// Ids of records, and what is said of others, in order.
fn read(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    each_record(text, |place, record| {
        found.push(match record {
            Ok(record) => record.event_id,
            Err(why) => format!("{place}: {why}"),
        });
        Ok(())
    })
    .unwrap();
    found
}

#[test]
fn every_form_of_a_file_gives_its_records_in_order() {
    let [a, b] = ["a", "b"].map(record);
    let event = |it: &Value| json!({"EventId": "x", "CloudTrailEvent": it.to_string()});
    for text in [
        json!({"Records": [a, b]}).to_string(),
        json!({"Events": [event(&a), event(&b)]}).to_string(),
        format!(
            "{}\n{}",
            json!({"Events": [event(&a)]}),
            json!({"Events": [event(&b)]})
        ),
        json!([{"Records": [a]}, {"Records": [b]}]).to_string(),
        json!([{"detail": a, "source": "aws.iam"}, b]).to_string(),
        json!({"Messages": [
            {"MessageId": "1", "Body": json!({"detail": a}).to_string()},
            {"MessageId": "2", "Body": b.to_string()},
        ]})
        .to_string(),
        format!("\n{a}\n\n{b}\n"),
        format!("{a:#} {b:#}"),
    ] {
        assert_eq!(read(&text), ["a", "b"], "{text}");
    }
}

#[test]
fn no_records_are_no_error() {
    for text in ["", " \n", "[]", r#"{"Records": []}"#, r#"{"Events": []}"#] {
        assert!(read(text).is_empty(), "{text}");
    }
}

#[test]
fn a_bad_record_is_named_by_its_place_and_the_others_are_read() {
    let text = format!(
        "{}\n{{\"eventVersion\": \"1.11\"}}\n{{\"a\": \n{}\n",
        record("a"),
        record("b")
    );
    let found = read(&text);
    assert_eq!(found[0], "a");
    assert!(
        found[1].starts_with(":2: record 2: it has no eventTime"),
        "{found:?}"
    );
    assert!(found[2].starts_with(":3: record 3: no JSON"), "{found:?}");
    assert_eq!(found[3], "b");
    let text = json!({"Records": [record("a"), 7, record("b")]}).to_string();
    let found = read(&text);
    assert!(
        found[1].starts_with(":1: record 2: it is no JSON object"),
        "{found:?}"
    );
    assert_eq!([&found[0], &found[2]], ["a", "b"]);
}

#[test]
fn what_is_of_another_kind_is_called_so() {
    for text in [
        r#"{"Users": []}"#,
        r#"{"class_uid": 5003, "user": {}}"#,
        "{}",
    ] {
        let found = read(text);
        assert!(
            found[0].starts_with(":1: record 1: it is no record of CloudTrail"),
            "{found:?}"
        );
    }
}

#[test]
fn a_broken_line_does_not_hide_those_after_it() {
    let text = format!("{}\n{{\"eventID\": oops}}\n{}\n", record("a"), record("b"));
    let found = read(&text);
    assert_eq!(found.len(), 3, "{found:?}");
    assert_eq!([&found[0], &found[2]], ["a", "b"]);
    assert!(found[1].starts_with(":2: record 2: no JSON"), "{found:?}");
}

#[test]
fn a_document_that_is_cut_off_is_told_once() {
    let text = format!("{:#}", json!({"Records": [record("a"), record("b")]}));
    let found = read(&text[..text.len() - 20]);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].starts_with(":1: record 1: no JSON"), "{found:?}");
}

#[test]
fn a_listing_with_more_pages_is_told() {
    let text = json!({"Events": [{"CloudTrailEvent": record("a").to_string()}], "NextToken": "t"});
    let found = read(&text.to_string());
    assert_eq!(found[0], "a");
    assert!(found[1].contains("NextToken"), "{found:?}");
}

#[test]
fn an_event_of_a_listing_without_its_record_is_told() {
    let found = read(r#"{"Events": [{"EventId": "x", "EventName": "CreateUser"}]}"#);
    assert!(found[0].contains("CloudTrailEvent"), "{found:?}");
}
