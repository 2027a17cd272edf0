//! Damage to a store of several segments: part of it may come back as it was earlier, while the
//! rest is as it was last.

use std::path::Path;

use fastrand::Rng;
use rollcall::store::Store;

use super::damage::Damage;
use super::world::restore;
use super::writer::{Content, history};
use super::{cases, in_memory};
use crate::support::agent::Agent;

/// Several segments of 4 MiB full.
const OPERATIONS: usize = 1_000;
const TIMES: u64 = 20;
const TIMES_LONG: u64 = 400;
/// A history whose store makes sled panic at about every third place where it may lose its end;
/// the stores of most others do at none.
const PANIC_SEED: u64 = 9_053_201_131_932_509_505;
const TRUNCATIONS: usize = 100;

#[test]
fn damage_to_a_store_of_several_segments_misses_no_user() {
    let seed = fastrand::u64(..);
    let mut rng = Rng::with_seed(seed);
    let whole = in_memory();
    let content = written(seed, &whole.path().join("state"));
    let state = in_memory();
    let file = state.path().join("state/store/db");
    for _ in 0..cases(TIMES, TIMES_LONG) {
        for how in Damage::ALL {
            restore(whole.path(), state.path());
            let at = how.happen(&mut rng, &file);
            let when = format!("seed {seed}: {how:?} at {at}");
            let store = Store::open(&state.path().join("state")).expect(&when);
            let missed = content.missed(&store);
            assert!(missed.is_empty(), "{when}: {missed:?} are missed");
        }
    }
}

#[test]
fn damage_that_makes_sled_panic_is_reported_as_damage() {
    let agent = Agent::living_in(in_memory());
    let state = agent.state_home().join("rollcall");
    let (whole, damaged) = (in_memory(), in_memory());
    written(PANIC_SEED, &whole.path().join("rollcall"));
    let verify = agent.args(["--log-format", "json", "state", "verify"]);
    for _ in 0..TRUNCATIONS {
        restore(whole.path(), damaged.path());
        let db = damaged.path().join("rollcall/store/db");
        let at = Damage::Truncated.happen(&mut Rng::new(), &db);
        restore(damaged.path(), &agent.state_home());
        let opened = Store::open_existing(&state).map(|_store| ());
        if opened.is_err_and(|error| error.to_string().contains("it cannot be read")) {
            // What sled read before its panic it may have changed.
            restore(damaged.path(), &agent.state_home());
            let stderr = verify.run().stderr;
            assert!(stderr.contains("it cannot be read"), "at {at}: {stderr}");
            let mut lines = stderr
                .lines()
                .map(serde_json::from_str::<serde_json::Value>);
            assert!(lines.all(|line| line.is_ok()), "at {at}: {stderr}");
            return;
        }
    }
    panic!("nothing made sled panic");
}

/// A store in `state` with a history; what is in it.
fn written(seed: u64, state: &Path) -> Content {
    let store = Store::open(state).expect("a store");
    let mut content = Content::default();
    for operation in history(seed, OPERATIONS) {
        operation.perform(&store);
        content = content.after(&operation);
    }
    content
}
