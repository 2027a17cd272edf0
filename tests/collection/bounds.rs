//! Answers without bound: each is left in time, costs what it would have told, and nothing else.

use rollcall::config::{AwsSettings, Strategy};

use super::collected::{Collected, collect};
use crate::support::block_on;
use crate::support::sim_aws::{Fault, PageShape, SimAccount, SimAws};

fn ten() -> SimAws {
    SimAws::start([SimAccount::generate(63, 10)])
}

fn collect_in_bulk(sim: &SimAws) -> Collected {
    block_on(async { collect(sim, sim.settings()).await })
}

/// The first page, the second, and one that leads back to it.
#[test]
fn pages_that_lead_in_a_circle_end_the_listing_and_the_details_tell_of_everybody() {
    let sim = ten();
    sim.pages(Some("ListUsers"), PageShape::short(4));
    sim.inject(Fault::MarkersInTurn.of("ListUsers"));
    let collected = collect_in_bulk(&sim);
    assert_eq!(collected.names().len(), 10);
    assert_eq!(sim.calls()["ListUsers"], 3);
}

#[test]
fn pages_that_lead_in_a_circle_end_a_pass_that_has_nothing_else_after_those_before() {
    let sim = ten();
    sim.inject(Fault::MarkersInTurn.of("ListUsers"));
    let settings = AwsSettings {
        strategy: Strategy::PerUser,
        ..sim.settings()
    };
    let collected = block_on(async { collect(&sim, settings).await });
    assert_eq!(collected.names().len(), 10);
    let failure = collected.ended.failure.expect("a failure").to_string();
    let expected = "iam:ListUsers: malformed answer: a page's marker leads back to a page that \
                    was read already";
    assert_eq!(failure, expected);
}
