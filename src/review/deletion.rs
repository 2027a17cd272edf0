//! Events that say that a user was deleted (`docs/mapping.md`, Deleted users).

use serde_json::Value;

/// Account Change, activity Delete.
const CLASS: u64 = 3001;
const ACTIVITY: u64 = 6;

/// Whether `event` says that its user was deleted. In dialect `sekoia` it is the last event again,
/// with an enrichment of logons: there will be none.
pub(super) fn is_deletion(event: &Value) -> bool {
    let is_ocsf = event["class_uid"] == CLASS && event["activity_id"] == ACTIVITY;
    let enrichments = event["enrichments"].as_array();
    let mut logons = enrichments
        .into_iter()
        .flatten()
        .filter(|it| it["name"] == "login");
    is_ocsf || logons.any(|it| it["data"]["is_enabled"] == false)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_deletion_is_told_by_its_class_and_activity_or_by_the_end_of_logons() {
        let login = |enabled: bool| json!({"enrichments": [{"name": "login", "data": {"is_enabled": enabled}}]});
        assert!(is_deletion(&json!({"class_uid": 3001, "activity_id": 6})));
        assert!(is_deletion(&login(false)));
        for other in [
            json!({"class_uid": 3001, "activity_id": 5}),
            json!({"class_uid": 5003, "activity_id": 6}),
            login(true),
            json!({"enrichments": [{"name": "other", "data": {"is_enabled": false}}]}),
            json!({}),
            json!(1),
        ] {
            assert!(!is_deletion(&other), "{other}");
        }
    }
}
