//! The accounts of an organization, as it is listed page by page.

use super::*;

fn agent(sim: &SimAws) -> Agent {
    let organization = format!(
        "[aws.organization]\nrole_name = \"audit/rollcall-read\"\nexternal_id = \"{EXTERNAL_ID}\"\n"
    );
    agent_with(sim, "", &organization)
}

#[test]
fn passes_begin_while_the_organization_is_still_listed() {
    // Three pages.
    let sim = sim(45);
    sim.delay(Some("ListAccounts"), Duration::from_secs(4));
    let agent = agent(&sim).arg("run");
    let mut running = agent.spawn();
    running.wait_for("pass complete", Duration::from_secs(30));
    let listed = sim.calls()["ListAccounts"];
    assert!(listed < 3, "{listed} pages were listed by then");
    running.wait_for("waiting for the next pass", Duration::from_secs(30));
    common::until(Duration::from_secs(30), || events(&agent).len() == 45);
    running.signal(Signal::SIGTERM);
    running.wait(Duration::from_secs(30)).expect_code(0);
}

#[test]
fn an_organization_that_could_not_be_listed_to_its_end_is_read_as_far_as_it_was() {
    let sim = sim(25);
    let agent = agent(&sim).arg("collect");
    agent.run().expect_code(0);
    let all = events(&agent);
    assert_eq!(all.len(), 25);
    sim.inject(
        Fault::Denied(Denial::NothingAllows)
            .of("ListAccounts")
            .sparing(1)
            .times(1),
    );
    let output = agent.run().expect_code(4);
    assert_says(&output, "organizations:ListAccounts: denied");
    assert_says(&output, "20 of 20 done");
    assert!(
        !output.stderr.contains("not in the organization"),
        "{}",
        output.stderr
    );
    sim.remove(&id(9));
    let output = agent.run().expect_code(0);
    assert_says(&output, "24 of 24 done");
    let expected = format!("{}: nothing is reported of their users", id(9));
    assert_says(&output, &expected);
    assert_eq!(events(&agent), all, "no user is reported as deleted");
}
