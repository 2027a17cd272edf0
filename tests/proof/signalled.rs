//! SIGTERM and SIGHUP at any moment of a daemon's life, a hundred times each, while users change,
//! come and go.

use std::time::Duration;

use nix::sys::signal::Signal;
use serde_json::json;

use super::cases;
use super::view::View;
use super::world::World;
use crate::support::reply::Reply;
use crate::support::running::Output;

const LIVES: u64 = 10;
const LIVES_LONG: u64 = 100;
const USERS: usize = 40;
const BATCH: usize = 4;
const INTAKE_WORKS: Duration = Duration::from_millis(8);
/// The moments at which a signal may come: of the start, of a pass, of the wait for the next.
const MOMENT_MAX: Duration = Duration::from_millis(700);
const END_MAX: Duration = Duration::from_secs(20);

#[test]
#[expect(
    clippy::print_stdout,
    reason = "random moments: whoever looks wants the numbers"
)]
fn signals_at_any_moment_lose_no_user_and_send_nothing_under_another_id() {
    let seed = fastrand::u64(..);
    println!("seed {seed}");
    let mut world = World::new(seed, USERS, BATCH);
    for (_, intake) in &world.intakes {
        let taken = Reply::json(200, &json!({}));
        intake.otherwise(Some(taken.after(INTAKE_WORKS)));
    }
    let lives = cases(LIVES, LIVES_LONG);
    let (mut reloads, mut before_a_word) = (0, 0);
    for life in 0..lives {
        world.change(0.7, 1);
        let batch = BATCH + world.rng.usize(..2);
        let output = lived(&mut world, batch);
        reloads += output
            .stderr
            .matches("the new configuration is in effect")
            .count();
        before_a_word += u64::from(!is_right(&output));
        assert!(
            !output.stderr.contains("refused"),
            "life {life}: {}",
            output.stderr
        );
    }
    world.agent.run().expect_code(0);
    world.agent.run().expect_code(0);
    let views = world.views();
    let repeats = views.each_ref().map(|view| view.repeats);
    println!(
        "{lives} SIGHUPs, {reloads} of them followed by a whole reload, and {lives} SIGTERMs, {before_a_word} \
         before a word was said; {} posts, {repeats:?} events repeated by their id",
        world.posts()
    );
    for View { doubles, .. } in &views {
        assert_eq!(*doubles, 0, "sent twice under another id");
    }
    world.assert_nothing_lost("after all signals");
    world.assert_nothing_left("after all signals");
}

/// Lets a daemon live for a random while in which its configuration changes.
fn lived(world: &mut World, batch: usize) -> Output {
    let running = world.command(["run"]).spawn();
    let moments = [(); 2].map(|()| MOMENT_MAX.mul_f64(world.rng.f64()));
    std::thread::sleep(moments[0]);
    for from in [BATCH, BATCH + 1] {
        let line = |size: usize| format!("batch_size = {size}\n");
        world.reconfigure(&line(from), &line(batch));
    }
    running.signal(Signal::SIGHUP);
    std::thread::sleep(moments[1]);
    running.signal(Signal::SIGTERM);
    running.wait(END_MAX)
}

/// Whether the daemon ended as one is meant to; a process that a signal ended before it could say
/// how it takes them had said nothing and done nothing.
fn is_right(output: &Output) -> bool {
    match output.code {
        Some(code) => assert_eq!(code, 0, "{}", output.stderr),
        None => assert_eq!(output.stderr, "", "ended by {:?}", output.signal),
    }
    output.code.is_some()
}
