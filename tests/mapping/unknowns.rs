//! An unknown fact is absent and named; it never turns into a value.

use std::collections::BTreeSet;

use proptest::prelude::*;
use rollcall::map::Dialect;
use rollcall::model::{Account, Fact, Reason, User};
use serde_json::{Value, json};

use super::catalogue::{case, pass, render};
use super::generate::user_of_account;

/// A fact's name, what makes it unknown, and the places of the strict event that go with it.
type Forgotten = (&'static str, fn(&mut User), &'static [&'static str]);

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn unknown_mfa_and_groups_never_become_a_value((user, account) in user_of_account()) {
        let [ocsf, sekoia] = events(&user, &account);
        for event in [&ocsf, &sekoia] {
            let shown = &event["user"];
            let has_mfa = user.mfa.value().map(|mfa| json!(mfa.is_active()));
            prop_assert_eq!(shown.get("has_mfa"), has_mfa.as_ref());
            prop_assert_eq!(shown.get("groups").is_some(), user.groups.value().is_some());
            if !every_group_policy_is_known(&user) {
                prop_assert_ne!(shown.get("type"), Some(&json!("User")));
                prop_assert_ne!(shown.get("type_id"), Some(&json!(1)));
            }
        }
    }

    #[test]
    fn a_group_without_read_policies_has_no_privileges((user, account) in user_of_account()) {
        for event in events(&user, &account) {
            for shown in event["user"]["groups"].as_array().into_iter().flatten() {
                let groups = user.groups.value().unwrap();
                let group = groups.iter().find(|group| shown["name"] == group.name).unwrap();
                let known = group.attached_policies.value().is_some();
                prop_assert_eq!(shown.get("privileges").is_some(), known);
            }
        }
    }

    #[test]
    fn the_strict_event_names_exactly_the_unknown_facts((user, account) in user_of_account()) {
        let [ocsf, _] = events(&user, &account);
        let expected = user.unknown_facts().into_iter().map(|(fact, why)| {
            json!({ "fact": fact, "reason": why.reason.as_str(), "detail": why.detail })
        });
        let expected: Vec<Value> = expected.collect();
        let named = ocsf["unmapped"]["aws_iam"].get("unknown").cloned();
        prop_assert_eq!(named.unwrap_or(json!([])), Value::Array(expected));
    }

    #[test]
    fn the_dialects_agree_on_what_both_show((user, account) in user_of_account()) {
        let [ocsf, sekoia] = events(&user, &account);
        for field in ["name", "uid", "uid_alt", "full_name", "email_addr", "has_mfa", "ldap_person"] {
            prop_assert_eq!(ocsf["user"].get(field), sekoia["user"].get(field), "{}", field);
        }
        if ocsf["user"]["type"] != "Unknown" {
            prop_assert_eq!(&ocsf["user"]["type"], &sekoia["user"]["type"]);
        }
        prop_assert_eq!(&ocsf["cloud"]["account"], &ocsf["user"]["account"]);
        prop_assert_eq!(&ocsf["cloud"]["account"]["uid"], &sekoia["user"]["org"]["uid"]);
        prop_assert_eq!(&sekoia["user"]["account"]["uid"], &sekoia["user"]["uid"]);
    }
}

#[test]
fn a_fact_that_becomes_unknown_takes_its_place_with_it() {
    let case = case("everything_known");
    let gone: [Forgotten; 9] = [
        (
            "access_keys",
            |u| u.access_keys = denied(),
            &["/unmapped/aws_iam/access_keys"],
        ),
        (
            "attached_policies",
            |u| u.attached_policies = denied(),
            &["/unmapped/aws_iam/attached_policies"],
        ),
        (
            "console_access",
            |u| u.console = denied(),
            &[
                "/unmapped/aws_iam/console_access",
                "/unmapped/aws_iam/password_last_changed",
            ],
        ),
        (
            "groups",
            |u| u.groups = denied(),
            &["/user/groups", "/unmapped/aws_iam/admin_because"],
        ),
        (
            "inline_policies",
            |u| u.inline_policies = denied(),
            &["/unmapped/aws_iam/inline_policies"],
        ),
        (
            "mfa",
            |u| u.mfa = denied(),
            &[
                "/user/has_mfa",
                "/unmapped/aws_iam/mfa_devices",
                "/unmapped/aws_iam/mfa_devices_complete",
            ],
        ),
        (
            "password_last_used",
            |u| u.password_last_used = denied(),
            &["/unmapped/aws_iam/password_last_used"],
        ),
        (
            "permissions_boundary",
            |u| u.permissions_boundary = denied(),
            &["/unmapped/aws_iam/permissions_boundary"],
        ),
        (
            "tags",
            |u| u.tags = denied(),
            &[
                "/user/full_name",
                "/user/email_addr",
                "/user/ldap_person",
                "/unmapped/aws_iam/tags",
            ],
        ),
    ];
    let [whole, _] = events(&case.user, &case.account);
    for (fact, forget, places) in gone {
        let mut user = case.user.clone();
        forget(&mut user);
        let [event, _] = events(&user, &case.account);
        for place in places {
            assert!(whole.pointer(place).is_some(), "{place} was never there");
            assert_eq!(event.pointer(place), None, "{fact} {place}");
        }
        let named = json!([{ "fact": fact, "reason": "denied", "detail": "iam:Test" }]);
        assert_eq!(event["unmapped"]["aws_iam"]["unknown"], named);
    }
}

/// What each kind of credential is told by.
#[test]
fn a_kind_of_credential_that_becomes_unknown_leaves_no_trace_and_hides_no_other() {
    let case = case("everything_known");
    type Kind = (&'static str, fn(&mut User), &'static [&'static str]);
    let kinds: [Kind; 4] = [
        (
            "access_keys",
            |u| u.access_keys = denied(),
            &["AWS Access Key"],
        ),
        (
            "service_specific_credentials",
            |u| u.service_specific_credentials = denied(),
            &[
                "AWS Service-Specific Credential",
                "service-specific credential",
            ],
        ),
        (
            "signing_certificates",
            |u| u.signing_certificates = denied(),
            &["signing certificate"],
        ),
        (
            "ssh_public_keys",
            |u| u.ssh_public_keys = denied(),
            &["AWS SSH Public Key", "SSH public key"],
        ),
    ];
    let told = |event: &Value| -> BTreeSet<String> {
        let lists = [
            ("/user/programmatic_credentials", "type"),
            ("/unmapped/aws_iam/credentials", "kind"),
        ];
        let told = lists.iter().flat_map(|(list, name)| {
            let items = event.pointer(list).and_then(Value::as_array);
            items
                .into_iter()
                .flatten()
                .map(move |it| it[name].to_string())
        });
        told.map(|it| it.trim_matches('"').to_owned()).collect()
    };
    let [whole, _] = events(&case.user, &case.account);
    for (fact, forget, gone) in kinds {
        let mut user = case.user.clone();
        forget(&mut user);
        let [event, _] = events(&user, &case.account);
        let gone: BTreeSet<String> = gone.iter().map(|it| (*it).to_owned()).collect();
        let lost: BTreeSet<String> = told(&whole).difference(&told(&event)).cloned().collect();
        assert_eq!(lost, gone, "{fact}");
        let named = json!([{ "fact": fact, "reason": "denied", "detail": "iam:Test" }]);
        assert_eq!(event["unmapped"]["aws_iam"]["unknown"], named);
    }
}

#[test]
fn an_empty_list_of_credentials_is_told_only_where_every_kind_is_known() {
    let case = case("plain");
    let list = |user: &User| {
        let [event, _] = events(user, &case.account);
        event.pointer("/unmapped/aws_iam/credentials").cloned()
    };
    assert_eq!(list(&case.user), Some(json!([])));
    let mut user = case.user.clone();
    user.ssh_public_keys = denied();
    assert_eq!(list(&user), None);
}

fn events(user: &User, account: &Account) -> [Value; 2] {
    [Dialect::Ocsf, Dialect::Sekoia].map(|dialect| {
        let rendered = render(user, account, dialect, pass());
        serde_json::from_slice(&rendered.json).unwrap()
    })
}

fn every_group_policy_is_known(user: &User) -> bool {
    let mut policies = user
        .groups
        .value()
        .into_iter()
        .flatten()
        .map(|group| &group.attached_policies);
    user.groups.value().is_some() && policies.all(|policies| policies.value().is_some())
}

fn denied<T>() -> Fact<T> {
    Fact::unknown(Reason::Denied, "iam:Test")
}
