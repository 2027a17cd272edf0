//! `diff` names users in the order of their names, whatever their UserIds are.

use serde_json::Value;

use crate::support::agent::Agent;
use crate::support::sim_aws::{SimAccount, SimAws, SimUser};

#[test]
fn users_in_a_diff_are_in_the_order_of_their_names() {
    let sim = SimAws::start([SimAccount::new("210000000000").user(SimUser::new("ann"))]);
    let config = "[aws]\nrequests_per_second = 100000\n[mapping]\nroot_account = false\n";
    let agent = Agent::new().config(config).aws(&sim.url());
    let names = ["zoe", "bob", "mia", "carl", "dora", "yan", "eve", "fay"];
    let change = |change: &dyn Fn(&mut SimAccount)| {
        sim.change("210000000000", |account| change(account));
        let args = ["collect", "--full", "--accept-deletions"];
        agent.args(args).run().expect_code(0);
    };
    let named = |found: &str| {
        let lines = found
            .lines()
            .filter(|line| line.starts_with("  ") && !line.starts_with("   "));
        let names = lines.filter_map(|line| line.split_whitespace().next());
        names.map(str::to_owned).collect::<Vec<_>>()
    };
    let mut sorted = names.map(str::to_owned);
    sorted.sort();
    change(&|_| ());
    change(&|account| {
        for name in names {
            account.users.insert(name.to_owned(), SimUser::new(name));
        }
    });
    let appeared = agent.arg("diff").run().expect_code(0).stdout;
    assert_eq!(named(&appeared), sorted, "{appeared}");
    change(&|account| account.users.retain(|name, _| name == "ann"));
    change(&|_| ());
    let first = agent.args(["history", "--output", "json"]).run().stdout;
    let passes: Value = serde_json::from_str(&first).expect("JSON");
    let ids: Vec<&str> = passes
        .as_array()
        .expect("passes")
        .iter()
        .filter_map(|pass| pass["pass"]["id"].as_str())
        .collect();
    let (from, to) = (ids[1], ids[ids.len() - 1]);
    let deleted = agent.args(["diff", "--from", from, "--to", to]).run();
    assert_eq!(named(&deleted.stdout), sorted, "{deleted:?}");
}
