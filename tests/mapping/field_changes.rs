//! What an event says of a change.

use rollcall::analyze::{AdminRule, AdminVerdict};
use rollcall::map::{Judged, changes};
use rollcall::model::{Fact, FieldChange, Mfa, Reason, User};
use serde_json::json;

use super::catalogue::case;

fn changes_between(before: &User, after: &User) -> Vec<FieldChange> {
    let rule = AdminRule::new(AdminRule::DOCUMENTED);
    let verdicts: [AdminVerdict; 2] = [before, after].map(|user| rule.judge(user));
    let judged = |user, admin| Judged {
        user,
        admin,
        privilege: None,
    };
    changes(judged(before, &verdicts[0]), judged(after, &verdicts[1]))
}

#[test]
fn a_change_has_the_values_before_and_after() {
    let before = case("everything_known").user;
    let mut after = before.clone();
    let source = rollcall::model::Provenance {
        source: "test".into(),
        as_of: before.created_at,
    };
    after.mfa = Fact::known(Mfa::Devices(Vec::new()), &source);
    after.groups = Fact::known(Vec::new(), &source);
    after.name = "renamed".to_owned();
    let found = changes_between(&before, &after);
    let fields: Vec<_> = found.iter().map(|change| change.field.as_str()).collect();
    assert_eq!(
        fields,
        ["user.name", "user.type", "user.has_mfa", "user.groups"]
    );
    assert_eq!(
        (&found[0].before, &found[0].after),
        (&json!(before.name), &json!("renamed"))
    );
    assert_eq!(
        (&found[2].before, &found[2].after),
        (&json!(true), &json!(false))
    );
    assert_eq!(found[3].after, json!([]));
}

#[test]
fn what_is_or_was_unknown_has_not_changed() {
    let known = case("everything_known").user;
    let mut unknown = known.clone();
    unknown.mfa = Fact::unknown(Reason::Denied, "iam:ListMFADevices");
    unknown.groups = Fact::unknown(Reason::Denied, "iam:ListGroupsForUser");
    unknown.tags = Fact::unknown(Reason::Failed, "iam:ListUserTags");
    unknown.access_keys = Fact::unknown(Reason::Failed, "iam:ListAccessKeys");
    assert_eq!(changes_between(&known, &unknown), []);
    assert_eq!(changes_between(&unknown, &known), []);
    assert_eq!(changes_between(&known, &known), []);
}

#[test]
fn a_credential_that_is_added_removed_or_deactivated_is_a_change() {
    let after = case("everything_known").user;
    let mut before = after.clone();
    if let Fact::Known { value, .. } = &mut before.service_specific_credentials {
        value[0].status = "Inactive".to_owned();
    }
    if let Fact::Known { value, .. } = &mut before.signing_certificates {
        value.clear();
    }
    if let Fact::Known { value, .. } = &mut before.ssh_public_keys {
        value[0].id = "APKAROLLCALL0009KEYS".to_owned();
    }
    let found = changes_between(&before, &after).into_iter();
    let found: Vec<_> = found.map(|it| (it.field, it.before, it.after)).collect();
    let change = |field: &str, before, after| (field.to_owned(), before, after);
    let of_service = |status| json!({ "ACCAROLLCALL0001CRED": status });
    assert_eq!(
        found,
        [
            change(
                "service_specific_credentials",
                of_service("Inactive"),
                of_service("Active")
            ),
            change(
                "signing_certificates",
                json!({ "active": 0, "inactive": 0 }),
                json!({ "active": 1, "inactive": 0 })
            ),
            change(
                "ssh_public_keys",
                json!({ "APKAROLLCALL0009KEYS": "Inactive" }),
                json!({ "APKAROLLCALL0001KEYS": "Inactive" })
            ),
        ]
    );
}
