//! A clock that is set a day back or forward, between passes and in the middle of them.

use time::OffsetDateTime;

use super::shim;
use super::world::World;
use crate::support::agent::Agent;

const DAY_S: i64 = 86_400;

#[test]
fn clock_that_jumps_a_day_skips_nobody_and_moves_no_checkpoint_back() {
    let mut world = World::new(5, 30, 10);
    let file = world.agent.home().join("offset");
    let library = shim::compile("clock", world.agent.home());
    let agent = world
        .agent
        .env("LD_PRELOAD", &library.display().to_string())
        .env("CLOCK_OFFSET", &file.display().to_string());
    let mut newest = String::new();
    // At the start of each pass, and from its first listing on.
    for (number, (start, then)) in [(0, 0), (1, 1), (-1, -1), (1, -1), (-1, 1), (0, -1), (0, 0)]
        .into_iter()
        .enumerate()
    {
        let set = |days: i64| (days * DAY_S).to_string();
        std::fs::write(&file, set(start)).unwrap();
        let (place, then) = (file.clone(), set(then));
        let listings = world.sim.calls().get("ListUsers").copied().unwrap_or(0);
        world.sim.after("ListUsers", listings + 1, move |_| {
            std::fs::write(place, then).unwrap();
        });
        world.change(0.5, 1);
        let told = agent.run().expect_code(0).stderr;
        world.assert_nothing_lost(&format!("pass {number}"));
        let reached = checkpoint(&told);
        assert!(reached >= newest, "{reached} after {newest}");
        newest = reached;
    }
    assert_is_shifted(&agent, &file);
}

/// The checkpoint that a pass tells in its log: RFC 3339, whose order is that of time.
fn checkpoint(told: &str) -> String {
    let (_, after) = told.split_once("checkpoint=\"").expect("a checkpoint");
    let (checkpoint, _) = after.split_once('"').expect("its end");
    checkpoint.to_owned()
}

/// The agent's own log tells tomorrow's date.
fn assert_is_shifted(agent: &Agent, file: &std::path::Path) {
    std::fs::write(file, DAY_S.to_string()).unwrap();
    let tomorrow = OffsetDateTime::now_utc() + time::Duration::DAY;
    let told = agent.run().expect_code(0).stderr;
    let date = tomorrow.date().to_string();
    assert!(told.starts_with(&date), "{told}");
}
