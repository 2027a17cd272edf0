//! The page of a daemon: it says in words whether all is well, and runs nothing that AWS or a sink says.

use std::time::Duration;

use super::common::{API_KEY, until};
use super::status::{agent, get};
use crate::support::browser::shown;
use crate::support::intake::{CONNECTOR_UUID, Intake};
use crate::support::reply::Reply;
use crate::support::running::Running;
use crate::support::sim_aws::{SimAccount, SimAws, SimUser};

const SOON: Duration = Duration::from_secs(30);
const ID: &str = "210000000000";
const HOSTILE: &str = "eve<img src=x onerror=alert(1)>";

fn sim() -> SimAws {
    let account = SimAccount::new(ID).user(SimUser::new("anna"));
    SimAws::start([account.user(SimUser::new("ben"))])
}

/// The sink alone: the rest of the configuration is that of the tests of the status.
pub(super) fn sink(intake: &Intake) -> String {
    format!(
        "[[sinks]]\ntype = \"sekoia-asset\"\nurl = \"{}\"\n\
         connector_uuid = \"{CONNECTOR_UUID}\"\napi_key = \"env:SEKOIA_API_KEY\"\n",
        intake.url()
    )
}

pub(super) fn end(running: Running) {
    running.signal(nix::sys::signal::Signal::SIGTERM);
    running.wait(SOON).expect_code(0);
}

#[test]
fn a_page_says_that_all_is_well_and_what_changed() {
    let (sim, intake) = (sim(), Intake::start());
    let (agent, address) = agent(&sim, &sink(&intake));
    let mut running = agent.env("SEKOIA_API_KEY", API_KEY).arg("run").spawn();
    running.wait_for("waiting for the next pass", SOON);
    sim.change(ID, |account| {
        account
            .users
            .insert(HOSTILE.to_owned(), SimUser::new(HOSTILE));
    });
    until(SOON, || get(address, "/changes").1.contains("appeared"));
    let (code, page) = get(address, "/");
    assert_eq!(code, 200);
    for outside in ["http:", "https:", "url(", "@import", "onclick"] {
        assert!(!page.contains(outside), "{outside}");
    }
    if let Some(dom) = shown(address, "well") {
        assert!(dom.contains("All is well: 4 users in 1 account"), "{dom}");
        assert!(
            dom.contains("eve&lt;img src=x onerror=alert(1)&gt;"),
            "{dom}"
        );
        assert!(!dom.contains("<img"), "{dom}");
        assert!(dom.contains("delivering") && dom.contains(ID), "{dom}");
    }
    end(running);
}

#[test]
fn a_page_says_what_is_wrong_and_no_name_where_names_are_hidden() {
    let (sim, intake) = (sim(), Intake::start());
    let (agent, address) = agent(&sim, &sink(&intake));
    let path = agent.home().join("config.toml");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(
        &path,
        text.replace("[status]\n", "[status]\nhide_names = true\n"),
    )
    .unwrap();
    let mut running = agent.env("SEKOIA_API_KEY", API_KEY).arg("run").spawn();
    running.wait_for("waiting for the next pass", SOON);
    intake.otherwise(Some(Reply::status(401)));
    sim.change(ID, |account| {
        account
            .users
            .insert("carl".to_owned(), SimUser::new("carl"));
    });
    until(SOON, || get(address, "/status").1.contains("401"));
    until(SOON, || get(address, "/changes").1.contains("appeared"));
    let (_, changes) = get(address, "/changes");
    assert!(!changes.contains("carl"), "{changes}");
    if let Some(dom) = shown(address, "sink-down") {
        assert!(dom.contains("1 thing to look at"), "{dom}");
        assert!(dom.contains("stopped: "), "{dom}");
        assert!(!dom.contains("carl"), "{dom}");
    }
    end(running);
}
