use serde_json::{Value, json};

use super::*;

fn of(source: &str, event: &str, change: impl FnOnce(&mut Value)) -> Vec<Affected> {
    let mut record = json!({
        "eventVersion": "1.11", "eventTime": "2026-11-20T10:01:00Z", "eventID": "e",
        "eventSource": source, "eventName": event, "readOnly": false,
        "userIdentity": {"type": "IAMUser", "userName": "cal", "arn": "arn:aws:iam::1:user/x/cal"},
    });
    change(&mut record);
    affected(&Record::parse(&record.to_string()).unwrap())
}

fn iam(event: &str, request: Value) -> Vec<Affected> {
    of("iam.amazonaws.com", event, |it| {
        it["requestParameters"] = request
    })
}

fn user(name: &str) -> Affected {
    Affected::User {
        name: name.to_owned(),
        is_of_policies: false,
    }
}

#[test]
fn a_change_of_a_user_has_that_user_read_again() {
    for event in OF_USER.into_iter().filter(|it| *it != "DeleteUser") {
        assert_eq!(
            iam(event, json!({"userName": "ann"})),
            [user("ann")],
            "{event}"
        );
    }
    for event in OF_POLICIES {
        let found = iam(event, json!({"userName": "ann", "groupName": "g"}));
        let name = "ann".to_owned();
        let is_of_policies = true;
        assert_eq!(
            found,
            [Affected::User {
                name,
                is_of_policies
            }],
            "{event}"
        );
    }
    let deleted = Affected::Deleted("ann".to_owned());
    assert_eq!(iam("DeleteUser", json!({"userName": "ann"})), [deleted]);
}

#[test]
fn a_renamed_user_is_read_by_both_names() {
    let request = json!({"userName": "ann", "newUserName": "anna"});
    assert_eq!(iam("UpdateUser", request), [user("ann"), user("anna")]);
}

#[test]
fn who_leaves_the_name_out_means_themselves_unless_the_answer_names_another() {
    assert_eq!(iam("ChangePassword", Value::Null), [user("cal")]);
    let by_arn = of("iam.amazonaws.com", "DeleteAccessKey", |it| {
        it["userIdentity"]["userName"] = Value::Null;
    });
    assert_eq!(by_arn, [user("cal")]);
    let answered = of("iam.amazonaws.com", "CreateAccessKey", |it| {
        it["responseElements"] = json!({"accessKey": {"userName": "eve"}});
    });
    assert_eq!(answered, [user("eve")]);
    let of_role = of("iam.amazonaws.com", "DeleteAccessKey", |it| {
        it["userIdentity"] =
            json!({"type": "AssumedRole", "arn": "arn:aws:sts::1:assumed-role/r/s"});
    });
    assert_eq!(of_role, []);
}

#[test]
fn a_change_of_a_group_is_about_its_members_and_one_of_a_policy_about_everybody() {
    for event in OF_GROUP {
        let members = Affected::Members("g".to_owned());
        assert_eq!(iam(event, json!({"groupName": "g"})), [members], "{event}");
    }
    for event in OF_POLICY {
        let request = json!({"policyArn": "arn:aws:iam::1:policy/p"});
        assert_eq!(iam(event, request), [Affected::Everybody], "{event}");
    }
}

#[test]
fn the_root_user_is_read_by_a_pass() {
    let everybody = [Affected::Everybody];
    assert_eq!(iam("EnableMFADevice", json!({"userName": ROOT})), everybody);
    let key = of("iam.amazonaws.com", "CreateAccessKey", |it| {
        it["userIdentity"] = json!({"type": "Root", "arn": "arn:aws:iam::1:root"});
    });
    assert_eq!(key, everybody);
    assert_eq!(
        of("signin.amazonaws.com", "PasswordUpdated", |_| ()),
        everybody
    );
}

#[test]
fn failed_calls_reads_roles_and_other_services_have_nothing_read() {
    let denied = of("iam.amazonaws.com", "DeleteAccessKey", |it| {
        it["errorCode"] = json!("AccessDenied");
    });
    assert_eq!(denied, []);
    let read = of("iam.amazonaws.com", "TagUser", |it| {
        it["readOnly"] = json!(true)
    });
    assert_eq!(read, []);
    assert_eq!(iam("PutRolePolicy", json!({"roleName": "r"})), []);
    assert_eq!(
        iam(
            "CreateVirtualMFADevice",
            json!({"virtualMFADeviceName": "v"})
        ),
        []
    );
    let other = of("identitystore.amazonaws.com", "CreateUser", |it| {
        it["requestParameters"] = json!({"userName": "ann"});
    });
    assert_eq!(other, []);
}

#[test]
fn a_hint_is_read_back_as_it_was_kept_and_one_that_is_none_is_everybody() {
    let hints = [
        user("a\u{0} \"b\""),
        Affected::Deleted("ann".to_owned()),
        Affected::Members("staff".to_owned()),
        Affected::Everybody,
    ];
    for hint in hints {
        assert!(!hint.to_text().contains('\0'));
        assert_eq!(Affected::of_text(&hint.to_text()), hint);
    }
    assert_eq!(Affected::of_text("of a later version"), Affected::Everybody);
}

#[test]
fn a_name_that_nobody_can_have_is_kept_of_no_record() {
    let request = |length: usize| json!({"userName": "x".repeat(length)});
    assert_eq!(iam("TagUser", request(128)), [user(&"x".repeat(128))]);
    assert_eq!(iam("TagUser", request(129)), [Affected::Everybody]);
    for name in ["an\u{1b}na", "an na", "anna\0", "\u{e4}nna"] {
        let request = json!({ "userName": name });
        assert_eq!(iam("TagUser", request), [Affected::Everybody], "{name:?}");
    }
}
