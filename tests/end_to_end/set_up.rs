//! `docs/setup-aws.md` followed to the letter by somebody who has nothing: what its commands make is what
//! a pass then has. moto grants what policies grant, and nothing else.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use serde_json::{Value, json};

use super::first_hour_docs::{blocks, commands};
use crate::support::agent::Agent;
use crate::support::block_on;
use crate::support::moto::{self, Account, Server};
use crate::support::running::Output;

const PAGE: &str = include_str!("../../docs/setup-aws.md");
/// Whose account the page speaks of.
const CALLER: &str = "111122223333";

/// Somebody who reads the page, with a shell.
struct Reader {
    shell: Agent,
    account: Account,
    _server: Server,
}

impl Reader {
    /// With an account that has a user, and a role for rollcall that may do nothing.
    fn new() -> Self {
        let (account, server) = Account::alone(CALLER);
        let shell = Agent::of("sh");
        let cli = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/support/aws_cli.py");
        let python = moto::python();
        let script = format!(
            "#!/bin/sh\nexec {} {} \"$@\"\n",
            python.display(),
            cli.display()
        );
        let shell = shell.file("aws", &script);
        let aws = shell.home().join("aws");
        std::fs::set_permissions(aws, Permissions::from_mode(0o755)).unwrap();
        let programs = Path::new(env!("CARGO_BIN_EXE_rollcall")).parent().unwrap();
        let path = format!("{}:.:/usr/bin:/bin", programs.display());
        let shell = shell.account(&account).env("PATH", &path);
        let reader = Self {
            shell: shell.env("AWS_DEFAULT_REGION", "us-east-1"),
            account,
            _server: server,
        };
        reader.add_user("ann", &reader.account);
        reader.add_role("collector", &reader.account, &json!({"Statement": []}));
        reader
    }

    fn add_user(&self, name: &str, account: &Account) {
        block_on(account.iam().create_user().user_name(name).send()).unwrap();
    }

    fn add_role(&self, name: &str, account: &Account, trust: &Value) {
        let role = account.iam().create_role().role_name(name);
        block_on(role.assume_role_policy_document(trust.to_string()).send()).unwrap();
    }

    fn run(&self, command: &str) -> Output {
        self.shell.args(["-c", command]).run()
    }

    /// Goes on as the role `name`; from now on moto obeys policies.
    fn becomes(&mut self, name: &str) {
        let arn = format!("arn:aws:iam::{CALLER}:role/{name}");
        let assume = format!("aws sts assume-role --role-session-name test --role-arn {arn}");
        let assumed = self.run(&assume).expect_code(0);
        let session: Value = serde_json::from_str(&assumed.stdout).unwrap();
        for (variable, key) in [
            ("AWS_ACCESS_KEY_ID", "AccessKeyId"),
            ("AWS_SECRET_ACCESS_KEY", "SecretAccessKey"),
            ("AWS_SESSION_TOKEN", "SessionToken"),
        ] {
            let value = session["Credentials"][key].as_str().unwrap();
            self.shell = self.shell.env(variable, value);
        }
        self.account.obey_policies();
    }
}

/// The part of the page below a heading.
fn section(name: &str) -> &'static str {
    let (_, below) = PAGE.split_once(&format!("\n## {name}\n")).unwrap();
    below.split("\n## ").next().unwrap()
}

/// The users of whom `stdout` has an event, which knows all that was asked for.
#[track_caller]
fn users(stdout: &str) -> Vec<String> {
    let events = stdout.lines().map(|line| {
        let event: Value = serde_json::from_str(line).unwrap();
        for unknown in event["unmapped"]["aws_iam"]["unknown"].as_array().unwrap() {
            assert_eq!(unknown["reason"], "not_collected", "{unknown}");
        }
        event["user"]["uid"].as_str().unwrap().to_owned()
    });
    let mut users: Vec<String> = events.collect();
    users.sort();
    users
}

#[test]
fn one_account_is_read_whole_with_what_the_page_makes_and_not_without() {
    let mut reader = Reader::new();
    let (make, look): (Vec<&str>, Vec<&str>) = commands(section("One account"))
        .partition(|it| it.starts_with("aws ") || it.contains(" policy") || it.contains(" init"));
    assert_eq!((make.len(), look.len()), (6, 4));
    for command in make {
        reader.run(command).expect_code(0);
    }
    reader.becomes("collector");
    let mut stdout = String::new();
    for command in look {
        stdout = reader.run(command).expect_code(0).stdout;
    }
    assert_eq!(users(&stdout), [format!("arn:aws:iam::{CALLER}:user/ann")]);

    let mut other = Reader::new();
    other.becomes("collector");
    other.run("rollcall check").expect_code(3);
}

#[test]
fn an_organization_is_read_whole_with_what_the_page_makes() {
    let mut reader = Reader::new();
    let organizations = |action: &str, input: &Value| reader.account.organizations(action, input);
    organizations("CreateOrganization", &json!({"FeatureSet": "ALL"}));
    let member = json!({"Email": "a@example.com", "AccountName": "member"});
    let member = organizations("CreateAccount", &member);
    let member = member["CreateAccountStatus"]["AccountId"].as_str().unwrap();
    let member = reader.account.another(member);
    let roots = organizations("ListRoots", &json!({}));
    let root = roots["Roots"][0]["Id"].as_str().unwrap().to_owned();
    reader.add_user("ben", &member);

    let section = section("An organization")
        .replace("r-ab12", &root)
        .replace("444455556666", member.id());
    let [("toml", config)] = blocks(&section)
        .into_iter()
        .filter(|it| it.0 == "toml")
        .collect::<Vec<_>>()[..]
    else {
        panic!("one configuration");
    };
    reader.shell = reader.shell.config(config);
    let (make, look): (Vec<&str>, Vec<&str>) =
        commands(&section).partition(|it| it.starts_with("aws ") || it.contains(" policy"));
    assert_eq!((make.len(), look.len()), (5, 4));
    for command in make {
        reader.run(command).expect_code(0);
    }
    make_as_stack_set(&reader, &member);
    reader.becomes("collector");
    let mut all = Vec::new();
    for command in look {
        let stdout = reader.run(command).expect_code(0).stdout;
        if command.contains("collect") {
            all.extend(users(&stdout));
        }
    }
    let member = format!("arn:aws:iam::{}:user/ben", member.id());
    assert_eq!(all, [member, format!("arn:aws:iam::{CALLER}:user/ann")]);
}

/// Makes what the template of the page has in `member`, with nothing but the defaults of its parameters:
/// the page gives none.
fn make_as_stack_set(reader: &Reader, member: &Account) {
    let template = std::fs::read_to_string(reader.shell.home().join("member.yaml")).unwrap();
    let mut template: Value = serde_json::from_str(&template).unwrap();
    let parameters = template["Parameters"].take();
    for (name, parameter) in parameters.as_object().unwrap() {
        assert!(parameter.get("Default").is_some(), "{name} has no value");
    }
    assert_eq!(parameters["ExternalId"]["Default"], "7f3c9a");
    let role = &template["Resources"]["Role"]["Properties"];
    let trust = &role["AssumeRolePolicyDocument"];
    let name = parameters["RoleName"]["Default"].as_str().unwrap();
    reader.add_role(name, member, trust);
    for policy in role["Policies"].as_array().unwrap() {
        let put = member.iam().put_role_policy().role_name(name);
        let put = put.policy_name(policy["PolicyName"].as_str().unwrap());
        block_on(
            put.policy_document(policy["PolicyDocument"].to_string())
                .send(),
        )
        .unwrap();
    }
}
