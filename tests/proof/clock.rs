//! A clock that is set a day back or forward, between passes and in the middle of them.

use time::OffsetDateTime;

use super::shim;
use super::world::World;
use crate::support::agent::Agent;
use crate::support::sim_aws::SimUser;

const DAY_S: i64 = 86_400;
/// By how many days the clock is off at the start of each pass, and from its first listing on.
const PASSES: [(i64, i64); 7] = [(0, 0), (1, 1), (-1, -1), (1, -1), (-1, 1), (0, -1), (0, 0)];

#[test]
fn a_clock_jump_of_a_day_skips_no_user_and_moves_no_checkpoint_back() {
    assert_survives(World::new(5, 30, 10), |world| world.change(0.5, 1));
}

/// Here the checkpoint decides who is looked at.
#[test]
fn a_clock_jump_of_a_day_skips_no_user_where_only_new_users_are_sent() {
    let world = World::new(6, 30, 10);
    let config = std::fs::read_to_string(world.agent.home().join("config.toml")).unwrap();
    let mapping = "[mapping]\n";
    assert!(config.contains(mapping), "{config}");
    world
        .agent
        .config(&config.replace(mapping, "[mapping]\nemit = \"created\"\n"));
    assert_survives(world, |world| {
        let id = world.sim.account().id;
        world.sim.change(&id, |account| {
            let mut newcomer = SimUser::new(&format!("newcomer-{}", account.users.len()));
            newcomer.created_at = OffsetDateTime::now_utc();
            account.users.insert(newcomer.name.clone(), newcomer);
        });
        world.change(0.0, 0);
    });
}

/// Passes over an account that changes before each of them, by a clock that jumps.
fn assert_survives(mut world: World, change: impl Fn(&mut World)) {
    let file = world.agent.home().join("offset");
    let library = shim::compile("clock", world.agent.home());
    let agent = world
        .agent
        .env("LD_PRELOAD", &library.display().to_string())
        .env("CLOCK_OFFSET", &file.display().to_string());
    let mut newest = String::new();
    for (number, (start, then)) in PASSES.into_iter().enumerate() {
        let set = |days: i64| (days * DAY_S).to_string();
        std::fs::write(&file, set(start)).unwrap();
        let (place, then) = (file.clone(), set(then));
        let listings = world.sim.calls().get("ListUsers").copied().unwrap_or(0);
        world.sim.after("ListUsers", listings + 1, move |_| {
            std::fs::write(place, then).unwrap();
        });
        change(&mut world);
        let log = agent.run().expect_code(0).stderr;
        world.assert_nothing_lost(&format!("pass {number}"));
        let reached = checkpoint(&log);
        assert!(reached >= newest, "{reached} after {newest}");
        newest = reached;
    }
    assert_is_shifted(&agent, &file);
}

/// The checkpoint that a pass logs: RFC 3339, whose order is that of time.
fn checkpoint(log: &str) -> String {
    let (_, after) = log.split_once("checkpoint=\"").expect("a checkpoint");
    let (checkpoint, _) = after.split_once('"').expect("its end");
    checkpoint.to_owned()
}

/// The agent's own log has tomorrow's date.
fn assert_is_shifted(agent: &Agent, file: &std::path::Path) {
    std::fs::write(file, DAY_S.to_string()).unwrap();
    let tomorrow = OffsetDateTime::now_utc() + time::Duration::DAY;
    let log = agent.run().expect_code(0).stderr;
    let date = tomorrow.date().to_string();
    assert!(log.starts_with(&date), "{log}");
}
