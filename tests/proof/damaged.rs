//! Every file of the state flipped, truncated or zeroed, under the whole agent.

use std::time::Duration;

use fastrand::Rng;

use super::cases;
use super::damage::{Damage, files};
use super::world::{World, copy, restore};
use crate::support::reply::Reply;

/// How often each file is damaged in each way.
const TIMES: u64 = 2;
const TIMES_LONG: u64 = 30;
/// Far more than a pass takes; what takes longer hangs.
const PATIENCE: Duration = Duration::from_secs(30);

#[test]
fn damage_to_any_file_of_the_state_misses_no_user_and_causes_no_crash_loop() {
    let seed = fastrand::u64(..);
    let mut rng = Rng::with_seed(seed);
    let mut world = half_delivered();
    world.agent = world.agent.timeout(PATIENCE);
    let state = tempfile::tempdir().unwrap();
    copy(&world.state_dir(), state.path());
    for file in files(state.path()) {
        for how in Damage::ALL {
            for _ in 0..cases(TIMES, TIMES_LONG) {
                world.forget();
                restore(state.path(), &world.state_dir());
                let at = how.happen(&mut rng, &world.state_dir().join(&file));
                let when = format!("seed {seed}: {} {how:?} at {at}", file.display());
                assert_survives(&world, &when);
            }
        }
    }
}

/// A world in which one intake is sent everything, and the other one not the latest changes.
/// Nobody is gone: who was here is only in the state.
fn half_delivered() -> World {
    let mut world = World::new(7, 40, 20);
    world.agent.run().expect_code(0);
    world.change(0.5, 0);
    let [_, (_, far)] = &world.intakes;
    far.otherwise(Some(Reply::status(503)));
    world
        .agent
        .args(["--drain-timeout", "300ms"])
        .run()
        .expect_code(5);
    far.otherwise(None);
    world.settle();
    world
}

/// The next pass sends what is missing, and the one after it finds nothing to do.
#[track_caller]
fn assert_survives(world: &World, when: &str) {
    let next = world.agent.run();
    assert_eq!(next.code, Some(0), "{when}:\n{}", next.stderr);
    assert!(
        !next.stderr.contains("panicked"),
        "{when}:\n{}",
        next.stderr
    );
    world.assert_nothing_lost(when);
    world.assert_nothing_left(when);
}
