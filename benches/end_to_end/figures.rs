//! Figures that are one number each.

use std::path::Path;
use std::time::{Duration, Instant};

use crate::accounts::{Mfa, accounts};
use crate::agent::Agent;
use crate::intake::Intake;
use crate::large_store;
use crate::scenario::ORGANIZATION;
use crate::sim_aws::{SimAws, SimUser};

/// What was measured.
#[derive(Debug)]
pub(crate) struct Figure {
    pub(crate) name: &'static str,
    pub(crate) value: String,
}

type Measure = fn(&Path) -> String;

pub(crate) const ALL: [(&str, Measure); 3] = [
    (
        "change to the sink while another account is slow",
        change_beside_a_slow_account,
    ),
    (
        "throttled calls under a bucket of 20/s, 50/s configured",
        throttled_share,
    ),
    (
        "store of 200,000 users and 2 sinks with 200,000 events waiting: open, status",
        large_store::measure,
    ),
];

/// A call of the slow account takes this long.
const SLOW: Duration = Duration::from_secs(3);

/// From the begin of the pass to the arrival of the event, and to the end of the pass.
fn change_beside_a_slow_account(binary: &Path) -> String {
    let intake = Intake::start();
    let aws = format!("[aws]\n{ORGANIZATION}");
    let agent = Agent::new(binary, &aws, 1, &intake);
    let accounts = accounts(2, 100, Mfa::Apps);
    let ids: Vec<String> = accounts.iter().map(|account| account.id.clone()).collect();
    let sim = SimAws::start(accounts);
    agent.collect(&sim);
    intake.take();
    sim.change(&ids[0], |account| {
        let newcomer = SimUser::new("newcomer");
        account.users.insert(newcomer.name.clone(), newcomer);
    });
    sim.delay_key(&format!("ASIA{}SIMA", ids[1]), SLOW);
    let start = Instant::now();
    agent.collect(&sim);
    let end = start.elapsed();
    let arrived = intake.first_at().expect("an event") - start;
    let (arrived, end) = (arrived.as_secs_f64(), end.as_secs_f64());
    format!("{arrived:.1} s of {end:.1} s")
}

const USERS: usize = 300;
const PER_USER: [&str; 2] = ["ListMFADevices", "ListGroupsForUser"];

/// Of the calls for one user each, of which one each is answered.
fn throttled_share(binary: &Path) -> String {
    let intake = Intake::start();
    let aws = "[aws]\nstrategy = \"per-user\"\nrequests_per_second = 50\n";
    let agent = Agent::new(binary, aws, 1, &intake);
    let sim = SimAws::start(accounts(1, USERS, Mfa::Apps));
    for action in PER_USER {
        sim.throttle(action, 20.0, 20.0);
    }
    let start = Instant::now();
    agent.collect(&sim);
    let wall = start.elapsed().as_secs_f64();
    let sent = PER_USER
        .iter()
        .map(|&action| sim.calls()[action])
        .sum::<u64>() as f64;
    let answered = (USERS * PER_USER.len()) as f64;
    let share = 100.0 * (sent - answered) / sent;
    let per_second = USERS as f64 / wall;
    format!("{share:.1}%, {per_second:.1} answers/s")
}
