//! The page of a daemon with many accounts, and with one that denies access.

use std::time::Duration;

use rollcall::model::{PassRecord, Tally};
use rollcall::store::{AccountRecord, PassOf, Store};
use time::OffsetDateTime;

use super::common::{API_KEY, until};
use super::status::{agent, get};
use super::status_page::{end, sink};
use crate::support::browser::shown;
use crate::support::intake::Intake;
use crate::support::sim_aws::{SimAccount, SimAws, SimUser};

const PASSED: Duration = Duration::from_secs(120);

fn id(number: usize) -> String {
    format!("{:012}", 210_000_000_000 + number)
}

/// So many accounts with a user each, and the configuration that names them; the first is that of
/// the credentials. The one of the number `denied` asks for what the configuration does not have.
fn accounts(count: usize, denied: Option<usize>) -> (SimAws, String) {
    let account = |number| {
        let mut account = SimAccount::new(&id(number)).user(SimUser::new("anna"));
        account.external_id = (denied == Some(number)).then(|| "tenant:7".to_owned());
        account
    };
    let entry = |number| {
        let id = id(number);
        let role = match number {
            0 => String::new(),
            _ => format!("role_arn = \"arn:aws:iam::{id}:role/rollcall-read\"\n"),
        };
        format!("[[aws.accounts]]\nid = \"{id}\"\n{role}")
    };
    let sim = SimAws::start((0..count).map(account).collect::<Vec<_>>());
    (sim, (0..count).map(entry).collect())
}

/// What a daemon keeps of an account that it has just passed over without trouble.
fn passed(number: u64) -> AccountRecord {
    let record = PassRecord {
        id: format!("pass-{number}"),
        users: 5 + number % 40,
        tally: Tally {
            admins: number % 3,
            without_mfa: number % 7,
            ..Tally::default()
        },
        ..PassRecord::default()
    };
    let at_unix_ms = OffsetDateTime::now_utc().unix_timestamp() * 1_000;
    let pass = PassOf { at_unix_ms, record };
    AccountRecord {
        ordinal: 1,
        last_pass: Some(pass.clone()),
        last_complete: Some(pass),
        ..AccountRecord::default()
    }
}

#[test]
fn a_page_shows_a_thousand_accounts() {
    let (sim, entries) = accounts(1, None);
    let intake = Intake::start();
    let (agent, address) = agent(&sim, &format!("{entries}{}", sink(&intake)));
    let text = std::fs::read_to_string(agent.home().join("config.toml")).unwrap();
    let agent = agent.config(&text.replace("every = \"1s\"", "every = \"1h\"\non_start = false"));
    let store = Store::open(&agent.state_home().join("rollcall")).unwrap();
    for number in 0..1_000 {
        let kept = store.remember_account(&id(number), &passed(number as u64));
        kept.unwrap();
    }
    drop(store);
    let mut running = agent.env("SEKOIA_API_KEY", API_KEY).arg("run").spawn();
    running.wait_for("waiting for the next pass", PASSED);
    until(PASSED, || get(address, "/health").1 == "ok\n");
    if let Some(dom) = shown(address, "thousand") {
        assert!(
            dom.contains("All is well: 24,500 users in 1,000 accounts"),
            "{}",
            &dom[..2_000]
        );
        assert!(dom.contains("1000 of 1000"));
        let (_, rows) = dom.split_once("id=\"rows\"").expect("the accounts");
        assert_eq!(rows.matches("data-head=\"account\"").count(), 1_000);
        assert!(rows.contains(&id(999)));
    }
    end(running);
}

#[test]
fn an_account_that_denies_access_is_first_on_the_page_with_what_to_do() {
    let (sim, entries) = accounts(3, Some(2));
    let intake = Intake::start();
    let (agent, address) = agent(&sim, &format!("{entries}{}", sink(&intake)));
    let mut running = agent.env("SEKOIA_API_KEY", API_KEY).arg("run").spawn();
    running.wait_for("waiting for the next pass", PASSED);
    until(PASSED, || get(address, "/health").1.contains(&id(2)));
    if let Some(dom) = shown(address, "denied") {
        assert!(dom.contains("1 thing to look at"), "{dom}");
        let (_, rows) = dom.split_once("id=\"rows\"").expect("the accounts");
        let places = [2, 0].map(|number| rows.find(&id(number)).expect("its row"));
        assert!(places[0] < places[1], "{rows}");
        assert!(rows.contains("no pass for"), "{rows}");
    }
    end(running);
}
