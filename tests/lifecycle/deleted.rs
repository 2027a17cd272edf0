//! `rollcall lifecycle delete`.

use aws_sdk_iam::types::Tag;

use super::common::{agent, executor, left, plant};
use crate::support::aws_proxy::{AwsProxy, aws_error};
use crate::support::block_on;
use crate::support::moto::Account;

/// The writes of a deletion, in the order that leaves a harmless user half-way.
pub(super) const WRITES: [&str; 13] = [
    "UpdateAccessKey",
    "DeleteLoginProfile",
    "DeactivateMFADevice",
    "DeleteVirtualMFADevice",
    "DeleteSSHPublicKey",
    "DeleteSigningCertificate",
    "DeleteServiceSpecificCredential",
    "RemoveUserFromGroup",
    "DetachUserPolicy",
    "DeleteUserPolicy",
    "DeleteAccessKey",
    "DeleteUser",
    "DeleteParameter",
];

#[test]
fn a_user_with_everything_is_deleted_in_the_order_that_is_harmless_half_way() {
    let account = Account::strict();
    let id = plant(&account, "anna");
    let proxy = AwsProxy::transparent(&account);
    let agent = agent(&account, "").env("AWS_ENDPOINT_URL", &proxy.url());
    let asked = agent.args(["lifecycle", "delete", &format!("{id}:anna")]);
    let output = asked.run().expect_code(0);
    assert!(
        output.stdout.starts_with("deleted user anna"),
        "{}",
        output.stdout
    );
    assert!(output.stdout.contains("group of-anna"), "{}", output.stdout);
    assert_eq!(left(&account, "anna"), Vec::<&str>::new());
    let calls = proxy.calls();
    let writes = calls.iter().map(|call| call.action());
    let writes: Vec<_> = writes.filter(|it| WRITES.contains(it)).collect();
    assert_eq!(writes, WRITES);
    // The boundary stays as long as the user: without it, the user would have more rights.
    assert_eq!(proxy.count("DeleteUserPermissionsBoundary"), 0);

    let again = asked.run().expect_code(0);
    assert!(
        again.stdout.contains("is already deleted"),
        "{}",
        again.stdout
    );
}

#[test]
fn a_user_that_is_not_the_one_that_was_asked_for_stays() {
    let account = Account::strict();
    let id = plant(&account, "anna");
    for (user, more, code, says) in [
        (
            "AIDAOTHER:anna".to_owned(),
            "",
            7,
            "belongs to somebody else",
        ),
        (
            format!("{id}:ann"),
            "",
            7,
            "not called ann any more but anna",
        ),
        ("anna".to_owned(), "", 2, "both halves"),
        (format!("{id}:"), "", 2, "both halves"),
        (format!("{id}:anna"), "exempt = [\"Anna\"]", 7, "is exempt"),
        (
            format!("{id}:anna"),
            "exempt_groups = [\"x\", \"Of-Anna\"]",
            7,
            "is exempt",
        ),
    ] {
        let asked = agent(&account, more).args(["lifecycle", "delete", &user]);
        let output = asked.run().expect_code(code);
        assert!(output.stderr.contains(says), "{user}: {}", output.stderr);
        assert_eq!(left(&account, "anna"), ["user", "device", "parameter"]);
    }
}

#[test]
fn an_exempt_user_stays_by_its_tag_in_any_case_and_by_the_desired_state() {
    let account = Account::strict();
    let id = plant(&account, "anna");
    let user = format!("{id}:anna");
    let delete = |people: &str| {
        let agent = agent(&account, "").file("people.toml", people);
        agent.args(["lifecycle", "delete", &user]).run()
    };
    let output = delete("[[users]]\nname = \"Anna\"\nexempt = true\n").expect_code(7);
    assert!(output.stderr.contains("is exempt"), "{}", output.stderr);
    delete("[[users]]\nnme = \"anna\"\n").expect_code(2);
    let tag = Tag::builder()
        .key("Rollcall:Exempt")
        .value("")
        .build()
        .unwrap();
    let tag = account.iam().tag_user().user_name("anna").tags(tag);
    block_on(tag.send()).unwrap();
    delete("users = []\n").expect_code(7);
    assert_eq!(left(&account, "anna"), ["user", "device", "parameter"]);
    let untag = account.iam().untag_user().user_name("anna");
    block_on(untag.tag_keys("Rollcall:Exempt").send()).unwrap();
    let output = delete("[[users]]\nname = \"anna\"\n").expect_code(0);
    assert!(
        output.stderr.contains("creates it again"),
        "{}",
        output.stderr
    );
}

#[test]
fn nothing_is_deleted_without_a_lifecycle_in_the_configuration() {
    let account = Account::strict();
    let id = plant(&account, "anna");
    let agent = crate::support::agent::Agent::new().account(&account);
    let asked = agent.args(["lifecycle", "delete", &format!("{id}:anna")]);
    let output = asked.run().expect_code(2);
    assert!(output.stderr.contains("[lifecycle]"), "{}", output.stderr);
    assert_eq!(left(&account, "anna"), ["user", "device", "parameter"]);
}

#[test]
fn a_denial_half_way_names_what_is_left_and_a_second_run_finishes() {
    let account = Account::strict();
    let id = plant(&account, "anna");
    let proxy = AwsProxy::start(&account, |call| {
        (call.action() == "DetachUserPolicy").then(|| aws_error(403, "AccessDenied"))
    });
    let direct = agent(&account, "").args(["lifecycle", "delete", &format!("{id}:anna")]);
    let denied = direct.env("AWS_ENDPOINT_URL", &proxy.url());
    let output = denied.run().expect_code(3);
    for says in [
        "still has access key",
        "attached policy arn:",
        "iam:DetachUserPolicy",
    ] {
        assert!(output.stderr.contains(says), "{says}: {}", output.stderr);
    }
    assert!(
        !output.stderr.contains("group of-anna"),
        "{}",
        output.stderr
    );
    // Whoever is half deleted gets no key, which would forget what is to be deleted.
    let user = format!("{id}:anna").parse().unwrap();
    let again = block_on(async {
        let state_dir = direct.state_home().join("rollcall");
        let executor = executor(&account, account.url(), &state_dir).await;
        executor.create_key(&user).await.unwrap_err().to_string()
    });
    assert!(again.contains("half deleted"), "{again}");
    direct.run().expect_code(0);
    assert_eq!(left(&account, "anna"), Vec::<&str>::new());
}

#[test]
fn somebody_who_adds_things_meanwhile_is_outrun_three_times_and_then_named() {
    for (conflicts, code) in [(2, 0), (9, 3)] {
        let account = Account::strict();
        let id = plant(&account, "anna");
        let client = account.iam();
        let seen = std::sync::atomic::AtomicU32::new(0);
        let proxy = AwsProxy::start(&account, move |call| {
            let order = std::sync::atomic::Ordering::SeqCst;
            if call.action() != "DeleteUser" || seen.fetch_add(1, order) >= conflicts {
                return None;
            }
            block_on(client.create_access_key().user_name("anna").send()).unwrap();
            None
        });
        let agent = agent(&account, "").env("AWS_ENDPOINT_URL", &proxy.url());
        let asked = agent.args(["lifecycle", "delete", &format!("{id}:anna")]);
        let output = asked.run().expect_code(code);
        assert_eq!(proxy.count("DeleteUser"), 3);
        let names = output.stderr.contains("still has access key AKIA");
        assert_eq!(names, code == 3, "{}", output.stderr);
    }
}

#[test]
fn what_is_too_new_or_changed_by_somebody_else_is_tried_again() {
    let account = Account::strict();
    let id = plant(&account, "anna");
    let refused = std::sync::Mutex::new(vec![
        ("DeleteLoginProfile", "EntityTemporarilyUnmodifiable"),
        ("DeleteUser", "ConcurrentModification"),
    ]);
    let proxy = AwsProxy::start(&account, move |call| {
        let mut refused = refused.lock().unwrap();
        let place = refused
            .iter()
            .position(|(action, _)| *action == call.action())?;
        Some(aws_error(409, refused.remove(place).1))
    });
    let agent = agent(&account, "").env("AWS_ENDPOINT_URL", &proxy.url());
    agent
        .args(["lifecycle", "delete", &format!("{id}:anna")])
        .run()
        .expect_code(0);
    assert_eq!(left(&account, "anna"), Vec::<&str>::new());
}

#[test]
fn a_device_that_may_not_be_deleted_is_named_before_and_behind_its_user() {
    let account = Account::strict();
    let id = plant(&account, "anna");
    let device = format!("arn:aws:iam::{}:mfa/anna", account.id());
    let agent = agent(&account, "");
    let delete = agent.args(["lifecycle", "delete", &format!("{id}:anna")]);
    let denied = |account: &Account| {
        AwsProxy::start(account, |call| {
            (call.action() == "DeleteVirtualMFADevice").then(|| aws_error(403, "AccessDenied"))
        })
    };
    let proxy = denied(&account);
    let denied = delete.env("AWS_ENDPOINT_URL", &proxy.url());
    for says in [
        format!("inline policy own, deactivated MFA device {device}:"),
        format!("user anna is deleted, and deactivated MFA device {device} is left:"),
    ] {
        let output = denied.run().expect_code(3);
        assert!(output.stderr.contains(&says), "{}", output.stderr);
    }
    assert_eq!(left(&account, "anna"), ["device", "parameter"]);
    delete.run().expect_code(0);
    assert_eq!(left(&account, "anna"), Vec::<&str>::new());
}
