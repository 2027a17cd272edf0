//! Users of whom there is more to tell than an event may hold.

use rollcall::map::EVENT_BYTES_MAX;
use serde_json::Value;

use super::site::{ID, Settings, Site, about, account, asset_sink, file_sink, is_deletion};
use crate::support::intake::Intake;
use crate::support::sim_aws::{Document, SimAccount, SimGroup, SimUser};

fn site(account: SimAccount) -> (Site, Intake) {
    let site = Site::with([account]);
    let intake = Intake::start();
    site.configure(&Settings {
        sinks: file_sink("strict", "") + &asset_sink("asset", &intake, ""),
        ..Settings::default()
    });
    (site, intake)
}

/// 50 tags of 256 characters, each of four bytes: as many as AWS lets a user have.
fn tagged() -> SimUser {
    let mut user = SimUser::new("tagged").mfa("GAHT00000001");
    for number in 0..50 {
        user.tags.insert(format!("tag{number:02}"), "𝄞".repeat(256));
    }
    user
}

#[test]
fn a_user_with_many_large_tags_is_sent_with_some_of_them_and_its_deletion_too() {
    let (site, intake) = site(account(ID, [tagged(), SimUser::new("bob")]));
    site.collect(0);
    let strict = about(&site.file("strict.ndjson"), "tagged");
    assert_eq!(strict.len(), 1);
    let size = strict[0].to_string().len();
    assert!(size <= EVENT_BYTES_MAX, "{size}");
    let told = &strict[0]["unmapped"]["aws_iam"];
    let kept = told["tags"].as_array().expect("tags").len();
    assert!((1..50).contains(&kept), "{kept}");
    assert_eq!(told["tags_cut"]["of"], 50);
    assert_eq!(about(&intake.events(), "tagged").len(), 1);
    site.collect(0);
    assert_eq!(site.file("strict.ndjson").len(), 2, "unchanged");
    // A change that the cut tags do not show is a change.
    site.change(|account| {
        let tagged = account.users.get_mut("tagged").unwrap();
        tagged.tags.insert("tag49".to_owned(), "𝄢".repeat(256));
    });
    site.collect(0);
    assert_eq!(about(&site.file("strict.ndjson"), "tagged").len(), 2);
    site.change(|account| drop(account.users.remove("tagged")));
    site.collect(0);
    for events in [site.file("strict.ndjson"), intake.events()] {
        assert!(is_deletion(about(&events, "tagged").last().unwrap()));
    }
}

/// A member of ten groups, each with so many inline policies of long names.
fn crowded(policies: usize) -> SimAccount {
    let mut user = SimUser::new("crowded");
    let mut groups = Vec::new();
    for number in 0..10 {
        let mut group = SimGroup::new(&format!("group{number}"));
        for policy in 0..policies {
            let name = format!("{number}-{policy:03}-{}", "p".repeat(120));
            group.inline.insert(name, Document::new("{}"));
        }
        user = user.in_group(&group.name);
        groups.push(group);
    }
    let with_users = account(ID, [user, SimUser::new("bob")]);
    groups.into_iter().fold(with_users, SimAccount::group)
}

#[test]
fn an_event_too_large_without_any_tag_is_a_dead_letter_at_once_and_the_deletion_is_sent() {
    // What can be kept and not sent, and what can be neither.
    for policies in [30, 64] {
        let (site, intake) = site(crowded(policies));
        let log = site.collect(5);
        assert!(
            about(&site.file("strict.ndjson"), "crowded").is_empty(),
            "{policies}: {log}"
        );
        assert_eq!(
            about(&intake.events(), "crowded").len(),
            1,
            "the other dialect has room"
        );
        assert_eq!(letters(&site), 1, "{log}");
        site.agent.arg("collect").run();
        assert_eq!(
            letters(&site),
            1,
            "{policies}: as long as nothing changes, there is one"
        );
        site.change(|account| drop(account.users.remove("crowded")));
        site.agent.arg("collect").run();
        for events in [site.file("strict.ndjson"), intake.events()] {
            let last = about(&events, "crowded").pop();
            assert!(
                last.as_ref().is_some_and(is_deletion),
                "{policies}: {last:?}"
            );
        }
    }
}

/// How many dead letters there are.
fn letters(site: &Site) -> usize {
    let list = site
        .agent
        .args(["dead-letters", "list", "--output", "json"])
        .run();
    let list: Value = serde_json::from_str(&list.expect_code(0).stdout).expect("JSON");
    list.as_array().expect("a list").len()
}
