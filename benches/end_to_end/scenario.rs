//! One line of the table: a plan, an account, a latency.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::time::Duration;

use crate::accounts::{Mfa, accounts};
use crate::agent::Agent;
use crate::intake::Intake;
use crate::measure::Usage;
use crate::policies::with_policies;
use crate::sim_aws::SimAws;

/// How often a scenario is run, unless a run takes long.
const RUNS: usize = 5;
const LONG: Duration = Duration::from_secs(3);

/// Every account but the first is read by its role.
pub(crate) const ORGANIZATION: &str = "[aws.organization]\nrole_name = \"rollcall-read\"\n";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Plan {
    Bulk,
    PerUser,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Scenario {
    pub(crate) plan: Plan,
    /// More than one are an organization.
    pub(crate) accounts: usize,
    /// In all accounts together.
    pub(crate) users: usize,
    pub(crate) latency_ms: u64,
    pub(crate) mfa: Mfa,
    /// Each is sent every event.
    pub(crate) sinks: usize,
    /// Whether policies are read and users judged by them.
    pub(crate) with_verdicts: bool,
}

/// What a scenario came to: its first pass, and the unchanged one after it.
#[derive(Clone, Debug)]
pub(crate) struct Run {
    pub(crate) scenario: Scenario,
    pub(crate) first: Pass,
    pub(crate) second: Pass,
}

#[derive(Clone, Debug)]
pub(crate) struct Pass {
    pub(crate) usage: Usage,
    pub(crate) calls: BTreeMap<String, u64>,
    pub(crate) events: u64,
    /// The time that the simulated AWS worked, summed over calls.
    pub(crate) busy: Duration,
    /// The time that at least one call was under way there, latency included.
    pub(crate) occupied: Duration,
}

impl Plan {
    pub(crate) fn strategy(self) -> &'static str {
        match self {
            Self::Bulk => "auto",
            Self::PerUser => "per-user",
        }
    }
}

impl Scenario {
    pub(crate) fn new(plan: Plan, users: usize, latency_ms: u64) -> Self {
        Self {
            plan,
            accounts: 1,
            users,
            latency_ms,
            mfa: Mfa::Apps,
            sinks: 1,
            with_verdicts: false,
        }
    }

    /// The plan, and what is unusual about the account.
    pub(crate) fn name(&self) -> String {
        let strategy = self.plan.strategy();
        let accounts = match self.accounts {
            1 => String::new(),
            count => format!(", {count} accounts"),
        };
        let sinks = match self.sinks {
            1 => String::new(),
            count => format!(", {count} sinks"),
        };
        let mfa = match self.mfa {
            Mfa::Apps => "",
            Mfa::Mixed => ", mixed MFA",
        };
        let verdicts = if self.with_verdicts { ", verdicts" } else { "" };
        format!("{strategy}{accounts}{sinks}{mfa}{verdicts}")
    }

    /// The run of median wall time.
    pub(crate) fn run(&self, binary: &Path) -> Run {
        let mut runs = vec![self.run_once(binary)];
        while runs.len() < RUNS && runs[0].first.usage.wall < LONG {
            runs.push(self.run_once(binary));
        }
        runs.sort_by_key(|run| run.first.usage.wall);
        runs.swap_remove(runs.len() / 2)
    }

    fn run_once(&self, binary: &Path) -> Run {
        let intake = Intake::start();
        let agent = Agent::new(binary, &self.settings(), self.sinks, &intake);
        let first = self.pass(&agent, &intake);
        let second = self.pass(&agent, &intake);
        Run {
            scenario: *self,
            first,
            second,
        }
    }

    /// Without a limit where the per-user plan's own speed is to show. The bulk plan keeps the
    /// default.
    fn settings(&self) -> String {
        let limit = match (self.plan, self.mfa) {
            (Plan::Bulk, Mfa::Apps) => "",
            _ => "requests_per_second = 100000\n",
        };
        let organization = match self.accounts {
            1 => "",
            _ => ORGANIZATION,
        };
        let strategy = self.plan.strategy();
        let mapping = match self.with_verdicts {
            true => "[mapping]\nadmin_by = \"effective\"\n",
            false => "",
        };
        format!("{mapping}[aws]\nstrategy = \"{strategy}\"\n{limit}{organization}")
    }

    fn pass(&self, agent: &Agent, intake: &Intake) -> Pass {
        let mut accounts = accounts(self.accounts, self.users, self.mfa);
        if self.with_verdicts {
            accounts = accounts.into_iter().map(with_policies).collect();
        }
        let aws = SimAws::start(accounts);
        aws.delay(None, Duration::from_millis(self.latency_ms));
        let usage = agent.collect(&aws);
        Pass {
            usage,
            calls: aws.calls(),
            events: intake.take(),
            busy: aws.busy(),
            occupied: aws.occupied(),
        }
    }
}

impl fmt::Display for Scenario {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            users, latency_ms, ..
        } = self;
        write!(f, "{}, {users} users, {latency_ms} ms", self.name())
    }
}
