//! An organization in moto: its accounts, its units, and who is left out.

use std::collections::{BTreeMap, BTreeSet};

use rollcall::map::Dialect;
use serde_json::{Value, json};

use super::common;
use crate::support::agent::Agent;
use crate::support::moto::Account;
use crate::support::seed::{Mfa, Seed};

/// An organization of a management account and four others, in each a user of the account's name.
struct Organization {
    management: Account,
    id: String,
    root_id: String,
    /// Ids by name.
    accounts: BTreeMap<&'static str, String>,
}

const NAMES: [&str; 4] = ["audit", "team-blue", "team-green", "team-red"];

impl Organization {
    fn plant() -> Self {
        let management = Account::new();
        let made = management.organizations("CreateOrganization", &json!({}));
        let id = text(&made["Organization"]["Id"]);
        let roots = management.organizations("ListRoots", &json!({}));
        let root_id = text(&roots["Roots"][0]["Id"]);
        let accounts = NAMES.map(|name| {
            let account = json!({"AccountName": name, "Email": format!("{name}@example.com")});
            let made = management.organizations("CreateAccount", &account);
            (name, text(&made["CreateAccountStatus"]["AccountId"]))
        });
        let accounts = BTreeMap::from(accounts);
        for (name, id) in &accounts {
            Seed::new()
                .user(name, &[], Mfa::None)
                .plant(&management.another(id));
        }
        Seed::new()
            .user("management", &[], Mfa::None)
            .plant(&management);
        Self {
            management,
            id,
            root_id,
            accounts,
        }
    }

    /// A new unit below `parent`, with these accounts of the root in it.
    fn unit(&self, parent: &str, name: &str, accounts: &[&str]) -> String {
        let unit = json!({"ParentId": parent, "Name": name});
        let made = self
            .management
            .organizations("CreateOrganizationalUnit", &unit);
        let id = text(&made["OrganizationalUnit"]["Id"]);
        for account in accounts {
            let moved = json!({
                "AccountId": self.accounts[account],
                "SourceParentId": self.root_id,
                "DestinationParentId": id,
            });
            self.management.organizations("MoveAccount", &moved);
        }
        id
    }

    fn agent(&self, settings: &str) -> Agent {
        let config = format!(
            "[aws]\nrequests_per_second = 1000\nstrategy = \"per-user\"\n\
             [aws.organization]\nrole_name = \"rollcall-read\"\n{settings}\n\
             [[sinks]]\ntype = \"ndjson\"\npath = \"events.ndjson\"\n"
        );
        let agent = Agent::new().config(&config).account(&self.management);
        agent.arg("collect")
    }
}

fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}

fn events(agent: &Agent) -> Vec<Value> {
    common::valid_file(Dialect::Ocsf, &agent.home().join("events.ndjson"))
}

fn names(events: &[Value]) -> BTreeSet<String> {
    common::names(events).into_keys().collect()
}

fn set<const N: usize>(names: [&str; N]) -> BTreeSet<String> {
    names.map(str::to_owned).into()
}

#[test]
fn every_account_of_the_organization_is_sent_with_its_name_and_organization() {
    let organization = Organization::plant();
    let agent = organization.agent("");
    agent.run().expect_code(0);
    let events = events(&agent);
    assert_eq!(
        names(&events),
        set(["audit", "management", "team-blue", "team-green", "team-red"])
    );
    for event in &events {
        let (account, name) = (&event["cloud"]["account"], &event["user"]["name"]);
        let name = name.as_str().expect("a name");
        if name != "management" {
            assert_eq!(account["uid"], organization.accounts[name]);
            assert_eq!(account["name"], name);
        }
        assert_eq!(event["cloud"]["org"]["uid"], organization.id);
        assert_eq!(event["user"]["org"], event["cloud"]["org"]);
        assert_eq!(event["cloud"]["org"]["ou_uid"], Value::Null, "nobody asked");
    }
    let sent = events.len();
    agent.run().expect_code(0);
    assert_eq!(self::events(&agent).len(), sent, "nothing had changed");
}

#[test]
fn units_names_and_ids_choose_accounts_and_exclusion_wins() {
    let organization = Organization::plant();
    let outer = organization.unit(&organization.root_id, "Teams", &["team-blue"]);
    let inner = organization.unit(&outer, "Inner", &["team-green", "team-red"]);
    let agent = organization.agent(&format!(
        "include = [\"{outer}\", \"aud*\"]\nexclude = [\"{}\"]",
        organization.accounts["team-red"]
    ));
    agent.run().expect_code(0);
    let events = events(&agent);
    assert_eq!(names(&events), set(["audit", "team-blue", "team-green"]));
    let unit = |name: &str| {
        let of_name = events.iter().find(|event| event["user"]["name"] == name);
        let org = &of_name.expect("an event")["user"]["org"];
        (org["ou_uid"].clone(), org["ou_name"].clone())
    };
    assert_eq!(unit("team-blue"), (outer.into(), "Teams".into()));
    assert_eq!(unit("team-green"), (inner.clone().into(), "Inner".into()));
    assert_eq!(unit("audit"), (Value::Null, Value::Null));
    let agent = organization.agent(&format!("exclude = [\"{inner}\", \"audit\"]"));
    agent.run().expect_code(0);
    assert_eq!(
        names(&self::events(&agent)),
        set(["management", "team-blue"])
    );
}

#[test]
fn a_unit_that_cannot_be_looked_up_excludes_no_account_by_mistake() {
    let organization = Organization::plant();
    let agent = organization.agent("exclude = [\"ou-ab12-cdefgh34\"]");
    let output = agent.run();
    assert_ne!(output.code, Some(0));
    assert!(
        output.stderr.contains("DescribeOrganizationalUnit"),
        "{}",
        output.stderr
    );
    assert!(!agent.home().join("events.ndjson").exists());
}

#[test]
fn an_inactive_account_is_left_out_and_none_of_its_users_is_deleted() {
    let organization = Organization::plant();
    let agent = organization.agent("");
    agent.run().expect_code(0);
    let before = events(&agent).len();
    let closed = json!({"AccountId": organization.accounts["audit"]});
    organization
        .management
        .organizations("CloseAccount", &closed);
    let output = agent.run().expect_code(0);
    assert!(output.stderr.contains("4 of 4 done"), "{}", output.stderr);
    assert_eq!(events(&agent).len(), before);
}

#[test]
fn a_selection_that_leaves_no_account_is_a_configuration_error() {
    let organization = Organization::plant();
    let output = organization.agent("include = [\"staging-*\"]").run();
    let output = output.expect_code(2);
    assert!(
        output.stderr.contains("correct `include` and `exclude`"),
        "{}",
        output.stderr
    );
}

#[test]
fn policies_of_the_organization_are_read_at_every_level_of_every_member() {
    let organization = Organization::plant();
    organization.unit(&organization.root_id, "Teams", &["team-red"]);
    let only_s3 = json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}});
    let policy = json!({
        "Name": "only-s3", "Description": "storage", "Type": "SERVICE_CONTROL_POLICY",
        "Content": only_s3.to_string(),
    });
    let management = &organization.management;
    let made = management.organizations("CreatePolicy", &policy);
    let id = text(&made["Policy"]["PolicySummary"]["Id"]);
    let attached = json!({"PolicyId": id, "TargetId": organization.accounts["team-red"]});
    management.organizations("AttachPolicy", &attached);
    let config = "[aws]\nrequests_per_second = 1000\n\
         [aws.organization]\nrole_name = \"rollcall-read\"\n[mapping]\nscps = true\n\
         [[sinks]]\ntype = \"ndjson\"\npath = \"events.ndjson\"\n";
    let agent = Agent::new()
        .config(config)
        .account(&organization.management);
    let agent = agent.arg("collect");
    agent.run().expect_code(0);
    let events = events(&agent);
    assert_eq!(events.len(), 5);
    for event in &events {
        let privilege = &event["unmapped"]["aws_iam"]["privilege"];
        assert_eq!(privilege["tier"], "user");
        assert_eq!(
            privilege["not_considered"],
            json!(["resource policies"]),
            "{event}"
        );
    }
}
