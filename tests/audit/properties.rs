//! What holds of any record, whatever is in its fields.

use std::sync::LazyLock;

use proptest::prelude::*;
use rollcall::map::EVENT_BYTES_MAX;
use rollcall::validate::Rules;
use serde_json::{Map, Value, json};

use super::catalogue::{Case, cases, event};

static CASES: LazyLock<Vec<Case>> = LazyLock::new(cases);

/// What no event may hold.
const SECRET: &str = "wJalrXUtnFEMI";

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<i32>().prop_map(Value::from),
        "[a-zA-Z:/. {}\"\u{202e}é-]{0,12}".prop_map(Value::String),
        Just(json!("arn:aws:iam::123456789012:user/a/b")),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::Array),
            proptest::collection::vec((name(), inner), 0..4)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

fn name() -> impl Strategy<Value = String> {
    let names = [
        "type",
        "arn",
        "userName",
        "accountId",
        "userId",
        "groupName",
        "policyArn",
        "roleArn",
        "principalType",
        "principalId",
        "permissionSetArn",
        "id",
        "ARN",
        "sessionContext",
        "attributes",
        "onBehalfOf",
        "LoginTo",
        "MFAUsed",
        "ConsoleLogin",
        "user",
        "credentials",
        "expiration",
        "accessKeyId",
        "invokedBy",
        "targetId",
    ];
    proptest::sample::select(names.map(str::to_owned).to_vec())
}

/// The innermost objects of `value`, so that any of them may be changed.
fn objects<'v>(value: &'v mut Value, found: &mut Vec<&'v mut Map<String, Value>>) {
    let Value::Object(fields) = value else { return };
    let names: Vec<String> = fields.keys().cloned().collect();
    let has_objects = names.iter().any(|name| fields[name].is_object());
    if !has_objects {
        found.push(fields);
        return;
    }
    fields.values_mut().for_each(|inner| objects(inner, found));
}

proptest! {
    #[test]
    fn a_record_is_refused_or_becomes_a_valid_event_with_its_id(
        case in any::<proptest::sample::Index>(),
        changes in proptest::collection::vec((any::<proptest::sample::Index>(), value()), 1..5),
        inner in proptest::collection::vec((any::<proptest::sample::Index>(), name(), value()), 0..4),
    ) {
        let mut record = case.get(&CASES).record.clone();
        for (at, name, value) in inner {
            let mut found = Vec::new();
            objects(&mut record, &mut found);
            if !found.is_empty() {
                let at = at.index(found.len());
                found[at].insert(name, value);
            }
        }
        let fields: Vec<String> = record.as_object().unwrap().keys().cloned().collect();
        for (at, value) in changes {
            record[at.get(&fields)] = value;
        }
        if let Ok(event) = event(&record.to_string()) {
            let problems = Rules::OwnVersion.check(&event);
            prop_assert!(problems.is_empty(), "{problems:#?}\n{record:#}\n{event}");
            let event: Value = serde_json::from_str(&event).unwrap();
            prop_assert_eq!(&event["metadata"]["uid"], &record["eventID"]);
        }
    }

    #[test]
    fn a_secret_is_found_at_every_depth(
        case in any::<proptest::sample::Index>(),
        path in proptest::collection::vec(prop_oneof![Just(0), Just(1), Just(2)], 0..6),
        name in proptest::sample::select(vec!["sessionToken", "SecretAccessKey", "password", "PrivateKey"]),
        field in proptest::sample::select(vec!["requestParameters", "responseElements", "other"]),
    ) {
        let mut hidden = json!({ name: SECRET });
        for (depth, step) in path.iter().enumerate() {
            hidden = match step {
                0 => json!({ "inner": hidden }),
                1 => json!([1, hidden]),
                // Texts in texts are longer by a power of two.
                _ if depth < 4 => json!({ "text": hidden.to_string() }),
                _ => hidden,
            };
        }
        let mut record = case.get(&CASES).record.clone();
        record[field] = json!({ "kept": "kept-as-it-is", "hidden": hidden });
        let event = event(&record.to_string()).unwrap();
        prop_assert!(!event.contains(SECRET), "{event}");
        prop_assert!(event.contains("kept-as-it-is"), "{event}");
    }
}

#[test]
fn an_event_too_large_is_cut_and_says_so_and_stays_valid() {
    let case = |name| CASES.iter().find(|it| it.name == name).unwrap();
    let document = "x".repeat(200 * 1024);
    let many: Vec<Value> = (0..5_000)
        .map(|at| json!({ "key": at.to_string() }))
        .collect();
    let resource =
        |at: u32| json!({ "ARN": format!("arn:aws:s3:::bucket-{at}"), "type": "AWS::S3::Bucket" });
    let resources: Vec<Value> = (0..2_000).map(resource).collect();
    for (name, field, value) in [
        (
            "create_policy_version",
            "requestParameters",
            json!({ "policyDocument": document }),
        ),
        (
            "tag_user",
            "requestParameters",
            json!({ "userName": "alice", "tags": many }),
        ),
        (
            "tag_user",
            "responseElements",
            Value::Object((0..5_000).map(|at| (at.to_string(), at.into())).collect()),
        ),
        ("list_users", "resources", Value::Array(resources)),
        ("list_users", "errorMessage", json!(document)),
    ] {
        let mut record = case(name).record.clone();
        record[field] = value;
        let event = event(&record.to_string()).unwrap();
        assert!(
            event.len() <= EVENT_BYTES_MAX,
            "{name} {field}: {}",
            event.len()
        );
        assert_eq!(Rules::OwnVersion.check(&event), [], "{name} {field}");
        let event: Value = serde_json::from_str(&event).unwrap();
        assert_eq!(event["metadata"]["is_truncated"], true);
        assert!(event["metadata"]["untruncated_size"].as_u64().unwrap() > EVENT_BYTES_MAX as u64);
        assert_eq!(event["metadata"]["uid"], record["eventID"]);
    }
}
