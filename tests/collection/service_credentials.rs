//! Credentials beside passwords and access keys: those for single services, signing certificates
//! and SSH public keys.

use rollcall::config::{AccessKeyLookup, AwsSettings, Strategy};
use rollcall::model::{Fact, ServiceCredential, User};

use super::collected::{Collected, collect};
use crate::support::block_on;
use crate::support::sim_aws::{Denial, Fault, PageShape, SimAccount, SimAws, SimUser};

const ACTION: &str = "ListServiceSpecificCredentials";
const SSH: &str = "ListSSHPublicKeys";

/// Anna has a credential of each kind, berta has none.
fn two() -> SimAws {
    let anna = SimUser::new("anna").with_service_credential();
    let mut account = SimAccount::new("111122223333")
        .user(anna.with_certificate().with_ssh_key())
        .user(SimUser::new("berta"));
    account.report_polls = 0;
    SimAws::start([account])
}

fn collected(sim: &SimAws) -> Collected {
    block_on(collect(sim, sim.settings()))
}

fn with_ids(sim: &SimAws, strategy: Strategy) -> Collected {
    let settings = AwsSettings {
        strategy,
        access_keys: AccessKeyLookup::Ids,
        ..sim.settings()
    };
    block_on(collect(sim, settings))
}

fn named<'a>(collected: &'a Collected, name: &str) -> &'a User {
    let mut users = collected.users.iter();
    users.find(|user| user.name == name).expect("the user")
}

/// How many there are, or why that is not known.
fn told<T>(fact: &Fact<Vec<T>>) -> String {
    match fact {
        Fact::Known { value, .. } => value.len().to_string(),
        Fact::Unknown(why) => format!("{}: {}", why.reason, why.detail),
    }
}

fn of_services(collected: &Collected) -> [String; 2] {
    ["anna", "berta"].map(|name| told(&named(collected, name).service_specific_credentials))
}

fn provenance(collected: &Collected) -> Option<String> {
    let mut rows = collected.ended.provenance.iter();
    let row = rows.find(|row| row.facts == "service credentials")?;
    Some(format!(
        "from {} {}",
        row.by,
        row.why.iter().cloned().collect::<String>()
    ))
}

#[test]
fn each_kind_is_read_and_ssh_keys_only_where_ids_are_asked_for() {
    let sim = two();
    let by_report = collected(&sim);
    let anna = named(&by_report, "anna");
    assert_eq!(told(&anna.signing_certificates), "1");
    assert_eq!(
        told(&anna.ssh_public_keys),
        "not_collected: aws.access_keys is not \"ids\""
    );
    assert_eq!(of_services(&by_report), ["1", "0"]);
    assert_eq!((sim.calls()[ACTION], sim.calls().get(SSH)), (1, None));

    let by_ids = with_ids(&sim, Strategy::Auto);
    assert_eq!(told(&named(&by_ids, "anna").ssh_public_keys), "1");
    assert_eq!(told(&named(&by_ids, "berta").ssh_public_keys), "0");
    assert_eq!(sim.calls()[SSH], 2);
}

#[test]
fn the_per_user_plan_has_none_of_them() {
    let sim = two();
    let collected = with_ids(&sim, Strategy::PerUser);
    let anna = named(&collected, "anna");
    for told in [
        told(&anna.service_specific_credentials),
        told(&anna.signing_certificates),
        told(&anna.ssh_public_keys),
    ] {
        assert_eq!(told, "not_collected: per-user plan");
    }
    assert_eq!(
        (sim.calls().get(ACTION), sim.calls().get(SSH)),
        (None, None)
    );
}

#[test]
fn the_root_user_has_none_but_certificates_of_the_report() {
    let collected = collected(&two());
    let root = collected.users.iter().find(|user| user.is_root());
    let root = root.expect("the root user");
    let told = [
        told(&root.service_specific_credentials),
        told(&root.signing_certificates),
        told(&root.ssh_public_keys),
    ];
    assert_eq!(told, ["0", "0", "0"]);
}

#[test]
fn every_page_is_read() {
    let users = (0..25).map(|n| SimUser::new(&format!("user{n}")).with_service_credential());
    let account = users.fold(SimAccount::new("111122223333"), SimAccount::user);
    let sim = SimAws::start([account]);
    sim.pages(Some(ACTION), PageShape::short(10));
    let collected = collected(&sim);
    let users = collected.users.iter().filter(|user| !user.is_root());
    let told: Vec<String> = users
        .map(|it| told(&it.service_specific_credentials))
        .collect();
    assert_eq!(told, vec!["1"; 25]);
    assert_eq!(sim.calls()[ACTION], 3);
}

#[test]
fn what_is_denied_is_unknown_by_that_denial_and_hides_no_other_kind() {
    let sim = two();
    let denied = Fault::Denied(Denial::NothingAllows);
    sim.inject(denied.of(ACTION));
    sim.inject(denied.of(SSH));
    let collected = with_ids(&sim, Strategy::Auto);
    let denied = "denied: iam:ListServiceSpecificCredentials";
    assert_eq!(of_services(&collected), [denied, denied]);
    let anna = named(&collected, "anna");
    assert_eq!(told(&anna.ssh_public_keys), "denied: iam:ListSSHPublicKeys");
    assert_eq!(told(&anna.signing_certificates), "1");
    let why = "from nothing iam:ListServiceSpecificCredentials: denied";
    assert_eq!(provenance(&collected).as_deref(), Some(why));
}

#[test]
fn an_endpoint_without_the_action_is_asked_once_and_nothing_is_short() {
    for fault in [Fault::HtmlError, Fault::InvalidAction] {
        let sim = two();
        sim.inject(fault.of(ACTION));
        sim.inject(fault.of(SSH));
        let collected = with_ids(&sim, Strategy::Auto);
        let why = "not_collected: the endpoint has no ListServiceSpecificCredentials";
        assert_eq!(of_services(&collected), [why, why], "{fault:?}");
        for name in ["anna", "berta"] {
            assert_eq!(
                told(&named(&collected, name).ssh_public_keys),
                "not_collected: the endpoint has no ListSSHPublicKeys"
            );
        }
        assert_eq!((sim.calls()[ACTION], sim.calls()[SSH]), (1, 1), "{fault:?}");
        assert_eq!(provenance(&collected), None);
    }
}

#[test]
fn an_error_of_awss_own_is_no_missing_action_and_passes() {
    for fault in [
        Fault::ServiceFailure,
        Fault::ServiceUnavailable,
        Fault::Html,
    ] {
        let sim = two();
        sim.inject(fault.of(ACTION).times(1));
        assert_eq!(of_services(&collected(&sim)), ["1", "0"], "{fault:?}");
        assert_eq!(sim.calls()[ACTION], 2, "{fault:?}");
    }
}

#[test]
fn a_user_that_is_renamed_meanwhile_gets_nobody_elses_credentials() {
    let sim = two();
    sim.after("ListUsers", 1, |account| {
        account.rename_user("anna", "carla");
        account.rename_user("berta", "anna");
    });
    for action in ["GetAccountAuthorizationDetails", ACTION] {
        sim.hold(action, "ListUsers", 1);
    }
    let collected = collected(&sim);
    let why = "not_collected: renamed during the pass";
    for name in ["anna", "carla"] {
        let user = named(&collected, name);
        assert_eq!(told(&user.service_specific_credentials), why, "{name}");
    }
}

#[test]
fn a_credential_that_makes_no_sense_leaves_its_user_unknown_and_others_known() {
    let sim = two();
    let broken = |it: &mut ServiceCredential| it.service_name.clear();
    sim.change("111122223333", |account| {
        let anna = account.users.get_mut("anna").expect("anna");
        anna.service_credentials.values_mut().for_each(broken);
    });
    let malformed = "failed: iam:ListServiceSpecificCredentials: malformed answer";
    assert_eq!(of_services(&collected(&sim)), [malformed, "0"]);
}
