//! Deletions: believed once they are proven, and forgotten after a while.

use rollcall::store::{AccountRecord, Store};
use serde_json::Value;
use time::OffsetDateTime;

use super::site::{ID, Settings, Site, about, asset_sink, file_sink, is_deletion};
use crate::support::intake::Intake;
use crate::support::sim_aws::SimUser;

fn site(settings: Settings) -> (Site, Intake) {
    let site = Site::of(["ann", "bob", "cyd"].map(SimUser::new));
    let intake = Intake::start();
    site.configure(&Settings {
        sinks: file_sink("strict", "") + &asset_sink("asset", &intake, ""),
        ..settings
    });
    site.collect(0);
    (site, intake)
}

fn deletions(events: &[Value]) -> usize {
    events.iter().filter(|event| is_deletion(event)).count()
}

#[test]
fn where_get_user_is_denied_a_deletion_is_sent_after_the_second_complete_pass() {
    let (site, intake) = site(Settings::default());
    site.deny("GetUser");
    site.change(|account| drop(account.users.remove("ann")));
    site.agent.arg("collect").run();
    assert_eq!(deletions(&site.file("strict.ndjson")), 0);
    site.agent.arg("collect").run();
    for events in [site.file("strict.ndjson"), intake.events()] {
        assert_eq!(deletions(&about(&events, "ann")), 1);
        assert_eq!(deletions(&events), 1);
    }
    site.agent.arg("collect").run();
    assert_eq!(deletions(&intake.events()), 1, "told once");
}

#[test]
fn a_user_that_was_missing_from_one_pass_alone_is_not_reported_as_deleted() {
    let (site, intake) = site(Settings::default());
    site.deny("GetUser");
    for _ in 0..3 {
        site.change(|account| drop(account.users.remove("ann")));
        site.agent.arg("collect").run();
        site.change(|account| *account = account.clone().user(SimUser::new("ann")));
        site.agent.arg("collect").run();
    }
    for events in [site.file("strict.ndjson"), intake.events()] {
        assert_eq!(events.len(), 3, "{events:#?}");
    }
}

#[test]
fn accepted_deletions_are_sent_at_once_even_where_get_user_is_denied() {
    let (site, intake) = site(Settings::default());
    site.deny("GetUser");
    site.change(|account| drop(account.users.remove("ann")));
    site.agent.args(["collect", "--accept-deletions"]).run();
    assert_eq!(deletions(&intake.events()), 1);
}

/// How many records of this kind the state holds.
fn kept(site: &Site, kind: &str) -> u64 {
    let info = site.agent.args(["state", "info", "--output", "json"]).run();
    let info: Value = serde_json::from_str(&info.expect_code(0).stdout).expect("JSON");
    let mut trees = info["trees"].as_array().into_iter().flatten();
    let tree = trees.find(|tree| tree["name"] == kind);
    tree.expect("a kind")["records"].as_u64().expect("a number")
}

#[test]
fn state_info_shows_deleted_users_and_they_go_after_history_is_kept() {
    let (site, _intake) = site(Settings::default());
    let states = kept(&site, "states of users at receivers");
    assert_eq!((states, kept(&site, "users as last known")), (6, 3));
    site.change(|account| drop(account.users.remove("ann")));
    site.collect(0);
    assert_eq!(kept(&site, "deleted users"), 1);
    assert_eq!(kept(&site, "users as last known"), 2);
    site.configure(&Settings {
        agent: "keep_history = \"1s\"".to_owned(),
        sinks: file_sink("strict", ""),
        ..Settings::default()
    });
    std::thread::sleep(std::time::Duration::from_millis(1_200));
    site.collect(0);
    assert_eq!(kept(&site, "deleted users"), 0);
    assert_eq!(
        kept(&site, "states of users at receivers"),
        2,
        "those of a sink that is gone went too"
    );
    assert_eq!(kept(&site, "users as last known"), 2);
}

#[test]
fn a_create_date_in_the_future_does_not_silence_the_new_users_after_it() {
    let (site, intake) = site(Settings {
        mapping: "emit = \"created\"".to_owned(),
        ..Settings::default()
    });
    let add = |name: &str, ahead: time::Duration| {
        site.change(|account| {
            let mut user = SimUser::new(name);
            user.created_at = OffsetDateTime::now_utc() + ahead;
            *account = account.clone().user(user);
        });
        site.agent.arg("collect").run();
    };
    add("soon", time::Duration::hours(20));
    add("never", time::Duration::days(3_650));
    add("now", time::Duration::ZERO);
    // Seen late: AWS shows a new user everywhere only after a while.
    add("late", time::Duration::minutes(-40));
    for events in [site.file("strict.ndjson"), intake.events()] {
        for name in ["now", "late"] {
            assert_eq!(about(&events, name).len(), 1, "{name}");
        }
        let names = ["ann", "bob", "cyd"].map(|name| about(&events, name).len());
        assert_eq!(names, [1, 1, 1]);
    }
}

/// As after damage to the records of accounts: nothing but how far receivers are is left of them.
fn forget_accounts(site: &Site, accounts: &[&str]) {
    let store = Store::open(&site.agent.state_home().join("rollcall")).unwrap();
    for account in accounts {
        let record = store.account(account).unwrap();
        let left = AccountRecord {
            ordinal: record.ordinal,
            ..AccountRecord::default()
        };
        store.remember_account(account, &left).unwrap();
        for known in store.receivers().unwrap() {
            store.set_behind(&known.receiver, account, true).unwrap();
        }
    }
}

#[test]
fn a_damaged_record_of_an_account_that_is_gone_keeps_no_sink_behind() {
    let (site, _intake) = site(Settings::default());
    forget_accounts(&site, &["219999999999"]);
    site.collect(0);
}

#[test]
fn a_sink_hears_of_a_deletion_that_it_missed_also_after_damage_to_the_record_of_the_account() {
    let (site, intake) = site(Settings::default());
    site.configure(&Settings {
        sinks: file_sink("strict", ""),
        ..Settings::default()
    });
    site.change(|account| drop(account.users.remove("ann")));
    site.collect(0);
    forget_accounts(&site, &[ID]);
    site.configure(&Settings {
        sinks: file_sink("strict", "") + &asset_sink("asset", &intake, ""),
        ..Settings::default()
    });
    // No pass begins, and what is kept does not suffice.
    site.deny("GetCallerIdentity");
    site.agent.arg("collect").run();
    assert_eq!(deletions(&intake.events()), 0);
    site.sim.calm();
    site.collect(0);
    assert_eq!(deletions(&intake.events()), 1);
}
