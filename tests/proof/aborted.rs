//! The process aborts at every named step, once as `collect` and once as the daemon: what it had
//! not sent is sent by the next one.

use std::time::{Duration, Instant};

use clap::ValueEnum;
use nix::sys::signal::Signal;
use rollcall::steps::Step;

use super::cases;
use super::world::{World, copy, restore};
use crate::support::agent::Agent;
use crate::support::running::{Output, Running};

const USERS: u64 = 36;
/// Two chunks of users, hence several times through every step.
const USERS_LONG: u64 = 270;
const BATCH: usize = 9;
/// How often a step may be reached before the process aborts at it.
const TIMES: u64 = 2;
const TIMES_LONG: u64 = 8;

/// Far more than a pass and its delivery take.
const PATIENCE: Duration = Duration::from_secs(30);
const POLL: Duration = Duration::from_millis(2);
/// What a daemon says of each sink that knows everything.
const SETTLED: &str = "everything delivered";

/// A world after a first pass and a change of most users, one of which the first intake rejects.
struct Stage {
    world: World,
    rejected: String,
    state: tempfile::TempDir,
}

/// The steps of passes and of forwarders.
fn steps() -> impl Iterator<Item = &'static Step> {
    let steps = Step::value_variants().iter();
    steps.filter(|step| !step.is_of_lifecycle())
}

#[test]
fn an_abort_at_any_step_loses_no_user_and_repeats_at_most_one_batch() {
    let collect = |agent: Agent| agent.arg("collect").run();
    Stage::set().assert_survives(steps(), 5, collect);
}

#[test]
fn a_daemons_abort_at_any_step_loses_no_user_and_repeats_at_most_one_batch() {
    // A daemon never has nothing left to do.
    let steps = steps().filter(|step| **step != Step::Drained);
    Stage::set().assert_survives(steps, 0, |agent| until_settled(agent.arg("run").spawn()));
}

/// Lets a daemon live until both sinks know everything, unless it ends by itself before.
fn until_settled(mut daemon: Running) -> Output {
    let start = Instant::now();
    while !daemon.has_ended() && start.elapsed() < PATIENCE {
        let log = daemon.log();
        let is_settled = |sink| {
            log.lines()
                .any(|it| it.contains(SETTLED) && it.contains(sink))
        };
        if is_settled("near") && is_settled("far") {
            daemon.signal(Signal::SIGTERM);
            break;
        }
        std::thread::sleep(POLL);
    }
    daemon.wait(PATIENCE)
}

impl Stage {
    fn set() -> Self {
        let users = cases(USERS, USERS_LONG) as usize;
        let mut world = World::new(1, users, BATCH);
        world.agent.run().expect_code(0);
        world.settle();
        let before = world.truth.now.clone();
        world.change(0.8, 4);
        let is_changed = |(id, event): &(&String, &serde_json::Value)| {
            before.get(*id).is_some_and(|before| before != *event)
        };
        let changed = world.truth.now.iter().find(is_changed);
        let rejected = changed.expect("somebody changed").0.clone();
        let users = world.sim.account().users;
        let name = users.values().find(|user| user.id == rejected);
        world.intakes[0].1.reject(&name.expect("a user").name);
        let state = tempfile::tempdir().expect("a directory");
        copy(&world.state_dir(), state.path());
        Self {
            world,
            rejected,
            state,
        }
    }

    /// Has `run` aborted at each of `steps`, and a further pass make up for it. Without an abort,
    /// it ends with `code`.
    fn assert_survives<'a>(
        &self,
        steps: impl Iterator<Item = &'a Step>,
        code: i32,
        run: impl Fn(Agent) -> Output,
    ) {
        for step in steps {
            let value = step.to_possible_value().expect("no step is hidden");
            for time in 1..=cases(TIMES, TIMES_LONG) {
                let when = format!("{}:{time}", value.get_name());
                let output = run(self.about_to_abort(&when));
                if output.signal.is_none() {
                    output.expect_code(code);
                    assert!(time > 1, "{when} is never reached");
                    break;
                }
                assert_eq!(output.signal, Some(Signal::SIGABRT as i32), "{when}");
                self.assert_made_up_for(&when);
            }
        }
    }

    /// An agent that goes on from where the first pass ended.
    fn about_to_abort(&self, when: &str) -> Agent {
        self.world.forget();
        restore(self.state.path(), &self.world.state_dir());
        self.world.command([]).env("ROLLCALL_ABORT_AT", when)
    }

    fn assert_made_up_for(&self, when: &str) {
        let world = &self.world;
        let code = world.agent.run().code;
        assert!(matches!(code, Some(0 | 5)), "{when}: {code:?}");
        world.assert_nothing_lost_except(when, Some(&self.rejected));
        for view in world.views() {
            assert!(view.repeats <= BATCH, "{when}: {} repeats", view.repeats);
        }
        world.assert_nothing_left(when);
        let letters = world.command(["dead-letters", "export"]).run();
        let letters = letters.expect_code(0).stdout;
        assert_eq!(letters.lines().count(), 1, "{when}: {letters}");
        assert!(letters.contains(&self.rejected), "{when}: {letters}");
    }
}
