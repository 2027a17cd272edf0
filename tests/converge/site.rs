//! An agent of the real binary between a simulated AWS and its sinks.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use nix::sys::signal::Signal;
use serde_json::Value;
use time::OffsetDateTime;

use crate::support::agent::Agent;
use crate::support::intake::{CONNECTOR_UUID, Intake};
use crate::support::running::Running;
use crate::support::sim_aws::{Denial, Fault, SimAccount, SimAws, SimReport, SimUser};

pub(super) const ID: &str = "210000000000";
pub(super) const SOON: Duration = Duration::from_secs(20);

/// What the agent is told, besides where AWS is.
#[derive(Clone, Debug, Default)]
pub(super) struct Settings {
    pub(super) agent: String,
    pub(super) mapping: String,
    pub(super) schedule: String,
    pub(super) accounts: String,
    pub(super) sinks: String,
}

/// One simulated AWS, and an agent with a home.
#[derive(Debug)]
pub(super) struct Site {
    pub(super) sim: SimAws,
    pub(super) agent: Agent,
}

impl Site {
    /// A site of the account `ID` with `users`.
    pub(super) fn of(users: impl IntoIterator<Item = SimUser>) -> Self {
        Self::with([account(ID, users)])
    }

    pub(super) fn with(accounts: impl Into<Vec<SimAccount>>) -> Self {
        let sim = SimAws::start(accounts);
        let agent = Agent::new().aws(&sim.url()).env("KEY", "k3y");
        Self { sim, agent }
    }

    /// Writes the configuration.
    pub(super) fn configure(&self, settings: &Settings) {
        let Settings {
            agent,
            mapping,
            schedule,
            accounts,
            sinks,
        } = settings;
        self.agent.config(&format!(
            "[agent]\n{agent}\n[mapping]\nroot_account = false\nmax_deleted_percent = 100\n\
             {mapping}\n[schedule]\n{schedule}\n[aws]\nrequests_per_second = 100000\n{accounts}\n\
             {sinks}"
        ));
    }

    /// Changes the account of the credentials; the credential report follows.
    pub(super) fn change(&self, edit: impl FnOnce(&mut SimAccount)) {
        self.change_account(ID, edit);
    }

    pub(super) fn change_account(&self, id: &str, edit: impl FnOnce(&mut SimAccount)) {
        self.sim.change(id, |account| {
            edit(account);
            report(account);
        });
    }

    /// Denies every call but those that list the users.
    pub(super) fn deny_facts(&self) {
        self.sim
            .allow_only(&BTreeSet::from(["ListUsers", "GetAccountSummary"]));
    }

    pub(super) fn deny(&self, action: &'static str) {
        self.sim
            .inject(Fault::Denied(Denial::NothingAllows).of(action));
    }

    /// Collects once; the pass ends with `code`.
    #[track_caller]
    pub(super) fn collect(&self, code: i32) -> String {
        let output = self.agent.arg("collect").run();
        output.expect_code(code).stderr
    }

    /// Starts the daemon.
    pub(super) fn run(&self) -> Running {
        self.agent.arg("run").spawn()
    }

    /// The events of the file sink of this name, in order.
    pub(super) fn file(&self, name: &str) -> Vec<Value> {
        let text = std::fs::read_to_string(self.agent.home().join(name)).unwrap_or_default();
        let lines = text.lines().map(serde_json::from_str);
        lines
            .collect::<Result<_, _>>()
            .expect("a JSON object a line")
    }
}

/// An account whose credential report is there at once.
pub(super) fn account(id: &str, users: impl IntoIterator<Item = SimUser>) -> SimAccount {
    let users = users.into_iter();
    let mut account = users.fold(SimAccount::new(id), SimAccount::user);
    report(&mut account);
    account
}

fn report(account: &mut SimAccount) {
    let now = OffsetDateTime::now_utc();
    account.report = Some(SimReport::of(account, now));
}

/// A sink that writes strict events into `NAME.ndjson`.
pub(super) fn file_sink(name: &str, more: &str) -> String {
    format!(
        "[[sinks]]\nname = \"{name}\"\ntype = \"ndjson\"\npath = \"{name}.ndjson\"\n\
         flush_after = \"20ms\"\n{more}\n"
    )
}

/// A sink that sends to `intake`.
pub(super) fn asset_sink(name: &str, intake: &Intake, more: &str) -> String {
    format!(
        "[[sinks]]\nname = \"{name}\"\ntype = \"sekoia-asset\"\nurl = \"{}\"\n\
         connector_uuid = \"{CONNECTOR_UUID}\"\napi_key = \"env:KEY\"\nflush_after = \"20ms\"\n\
         {more}\n",
        intake.url()
    )
}

/// Ends a daemon.
#[track_caller]
pub(super) fn end(running: Running) -> String {
    running.signal(Signal::SIGTERM);
    running.wait(SOON).expect_code(0).stderr
}

/// Waits until `is_so`; how long that took.
#[track_caller]
pub(super) fn until(timeout: Duration, what: &str, is_so: impl Fn() -> bool) -> Duration {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < timeout, "waited in vain for {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
    start.elapsed()
}

/// The events about the user of this name.
pub(super) fn about(events: &[Value], name: &str) -> Vec<Value> {
    let is_meant = |event: &&Value| event["user"]["name"] == name;
    events.iter().filter(is_meant).cloned().collect()
}

/// The ids of events, each once.
pub(super) fn ids(events: &[Value]) -> BTreeSet<String> {
    let id = |event: &Value| event["metadata"]["uid"].as_str().expect("an id").to_owned();
    events.iter().map(id).collect()
}

/// Whether an event, of either dialect, says that the user is gone.
pub(super) fn is_deletion(event: &Value) -> bool {
    event["activity_id"] == 6 || event["enrichments"][0]["data"]["is_enabled"] == false
}

/// The account of the credentials, and another one that a role leads to.
pub(super) fn two_accounts(own: &str, other: &str) -> String {
    format!(
        "[[aws.accounts]]\nid = \"{own}\"\n[[aws.accounts]]\nid = \"{other}\"\n\
         role_arn = \"arn:aws:iam::{other}:role/read\"\n"
    )
}
