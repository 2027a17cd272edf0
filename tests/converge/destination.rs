//! A sink together with its destination is what remembers.

use super::site::{Settings, Site, asset_sink, file_sink, is_deletion};
use crate::support::intake::{CONNECTOR_UUID, Intake};
use crate::support::sim_aws::SimUser;

const OTHER_UUID: &str = "6c1b6e3d-8f6e-4c1c-9d57-2f1d1d1f6a01";
const ANOTHER: &str = "a destination that nothing was sent to before";

fn site() -> Site {
    Site::of(["ann", "bob", "cyd"].map(SimUser::new))
}

fn sending(site: &Site, sinks: String) {
    site.configure(&Settings {
        sinks,
        ..Settings::default()
    });
}

#[test]
fn another_url_or_connector_under_the_same_name_is_sent_everything_with_a_warning() {
    let (first, second) = (Intake::start(), Intake::start());
    let site = site();
    sending(&site, asset_sink("asset", &first, ""));
    let log = site.collect(0);
    assert!(!log.contains(ANOTHER), "{log}");
    sending(&site, asset_sink("asset", &second, ""));
    let log = site.collect(0);
    assert!(log.contains(ANOTHER), "{log}");
    assert_eq!((first.events().len(), second.events().len()), (3, 3));
    let other = asset_sink("asset", &second, "").replace(CONNECTOR_UUID, OTHER_UUID);
    sending(&site, other.clone());
    let log = site.collect(0);
    assert!(log.contains(ANOTHER), "{log}");
    let of_other = second.requests();
    let of_other = of_other.iter().filter(|it| it.path.contains(OTHER_UUID));
    assert_eq!(of_other.map(|it| it.items().len()).sum::<usize>(), 3);
    assert!(!site.collect(0).contains(ANOTHER), "warned of once");
}

#[test]
fn check_says_that_a_sink_has_a_new_destination_also_while_the_daemon_runs() {
    let (first, second) = (Intake::start(), Intake::start());
    let site = site();
    sending(&site, asset_sink("asset", &first, ""));
    let check = |site: &Site| site.agent.arg("check").run().stdout;
    assert!(
        !check(&site).contains("nothing was sent to this destination"),
        "nothing was sent anywhere yet"
    );
    site.collect(0);
    assert!(!check(&site).contains("nothing was sent to this destination"));
    sending(&site, asset_sink("asset", &second, ""));
    assert!(
        check(&site).contains("nothing was sent to this destination"),
        "{}",
        check(&site)
    );
    sending(&site, asset_sink("asset", &first, ""));
    let mut running = site.run();
    running.wait_for("waiting for the next pass", super::site::SOON);
    assert!(!check(&site).contains("nothing was sent to this destination"));
    sending(&site, asset_sink("asset", &second, ""));
    assert!(
        check(&site).contains("nothing was sent to this destination"),
        "{}",
        check(&site)
    );
    super::site::end(running);
    assert!(second.events().is_empty(), "check sends nothing");
}

#[test]
fn another_destination_is_sent_every_user_even_where_only_new_users_are_sent() {
    for emit in ["created", "changed"] {
        let site = site();
        for name in ["one", "two", "two"] {
            site.configure(&Settings {
                mapping: format!("emit = \"{emit}\""),
                sinks: file_sink(name, "").replacen(name, "file", 1),
                ..Settings::default()
            });
            site.collect(0);
        }
        assert_eq!(site.file("two.ndjson").len(), 3, "{emit}");
    }
}

#[test]
fn a_renamed_sink_is_another_one_and_is_sent_everything() {
    let site = site();
    sending(&site, file_sink("old", ""));
    site.collect(0);
    let renamed = file_sink("old", "").replace("name = \"old\"", "name = \"new\"");
    sending(&site, renamed);
    site.collect(0);
    assert_eq!(site.file("old.ndjson").len(), 6);
}

#[test]
fn another_dialect_under_the_same_destination_sends_every_user_in_it() {
    for emit in ["changed", "all"] {
        let site = site();
        let with = |dialect: &str| {
            site.configure(&Settings {
                mapping: format!("emit = \"{emit}\""),
                sinks: file_sink("file", &format!("dialect = \"{dialect}\"")),
                ..Settings::default()
            });
            site.collect(0);
        };
        with("ocsf");
        with("sekoia");
        let events = site.file("file.ndjson");
        assert_eq!(events.len(), 6, "{emit}: {events:#?}");
        assert!(
            events[3..].iter().all(|event| event["type_uid"] == 500_301),
            "{emit}"
        );
    }
}

#[test]
fn a_sink_that_was_taken_out_and_put_back_is_sent_deletions_and_is_up_to_date() {
    for dialect in ["ocsf", "sekoia"] {
        let site = site();
        let sink = |dialect: &str| file_sink("file", &format!("dialect = \"{dialect}\""));
        sending(&site, file_sink("other", "") + &sink("ocsf"));
        site.collect(0);
        sending(&site, file_sink("other", ""));
        site.change(|account| drop(account.users.remove("ann")));
        site.collect(0);
        site.change(|account| {
            account.users.remove("bob");
            let cyd = account.users.get_mut("cyd").unwrap();
            *cyd = cyd.clone().mfa("GAHT00000001");
        });
        site.collect(0);
        // It may be put back with another dialect.
        sending(&site, file_sink("other", "") + &sink(dialect));
        site.collect(0);
        let events = site.file("file.ndjson").split_off(3);
        for name in ["ann", "bob"] {
            let is_told =
                |event: &serde_json::Value| event["user"]["name"] == name && is_deletion(event);
            assert!(events.iter().any(is_told), "{dialect}: {name}: {events:#?}");
        }
        let cyd = events
            .iter()
            .rfind(|event| event["user"]["name"] == "cyd")
            .unwrap();
        assert_eq!(cyd["user"]["has_mfa"], true);
        assert_eq!(events.len(), 3, "{dialect}: {events:#?}");
        site.collect(0);
        assert_eq!(site.file("file.ndjson").len(), 6, "up to date");
    }
}

#[test]
fn what_is_kept_for_a_sink_that_is_gone_can_be_forgotten_and_it_starts_afresh() {
    let site = site();
    sending(&site, file_sink("other", "") + &file_sink("file", ""));
    site.collect(0);
    sending(&site, file_sink("other", ""));
    let forget = site.agent.args(["state", "forget", "--sink", "file"]);
    forget.run().expect_code(0);
    forget.run().expect_code(7);
    sending(&site, file_sink("other", "") + &file_sink("file", ""));
    site.collect(0);
    assert_eq!(site.file("file.ndjson").len(), 6, "sent everything again");
    assert_eq!(site.file("other.ndjson").len(), 3);
}

#[test]
fn a_new_sink_is_sent_every_user_once_in_its_first_pass() {
    for emit in ["all", "changed", "created"] {
        let site = site();
        let with = |sinks: String| {
            site.configure(&Settings {
                mapping: format!("emit = \"{emit}\""),
                sinks,
                ..Settings::default()
            });
            site.collect(0);
        };
        with(file_sink("old", ""));
        with(file_sink("old", "") + &file_sink("new", ""));
        assert_eq!(site.file("new.ndjson").len(), 3, "{emit}");
        let of_old = if emit == "all" { 6 } else { 3 };
        assert_eq!(site.file("old.ndjson").len(), of_old, "{emit}");
    }
}

#[test]
fn a_new_sink_is_sent_users_that_its_first_pass_does_not_see_too() {
    for emit in ["all", "changed"] {
        let site = site();
        let with = |sinks: String| {
            site.configure(&Settings {
                mapping: format!("emit = \"{emit}\""),
                sinks,
                ..Settings::default()
            });
        };
        with(file_sink("old", ""));
        site.collect(0);
        with(file_sink("old", "") + &file_sink("new", ""));
        for action in ["ListUsers", "GetAccountAuthorizationDetails"] {
            site.deny(action);
        }
        site.agent.arg("collect").run();
        assert_eq!(site.file("new.ndjson").len(), 3, "{emit}");
        assert_eq!(site.file("old.ndjson").len(), 3, "{emit}");
    }
}

#[test]
fn a_sink_that_is_put_back_is_not_told_of_a_user_as_living_that_the_same_pass_finds_deleted() {
    let site = site();
    let both = file_sink("other", "") + &file_sink("file", "");
    sending(&site, both.clone());
    site.collect(0);
    sending(&site, file_sink("other", ""));
    site.change(|account| {
        let ann = account.users.get_mut("ann").unwrap();
        *ann = ann.clone().mfa("GAHT00000001");
    });
    site.collect(0);
    site.change(|account| drop(account.users.remove("ann")));
    sending(&site, both);
    site.collect(0);
    let events = site.file("file.ndjson").split_off(3);
    assert_eq!(events.len(), 1, "{events:#?}");
    assert!(is_deletion(&events[0]), "{}", events[0]);
}

#[test]
fn another_dialect_where_only_new_users_are_sent_repeats_no_user_and_has_the_new_ones() {
    for (before, after) in [("ocsf", "sekoia"), ("sekoia", "ocsf")] {
        let site = site();
        let with = |dialect: &str| {
            site.configure(&Settings {
                mapping: "emit = \"created\"".to_owned(),
                sinks: file_sink("file", &format!("dialect = \"{dialect}\"")),
                ..Settings::default()
            });
            site.collect(0);
        };
        with(before);
        with(after);
        assert_eq!(site.file("file.ndjson").len(), 3, "{after}");
        site.change(|account| {
            let mut dan = SimUser::new("dan");
            dan.created_at = time::OffsetDateTime::now_utc();
            *account = account.clone().user(dan);
        });
        with(after);
        let events = site.file("file.ndjson").split_off(3);
        assert_eq!(events.len(), 1, "{after}: {events:#?}");
        assert_eq!(events[0]["user"]["name"], "dan");
        assert_eq!(events[0]["type_uid"] == 500_301, after == "sekoia");
    }
}
