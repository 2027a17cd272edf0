//! A question begins at the rates that passes learnt.

use std::time::{Duration, Instant};

use crate::end_to_end::queries::ask;
use crate::support::agent::Agent;
use crate::support::sim_aws::{SimAccount, SimAws};

const SETTINGS: &str = "[aws]\nstrategy = \"per-user\"\nrequests_per_second = 80\n\
                        [[sinks]]\ntype = \"ndjson\"\npath = \"events.ndjson\"\n";

/// How long a list takes, once AWS throttles nothing any more.
fn list(agent: &Agent) -> Duration {
    let began = Instant::now();
    ask(agent, "users list").expect_code(0);
    began.elapsed()
}

#[test]
fn a_question_begins_at_the_rate_that_a_pass_learnt() {
    let sim = SimAws::start([SimAccount::generate(81, 30)]);
    let agent = || Agent::new().config(SETTINGS).aws(&sim.url());
    let learnt = agent();
    sim.throttle("ListGroupsForUser", 5.0, 2.0);
    ask(&learnt, "collect").expect_code(0);
    sim.throttle("ListGroupsForUser", 1e6, 1e6);
    let (unlearnt, learnt) = (list(&agent()), list(&learnt));
    assert!(learnt > unlearnt * 2, "{learnt:?}, {unlearnt:?} without");
}
