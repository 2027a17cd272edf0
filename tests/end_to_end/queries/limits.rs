//! A question begins at the rates that passes learnt, and teaches them nothing.

use crate::end_to_end::queries::ask;
use crate::support::agent::Agent;
use crate::support::sim_aws::{SimAccount, SimAws};

const ACTION: &str = "ListGroupsForUser";
const SETTINGS: &str = "[aws]\nstrategy = \"per-user\"\nrequests_per_second = 80\n\
                        max_in_flight = 32\n\
                        [[sinks]]\ntype = \"ndjson\"\npath = \"events.ndjson\"\n";

#[test]
fn a_question_begins_at_the_rate_that_a_pass_learnt() {
    let sim = SimAws::start([SimAccount::generate(81, 60)]);
    sim.throttle(ACTION, 20.0, 5.0);
    let agent = || Agent::new().config(SETTINGS).aws(&sim.url());
    let calls = |agent: &Agent| {
        let count = || sim.calls().get(ACTION).copied().unwrap_or_default();
        let before = count();
        ask(agent, "users list").expect_code(0);
        count() - before
    };
    let unlearnt = calls(&agent());
    let learnt = agent();
    ask(&learnt, "collect").expect_code(0);
    let learnt = calls(&learnt);
    assert!(
        learnt < unlearnt,
        "{learnt} of {unlearnt} calls for 60 users"
    );
}
