//! An account in which lifecycle has everything to do that it can do.

use std::time::{Duration, Instant};

use nix::sys::signal::Signal;
use serde_json::{Value, json};

use super::checks::Check;
use super::front::{Front, Grant};
use crate::lifecycle::common::{executor, parameter};
use crate::lifecycle::people::{key, of_file, of_table, ours, put, quarantined, stream};
use crate::support::agent::Agent;
use crate::support::aws_proxy::AwsProxy;
use crate::support::block_on;
use crate::support::moto::Account;
use crate::support::owner;
use crate::support::reply::Reply;
use crate::support::running::{Output, Running};

/// The key that parameters are encrypted by.
pub(super) const KMS_KEY: &str =
    "arn:aws:kms:us-east-1:111122223333:key/11111111-2222-3333-4444-555555555555";

/// How long a run may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// An agent, and what it is to do.
#[derive(Debug)]
pub(super) struct World {
    pub(super) account: Account,
    agent: Agent,
    /// The arguments of each run.
    runs: Vec<Vec<String>>,
    /// What a run that ends with a signal says before, one way or the other.
    until: Option<[&'static str; 2]>,
}

/// What came of the runs of a world.
#[derive(Debug)]
pub(super) struct Came {
    pub(super) outputs: Vec<Output>,
    /// What AWS checked.
    pub(super) checks: Vec<Check>,
}

impl World {
    /// A table whose plan creates, changes, rotates, quarantines and restores.
    pub(super) fn of_plan() -> Self {
        let account = Account::strict();
        let kms = format!("kms_key = \"{KMS_KEY}\"\n");
        let agent = of_table(&account, &["rollcall:sentinel", "dora", "finn"], &kms);
        let policy = group_and_policy(&account);
        for name in ["dora", "finn", "gina", "eve"] {
            ours(&account, name);
        }
        let one = json!({ "S": "one" });
        put(
            &account,
            &json!({
                "UserName": { "S": "anna" }, "keys": one, "groups": { "SS": ["ops"] },
                "policies": { "SS": [policy] }, "tags": { "M": { "team": { "S": "core" } } },
            }),
        );
        put(
            &account,
            &json!({ "UserName": { "S": "dora" }, "keys": one }),
        );
        put(
            &account,
            &json!({
                "UserName": { "S": "gina" }, "groups": { "L": [] }, "policies": { "L": [] },
            }),
        );
        owner::give_all(&account, "gina", &["group", "attached policy"]);
        owner::give_all(&account, "eve", &["password"]);
        key(&account, "dora", 20);
        key(&account, "eve", 40);
        quarantined(&account, "finn", "2026-11-28T10:00:00Z");
        Self {
            account,
            agent,
            runs: runs(&[
                &["lifecycle", "plan", "--out", "plan.json"],
                &["lifecycle", "apply", "plan.json", "--yes"],
            ]),
            until: None,
        }
    }

    /// A user of ours with all that a user can have, which is to be deleted at once.
    pub(super) fn of_deletion() -> Self {
        let account = Account::strict();
        let id = ours(&account, "mary");
        owner::give_all(&account, "mary", &owner::NINE);
        parameter(&account, "mary", &id);
        let agent = of_file(&account, "name\nanna\n", "");
        Self {
            account,
            agent,
            runs: runs(&[&["lifecycle", "delete", &format!("{id}:mary")]]),
            until: None,
        }
    }

    /// A file whose run deletes a user whose quarantine has ended, and finishes a key that a run
    /// before began.
    pub(super) fn of_run() -> Self {
        let account = Account::strict();
        for name in ["zoe", "ivan"] {
            ours(&account, name);
        }
        quarantined(&account, "zoe", "2026-11-01T10:00:00Z");
        let more = format!("removals = \"automatic\"\nkms_key = \"{KMS_KEY}\"\n");
        let agent = of_file(&account, "name,keys\nivan,one\n", &more);
        begun(&account, &agent, "ivan");
        Self {
            account,
            agent,
            runs: runs(&[&["lifecycle", "run", "--once"]]),
            until: None,
        }
    }

    /// A table that rings.
    pub(super) fn of_bell() -> Self {
        let account = Account::strict();
        let agent = of_table(&account, &["rollcall:sentinel", "anna"], "");
        stream(&account);
        ours(&account, "anna");
        Self {
            account,
            agent: agent.env("ROLLCALL_LOG", "debug"),
            runs: runs(&[&["lifecycle", "run"]]),
            until: Some(["nobody has changed the table", "changes of the table wait"]),
        }
    }

    /// The policy that it prints.
    pub(super) fn policy(&self) -> Grant {
        let policy = self.agent.args(["policy", "--for", "lifecycle"]).run();
        Grant::new(serde_json::from_str(&policy.expect_code(0).stdout).unwrap())
    }

    /// Runs all, as a caller who may do what `grant` allows.
    pub(super) fn run(&self, grant: &Grant) -> Came {
        let front = Front::start(&self.account, grant, KMS_KEY);
        let agent = self.agent.env("AWS_ENDPOINT_URL", &front.url());
        let mut outputs = Vec::new();
        for args in &self.runs {
            let run = args.iter().fold(agent.clone(), |agent, it| agent.arg(it));
            outputs.push(match self.until {
                None => run.run(),
                Some(said) => until(run.spawn(), said),
            });
        }
        let checks = front.checks();
        Came { outputs, checks }
    }
}

impl Came {
    /// All that was said.
    pub(super) fn said(&self) -> String {
        let said = self
            .outputs
            .iter()
            .map(|it| format!("{:?}\n{}{}", it.code, it.stdout, it.stderr));
        said.collect()
    }

    pub(super) fn has_succeeded(&self) -> bool {
        self.outputs.iter().all(|it| it.code == Some(0))
    }
}

/// Ends `running` once it has said one of `said`.
fn until(running: Running, said: [&str; 2]) -> Output {
    let began = Instant::now();
    while !said.iter().any(|it| running.log().contains(it)) && began.elapsed() < PATIENCE {
        std::thread::sleep(Duration::from_millis(100));
    }
    running.signal(Signal::SIGTERM);
    running.wait(PATIENCE)
}

fn runs(all: &[&[&str]]) -> Vec<Vec<String>> {
    let run = |args: &&[&str]| args.iter().map(|it| (*it).to_owned()).collect();
    all.iter().map(run).collect()
}

/// The group `ops`, and the ARN of a policy.
fn group_and_policy(account: &Account) -> String {
    block_on(async {
        let iam = account.iam();
        iam.create_group().group_name("ops").send().await.unwrap();
        let create = iam.create_policy().policy_name("reads");
        let document = json!({ "Version": "2012-10-17", "Statement": [
            { "Effect": "Allow", "Action": "s3:ListBucket", "Resource": "*" },
        ]});
        let created = create.policy_document(document.to_string()).send().await;
        created.unwrap().policy.unwrap().arn.unwrap()
    })
}

/// Creates a key of the user, and breaks off before its parameter names it.
fn begun(account: &Account, agent: &Agent, name: &str) {
    let denied: Value = json!({ "__type": "AccessDeniedException", "message": "no" });
    let proxy = AwsProxy::start(account, move |call| {
        let is_last = call.action() == "AddTagsToResource";
        is_last.then(|| Reply::json(400, &denied))
    });
    let state_dir = agent.state_home().join("rollcall");
    let found = block_on(account.iam().get_user().user_name(name).send());
    let id = found.unwrap().user.unwrap().user_id;
    block_on(async {
        let executor = executor(account, &proxy.url(), &state_dir).await;
        let user = format!("{id}:{name}").parse().unwrap();
        executor.create_key(&user).await.unwrap_err();
    });
}
