//! What differs between two events.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::super::*;
use super::found;

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
fn items_with_a_key_are_matched_beside_some_without_one() {
    let certificate = |status: &str| json!({"kind": "signing certificate", "status": status});
    let ssh = |id: &str, status: &str| json!({"id": id, "status": status});
    let before = json!({"c": [certificate("Active"), ssh("A", "Active"), ssh("B", "Active")]});
    let after = json!({"c": [certificate("Inactive"), ssh("A", "Inactive"), ssh("B", "Active")]});
    assert_eq!(
        found(before, after),
        [
            "c[].status(A) Active → Inactive",
            "c[].status() Active → Inactive"
        ]
    );
    let because = |policy: &str| json!({"b": [{"group": "ops", "policy": policy}, {"root": true}]});
    assert_eq!(found(because("x"), because("y")), ["b[].policy(ops) x → y"]);
}

#[test]
fn a_name_that_reads_like_a_path_is_told_in_quotes() {
    assert_eq!(
        found(
            json!({"a.b": 1, "a": {"b": 1}}),
            json!({"a.b": 2, "a": {"b": 2}})
        ),
        ["a.b() 1 → 2", "\"a.b\"() 1 → 2"]
    );
}

#[test]
fn another_order_alone_is_a_difference() {
    let (before, after) = (json!({"a": ["x", "y"]}), json!({"a": ["y", "x"]}));
    assert_eq!(found(before, after), ["a() another order"]);
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
