//! A run that is ended at any of its named steps is finished by the next one.

use clap::ValueEnum;
use nix::sys::signal::Signal;
use rollcall::steps::Step;
use serde_json::json;

use super::common::{keys, left, parameter, stored};
use super::key_killed::age_intents;
use super::leased::age_lease;
use super::people::{key, names, of_table, ours, put, quarantined};
use crate::support::agent::Agent;
use crate::support::moto::Account;
use crate::support::owner;

const MORE: &str = "removals = \"automatic\"\n\n[[sinks]]\ntype = \"ndjson\"\n\
                    path = \"siem.ndjson\"\ndialect = \"ocsf\"\n";

/// An account in which a run creates anna with a key, rotates that of bob, and deletes zoe with her
/// device and her parameter.
fn account() -> (Account, Agent) {
    let account = Account::strict();
    let agent = of_table(&account, &["rollcall:sentinel"], MORE);
    for name in ["anna", "bob"] {
        let item = json!({ "UserName": { "S": name }, "keys": { "S": "one" } });
        put(&account, &item);
    }
    ours(&account, "bob");
    key(&account, "bob", 20);
    let zoe = ours(&account, "zoe");
    owner::give_all(&account, "zoe", &["MFA device", "group"]);
    parameter(&account, "zoe", &zoe);
    quarantined(&account, "zoe", "2026-11-01T10:00:00Z");
    (account, agent)
}

#[test]
fn a_run_that_is_aborted_at_any_step_is_finished_by_the_next() {
    let steps = Step::value_variants().iter();
    for step in steps.filter(|step| step.is_of_lifecycle()) {
        let name = step.to_possible_value().unwrap().get_name().to_owned();
        let (account, agent) = account();
        let run = agent.args(["lifecycle", "run", "--once"]);
        let aborted = run.env("ROLLCALL_ABORT_AT", &format!("{name}:1")).run();
        assert_eq!(aborted.signal, Some(Signal::SIGABRT as i32), "{name}");
        age_intents(&account, &agent.state_home().join("rollcall"));
        age_lease(&account);
        run.run().expect_code(0);
        // One that is not finished at once is by the run after it.
        let idle = run.run().expect_code(0);
        assert_eq!(idle.stdout, "", "{name}");
        assert_eq!(names(&account), ["anna", "bob"], "{name}");
        assert_eq!(left(&account, "zoe"), Vec::<&str>::new(), "{name}");
        for (user, count) in [("anna", 1), ("bob", 2)] {
            let all = keys(&account, user);
            assert_eq!(all.len(), count, "{name}: {user}");
            let (newest, is_active) = all.last().unwrap();
            let held = stored(&account, user)["access_key_id"].clone();
            assert_eq!((held, *is_active), (json!(newest), true), "{name}: {user}");
        }
    }
}
