//! Every case against OCSF, and against what no event may hold.

use std::collections::BTreeSet;

use rollcall::validate::Rules;
use serde_json::Value;

use super::catalogue::cases;

/// What the fixtures have in the places of secrets begins with it.
const SECRET: &str = "made-up";
/// What CloudTrail has in the place of a name.
const HIDDEN: &str = "HIDDEN_DUE_TO_SECURITY_REASONS";

#[test]
fn every_event_is_strictly_valid_without_a_warning() {
    for case in cases() {
        let problems = Rules::OwnVersion.check(&case.event());
        assert!(problems.is_empty(), "{}: {problems:#?}", case.name);
    }
}

#[test]
fn every_class_has_a_case_and_every_event_the_id_of_its_record() {
    let mut classes = BTreeSet::new();
    for case in cases() {
        let event: Value = serde_json::from_str(&case.event()).unwrap();
        assert_eq!(
            event["metadata"]["uid"], case.record["eventID"],
            "{}",
            case.name
        );
        assert_eq!(
            event["api"]["operation"], case.record["eventName"],
            "{}",
            case.name
        );
        classes.insert(event["class_uid"].as_u64().unwrap());
    }
    assert_eq!(classes, BTreeSet::from([3001, 3002, 3005, 3006, 6003]));
}

#[test]
fn no_event_has_a_secret_of_its_record() {
    let cases = cases();
    let with_secrets = cases.iter().filter(|case| case.source.contains(SECRET));
    assert!(with_secrets.count() >= 5);
    for case in &cases {
        assert!(!case.event().contains(SECRET), "{}", case.name);
    }
}

#[test]
fn the_mark_of_a_hidden_name_is_nobodys_name() {
    for case in cases() {
        let event: Value = serde_json::from_str(&case.event()).unwrap();
        let parts = ["user", "user_result", "group", "actor", "resources"];
        for part in parts.map(|part| event[part].to_string()) {
            assert!(!part.contains(HIDDEN), "{}: {part}", case.name);
        }
    }
}

#[test]
fn a_call_that_failed_is_told_as_failed() {
    for case in cases() {
        let event: Value = serde_json::from_str(&case.event()).unwrap();
        let has_failed = event["status_id"] == 2;
        let is_told = case.source.contains("errorMessage") || case.source.contains("\"Failure\"");
        assert_eq!(has_failed, is_told, "{}", case.name);
        assert_eq!(
            event["status_code"], case.record["errorCode"],
            "{}",
            case.name
        );
    }
}
