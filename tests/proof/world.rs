//! An agent of the real binary between an unruly AWS and two intakes, and what must be true.

use std::path::{Path, PathBuf};

use fastrand::Rng;
use rollcall::map::Dialect;

use super::truth::Truth;
use super::view::View;
use super::{in_memory, unrest};
use crate::support::agent::Agent;
use crate::support::intake::{CONNECTOR_UUID, Intake};
use crate::support::sim_aws::SimAws;

/// Everything around one agent.
#[derive(Debug)]
pub(super) struct World {
    pub(super) sim: SimAws,
    pub(super) intakes: [(&'static str, Intake); 2],
    /// The agent, about to collect.
    pub(super) agent: Agent,
    idle: Agent,
    pub(super) truth: Truth,
    pub(super) rng: Rng,
    heard: [View; 2],
}

impl World {
    /// An account of `users`, and an agent that sends batches of `batch_size`.
    pub(super) fn new(seed: u64, users: usize, batch_size: usize) -> Self {
        let account = unrest::account(seed, users);
        let mut truth = Truth::new(Dialect::Sekoia);
        truth.note(std::slice::from_ref(&account));
        let sim = SimAws::start([account]);
        let intakes = ["near", "far"].map(|name| (name, Intake::start()));
        let idle = agent(&sim, &intakes, batch_size);
        let agent = idle.arg("collect");
        Self {
            sim,
            intakes,
            agent,
            idle,
            truth,
            rng: Rng::with_seed(seed),
            heard: <[View; 2]>::default(),
        }
    }

    /// Puts `to` in the place of `from` in the agent's configuration, at once as an editor does.
    pub(super) fn reconfigure(&self, from: &str, to: &str) {
        let path = self.agent.home().join("config.toml");
        let text = std::fs::read_to_string(&path).expect("a configuration");
        let beside = path.with_extension("new");
        std::fs::write(&beside, text.replace(from, to)).expect("another one");
        std::fs::rename(beside, path).expect("in its place");
    }

    /// Changes the account, and takes note of it.
    pub(super) fn change(&mut self, share: f64, going: usize) {
        let rng = &mut self.rng;
        let id = self.sim.account().id;
        self.sim
            .change(&id, |account| unrest::change(rng, account, share, going));
        self.truth.note(&self.sim.accounts());
    }

    /// The agent's state directory.
    pub(super) fn state_dir(&self) -> PathBuf {
        self.agent.state_home().join("rollcall")
    }

    /// The agent, about to do something else.
    pub(super) fn command<const N: usize>(&self, args: [&str; N]) -> Agent {
        self.idle.args(args)
    }

    /// What each intake was sent so far.
    pub(super) fn views(&self) -> [View; 2] {
        [0, 1].map(|at| self.heard[at].after(&self.intakes[at].1))
    }

    /// Keeps what was sent so far, and begins a new count.
    pub(super) fn settle(&mut self) {
        self.heard = self.views();
        self.forget();
    }

    /// Forgets what was sent since it settled.
    pub(super) fn forget(&self) {
        self.intakes.iter().for_each(|(_, intake)| intake.forget());
    }

    /// How many posts came so far.
    pub(super) fn posts(&self) -> usize {
        self.intakes.iter().map(|(_, intake)| intake.count()).sum()
    }

    /// How many calls of AWS came so far.
    pub(super) fn calls(&self) -> u64 {
        self.sim.calls().values().sum()
    }

    /// Both intakes know everybody as they are, and never heard anything else than was true.
    #[track_caller]
    pub(super) fn assert_nothing_lost(&self, when: &str) {
        self.assert_nothing_lost_except(when, None);
    }

    /// The same, but the first intake rejects one user.
    #[track_caller]
    pub(super) fn assert_nothing_lost_except(&self, when: &str, rejected: Option<&String>) {
        let views = self.views();
        for ((name, _), (view, except)) in
            self.intakes.iter().zip(views.iter().zip([rejected, None]))
        {
            let wrong = view.wrong(&self.truth, except);
            let first = &wrong[..wrong.len().min(5)];
            assert!(wrong.is_empty(), "{when}, {name}:\n{}", first.join("\n"));
        }
    }

    /// A further pass finds nothing that was left to send.
    #[track_caller]
    pub(super) fn assert_nothing_left(&self, when: &str) {
        let before = self.posts();
        self.agent.run().expect_code(0);
        assert_eq!(self.posts(), before, "{when}: something was left to send");
    }
}

fn agent(sim: &SimAws, intakes: &[(&str, Intake)], batch_size: usize) -> Agent {
    let mut config = "[aws]\nrequests_per_second = 100000\n\n[mapping]\nroot_account = false\n\
         max_deleted_percent = 100\n\n[schedule]\nevery = \"50ms\"\n"
        .to_owned();
    for (name, intake) in intakes {
        config.push_str(&format!(
            "\n[[sinks]]\nname = \"{name}\"\ntype = \"sekoia-asset\"\nurl = \"{}\"\n\
             connector_uuid = \"{CONNECTOR_UUID}\"\napi_key = \"env:KEY\"\n\
             batch_size = {batch_size}\nflush_after = \"20ms\"\n",
            intake.url()
        ));
    }
    // What a process leaves does not depend on the disk: only a power cut does.
    Agent::living_in(in_memory())
        .config(&config)
        .aws(&sim.url())
        .env("KEY", "k3y")
}

/// Copies a directory with all that is in it.
pub(super) fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a directory");
    for entry in std::fs::read_dir(from).expect("a directory") {
        let (path, name) = entry
            .map(|it| (it.path(), it.file_name()))
            .expect("an entry");
        match path.is_dir() {
            true => copy(&path, &to.join(name)),
            false => drop(std::fs::copy(&path, to.join(name)).expect("a copy")),
        }
    }
}

/// Has `to` hold what `from` holds, and nothing else.
pub(super) fn restore(from: &Path, to: &Path) {
    std::fs::remove_dir_all(to).expect("a directory to remove");
    copy(from, to);
}
