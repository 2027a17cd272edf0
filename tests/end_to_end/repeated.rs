//! Passes after the first: what is new or changed, and nothing else.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::Value;

use super::accounts::plant;
use super::common::{self, sekoia_agent};
use crate::support::agent::Agent;
use crate::support::block_on;
use crate::support::intake::Intake;

/// CreateDate has seconds.
const A_SECOND: Duration = Duration::from_millis(1_100);

#[test]
fn later_passes_send_only_who_is_new_or_changed_and_full_sends_all_again() {
    let planted = plant(15);
    let intake = Intake::start();
    let agent = sekoia_agent(&planted.account, &intake).args(["--log-format", "json", "collect"]);
    let first = checkpoint(&agent);
    common::assert_each_once(&planted.users, &intake.events());
    let ids = common::ids(&intake.events());

    assert_eq!(checkpoint(&agent), first);
    assert_eq!(
        intake.requests().len(),
        1,
        "an unchanged account was sent again"
    );

    std::thread::sleep(A_SECOND);
    let iam = planted.account.iam();
    let created = block_on(iam.create_user().user_name("newcomer").send()).unwrap();
    let second = checkpoint(&agent);
    let created = created.user.unwrap().create_date.secs();
    assert_eq!(unix_seconds(&second), created);
    assert!(second > first, "{second} after {first}");
    assert_eq!(names_since(&intake, 1), ["newcomer"]);

    let join = iam.add_user_to_group().user_name("newcomer");
    block_on(join.group_name("administrators").send()).unwrap();
    assert_eq!(checkpoint(&agent), second);
    assert_eq!(names_since(&intake, 2), ["newcomer"]);
    assert_eq!(intake.posts()[2].items()[0]["user"]["type"], "Admin");

    checkpoint(&agent.arg("--full"));
    let posts = intake.posts();
    let again: Vec<Value> = posts[3..]
        .iter()
        .flat_map(|post| post.items().to_vec())
        .collect();
    let mut again = common::ids(&again);
    let newcomer = again.remove("newcomer");
    assert_eq!(again.len(), ids.len());
    // Each event has an id of its own, also one with the content of an earlier one.
    let sent = &posts[2].items()[0]["metadata"]["uid"];
    assert!(newcomer.is_some() && newcomer.as_deref() != sent.as_str());
    assert!(again.iter().all(|(name, id)| ids[name] != *id));
}

/// The users in the posts from number `first` on.
fn names_since(intake: &Intake, first: usize) -> Vec<String> {
    let posts = intake.posts();
    let events: Vec<Value> = posts[first..]
        .iter()
        .flat_map(|post| post.items().to_vec())
        .collect();
    common::names(&events).into_keys().collect()
}

/// Collects, and reads the checkpoint from the log.
#[track_caller]
fn checkpoint(agent: &Agent) -> String {
    let output = agent.run().expect_code(0);
    let lines = output.stderr.lines().map(serde_json::from_str::<Value>);
    let lines: Vec<_> = lines.collect::<Result<_, _>>().expect("JSON logs");
    let passes: BTreeSet<_> = lines
        .iter()
        .filter_map(|line| line["checkpoint"].as_str())
        .collect();
    assert_eq!(passes.len(), 1, "{}", output.stderr);
    let sinks = lines
        .iter()
        .filter(|line| line["message"] == "delivery to a sink ended");
    let waiting: Vec<_> = sinks.map(|sink| sink["waiting"].as_u64()).collect();
    assert_eq!(waiting, [Some(0)], "{}", output.stderr);
    passes
        .first()
        .map(|text| (*text).to_owned())
        .expect("one checkpoint")
}

fn unix_seconds(text: &str) -> i64 {
    let format = &time::format_description::well_known::Rfc3339;
    let at = time::OffsetDateTime::parse(text, format).expect("an RFC 3339 time");
    at.unix_timestamp()
}
