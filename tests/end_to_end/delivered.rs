//! The main job: everybody arrives, once, as Sekoia wants it.

use rollcall::map::Dialect;

use super::accounts::{self, LARGE};
use super::common::{self, API_KEY, sekoia_agent};
use crate::support::intake::{CONNECTOR_UUID, Intake};

#[test]
fn every_user_arrives_once_in_full_batches_with_every_fact_right() {
    let intake = Intake::start();
    // The pass takes longer than events wait by default.
    let config = common::sekoia_config(&intake, "") + "flush_after = \"1h\"\n";
    let agent = sekoia_agent(&LARGE.account, &intake).config(&config);
    let agent = agent.arg("collect");
    let output = agent.run().expect_code(0);
    assert_eq!(output.stdout, "");

    let posts = intake.posts();
    let sizes: Vec<_> = posts.iter().map(|post| post.items().len()).collect();
    assert_eq!(sizes, [100, 100, 53]);
    let path = format!("/api/v2/asset-management/asset-connector/{CONNECTOR_UUID}");
    for post in &posts {
        assert_eq!((post.method.as_str(), &post.path), ("POST", &path));
        assert_eq!(post.headers["authorization"], format!("Bearer {API_KEY}"));
        assert_eq!(post.headers["content-type"], "application/json");
        let version = env!("CARGO_PKG_VERSION");
        assert_eq!(post.headers["user-agent"], format!("rollcall/{version}"));
        let keys: Vec<_> = post.body.as_object().expect("an object").keys().collect();
        assert_eq!(keys, ["items", "version"]);
        assert_eq!(post.body["version"], 1);
    }

    let events = intake.events();
    common::assert_each_once(&LARGE.users, &events);
    common::assert_valid(Dialect::Sekoia, &events);
    for event in &events {
        let name = event["user"]["name"].as_str().expect("a name");
        accounts::assert_event_has(&LARGE.users[name], event);
    }
    let calls = "sts:GetCallerIdentity 1, iam:ListAccountAliases 1, iam:GetAccountSummary 1, \
                 iam:ListUsers 1, iam:ListGroupsForUser 253, iam:ListAttachedGroupPolicies 12, iam:ListMFADevices 253";
    assert!(output.stderr.contains(calls), "{}", output.stderr);
    assert!(
        output.stderr.contains("253 events in 3 batches"),
        "{}",
        output.stderr
    );
}
