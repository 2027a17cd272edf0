//! An account that is slow holds up nobody else's news.

use std::time::Duration;

use super::site::{ID, SOON, Settings, Site, account, asset_sink, end, two_accounts, until};
use crate::support::intake::Intake;
use crate::support::sim_aws::{SimGroup, SimUser};

const SLOW: &str = "210000000001";
const MINUTES: Duration = Duration::from_secs(240);
const AT_MOST: Duration = Duration::from_secs(10);

#[test]
fn a_new_administrator_of_one_account_is_sent_within_seconds_while_another_account_is_slow() {
    for command in ["collect", "run"] {
        let intake = Intake::start();
        let site = Site::with([ID, SLOW].map(|id| account(id, [SimUser::new("ann")])));
        let sink = asset_sink("asset", &intake, "");
        site.configure(&Settings {
            accounts: two_accounts(ID, SLOW),
            // As long as by default.
            sinks: sink.replace("flush_after = \"20ms\"\n", ""),
            ..Settings::default()
        });
        site.collect(0);
        assert_eq!(intake.events().len(), 2);
        site.change(|account| {
            let admins = SimGroup::new("AdministratorAccess");
            let newcomer = SimUser::new("newcomer").in_group("AdministratorAccess");
            *account = account.clone().group(admins).user(newcomer);
        });
        let session = format!("ASIA{SLOW}SIMA");
        site.sim.delay_key(&session, MINUTES);
        let running = site.agent.arg(command).spawn();
        until(AT_MOST, "the newcomer", || intake.events().len() == 3);
        match command {
            "run" => drop(end(running)),
            _ => drop(running),
        }
    }
}

/// Sent by count, and not only by age.
#[test]
fn a_full_batch_of_one_account_is_sent_at_once_while_another_account_is_slow() {
    let intake = Intake::start();
    let site = Site::with([ID, SLOW].map(|id| account(id, [SimUser::new("ann")])));
    let sink = asset_sink("asset", &intake, "batch_size = 10");
    site.configure(&Settings {
        accounts: two_accounts(ID, SLOW),
        sinks: sink.replace("\"20ms\"", "\"1day\""),
        ..Settings::default()
    });
    site.change(|account| {
        let more = (0..12).map(|number| SimUser::new(&format!("user{number}")));
        *account = more.fold(account.clone(), |account, user| account.user(user));
    });
    site.sim.delay_key(&format!("ASIA{SLOW}SIMA"), MINUTES);
    let running = site.agent.arg("run").spawn();
    until(SOON, "a batch", || intake.events().len() == 10);
    end(running);
}
