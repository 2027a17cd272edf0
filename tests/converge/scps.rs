//! Verdicts under an organization's service control policies.

use serde_json::{Value, json};

use super::site::{Settings, Site, about, account, asset_sink, file_sink};
use crate::support::intake::Intake;
use crate::support::sim_aws::{Denial, Document, Fault, SimAccount, SimUser};

const MANAGEMENT: &str = "210000000000";
const MEMBER: &str = "220000000000";
const EVERYTHING: &str =
    r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#;
/// What leaves storage alone.
const ONLY_S3: &str =
    r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}"#;

/// An account whose user `NAME` is allowed everything, and `plain` nothing.
fn office(id: &str, name: &str) -> SimAccount {
    let mut boss = SimUser::new(name);
    let everything = Document::new(EVERYTHING);
    boss.inline.insert("all".to_owned(), everything);
    account(id, [boss, SimUser::new(&format!("plain-{name}"))])
}

/// An organization whose member is bound by `scps`.
fn site(scps: &[(&str, &str)], mapping: &str) -> Site {
    let mut member = office(MEMBER, "mia");
    let scps = scps
        .iter()
        .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()));
    member.scps.extend(scps);
    let site = Site::with([office(MANAGEMENT, "max"), member]);
    site.configure(&settings(mapping));
    site
}

fn settings(mapping: &str) -> Settings {
    Settings {
        accounts: "[aws.organization]\nrole_name = \"read\"\n".to_owned(),
        mapping: mapping.to_owned(),
        sinks: file_sink("strict", ""),
        ..Settings::default()
    }
}

fn privilege(site: &Site, name: &str) -> Value {
    let last = about(&site.file("strict.ndjson"), name).pop();
    last.expect("an event")["unmapped"]["aws_iam"]["privilege"].clone()
}

#[test]
fn an_administrator_under_a_policy_of_the_organization_is_capped_and_the_managing_one_is_not() {
    let site = site(&[("only-s3", ONLY_S3)], "scps = true");
    site.collect(0);
    let mia = privilege(&site, "mia");
    assert_eq!(mia["tier"], "capped", "{mia}");
    let limit = &mia["limits"][0];
    assert_eq!(limit["kind"], "service_control_policy", "{mia}");
    assert_eq!(limit["policy"], "only-s3", "{mia}");
    assert_eq!(mia["not_considered"], json!(["resource policies"]), "{mia}");
    let max = privilege(&site, "max");
    assert_eq!(
        max["tier"], "admin",
        "no such policy binds the managing account"
    );
    let calls = site.sim.calls();
    let of = |action: &str| calls.get(action).copied().unwrap_or_default();
    // The member, its unit and the root; the unit's and the root's policy is the same.
    assert_eq!(of("ListPoliciesForTarget"), 3);
    assert_eq!(of("ListParents"), 2);
    assert_eq!(of("DescribePolicy"), 2);
}

#[test]
fn a_policy_that_changes_sends_whom_it_touches_and_nobody_else() {
    let site = site(&[], "scps = true");
    site.collect(0);
    assert_eq!(privilege(&site, "mia")["tier"], "admin");
    let before = site.file("strict.ndjson").len();
    site.change_account(MEMBER, |account| {
        account
            .scps
            .insert("only-s3".to_owned(), ONLY_S3.to_owned());
    });
    site.collect(0);
    let events = site.file("strict.ndjson");
    let names: Vec<&str> = events[before..]
        .iter()
        .filter_map(|event| event["user"]["name"].as_str())
        .collect();
    assert_eq!(names, ["mia"]);
    assert_eq!(privilege(&site, "mia")["tier"], "capped");
}

#[test]
fn policies_that_cannot_be_read_leave_the_last_verdict_and_never_a_better_one() {
    for action in ["ListParents", "ListPoliciesForTarget", "DescribePolicy"] {
        let site = site(&[("only-s3", ONLY_S3)], "scps = true");
        site.collect(0);
        site.sim
            .inject(Fault::Denied(Denial::NothingAllows).of(action));
        site.change_account(MEMBER, |account| {
            let user = account.users.get_mut("mia").expect("mia");
            user.path = "/staff/".to_owned();
        });
        site.collect(4);
        assert_eq!(privilege(&site, "mia")["tier"], "capped", "{action}");
        let last = about(&site.file("strict.ndjson"), "mia")
            .pop()
            .expect("an event");
        let stale = &last["unmapped"]["aws_iam"]["stale"][0];
        assert_eq!(stale["fact"], "privilege", "{action}");
        let why = format!("denied: organizations:{action}");
        assert!(
            stale["reason"].as_str().expect("why").starts_with(&why),
            "{stale}"
        );
    }
}

#[test]
fn nobody_is_capped_while_it_is_not_known_which_account_manages_the_organization() {
    let site = site(&[("only-s3", ONLY_S3)], "scps = true");
    let accounts = format!(
        "[[aws.accounts]]\nid = \"{MANAGEMENT}\"\n[aws.organization]\nrole_name = \"read\"\n"
    );
    site.configure(&Settings {
        accounts,
        ..settings("scps = true")
    });
    site.sim
        .inject(Fault::Denied(Denial::NothingAllows).of("ListAccounts"));
    site.collect(4);
    assert_eq!(privilege(&site, "max")["tier"], "unknown");
}

#[test]
fn nothing_of_the_organization_is_read_where_it_was_not_asked_for_or_nothing_tells_of_it() {
    let site = site(&[("only-s3", ONLY_S3)], "");
    site.collect(0);
    let mia = privilege(&site, "mia");
    assert_eq!(mia["tier"], "admin");
    assert_eq!(
        mia["not_considered"],
        json!(["resource policies", "service control policies"])
    );
    assert_eq!(site.sim.calls().get("ListPoliciesForTarget"), None);

    let intake = Intake::start();
    let sinks = asset_sink("asset", &intake, "");
    site.configure(&Settings {
        sinks,
        ..settings("scps = true")
    });
    site.collect(0);
    assert_eq!(site.sim.calls().get("ListPoliciesForTarget"), None);
}
