//! Outboxes that are small or full, and sinks that are slow or dead.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::site::{
    ID, SOON, Settings, Site, account, asset_sink, end, file_sink, two_accounts, until,
};
use crate::support::intake::Intake;
use crate::support::reply::Reply;
use crate::support::sim_aws::{Denial, Fault, SimUser};

const OTHER: &str = "210000000001";
const SMALL: &str = "outbox_events = 4\nbatch_size = 2";

fn users(count: usize) -> Vec<SimUser> {
    (0..count)
        .map(|number| SimUser::new(&format!("user{number:02}")))
        .collect()
}

/// Everybody of the account changes.
fn churn(site: &Site, id: &str) {
    site.change_account(id, |account| {
        for user in account.users.values_mut() {
            match user.mfa.is_empty() {
                true => *user = user.clone().mfa("GAHT00000001"),
                false => user.mfa.clear(),
            }
        }
    });
}

fn accounts_of(events: &[Value]) -> BTreeSet<String> {
    let of = |event: &Value| {
        event["user"]["org"]["uid"]
            .as_str()
            .expect("an id")
            .to_owned()
    };
    events.iter().map(of).collect()
}

fn users_of(events: &[Value]) -> BTreeSet<String> {
    let of = |event: &Value| event["user"]["uid"].as_str().expect("an ARN").to_owned();
    events.iter().map(of).collect()
}

#[test]
fn every_account_gets_through_a_sink_that_is_slower_than_the_churn() {
    let intake = Intake::start();
    let site = Site::with([ID, OTHER].map(|id| account(id, users(12))));
    site.configure(&Settings {
        accounts: format!("accounts_in_flight = 1\n{}", two_accounts(ID, OTHER)),
        sinks: asset_sink("asset", &intake, SMALL),
        ..Settings::default()
    });
    // Two events a pass are taken, and all 24 users change before each.
    for _ in 0..16 {
        intake.script([Reply::json(200, &serde_json::json!({}))]);
        intake.otherwise(Some(Reply::status(401)));
        site.agent.arg("collect").run();
        [ID, OTHER].into_iter().for_each(|id| churn(&site, id));
    }
    let events = intake.events();
    assert_eq!(accounts_of(&events).len(), 2, "{:#?}", users_of(&events));
    let other = events
        .iter()
        .filter(|event| event["user"]["org"]["uid"] == OTHER)
        .count();
    assert!(
        (events.len() / 4..=events.len() * 3 / 4).contains(&other),
        "{other} of {}",
        events.len()
    );
}

#[test]
fn what_a_full_outbox_held_up_is_sent_in_the_same_run_and_once() {
    let intake = Intake::start();
    let site = Site::with([ID, OTHER].map(|id| account(id, users(12))));
    site.configure(&Settings {
        accounts: two_accounts(ID, OTHER),
        sinks: asset_sink("asset", &intake, SMALL),
        ..Settings::default()
    });
    site.agent.arg("collect").run();
    let events = intake.events();
    assert_eq!((users_of(&events).len(), events.len()), (24, 24));
    site.collect(0);
    assert_eq!(intake.events().len(), 24);
}

#[test]
fn the_oldest_time_of_what_waits_is_that_of_the_first_event() {
    let intake = Intake::start();
    intake.otherwise(Some(Reply::status(401)));
    let site = Site::of(users(1));
    site.configure(&Settings {
        sinks: asset_sink("asset", &intake, ""),
        ..Settings::default()
    });
    site.collect(5);
    let first = waiting_since(&site);
    std::thread::sleep(Duration::from_millis(1_100));
    churn(&site, ID);
    site.collect(5);
    assert_eq!(waiting_since(&site), first);
    // Another user's event, which came later, does not make it older or younger.
    site.change(|account| *account = account.clone().user(SimUser::new("newcomer")));
    site.collect(5);
    assert_eq!(waiting_since(&site), first);
}

/// Since when the oldest event waits, by `status`.
fn waiting_since(site: &Site) -> String {
    let status = site.agent.args(["status", "--output", "json"]).run().stdout;
    let status: Value = serde_json::from_str(&status).expect("JSON");
    status["sinks"][0]["waiting_since"]
        .as_str()
        .expect("a time")
        .to_owned()
}

#[test]
fn a_dead_sink_with_a_full_outbox_slows_down_neither_the_pass_nor_another_sink() {
    let intake = Intake::start();
    intake.otherwise(Some(Reply::silence()));
    let site = Site::of(users(40));
    site.configure(&Settings {
        schedule: "every = \"1day\"".to_owned(),
        sinks: asset_sink("asset", &intake, SMALL) + &file_sink("strict", ""),
        ..Settings::default()
    });
    let mut running = site.run();
    let took = until(SOON, "the other sink", || {
        site.file("strict.ndjson").len() == 40
    });
    assert!(took < Duration::from_secs(5), "{took:?}");
    running.wait_for("waiting for the next pass", Duration::from_secs(5));
    end(running);
}

#[test]
fn the_backlog_of_a_sink_that_recovers_arrives_without_another_pass() {
    let intake = Intake::start();
    intake.otherwise(Some(Reply::status(503)));
    let site = Site::with([ID, OTHER].map(|id| account(id, users(12))));
    site.configure(&Settings {
        accounts: two_accounts(ID, OTHER),
        schedule: "every = \"1day\"".to_owned(),
        sinks: asset_sink("asset", &intake, SMALL),
        ..Settings::default()
    });
    let mut running = site.run();
    running.wait_for("waiting for the next pass", SOON);
    let calls = site.sim.calls();
    intake.calm();
    until(Duration::from_secs(30), "the backlog", || {
        users_of(&intake.events()).len() == 24
    });
    assert_eq!(site.sim.calls(), calls, "no call of AWS");
    assert_eq!(intake.events().len(), 24);
    end(running);
}

#[test]
fn the_backlog_of_a_sink_that_recovers_arrives_while_another_account_is_slow() {
    let intake = Intake::start();
    intake.otherwise(Some(Reply::status(503)));
    let site = Site::with([ID, OTHER].map(|id| account(id, users(12))));
    site.configure(&Settings {
        accounts: two_accounts(ID, OTHER),
        sinks: asset_sink("asset", &intake, SMALL),
        ..Settings::default()
    });
    site.sim
        .delay_key(&format!("ASIA{OTHER}SIMA"), Duration::from_secs(240));
    let mut running = site.run();
    running.wait_for("the outbox is full", SOON);
    running.wait_for("pass complete", SOON);
    intake.calm();
    until(Duration::from_secs(30), "the backlog", || {
        users_of(&intake.events()).len() == 12
    });
    end(running);
}

#[test]
fn what_is_caught_up_counts_as_waiting_from_when_it_was_queued() {
    let intake = Intake::start();
    intake.otherwise(Some(Reply::status(401)));
    let site = Site::of(users(12));
    site.configure(&Settings {
        sinks: asset_sink("asset", &intake, SMALL),
        ..Settings::default()
    });
    site.collect(5);
    let first = waiting_since(&site);
    std::thread::sleep(Duration::from_millis(1_100));
    let taken = || Reply::json(200, &serde_json::json!({}));
    intake.script([taken(), taken()]);
    // The next events come from what is kept.
    site.sim
        .inject(Fault::Denied(Denial::NothingAllows).of("GetCallerIdentity"));
    let before = OffsetDateTime::now_utc() - Duration::from_secs(1);
    site.agent.arg("collect").run();
    assert_eq!(intake.events().len(), 4, "{:#?}", intake.users());
    let second = waiting_since(&site);
    let queued_at = OffsetDateTime::parse(&second, &Rfc3339).expect("a time");
    assert!(queued_at >= before, "{second} after {first}");
}
