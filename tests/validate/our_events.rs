//! What rollcall makes, by the tables that `validate` uses.

use rollcall::map::Dialect;
use rollcall::validate::{Rules, Version};
use serde_json::json;

use crate::mapping::catalogue::events;

#[test]
fn every_event_of_the_mapping_is_valid_in_every_version_and_without_a_warning() {
    for mut event in events(Dialect::Ocsf) {
        for version in Version::ALL {
            event["metadata"]["version"] = json!(version.as_str());
            for rules in [Rules::OwnVersion, Rules::Version(version)] {
                let problems = rules.check(&event.to_string());
                assert!(problems.is_empty(), "{version}: {problems:#?}\n{event:#}");
            }
        }
    }
}

#[test]
fn an_event_of_another_version_than_asked_for_is_invalid() {
    for event in events(Dialect::Ocsf).iter().take(3) {
        let problems = Rules::Version(Version::V1_8).check(&event.to_string());
        let codes: Vec<&str> = problems.iter().map(|it| it.code.as_str()).collect();
        assert_eq!(codes, ["version_mismatch"]);
    }
}
