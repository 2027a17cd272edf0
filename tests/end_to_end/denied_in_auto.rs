//! Strategy auto with permissions missing: another call makes up for some; what none has is
//! unknown. The exit code is 4 exactly where a fact is missing, and 0 where another call has it.

use std::collections::{BTreeMap, BTreeSet};

use rollcall::map::Dialect;
use serde_json::Value;

use super::accounts::{self, Planted, SMALL, TINY};
use super::common::{self, API_KEY, sekoia_config};
use crate::support::agent::Agent;
use crate::support::aws_proxy::{AwsProxy, aws_error};
use crate::support::intake::Intake;
use crate::support::seed::Expected;

const DETAILS: &str = "GetAccountAuthorizationDetails";
/// What only the details have.
const OF_DETAILS: [&str; 5] = [
    "attached_policies",
    "groups.inline_policies",
    "inline_policies",
    "permissions_boundary",
    "tags",
];
/// What only the credential report has.
const OF_REPORT: [&str; 3] = ["access_keys", "console_access", "signing_certificates"];

#[test]
fn without_the_details_groups_come_per_user_and_their_other_facts_are_unknown() {
    let collected = collect(&SMALL, &[DETAILS], 4);
    collected.assert_missing(&OF_DETAILS);
    collected.assert_provenance(
        "groups",
        "ListGroupsForUser and ListAttachedGroupPolicies (iam:GetAccountAuthorizationDetails: denied)",
    );
    collected.assert_provenance(
        "user policies, tags",
        "nothing (iam:GetAccountAuthorizationDetails: denied)",
    );
    collected.assert_every_fact_is_known(&SMALL);
    assert_eq!(collected.proxy.count("ListGroupsForUser"), 30);
}

#[test]
fn without_virtual_devices_mfa_comes_per_user_and_nothing_is_missing() {
    let collected = collect(&SMALL, &["ListVirtualMFADevices"], 0);
    collected.assert_missing(&[]);
    collected.assert_provenance("MFA", "ListMFADevices (iam:ListVirtualMFADevices: denied)");
    collected.assert_every_fact_is_known(&SMALL);
    assert_eq!(collected.proxy.count("ListMFADevices"), 30);
}

#[test]
fn without_a_report_made_or_fetched_mfa_comes_per_user_and_passwords_and_keys_are_unknown() {
    let both = &["GenerateCredentialReport", "GetCredentialReport"];
    // Of one that cannot be made, the one that there is would do.
    for (denied, action) in [(&both[..], both[0]), (&both[1..], both[1])] {
        let collected = collect(&TINY, denied, 4);
        collected.assert_missing(&OF_REPORT);
        collected.assert_provenance(
            "MFA",
            &format!("ListVirtualMFADevices and ListMFADevices (iam:{action}: denied)"),
        );
        collected.assert_provenance(
            "passwords, keys",
            &format!("nothing (iam:{action}: denied)"),
        );
        collected.assert_every_fact_is_known(&TINY);
    }
}

/// moto answers this call with a web page and HTTP status 500.
#[test]
fn an_endpoint_without_a_call_is_asked_for_it_once_and_nothing_is_short() {
    let collected = collect(&TINY, &[], 0);
    collected.assert_missing(&[]);
    assert_eq!(collected.proxy.count("ListServiceSpecificCredentials"), 1);
}

/// The report shows who has a hardware token, which virtual devices do not.
#[test]
fn without_list_mfa_devices_the_report_makes_up_for_it() {
    let collected = collect(&TINY, &["ListMFADevices"], 0);
    collected.assert_missing(&[]);
    collected.assert_provenance(
        "MFA",
        "ListVirtualMFADevices and the credential report (iam:ListMFADevices: denied)",
    );
    collected.assert_every_fact_is_known(&TINY);
    let asked = collected.proxy.count("ListMFADevices");
    assert!((1..=3).contains(&asked), "{asked}");
}

/// moto does not quote a comma in a name, so such a row is not used; of four such users, two
/// have no virtual device either.
#[test]
fn without_list_mfa_devices_only_users_missing_from_the_report_have_unknown_mfa() {
    let collected = collect(&SMALL, &["ListMFADevices"], 4);
    collected.assert_missing(&["mfa"]);
    let unknown = collected
        .sekoia
        .iter()
        .filter(|(_, event)| event["user"]["has_mfa"].is_null());
    let unknown: Vec<&str> = unknown.map(|(name, _)| name.as_str()).collect();
    assert_eq!(unknown, ["user,012", "user,020"]);
}

#[test]
fn permissions_that_only_the_per_user_plan_needs_are_not_missed() {
    for action in ["ListGroupsForUser", "ListAttachedGroupPolicies"] {
        let collected = collect(&TINY, &[action], 0);
        collected.assert_missing(&[]);
        collected.assert_provenance("groups", DETAILS);
        collected.assert_every_fact_is_known(&TINY);
        assert_eq!(collected.proxy.count(action), 0);
    }
}

#[test]
fn without_the_details_and_list_groups_for_user_groups_are_unknown() {
    let collected = collect(&SMALL, &[DETAILS, "ListGroupsForUser"], 4);
    let of_users = OF_DETAILS
        .into_iter()
        .filter(|fact| !fact.starts_with("groups."));
    collected.assert_missing(&of_users.chain(["groups"]).collect::<Vec<_>>());
    collected.assert_provenance(
        "groups",
        "nothing (iam:GetAccountAuthorizationDetails: denied; iam:ListGroupsForUser: denied)",
    );
    for event in collected.sekoia.values() {
        assert!(event["user"]["groups"].is_null() && event["user"]["type"].is_null());
        assert!(event["user"]["has_mfa"].is_boolean());
    }
}

#[test]
fn without_the_details_and_list_attached_group_policies_policies_of_groups_are_unknown() {
    let collected = collect(&SMALL, &[DETAILS, "ListAttachedGroupPolicies"], 4);
    let missing = OF_DETAILS.into_iter().chain(["groups.attached_policies"]);
    collected.assert_missing(&missing.collect::<Vec<_>>());
    collected.assert_provenance(
        "groups",
        "ListGroupsForUser (iam:GetAccountAuthorizationDetails: denied; \
         iam:ListAttachedGroupPolicies: denied)",
    );
    for (name, event) in &collected.sekoia {
        let groups = event["user"]["groups"].as_array().expect("groups");
        assert_eq!(groups.len(), SMALL.users[name].groups.len());
        // Of somebody in no group, everything is known.
        let r#type = groups.is_empty().then_some("User");
        assert_eq!(event["user"]["type"].as_str(), r#type, "{event:#}");
    }
}

#[test]
fn without_the_details_and_list_mfa_devices_groups_come_per_user_and_mfa_from_the_report() {
    let collected = collect(&TINY, &[DETAILS, "ListMFADevices"], 4);
    collected.assert_missing(&OF_DETAILS);
    collected.assert_every_fact_is_known(&TINY);
}

/// What a pass without some permissions left.
struct Collected {
    stderr: String,
    sekoia: BTreeMap<String, Value>,
    strict: BTreeMap<String, Value>,
    proxy: AwsProxy,
}

/// One `collect` in which `denied` is denied: everybody is delivered in both dialects, nothing is
/// false, and what is denied is asked for three users at most.
#[track_caller]
fn collect(planted: &Planted, denied: &[&'static str], code: i32) -> Collected {
    let Planted { account, users } = planted;
    let refused = denied.to_vec();
    let proxy = AwsProxy::start(account, move |call| {
        refused
            .contains(&call.action())
            .then(|| aws_error(403, "AccessDenied"))
    });
    let intake = Intake::start();
    let config = sekoia_config(&intake, "").replace("per-user", "auto");
    let file = "\n[[sinks]]\ntype = \"ndjson\"\npath = \"events.ndjson\"\n";
    let agent = Agent::new()
        .config(&format!("{config}{file}"))
        .account(account)
        .env("AWS_ENDPOINT_URL", &proxy.url())
        .env("SEKOIA_API_KEY", API_KEY);
    let output = agent.arg("collect").run().expect_code(code);
    let sekoia = intake.events();
    let strict = common::valid_file(Dialect::Ocsf, &agent.home().join("events.ndjson"));
    common::assert_valid(Dialect::Sekoia, &sekoia);
    for events in [&sekoia, &strict] {
        common::assert_each_once(users, events);
    }
    for event in sekoia.iter().chain(&strict) {
        assert_nothing_false(&users[name(event)], event);
    }
    for action in denied {
        assert!(
            proxy.count(action) <= 3,
            "{action}: {}",
            proxy.count(action)
        );
    }
    Collected {
        stderr: output.stderr,
        sekoia: by_name(sekoia),
        strict: by_name(strict),
        proxy,
    }
}

impl Collected {
    /// Exactly these facts are missing, of whomever they are, because they were denied.
    #[track_caller]
    fn assert_missing(&self, facts: &[&str]) {
        let unknown = self.strict.values().flat_map(|event| {
            let unknown = event["unmapped"]["aws_iam"]["unknown"].as_array();
            unknown.into_iter().flatten()
        });
        let denied = unknown.filter(|unknown| unknown["reason"] != "not_collected");
        let denied = denied.map(|unknown| {
            assert_eq!(unknown["reason"], "denied");
            unknown["fact"].as_str().expect("a fact")
        });
        let denied: BTreeSet<&str> = denied.collect();
        assert_eq!(denied, facts.iter().copied().collect());
    }

    #[track_caller]
    fn assert_provenance(&self, facts: &str, by: &str) {
        let row = self.stderr.lines().find(|line| line.starts_with(facts));
        let collected = row.map(|row| row[facts.len()..].trim());
        assert_eq!(collected, Some(&*format!("from {by}")), "{}", self.stderr);
    }

    /// MFA, groups and type of everybody, where no fact of these is missing.
    #[track_caller]
    fn assert_every_fact_is_known(&self, planted: &Planted) {
        for (name, event) in &self.sekoia {
            accounts::assert_event_has(&planted.users[name], event);
        }
    }
}

/// What either dialect says of a user is so, though it need not be all.
#[track_caller]
fn assert_nothing_false(expected: &Expected, event: &Value) {
    let user = &event["user"];
    let has_mfa = user["has_mfa"].as_bool();
    assert!(
        has_mfa.is_none_or(|collected| collected == expected.has_mfa),
        "{user:#}"
    );
    let mut is_admin = expected.group_policies.iter().any(|policy| {
        let policy = policy.to_lowercase();
        policy.contains("admin") || policy.contains("poweruser")
    });
    // Where documents are known they decide, in the dialect that tells of them.
    if let Some("admin" | "user" | "can_escalate" | "capped" | "conditional") =
        event["unmapped"]["aws_iam"]["privilege"]["tier"].as_str()
    {
        is_admin = expected.allows_everything;
    }
    match user["type"].as_str() {
        None | Some("Unknown") => (),
        collected => assert_eq!(
            collected,
            Some(if is_admin { "Admin" } else { "User" }),
            "{user:#}"
        ),
    }
    if let Some(groups) = user["groups"].as_array() {
        let collected = groups
            .iter()
            .map(|group| group["name"].as_str().expect("a name"));
        let expected: BTreeSet<&str> = expected.groups.iter().map(String::as_str).collect();
        assert_eq!(collected.collect::<BTreeSet<_>>(), expected, "{user:#}");
    }
}

fn by_name(events: Vec<Value>) -> BTreeMap<String, Value> {
    let named = events
        .into_iter()
        .map(|event| (name(&event).to_owned(), event));
    named.collect()
}

fn name(event: &Value) -> &str {
    event["user"]["name"].as_str().expect("a user name")
}
