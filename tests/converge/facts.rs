//! Facts that cannot be read now go out as last known; those that never were, once they are.

use std::collections::BTreeSet;

use serde_json::Value;

use super::site::{ID, Settings, Site, about, account, asset_sink, file_sink, is_deletion};
use crate::support::intake::Intake;
use crate::support::sim_aws::{SimGroup, SimPolicy, SimUser};

const ADMINISTRATOR: &str = "arn:aws:iam::aws:policy/AdministratorAccess";

/// Somebody of whom there is everything to tell.
fn ann() -> SimUser {
    let mut ann = SimUser::new("ann").in_group("admins");
    for (tag, value) in [
        ("firstName", "Ann"),
        ("lastName", "Other"),
        ("email", "ann@example.org"),
    ] {
        ann.tags.insert(tag.to_owned(), value.to_owned());
    }
    ann.mfa("GAHT00000001")
}

/// The same account with a sink of each dialect.
fn site(schedule: &str, mapping: &str) -> (Site, Intake) {
    let mut admins = SimGroup::new("admins");
    admins.attached.insert(ADMINISTRATOR.to_owned());
    let policy = SimPolicy::new(ADMINISTRATOR, Vec::new());
    let site = Site::with([account(ID, [ann(), SimUser::new("bob")])
        .group(admins)
        .policy(policy)]);
    let intake = Intake::start();
    site.configure(&Settings {
        schedule: schedule.to_owned(),
        mapping: mapping.to_owned(),
        sinks: file_sink("strict", "") + &asset_sink("asset", &intake, ""),
        ..Settings::default()
    });
    (site, intake)
}

#[test]
fn a_resend_while_facts_are_denied_has_the_last_known_ones_and_is_repeated_once_they_are_known() {
    let (site, intake) = site("full_resync_every = \"1ms\"", "");
    site.collect(0);
    site.deny_facts();
    site.collect(4);
    let stale = about(&site.file("strict.ndjson"), "ann").pop().unwrap();
    assert!(
        !names(&stale["unmapped"]["aws_iam"]["stale"]).is_empty(),
        "{stale}"
    );
    assert_tells_everything(&site, &intake);
    site.sim.calm();
    site.configure(&Settings {
        sinks: file_sink("strict", "") + &asset_sink("asset", &intake, ""),
        ..Settings::default()
    });
    site.collect(0);
    let healed = about(&site.file("strict.ndjson"), "ann").pop().unwrap();
    assert!(healed["unmapped"]["aws_iam"]["stale"].is_null(), "{healed}");
    assert_eq!(about(&site.file("strict.ndjson"), "ann").len(), 3);
    assert_eq!(
        about(&intake.events(), "ann").len(),
        2,
        "it told no stale fact as such"
    );
    site.collect(0);
    assert_eq!(
        about(&site.file("strict.ndjson"), "ann").len(),
        3,
        "healed once"
    );
}

#[test]
fn a_change_while_facts_are_denied_has_the_last_known_ones_and_is_repeated_once_they_are_known() {
    for mapping in ["", "emit = \"all\""] {
        let (site, intake) = site("", mapping);
        site.collect(0);
        site.deny_facts();
        site.change(|account| account.users.get_mut("ann").unwrap().path = "/people/".to_owned());
        site.collect(4);
        let events = about(&site.file("strict.ndjson"), "ann");
        assert_eq!(events.len(), 2, "{events:#?}");
        let stale = names(&events[1]["unmapped"]["aws_iam"]["stale"]);
        for fact in ["mfa", "groups", "tags"] {
            assert!(stale.contains(fact), "{fact} of {stale:?}");
        }
        assert_tells_everything(&site, &intake);
        site.sim.calm();
        site.collect(0);
        let events = about(&site.file("strict.ndjson"), "ann");
        assert_eq!(events.len(), 3);
        assert!(
            events[2]["unmapped"]["aws_iam"]["stale"].is_null(),
            "{}",
            events[2]
        );
        assert_tells_everything(&site, &intake);
    }
}

#[test]
fn a_user_first_seen_while_facts_are_denied_is_sent_without_them_and_again_once_they_are_known() {
    for mapping in ["", "emit = \"created\"", "emit = \"all\""] {
        let (site, intake) = site("", mapping);
        site.deny_facts();
        site.collect(4);
        for events in [site.file("strict.ndjson"), intake.events()] {
            let user = &about(&events, "ann")[0]["user"];
            for absent in ["has_mfa", "groups", "full_name", "email_addr"] {
                assert!(user[absent].is_null(), "{absent} in {user}");
            }
            assert!(user["type_id"].is_null() || user["type_id"] == 0, "{user}");
        }
        site.sim.calm();
        site.collect(0);
        for events in [site.file("strict.ndjson"), intake.events()] {
            let events = about(&events, "ann");
            assert_eq!(events.len(), 2, "{mapping}: {events:#?}");
        }
        assert_tells_everything(&site, &intake);
    }
}

#[test]
fn losing_the_report_or_the_device_list_for_a_pass_sends_nothing() {
    for lost in ["GetCredentialReport", "ListVirtualMFADevices"] {
        let (site, intake) = site("", "");
        site.collect(0);
        let before = (site.file("strict.ndjson").len(), intake.events().len());
        site.deny(lost);
        site.agent.arg("collect").run();
        site.sim.calm();
        site.collect(0);
        let after = (site.file("strict.ndjson").len(), intake.events().len());
        assert_eq!(before, after, "{lost}: {:#?}", site.file("strict.ndjson"));
    }
}

#[test]
fn a_virtual_mfa_device_that_came_and_went_since_the_report_is_told_to_be_gone() {
    let site = Site::with([account(ID, [SimUser::new("ann")])]);
    site.configure(&Settings {
        sinks: file_sink("strict", ""),
        ..Settings::default()
    });
    // The report is made now, without a device.
    site.collect(0);
    let has_mfa = || {
        let last = about(&site.file("strict.ndjson"), "ann").pop().unwrap();
        last["user"]["has_mfa"].clone()
    };
    assert_eq!(has_mfa(), false);
    // A report has no part of a second.
    std::thread::sleep(std::time::Duration::from_millis(2_100));
    let device = format!("arn:aws:iam::{ID}:mfa/ann");
    site.sim.change(ID, |account| {
        let ann = account.users.get_mut("ann").unwrap();
        *ann = ann.clone().mfa(&device);
    });
    site.collect(0);
    assert_eq!(has_mfa(), true);
    site.sim.change(ID, |account| {
        account.users.get_mut("ann").unwrap().mfa.clear();
    });
    site.collect(0);
    assert_eq!(has_mfa(), false);
}

#[test]
fn a_second_virtual_mfa_device_that_is_removed_is_sent() {
    let (site, _intake) = site("", "");
    let [first, second] = ["one", "two"].map(|name| format!("arn:aws:iam::{ID}:mfa/{name}"));
    let with = ann().mfa(&first).mfa(&second);
    site.change(|account| drop(account.users.insert("ann".to_owned(), with)));
    site.collect(0);
    site.change(|account| {
        account.users.get_mut("ann").unwrap().mfa.remove(&second);
    });
    site.collect(0);
    let events = about(&site.file("strict.ndjson"), "ann");
    assert_eq!(events.len(), 2, "{events:#?}");
    assert!(
        events[0].to_string().contains(&second) && !last_without_changes(&events).contains(&second)
    );
}

fn last_without_changes(events: &[Value]) -> String {
    let mut last = events.last().cloned().unwrap();
    last["unmapped"]["aws_iam"]["changes"].take();
    last.to_string()
}

/// The last event of each sink about ann is whole, and none was poorer than one before.
#[track_caller]
fn assert_tells_everything(site: &Site, intake: &Intake) {
    for events in [site.file("strict.ndjson"), intake.events()] {
        let mut events = about(&events, "ann");
        events.retain(|event| !is_deletion(event));
        let user = &events.last().unwrap()["user"];
        assert_eq!(user["has_mfa"], true, "{user}");
        assert_eq!(user["type_id"], 2, "{user}");
        assert_eq!(user["full_name"], "Ann Other", "{user}");
        assert_eq!(user["groups"][0]["name"], "admins", "{user}");
        let mut told = BTreeSet::new();
        for event in &events {
            let now = paths(event);
            let lost: Vec<_> = told.difference(&now).collect();
            assert!(lost.is_empty(), "{lost:?} is not told any more: {event}");
            told = now;
        }
    }
}

/// Where an event has a value, without what tells of the telling.
fn paths(event: &Value) -> BTreeSet<String> {
    fn add(value: &Value, path: &str, paths: &mut BTreeSet<String>) {
        match value {
            Value::Object(fields) => {
                for (key, value) in fields {
                    add(value, &format!("{path}/{key}"), paths);
                }
            }
            Value::Array(items) => items
                .iter()
                .for_each(|item| add(item, &format!("{path}/-"), paths)),
            _ => drop(paths.insert(path.to_owned())),
        }
    }
    let mut paths = BTreeSet::new();
    add(event, "", &mut paths);
    let of_telling = ["stale", "unknown", "changes"].map(|it| format!("/unmapped/aws_iam/{it}"));
    paths.retain(|path| !of_telling.iter().any(|it| path.starts_with(it)));
    paths
}

fn names(facts: &Value) -> BTreeSet<&str> {
    let facts = facts.as_array().into_iter().flatten();
    facts.filter_map(|fact| fact["fact"].as_str()).collect()
}

#[test]
fn a_virtual_mfa_device_that_is_gone_is_not_told_as_last_known_while_the_users_own_list_is_denied()
{
    let (site, intake) = site("", "");
    let virtual_one = format!("arn:aws:iam::{ID}:mfa/gone");
    let with = ann().mfa(&virtual_one);
    site.change(|account| drop(account.users.insert("ann".to_owned(), with)));
    let strategy = |name: &str| {
        site.configure(&Settings {
            accounts: format!("strategy = \"{name}\""),
            sinks: file_sink("strict", "") + &asset_sink("asset", &intake, ""),
            ..Settings::default()
        });
    };
    // Lists every device of every user.
    strategy("per-user");
    site.collect(0);
    site.change(|account| {
        account
            .users
            .get_mut("ann")
            .unwrap()
            .mfa
            .remove(&virtual_one);
    });
    site.deny("ListMFADevices");
    strategy("auto");
    for _ in 0..2 {
        site.agent.arg("collect").run();
        let events = about(&site.file("strict.ndjson"), "ann");
        assert_eq!(events.len(), 2, "{events:#?}");
        let last = last_without_changes(&events);
        assert!(!last.contains(&virtual_one), "{last}");
        assert!(last.contains("GAHT00000001"), "{last}");
        let told = &events[1]["unmapped"]["aws_iam"];
        assert_eq!(told["mfa_devices_complete"], false, "{told}");
        assert_eq!(events[1]["user"]["has_mfa"], true);
    }
}
