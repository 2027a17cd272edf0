//! Strict events through an independent model of OCSF 1.3.0, `ocsf-schema-rs`: whatever that
//! release knew comes back unchanged, and what it did not know is a closed list.

use std::collections::BTreeSet;

use ocsf_schema_rs::UserInventory;
use rollcall::map::Dialect;
use serde_json::{Value, json};

use super::catalogue::{Mapped, cases};

/// All that strict events say and OCSF 1.3.0 has no attribute for.
const SINCE_1_3_0: [&str; 3] = [
    "/cloud/cloud_partition",
    "/user/has_mfa",
    "/user/programmatic_credentials",
];

#[test]
fn nothing_is_lost_in_1_3_0_but_the_listed_paths_and_each_of_them_is() {
    let mut lost = BTreeSet::new();
    for case in cases() {
        let event = as_1_3_0(&case);
        compare(&event, &through_1_3_0(&event), "", &mut lost);
    }
    assert_eq!(lost, SINCE_1_3_0.map(str::to_owned).into());
}

#[test]
fn without_the_listed_paths_an_event_comes_back_whole() {
    for case in cases() {
        let mut event = as_1_3_0(&case);
        for path in SINCE_1_3_0 {
            let (parent, key) = path.rsplit_once('/').unwrap();
            let object = event.pointer_mut(parent).unwrap().as_object_mut().unwrap();
            object.remove(key);
        }
        let mut lost = BTreeSet::new();
        compare(&event, &through_1_3_0(&event), "", &mut lost);
        assert_eq!(lost, BTreeSet::new(), "{}", case.name);
    }
}

/// The strict event, with what only 1.3.0 requires and without the one value that it does not know.
fn as_1_3_0(case: &Mapped) -> Value {
    let mut event = case.event(Dialect::Ocsf);
    event["osint"] = json!([]);
    if event["user"]["type_id"] == 4 {
        // It has no type Service.
        event["user"]["type_id"] = json!(99);
    }
    event
}

fn through_1_3_0(event: &Value) -> Value {
    let parsed: UserInventory = serde_json::from_value(event.clone()).unwrap();
    serde_json::to_value(parsed).unwrap()
}

/// Adds to `lost` every path of `before` that `after` does not have with the same value, and
/// refuses paths that only `after` has. The model leaves out empty lists, and writes null for an
/// absent manager.
fn compare(before: &Value, after: &Value, path: &str, lost: &mut BTreeSet<String>) {
    match (before, after) {
        (Value::Object(before), Value::Object(after)) => {
            for (key, value) in before {
                let path = format!("{path}/{key}");
                match after.get(key) {
                    Some(after) => compare(value, after, &path, lost),
                    None if *value == json!([]) => {}
                    None => {
                        lost.insert(path);
                    }
                }
            }
            for (key, value) in after {
                let is_known = before.contains_key(key) || value.is_null();
                assert!(is_known, "{path}/{key} out of nothing: {value}");
            }
        }
        (Value::Array(before), Value::Array(after)) if before.len() == after.len() => {
            for (before, after) in before.iter().zip(after) {
                compare(before, after, &format!("{path}/[]"), lost);
            }
        }
        _ => assert_eq!(before, after, "{path} changed"),
    }
}
