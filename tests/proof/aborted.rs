//! The process aborts at every named step: what it had not told is told by the next one.

use clap::ValueEnum;
use nix::sys::signal::Signal;
use rollcall::steps::Step;

use super::cases;
use super::world::{World, copy, restore};

const USERS: u64 = 36;
/// Two chunks of users, hence several times through every step.
const USERS_LONG: u64 = 270;
const BATCH: usize = 9;
/// How often a step may be reached before the process aborts at it.
const TIMES: u64 = 2;
const TIMES_LONG: u64 = 8;

/// A world after a first pass and a change of most users, one of whom the first intake rejects.
struct Stage {
    world: World,
    rejected: String,
    state: tempfile::TempDir,
}

#[test]
fn process_that_aborts_at_any_step_loses_nobody_and_repeats_at_most_a_batch() {
    let stage = Stage::set();
    for step in Step::value_variants() {
        let value = step.to_possible_value().expect("no step is hidden");
        for time in 1..=cases(TIMES, TIMES_LONG) {
            let when = format!("{}:{time}", value.get_name());
            if !stage.aborts(&when) {
                assert!(time > 1, "{when} is never reached");
                break;
            }
            stage.assert_made_up_for(&when);
        }
    }
}

impl Stage {
    fn set() -> Self {
        let users = cases(USERS, USERS_LONG) as usize;
        let mut world = World::new(1, users, BATCH);
        world.agent.run().expect_code(0);
        world.settle();
        let before = world.truth.now.clone();
        world.change(0.8, 4);
        let is_changed = |(id, event): &(&String, &String)| {
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

    /// Whether a pass from where the first one ended aborts.
    fn aborts(&self, when: &str) -> bool {
        self.world.forget();
        restore(self.state.path(), &self.world.state_dir());
        let output = self.world.agent.env("ROLLCALL_ABORT_AT", when).run();
        let Some(signal) = output.signal else {
            output.expect_code(5);
            return false;
        };
        assert_eq!(signal, Signal::SIGABRT as i32, "{when}");
        true
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
