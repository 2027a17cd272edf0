//! Facts that cannot be read: never taken for a no, counted where they decide, exit code 4.

use serde_json::Value;

use super::{SMALL, agent, ask};
use crate::support::agent::Agent;
use crate::support::aws_proxy::{AwsProxy, Call, aws_error};
use crate::support::reply::Reply;
use crate::support::sim_aws::{SimAccount, SimAws, SimGroup, SimUser};

fn denying(denied: &'static [&'static str]) -> (AwsProxy, Agent) {
    let rule = move |call: &Call| -> Option<Reply> {
        denied
            .contains(&call.action())
            .then(|| aws_error(403, "AccessDenied"))
    };
    let proxy = AwsProxy::start(&SMALL, rule);
    let agent = agent(&SMALL).env("AWS_ENDPOINT_URL", &proxy.url());
    (proxy, agent)
}

const MFA: &[&str] = &[
    "ListVirtualMFADevices",
    "ListMFADevices",
    "GetCredentialReport",
];

#[test]
fn whoever_a_filter_cannot_judge_is_left_out_and_counted() {
    let (_proxy, agent) = denying(MFA);
    for wanted in ["yes", "no"] {
        let answer = ask(&agent, &format!("users list --mfa {wanted}")).expect_code(4);
        assert_eq!(answer.stdout, "no users\n");
        assert!(answer.stderr.contains("left out"), "{}", answer.stderr);
        assert!(answer.stderr.contains("users=3"), "{}", answer.stderr);
    }
    let unknown = ask(&agent, "users list --mfa unknown --output csv").expect_code(4);
    assert_eq!(unknown.stdout.lines().count(), 4, "{}", unknown.stdout);
    // What is not for certain is not counted.
    let nobody = ask(&agent, "users list --mfa no --name nobody*").expect_code(0);
    assert!(!nobody.stderr.contains("left out"), "{}", nobody.stderr);
}

#[test]
fn an_unknown_fact_is_absent_with_its_reason_and_a_question_mark() {
    let (_proxy, agent) = denying(&["ListMFADevices", "GetLoginProfile", "ListAccessKeys"]);
    let answer = ask(&agent, "users get Anna --output json").expect_code(4);
    let answer: Value = serde_json::from_str(&answer.stdout).unwrap();
    let user = &answer["users"][0];
    for (fact, unknown) in [
        ("mfa", "mfa"),
        ("console_access", "console_access"),
        ("access_keys", "access_keys"),
    ] {
        assert!(user.get(fact).is_none(), "{user:#}");
        let why = user["unknown"][unknown].as_str().unwrap();
        assert!(why.starts_with("denied: iam:"), "{why}");
    }
    let table = ask(&agent, "users get Anna").expect_code(4).stdout;
    assert!(table.contains("MFA                   ?\n"), "{table}");
}

#[test]
fn without_get_user_the_listing_and_the_tags_call_tell_who_it_is() {
    let (proxy, agent) = denying(&["GetUser"]);
    let answer = ask(&agent, "users get Anna --output json").expect_code(4);
    let answer: Value = serde_json::from_str(&answer.stdout).unwrap();
    let user = &answer["users"][0];
    assert_eq!(user["tags"]["Team"], "platform");
    let why = user["unknown"]["permissions_boundary"].as_str().unwrap();
    assert!(why.contains("iam:GetUser"), "{why}");
    assert_eq!(proxy.count("ListUserTags"), 1);
}

#[test]
fn groups_are_read_one_by_one_where_bulk_is_denied_and_say_the_same() {
    let (proxy, agent) = denying(&["GetAccountAuthorizationDetails"]);
    let one_by_one = ask(&agent, "groups list").expect_code(0);
    let in_bulk = ask(&super::agent(&SMALL), "groups list").expect_code(0);
    assert_eq!(one_by_one.stdout, in_bulk.stdout);
    assert_eq!(proxy.count("GetGroup"), 2);
}

#[test]
fn a_group_whose_members_may_not_be_read_is_told_without_them() {
    let (_proxy, agent) = denying(&["GetAccountAuthorizationDetails", "GetGroup"]);
    let all = ask(&super::agent(&SMALL), "groups list --output csv").expect_code(0);
    let some = ask(&agent, "groups list --output csv").expect_code(4);
    assert_eq!(some.stdout.lines().count(), all.stdout.lines().count());
    assert!(some.stdout.contains("members"), "{}", some.stdout);
    let answer = ask(&agent, "groups get ops --output json").expect_code(4);
    let answer: Value = serde_json::from_str(&answer.stdout).unwrap();
    let group = &answer["groups"][0];
    assert_eq!(group["name"], "ops");
    assert!(group.get("members").is_none(), "{group:#}");
    let why = group["unknown"]["members"].as_str().unwrap();
    assert!(why.starts_with("denied: iam:GetGroup"), "{why}");
}

#[test]
fn refused_credentials_are_exit_code_3() {
    let (_proxy, agent) = denying(&["GetUser", "ListUsers", "GetGroup", "ListGroups"]);
    ask(&agent, "users get Anna").expect_code(3);
    ask(&agent, "groups get ops").expect_code(3);
}

#[test]
fn filters_choose_users() {
    let agent = agent(&SMALL);
    for (filter, expected) in [
        ("--admin", &["Anna", "bob"][..]),
        ("--mfa yes", &["bob"]),
        ("--mfa no", &["=cmd@x", "Anna"]),
        ("--console", &["Anna"]),
        ("--group READERS", &["bob"]),
        ("--path /none/", &[]),
        ("--tag team", &["Anna"]),
        ("--tag team=platform", &["Anna"]),
        ("--tag team=other", &[]),
        ("--name *O*", &["bob"]),
        ("--key-age 1d", &[]),
        ("--unused 90d", &[]),
        ("--admin --mfa no", &["Anna"]),
    ] {
        let answer = ask(&agent, &format!("users list --output json {filter}")).expect_code(0);
        let answer: Value = serde_json::from_str(&answer.stdout).unwrap();
        let users = answer["users"].as_array().unwrap().iter();
        let names: Vec<&str> = users.map(|it| it["name"].as_str().unwrap()).collect();
        assert_eq!(names, expected, "{filter}");
    }
}

#[test]
fn a_member_that_makes_no_sense_leaves_one_group_unknown_and_no_other() {
    for strategy in ["auto", "bulk"] {
        let mut account = SimAccount::new("111122223333");
        for (user, group) in [("anna", "ops"), ("bob", "staff")] {
            let mut user = SimUser::new(user);
            user.groups.insert(group.to_owned());
            account = account.user(user).group(SimGroup::new(group));
        }
        let anna = account.users.get_mut("anna").unwrap();
        anna.told_arn = Some("arn:aws:iam::999999999999:user/anna".to_owned());
        let sim = SimAws::start([account]);
        let agent = Agent::new().config(&format!("[aws]\nstrategy = \"{strategy}\"\n"));
        let agent = agent.aws(&sim.url());
        let answer = ask(&agent, "groups list --output csv").expect_code(4);
        let row = |group: &str| {
            let mut rows = answer.stdout.lines();
            rows.find(|row| row.contains(group)).unwrap().to_owned()
        };
        assert!(row("staff").contains("bob"), "{}", answer.stdout);
        assert!(!row("ops").contains("anna"), "{}", answer.stdout);
        assert!(row("ops").contains("members"), "{}", answer.stdout);
    }
}
