//! One line of the table: a plan, an account, a latency.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::time::Duration;

use crate::accounts::accounts;
use crate::agent::Agent;
use crate::intake::Intake;
use crate::measure::Usage;
use crate::sim_aws::SimAws;

/// How often a scenario is run, unless a run takes long.
const RUNS: usize = 5;
const LONG: Duration = Duration::from_secs(3);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Plan {
    Bulk,
    PerUser,
}

/// Who has which MFA devices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mfa {
    /// Apps, which are virtual devices; one user in 500 has something else.
    Apps,
    /// Every eighth user has something else: a security key, a hardware token, a telephone.
    Mixed,
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
        }
    }

    /// The plan, and what is unusual about the account.
    pub(crate) fn name(&self) -> String {
        let strategy = self.plan.strategy();
        let accounts = match self.accounts {
            1 => String::new(),
            count => format!(", {count} accounts"),
        };
        match self.mfa {
            Mfa::Apps => format!("{strategy}{accounts}"),
            Mfa::Mixed => format!("{strategy}{accounts}, mixed MFA"),
        }
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
        let with_limit = self.plan == Plan::Bulk && self.mfa == Mfa::Apps;
        let agent = Agent::new(binary, self, with_limit, &intake);
        let first = self.pass(&agent, &intake);
        let second = self.pass(&agent, &intake);
        Run {
            scenario: *self,
            first,
            second,
        }
    }

    fn pass(&self, agent: &Agent, intake: &Intake) -> Pass {
        let aws = SimAws::start(accounts(self.accounts, self.users, self.mfa));
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
