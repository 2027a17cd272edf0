//! "Everybody again" is per sink and per user: who was served is not served twice.

use std::time::Duration;

use nix::sys::signal::Signal;
use rollcall::store::Store;

use super::site::{
    ID, SOON, Settings, Site, account, asset_sink, file_sink, ids, two_accounts, until,
};
use crate::support::intake::Intake;
use crate::support::reply::Reply;
use crate::support::sim_aws::{Fault, SimUser};

const OTHER: &str = "210000000001";
const USERS: usize = 8;

fn users() -> Vec<SimUser> {
    (0..USERS)
        .map(|number| SimUser::new(&format!("user{number}")))
        .collect()
}

/// A site where everybody was sent once to both sinks, and is to be sent again by now.
fn due_again(more: &str) -> (Site, Intake, Settings) {
    let intake = Intake::start();
    let site = Site::of(users());
    let settings = Settings {
        schedule: "full_resync_every = \"1s\"".to_owned(),
        sinks: file_sink("strict", "") + &asset_sink("asset", &intake, more),
        ..Settings::default()
    };
    site.configure(&settings);
    site.collect(0);
    std::thread::sleep(Duration::from_millis(1_100));
    let once = Settings {
        schedule: "full_resync_every = \"1h\"".to_owned(),
        ..settings.clone()
    };
    (site, intake, once)
}

#[test]
fn a_resync_whose_sink_is_full_is_not_repeated_to_the_other_sink() {
    let (site, intake, later) = due_again("outbox_events = 4\nbatch_size = 2");
    intake.otherwise(Some(Reply::status(401)));
    site.agent.arg("collect").run();
    assert_eq!(site.file("strict.ndjson").len(), 2 * USERS);
    site.configure(&later);
    for _ in 0..2 {
        site.agent.arg("collect").run();
        assert_eq!(site.file("strict.ndjson").len(), 2 * USERS);
    }
    intake.calm();
    site.collect(0);
    site.collect(0);
    assert_eq!(intake.events().len(), 2 * USERS, "{:#?}", intake.users());
    assert_eq!(ids(&intake.events()).len(), 2 * USERS);
}

#[test]
fn a_resync_in_an_incomplete_pass_goes_on_with_the_rest_alone() {
    let (site, intake, later) = due_again("");
    // Half of the account was listed when AWS failed for good.
    site.change(|account| {
        let more = (USERS..1_500).map(|number| SimUser::new(&format!("user{number}")));
        *account = more.fold(account.clone(), |account, user| account.user(user));
    });
    site.sim.inject(
        Fault::Denied(crate::support::sim_aws::Denial::NothingAllows)
            .of("ListUsers")
            .sparing(1),
    );
    site.agent.arg("collect").run();
    site.sim.calm();
    let served = intake.events().len();
    site.configure(&later);
    site.collect(0);
    for _ in 0..2 {
        assert_eq!(intake.users().len(), 1_500);
        let most = intake.users().values().copied().max();
        assert_eq!(most, Some(2), "{served} were served by the incomplete pass");
        let twice = intake.users().values().filter(|times| **times == 2).count();
        assert_eq!(twice, USERS, "who was there before was sent again, once");
        site.collect(0);
    }
}

#[test]
fn an_interrupted_collect_full_goes_on_in_the_next_pass_with_accounts_that_were_not_begun_too() {
    let intake = Intake::start();
    let site = Site::with([ID, OTHER].map(|id| account(id, users())));
    let settings = Settings {
        accounts: format!("accounts_in_flight = 1\n{}", two_accounts(ID, OTHER)),
        sinks: asset_sink("asset", &intake, ""),
        ..Settings::default()
    };
    site.configure(&settings);
    site.collect(0);
    assert_eq!(intake.events().len(), 2 * USERS);
    site.sim.delay(Some("ListUsers"), Duration::from_secs(240));
    site.sim.delay(
        Some("GetAccountAuthorizationDetails"),
        Duration::from_secs(240),
    );
    let mut running = site.agent.args(["-v", "collect", "--full"]).spawn();
    running.wait_for("collecting users", SOON);
    std::thread::sleep(Duration::from_millis(300));
    running.signal(Signal::SIGKILL);
    drop(running);
    for action in ["ListUsers", "GetAccountAuthorizationDetails"] {
        site.sim.delay(Some(action), Duration::ZERO);
    }
    site.collect(0);
    let is_done = || intake.users().values().all(|times| *times == 2);
    until(Duration::from_secs(1), "everybody", is_done);
    site.collect(0);
    assert_eq!(intake.events().len(), 4 * USERS, "once");
}

#[test]
fn an_interrupted_collect_full_goes_on_where_no_account_is_configured() {
    let intake = Intake::start();
    let site = Site::of(users());
    site.configure(&Settings {
        sinks: asset_sink("asset", &intake, ""),
        ..Settings::default()
    });
    site.collect(0);
    site.sim.delay(Some("ListUsers"), Duration::from_secs(240));
    let mut running = site.agent.args(["-v", "collect", "--full"]).spawn();
    running.wait_for("collecting users", SOON);
    until(SOON, "the listing", || {
        site.sim.calls().get("ListUsers") == Some(&2)
    });
    running.signal(Signal::SIGTERM);
    running.wait(SOON);
    site.sim.delay(Some("ListUsers"), Duration::ZERO);
    site.collect(0);
    assert_eq!(intake.events().len(), 2 * USERS);
}

#[test]
fn collect_full_begins_one_round_of_resends() {
    for accounts in ["", "[[aws.accounts]]\nid = \"210000000000\"\n"] {
        let site = Site::of(users());
        site.configure(&Settings {
            accounts: accounts.to_owned(),
            sinks: file_sink("strict", ""),
            ..Settings::default()
        });
        site.collect(0);
        let full = || site.agent.args(["collect", "--full"]).run().expect_code(0);
        for round in 2..=3 {
            full();
            let store = Store::open(&site.agent.state_home().join("rollcall")).unwrap();
            let receiver = store.receivers().unwrap().remove(0).receiver;
            let sync = store.sync_record(&receiver, ID).unwrap().unwrap();
            assert_eq!(sync.epoch, round, "{accounts}");
        }
        assert_eq!(site.file("strict.ndjson").len(), 3 * USERS);
    }
}
