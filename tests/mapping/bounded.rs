//! An event has room for what a user may give itself: tags are cut, and the event says so.

use std::sync::Arc;

use rollcall::map::{Dialect, EVENT_BYTES_MAX, EventInput, RenderError};
use rollcall::model::{Account, EventId, Fact, FieldChange, Group, Tag, User};
use serde_json::{Value, json};

use super::catalogue::{case, with_input};
use super::schema::findings;

/// A user with 50 tags of which none could be larger, given in the wrong order; the last by key
/// is its first name.
fn tagged() -> (User, Account) {
    let known = case("plain");
    let large = |index: usize| Tag {
        key: format!("{index:02}{}", "漢".repeat(126)),
        value: "字".repeat(256),
    };
    let mut tags: Vec<Tag> = (0..49).rev().map(large).collect();
    tags.push(Tag {
        key: "firstName".to_owned(),
        value: "Zoë".to_owned(),
    });
    let user = User {
        tags: Fact::known(tags, known.user.tags.provenance().unwrap()),
        ..known.user
    };
    (user, known.account)
}

fn write(input: &EventInput<'_>, dialect: Dialect) -> Result<Value, RenderError> {
    let json = dialect.write(input, &EventId::from_bytes([0x88; 16]))?;
    assert!(json.len() <= EVENT_BYTES_MAX);
    Ok(serde_json::from_slice(&json).unwrap())
}

#[test]
fn an_event_too_large_for_its_tags_has_as_many_as_fit_and_says_so() {
    let (user, account) = tagged();
    with_input(&user, &account, |input| {
        let json = Dialect::Ocsf.write(&input, &EventId::from_bytes([0x88; 16]));
        let json = json.unwrap();
        let event: Value = serde_json::from_slice(&json).unwrap();
        let iam = &event["unmapped"]["aws_iam"];
        let tags = iam["tags"].as_array().unwrap();
        assert_eq!(iam["tags_cut"], json!({ "kept": tags.len(), "of": 50 }));
        let one_more = serde_json::to_vec(&tags[0]).unwrap().len();
        assert!(json.len() <= EVENT_BYTES_MAX && json.len() + one_more > EVENT_BYTES_MAX);
        for (index, tag) in tags.iter().enumerate() {
            let key = tag["key"].as_str().unwrap();
            assert!(
                key.starts_with(&format!("{index:02}")),
                "in order of their keys"
            );
        }
        assert_eq!(event["user"]["full_name"], "Zoë", "of a tag that was cut");
        let found = findings(Dialect::Ocsf, &event);
        assert!(found.is_empty(), "{found:#?}");
    });
}

#[test]
fn what_changed_about_tags_is_cut_before_any_tag() {
    let (mut user, account) = tagged();
    if let Fact::Known { value, .. } = &mut user.tags {
        value.truncate(20);
    }
    let change = |field: &str| FieldChange {
        field: field.to_owned(),
        before: json!({ "a": "x".repeat(30_000) }),
        after: json!({}),
    };
    let mut other = change("user.name");
    other.before = json!("before");
    with_input(&user, &account, |input| {
        let changes = &[change("tags"), other][..];
        let event = write(&EventInput { changes, ..input }, Dialect::Ocsf).unwrap();
        let iam = &event["unmapped"]["aws_iam"];
        assert_eq!(iam["tags"].as_array().unwrap().len(), 20);
        assert_eq!(iam["tags_cut"], json!({ "kept": 20, "of": 20 }));
        assert_eq!(iam["changes"].as_array().unwrap().len(), 1);
        assert_eq!(iam["changes"][0]["field"], "user.name");
    });
}

#[test]
fn a_change_of_a_tag_that_was_cut_is_a_change() {
    let (user, account) = tagged();
    let mut changed = user.clone();
    if let Fact::Known { value, .. } = &mut changed.tags {
        value[0].value.push('x');
    }
    let digest = |user| with_input(user, &account, |it| Dialect::Ocsf.digest(&it).unwrap());
    assert_ne!(digest(&user), digest(&changed));
}

#[test]
fn an_event_too_large_without_any_tag_is_an_error_that_says_how_large() {
    let (mut user, account) = tagged();
    let group = |index: usize| {
        let names = (0..64).map(|policy| format!("{policy:03}{}", "p".repeat(125)));
        Arc::new(Group {
            name: format!("group{index}"),
            arn: None,
            id: None,
            attached_policies: Fact::known(Vec::new(), user.tags.provenance().unwrap()),
            inline_policies: Fact::known(names.collect(), user.tags.provenance().unwrap()),
        })
    };
    user.groups = Fact::known(
        (0..10).map(group).collect(),
        user.tags.provenance().unwrap(),
    );
    with_input(&user, &account, |input| {
        let error = write(&input, Dialect::Ocsf).unwrap_err();
        let RenderError::TooLarge { arn, bytes } = &error else {
            panic!("{error}");
        };
        assert_eq!(arn, &user.arn);
        assert!((80_000..95_000).contains(bytes), "{bytes}");
        let message = error.to_string();
        assert!(
            message.contains(user.arn.as_str()) && message.contains("40000"),
            "{message}"
        );
        // The digest is there in any case, and the dialect with less in it is still written.
        Dialect::Ocsf.digest(&input).unwrap();
        write(&input, Dialect::Sekoia).unwrap();
    });
}

#[test]
fn a_deletion_of_a_user_with_large_tags_is_bounded_too() {
    let (user, account) = tagged();
    with_input(&user, &account, |input| {
        let id = EventId::from_bytes([0x88; 16]);
        let json = Dialect::Ocsf.write_deletion(&input, &id).unwrap();
        assert!(json.len() <= EVENT_BYTES_MAX);
        let event: Value = serde_json::from_slice(&json).unwrap();
        assert_eq!(event["class_uid"], 3001);
        assert_eq!(event["unmapped"]["aws_iam"]["tags_cut"]["of"], 50);
    });
}
