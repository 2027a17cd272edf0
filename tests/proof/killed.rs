//! kill -9 at any moment of a process's life, a hundred times over, while users change, come and
//! go. Every other process is a daemon, which makes one pass after the other.

use std::time::{Duration, Instant};

use nix::sys::signal::Signal;
use serde_json::json;

use super::cases;
use super::world::World;
use crate::support::reply::Reply;
use crate::support::running::Running;

const KILLS: u64 = 100;
const KILLS_LONG: u64 = 500;
const USERS: usize = 40;
const BATCH: usize = 4;
/// How long an intake thinks about a batch, so that many kills meet a batch on its way.
const INTAKE_WORKS: Duration = Duration::from_millis(8);
const START_UP: Duration = Duration::from_millis(250);
const POLL: Duration = Duration::from_millis(1);
/// How long a daemon may be at rest before it is killed all the same.
const IDLE_MAX: Duration = Duration::from_secs(2);
/// What an agent says once its state is open and AWS has answered.
const READY: &str = "collecting users";
/// From the start of a process to that.
const READY_MAX: Duration = Duration::from_secs(5);

#[test]
#[expect(
    clippy::print_stdout,
    reason = "random moments: whoever looks wants the numbers"
)]
fn kills_at_any_moment_lose_no_user_and_repeat_at_most_one_batch_each() {
    let mut world = World::new(fastrand::u64(..), USERS, BATCH);
    for (_, intake) in &world.intakes {
        let taken = Reply::json(200, &json!({}));
        intake.otherwise(Some(taken.after(INTAKE_WORKS)));
    }
    let kills = cases(KILLS, KILLS_LONG);
    let (mut killed, mut spawned, mut after_a_post) = (0, 0, 0);
    while killed < kills {
        spawned += 1;
        assert!(spawned < 2 * kills, "only {killed} kills met an agent");
        world.change(0.7, 1);
        let before = world.posts();
        if is_killed(&world) {
            killed += 1;
            after_a_post += u64::from(world.posts() > before);
        }
    }
    world.agent.run().expect_code(0);
    // So many may be gone since the last complete pass that none is asked about: then a second
    // pass has to miss them.
    world.agent.run().expect_code(0);
    let repeats = world.views().map(|view| view.repeats);
    println!(
        "{kills} kills of {spawned} processes, {after_a_post} of them after a post; {} posts; \
         events repeated: {repeats:?}",
        world.posts()
    );
    world.assert_nothing_lost("after all kills");
    world.assert_nothing_left("after all kills");
    assert!(
        after_a_post > kills / 10,
        "hardly a kill met a sending agent"
    );
    for repeats in repeats {
        assert!(repeats <= BATCH * kills as usize, "{repeats} repeats");
    }
}

/// Lets an agent live for a random while and kills it; whether it was still alive.
fn is_killed(world: &World) -> bool {
    let (calls, posts) = (world.calls(), world.posts());
    let mut running = match fastrand::bool() {
        true => world.agent.spawn(),
        false => world.command(["run"]).spawn(),
    };
    match fastrand::u8(..5) {
        // While it starts.
        0 => std::thread::sleep(START_UP.mul_f64(fastrand::f64())),
        // While it collects.
        1 | 2 => {
            running.wait_for(READY, READY_MAX);
            let more = fastrand::u64(1..=15);
            await_end_or(&mut running, || world.calls() >= calls + more);
        }
        // While it sends.
        _ => {
            running.wait_for(READY, READY_MAX);
            let more = fastrand::usize(1..=12);
            await_end_or(&mut running, || world.posts() >= posts + more);
        }
    }
    // Once it has ended and that is known, its number may be another's.
    if !running.has_ended() {
        running.signal(Signal::SIGKILL);
    }
    let output = running.wait(READY_MAX);
    assert!(matches!(output.code, None | Some(0)), "{}", output.stderr);
    assert!(!output.stderr.contains("quarantine"), "{}", output.stderr);
    output.code.is_none()
}

/// Waits for a moment, and a little longer. A daemon may have nothing more to send.
fn await_end_or(running: &mut Running, is_so: impl Fn() -> bool) {
    let start = Instant::now();
    while !is_so() && !running.has_ended() && start.elapsed() < IDLE_MAX {
        std::thread::sleep(POLL);
    }
    std::thread::sleep(INTAKE_WORKS.mul_f64(fastrand::f64()));
}
