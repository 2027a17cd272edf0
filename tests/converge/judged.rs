//! Verdicts in passes over an account: judged as a whole, told when they change, never worse for a
//! call that fails.

use serde_json::{Value, json};

use super::site::{ID, Settings, Site, about, account, asset_sink, file_sink};
use crate::support::intake::Intake;
use crate::support::sim_aws::{
    Denial, Document, Fault, SimAccount, SimGroup, SimPolicy, SimRole, SimUser,
};

const EVERYTHING: &str =
    r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#;
const NOTHING_MUCH: &str = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}}"#;
const PASS_TO_LAMBDA: &str = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow",
    "Action":["iam:PassRole","lambda:CreateFunction","lambda:InvokeFunction"],"Resource":"*"}}"#;
const TRUSTS_LAMBDA: &str = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow",
    "Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}}"#;
const TEAM: &str = "arn:aws:iam::210000000000:policy/team";

/// A managed policy that each of `documents` was the content of, the last one now.
fn team(documents: &[&str]) -> SimPolicy {
    SimPolicy::new(TEAM, documents.iter().map(|it| Document::new(it)).collect())
}

/// `ada` administers by her group, `lea` may pass a role to a function, `tom` has what the team has,
/// and `zoe` has nothing.
fn office() -> SimAccount {
    let mut admins = SimGroup::new("admins");
    let everything = Document::new(EVERYTHING);
    admins.inline.insert("all".to_owned(), everything);
    let mut lea = SimUser::new("lea");
    let pass = Document::new(PASS_TO_LAMBDA);
    lea.inline.insert("deploy".to_owned(), pass);
    let mut tom = SimUser::new("tom");
    tom.attached.insert(TEAM.to_owned());
    let users = [
        SimUser::new("ada").in_group("admins"),
        lea,
        tom,
        SimUser::new("zoe"),
    ];
    let mut runner = SimRole::new("runner", TRUSTS_LAMBDA);
    let everything = Document::new(EVERYTHING);
    runner.inline.insert("all".to_owned(), everything);
    account(ID, users)
        .group(admins)
        .policy(team(&[NOTHING_MUCH]))
        .role(runner)
}

fn site() -> Site {
    let site = Site::with([office()]);
    site.configure(&Settings {
        sinks: file_sink("strict", ""),
        ..Settings::default()
    });
    site
}

fn privilege(event: &Value) -> &Value {
    &event["unmapped"]["aws_iam"]["privilege"]
}

/// The tier that the last event about `name` tells.
fn tier(site: &Site, name: &str) -> String {
    let last = about(&site.file("strict.ndjson"), name).pop();
    let last = last.expect("an event");
    privilege(&last)["tier"]
        .as_str()
        .expect("a tier")
        .to_owned()
}

#[test]
fn a_pass_judges_users_by_the_documents_of_policies_groups_and_roles() {
    let site = site();
    site.collect(0);
    let of_all = ["ada", "lea", "tom", "zoe"].map(|name| tier(&site, name));
    assert_eq!(of_all, ["admin", "can_escalate", "user", "user"]);
    let events = site.file("strict.ndjson");
    let lea = about(&events, "lea").pop().expect("an event");
    let paths = privilege(&lea)["paths"].as_array().expect("paths").clone();
    assert!(
        paths.iter().any(|path| path["id"] == "lambda-001"),
        "{paths:#?}"
    );
    let ada = about(&events, "ada").pop().expect("an event");
    assert_eq!(ada["user"]["type_id"], 2);
    assert_eq!(privilege(&ada)["proof"][0]["from"], "group/admins");
    assert_eq!(site.sim.calls()["GetAccountAuthorizationDetails"], 3);
    site.collect(0);
    assert_eq!(site.file("strict.ndjson").len(), 4, "nothing is new");
}

#[test]
fn status_counts_the_administrators_that_events_tell_of_in_each_pass() {
    let site = site();
    let counted = || {
        let status = site.agent.args(["status", "--output", "json"]).run();
        let status: Value = serde_json::from_str(&status.expect_code(0).stdout).expect("JSON");
        status["accounts"][0]["last_complete"]["tally"]["admins"].clone()
    };
    site.collect(0);
    assert_eq!(
        counted(),
        1,
        "ada is one by what she may do, and by no name"
    );
    site.collect(0);
    assert_eq!(counted(), 1, "and still is, though nothing is new");
    site.deny("GetAccountAuthorizationDetails");
    site.collect(4);
    assert_eq!(
        counted(),
        1,
        "that pass saw her, and the last known verdict stands"
    );
}

#[test]
fn a_policy_that_changes_is_told_of_those_whom_it_touches_and_of_nobody_else() {
    let site = site();
    site.collect(0);
    site.change(|account| {
        let changed = team(&[NOTHING_MUCH, EVERYTHING]);
        account.policies.insert(TEAM.to_owned(), changed);
    });
    site.collect(0);
    let events = site.file("strict.ndjson");
    assert_eq!(events.len(), 5, "{events:#?}");
    let tom = about(&events, "tom").pop().expect("an event");
    assert_eq!(privilege(&tom)["tier"], "admin");
    let changes = &tom["unmapped"]["aws_iam"]["changes"];
    assert_eq!(
        *changes,
        json!([{"field": "privilege.tier", "before": "user", "after": "admin",
            "meaning": "admin gained"}]),
    );
    let history = site.agent.args(["history", "tom"]).run();
    let history = history.expect_code(0).stdout;
    assert!(
        history.contains("user -> admin (admin gained)"),
        "{history}"
    );
}

#[test]
fn a_role_that_becomes_powerful_opens_paths_of_users_who_did_not_change() {
    let site = site();
    site.change(|account| {
        account
            .roles
            .get_mut("runner")
            .expect("a role")
            .inline
            .clear();
    });
    site.collect(0);
    assert_eq!(tier(&site, "lea"), "user");
    site.change(|account| *account = office());
    site.collect(0);
    let events = site.file("strict.ndjson");
    assert_eq!(events.len(), 5, "{events:#?}");
    let lea = about(&events, "lea").pop().expect("an event");
    let changes = lea["unmapped"]["aws_iam"]["changes"].to_string();
    assert!(
        changes.contains("privilege.paths") && changes.contains("lambda-001"),
        "{changes}"
    );
}

#[test]
fn a_verdict_that_cannot_be_made_now_is_as_last_known_and_marked() {
    let site = site();
    site.collect(0);
    site.deny("GetAccountAuthorizationDetails");
    site.change(|account| account.users.get_mut("ada").expect("ada").path = "/staff/".to_owned());
    site.collect(4);
    let ada = about(&site.file("strict.ndjson"), "ada")
        .pop()
        .expect("an event");
    assert_eq!(privilege(&ada)["tier"], "admin");
    assert_eq!(ada["user"]["type_id"], 2);
    let stale = ada["unmapped"]["aws_iam"]["stale"].to_string();
    assert!(stale.contains("\"privilege\""), "{stale}");
    let told = site.file("strict.ndjson").len();
    assert_eq!(told, 5, "of those who did not change there is no news");
    site.sim.calm();
    site.collect(0);
    let healed = about(&site.file("strict.ndjson"), "ada")
        .pop()
        .expect("an event");
    assert!(
        healed["unmapped"]["aws_iam"]["stale"].is_null(),
        "{healed:#}"
    );
    assert_eq!(tier(&site, "lea"), "can_escalate");
}

#[test]
fn without_all_roles_and_policies_nobody_is_judged_and_everybody_is_told() {
    for filter in ["Role", "LocalManagedPolicy", "Group"] {
        let site = site();
        let fails = Fault::Denied(Denial::NothingAllows).of("GetAccountAuthorizationDetails");
        site.sim.inject(fails.listing(filter));
        site.agent.arg("collect").run();
        let events = site.file("strict.ndjson");
        assert_eq!(events.len(), 4, "{filter}");
        for name in ["ada", "lea", "tom"] {
            assert_eq!(tier(&site, name), "unknown", "{filter}");
        }
        site.sim.calm();
        site.collect(0);
        assert_eq!(tier(&site, "ada"), "admin", "{filter}");
        assert_eq!(tier(&site, "lea"), "can_escalate", "{filter}");
    }
}

#[test]
fn documents_are_read_only_where_events_tell_of_them() {
    let intake = Intake::start();
    let site = Site::with([office()]);
    site.configure(&Settings {
        sinks: asset_sink("asset", &intake, ""),
        ..Settings::default()
    });
    site.collect(0);
    assert_eq!(site.sim.calls()["GetAccountAuthorizationDetails"], 2);
    site.configure(&Settings {
        mapping: "admin_by = \"effective\"".to_owned(),
        sinks: asset_sink("asset", &intake, ""),
        ..Settings::default()
    });
    site.collect(0);
    assert_eq!(site.sim.calls()["GetAccountAuthorizationDetails"], 5);
}

#[test]
fn a_deletion_tells_how_much_the_user_could_do() {
    let site = site();
    site.collect(0);
    site.change(|account| {
        account.users.remove("ada");
    });
    site.collect(0);
    let gone = about(&site.file("strict.ndjson"), "ada")
        .pop()
        .expect("an event");
    assert_eq!(gone["activity_id"], 6);
    assert_eq!(privilege(&gone)["tier"], "admin");
}

#[test]
fn explain_tells_the_verdict_of_the_last_pass_and_that_there_is_no_newer_one() {
    let site = site();
    site.collect(0);
    let explain = |name: &str| site.agent.args(["explain", name]).run();
    let ada = explain("ada").expect_code(0).stdout;
    for part in [
        "ada is admin",
        "all, statement 0, held by group/admins",
        "As of 20",
    ] {
        assert!(ada.contains(part), "{part}: {ada}");
    }
    let lea = explain("lea").expect_code(0).stdout;
    assert!(
        lea.contains("lambda-001") && lea.contains("runner"),
        "{lea}"
    );
    site.deny("GetAccountAuthorizationDetails");
    site.change(|account| account.users.get_mut("ada").expect("ada").path = "/staff/".to_owned());
    site.collect(4);
    let ada = explain("ada").expect_code(0).stdout;
    assert!(
        ada.contains("ada is admin") && ada.contains("no newer verdict"),
        "{ada}"
    );
    let document = site
        .agent
        .args(["explain", "ada", "--output", "json"])
        .run();
    let document: Value = serde_json::from_str(&document.expect_code(0).stdout).expect("JSON");
    assert_eq!(document["privilege"]["tier"], "admin");
    let fields = site.agent.args(["explain", "ada", "--fields"]).run();
    let fields = fields.expect_code(0).stdout;
    for part in [
        "iam:GetAccountAuthorizationDetails at 20",
        "as last known (denied: iam:GetAccountAuthorizationDetails",
        "    user.type_id ",
    ] {
        assert!(fields.contains(part), "{part}: {fields}");
    }
    explain("nobody").expect_code(7);
    let summary = site.agent.args(["explain", "--summary"]).run();
    assert!(summary.expect_code(2).stderr.contains("--from"));
}

#[test]
fn nobody_is_judged_while_a_user_is_left_out_whom_another_may_become() {
    let mut boss = SimUser::new("boss").in_group("admins");
    boss.id = "AIDA/../BOSS".to_owned();
    let mut max = SimUser::new("max");
    let keys = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow",
        "Action":"iam:CreateAccessKey","Resource":"arn:aws:iam::210000000000:user/boss"}}"#;
    max.inline.insert("keys".to_owned(), Document::new(keys));
    let site = Site::with([office().user(boss).user(max)]);
    site.configure(&Settings {
        sinks: file_sink("strict", ""),
        ..Settings::default()
    });
    site.collect(4);
    assert_eq!(tier(&site, "max"), "unknown");
    site.change(|account| {
        account.users.get_mut("boss").expect("boss").id = "AIDABOSS".to_owned();
    });
    site.collect(0);
    assert_eq!(tier(&site, "max"), "can_escalate");
}
