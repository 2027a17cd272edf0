//! What an earlier run began: finished, or left where it is not wanted or not ours any more.

use std::collections::BTreeMap;
use std::path::Path;

use rollcall::lifecycle::{DesiredState, Finished, Intended, Intent, UserRef};
use serde_json::json;
use time::{Duration, OffsetDateTime};

use super::common::{agent, created, executor, keys, left, plant};
use crate::support::agent::Agent;
use crate::support::aws_proxy::{AwsProxy, aws_error};
use crate::support::block_on;
use crate::support::moto::Account;
use crate::support::reply::Reply;

/// A proxy that denies a step in the middle of a deletion.
fn denying(account: &Account) -> AwsProxy {
    AwsProxy::start(account, |call| {
        (call.action() == "DetachUserPolicy").then(|| aws_error(403, "AccessDenied"))
    })
}

/// A deletion of anna that broke off; the agent, her id.
fn broken_off(account: &Account, proxy: &AwsProxy) -> Agent {
    let id = plant(account, "anna");
    let agent = agent(account, "");
    let delete = agent.args(["lifecycle", "delete", &format!("{id}:anna")]);
    delete
        .env("AWS_ENDPOINT_URL", &proxy.url())
        .run()
        .expect_code(3);
    agent
}

/// Nobody is desired.
pub(super) fn nobody() -> DesiredState {
    DesiredState {
        place: "nobody".to_owned(),
        users: BTreeMap::new(),
        removal_bar: None,
    }
}

/// Begins to create a key of `user`, so many minutes ago, and finishes that.
fn finished(
    account: &Account,
    state_dir: &Path,
    user: &UserRef,
    minutes: i64,
    created: Option<String>,
) -> Finished {
    block_on(async {
        let executor = executor(account, account.url(), state_dir).await;
        let intent = Intent {
            user: user.clone(),
            since: OffsetDateTime::now_utc() - Duration::minutes(minutes),
            what: Intended::CreateKey {
                known: Vec::new(),
                version: 1,
                created,
            },
        };
        executor.intents().keep(&intent).unwrap();
        executor.finish_begun(&nobody()).await.unwrap().remove(0)
    })
}

fn key(account: &Account, name: &str) -> String {
    let create = account.iam().create_access_key().user_name(name);
    let key = block_on(create.send()).unwrap().access_key.unwrap();
    key.access_key_id
}

#[test]
fn a_deletion_of_whom_is_desired_again_is_shown_and_not_finished() {
    let account = Account::strict();
    let agent = broken_off(&account, &denying(&account));
    agent.file("people.toml", "[[users]]\nname = \"anna\"\n");
    let plan = agent.args(["lifecycle", "plan"]).run().expect_code(0);
    assert!(plan.stdout.contains("desired again"), "{}", plan.stdout);
    let run = agent
        .args(["lifecycle", "run", "--once"])
        .run()
        .expect_code(0);
    assert!(run.stderr.contains("it stays"), "{}", run.stderr);
    assert!(left(&account, "anna").contains(&"user"));
    let again = agent.args(["lifecycle", "plan"]).run().expect_code(0);
    assert!(!again.stdout.contains("unfinished"), "{}", again.stdout);
}

#[test]
fn what_is_not_finished_ends_with_4_and_the_next_run_says_that_it_finished() {
    let account = Account::strict();
    let proxy = denying(&account);
    let agent = broken_off(&account, &proxy).file("people.toml", "users = []\n");
    let run = agent.args(["lifecycle", "run", "--once"]);
    let denied = run
        .env("AWS_ENDPOINT_URL", &proxy.url())
        .run()
        .expect_code(4);
    assert!(
        denied.stderr.contains("is not finished"),
        "{}",
        denied.stderr
    );
    let plan = agent.args(["lifecycle", "plan"]).run().expect_code(0);
    assert!(plan.stdout.contains("unfinished"), "{}", plan.stdout);
    let output = run.run().expect_code(0);
    assert!(
        output.stdout.contains("anna: finished its deletion"),
        "{}",
        output.stdout
    );
    assert_eq!(left(&account, "anna"), Vec::<&str>::new());
}

#[test]
fn a_stranger_who_got_the_name_keeps_its_keys() {
    let account = Account::strict();
    let user = created(&account, "anna");
    let rename = account
        .iam()
        .update_user()
        .user_name("anna")
        .new_user_name("ann");
    block_on(rename.send()).unwrap();
    created(&account, "anna");
    let theirs = key(&account, "anna");
    let own = key(&account, "ann");
    let home = tempfile::tempdir().unwrap();
    let ended = finished(&account, home.path(), &user, 6, None);
    assert!(ended.result.is_ok(), "{ended:?}");
    assert_eq!(keys(&account, "anna"), [(theirs, true)]);
    // Her own, which was created meanwhile and has its secret nowhere, is gone by her new name.
    assert_eq!(keys(&account, "ann"), [], "{own}");
}

#[test]
fn a_key_that_a_person_created_much_later_stays() {
    let account = Account::strict();
    let user = created(&account, "anna");
    let theirs = key(&account, "anna");
    let home = tempfile::tempdir().unwrap();
    let ended = finished(&account, home.path(), &user, 60, None);
    assert!(ended.result.unwrap().is_none());
    assert_eq!(keys(&account, "anna"), [(theirs, true)]);
}

#[test]
fn another_write_to_the_parameter_is_not_our_secret() {
    let account = Account::strict();
    let user = created(&account, "anna");
    for value in ["x", "{\"access_key_id\":\"AKIAOTHER\"}"] {
        let put = json!({ "Name": "/rollcall/keys/anna", "Value": value, "Overwrite": true,
                          "Type": "SecureString" });
        block_on(account.ssm("PutParameter", &put));
    }
    let own = key(&account, "anna");
    let home = tempfile::tempdir().unwrap();
    let ended = finished(&account, home.path(), &user, 1, Some(own));
    let what = ended.result.unwrap().unwrap().what;
    assert!(what.contains("was not stored"), "{what}");
    assert_eq!(keys(&account, "anna"), []);
}

#[test]
fn a_key_that_another_machine_created_and_stored_meanwhile_stays() {
    let account = Account::strict();
    let user = created(&account, "anna");
    let (here, there) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let stored = block_on(async {
        let other = executor(&account, account.url(), there.path()).await;
        other.create_key(&user).await.unwrap().id
    });
    // What was begun here a little earlier came to no key.
    let ended = finished(&account, here.path(), &user, 6, None);
    let what = ended.result.unwrap().unwrap().what;
    assert!(what.contains(&stored), "{what}");
    assert_eq!(keys(&account, "anna"), [(stored, true)]);
}

#[test]
fn a_key_that_is_not_listed_yet_is_looked_for_until_listings_settle() {
    let account = Account::strict();
    let user = created(&account, "anna");
    let home = tempfile::tempdir().unwrap();
    let none = "<ListAccessKeysResponse xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/\">\
                <ListAccessKeysResult><AccessKeyMetadata/><IsTruncated>false</IsTruncated>\
                </ListAccessKeysResult></ListAccessKeysResponse>";
    let proxy = AwsProxy::losing_answers(&account, move |call| match call.action() {
        "CreateAccessKey" => Some(Reply::cut()),
        "ListAccessKeys" => {
            let reply = Reply::status(200).header("content-type", "text/xml");
            Some(reply.body(none))
        }
        _ => None,
    });
    block_on(async {
        let executor = executor(&account, &proxy.url(), home.path()).await;
        executor.create_key(&user).await.unwrap_err();
        let again = executor.create_key(&user).await.unwrap_err().to_string();
        assert!(again.contains("not known yet"), "{again}");
    });
    assert_eq!(
        (proxy.count("CreateAccessKey"), keys(&account, "anna").len()),
        (1, 1)
    );
    block_on(async {
        let executor = executor(&account, account.url(), home.path()).await;
        let ended = executor.finish_begun(&nobody()).await.unwrap().remove(0);
        assert!(ended.result.unwrap().is_some());
    });
    assert_eq!(keys(&account, "anna"), []);
}
