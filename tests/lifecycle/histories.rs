//! Histories by chance: desired states that change, runs that are throttled, unheard, killed or ended
//! at a named step, runs on two machines at once whose clocks differ, and people who change things in
//! between.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use aws_sdk_iam::types::StatusType;
use clap::ValueEnum;
use fastrand::Rng;
use nix::sys::signal::Signal;
use rollcall::steps::Step;
use serde_json::{Value, json};

use super::common::{keys, stored};
use super::key_killed::age_intents;
use super::leased::age_lease;
use super::people::{TABLE, key, names, of_table, ours, put};
use crate::proof::shim;
use crate::support::agent::Agent;
use crate::support::aws_proxy::{AwsProxy, Call, aws_error};
use crate::support::block_on;
use crate::support::moto::Account;
use crate::support::reply::Reply;
use crate::support::running::Output;

const POOL: [&str; 3] = ["anna", "bob", "carl"];
/// Others of ours, who are always desired: of so many, a run may take from all of the pool.
const MORE: usize = 30;
/// Who is not ours, by path and by tag.
const OTHERS: [&str; 2] = ["theirs", "below"];
const GROUPS: [&str; 2] = ["ops", "dev"];
const STEPS: usize = 4;
/// Runs in peace until nothing is left to do.
const RUNS_MAX: usize = 8;
/// Histories at a time: processes and answers are waited for.
const AT_A_TIME: usize = 4;
const PATIENCE: Duration = Duration::from_secs(60);
/// By how many seconds the clock of a machine is off.
const CLOCK: &str = "offset";

/// An account in the course of a history.
struct History {
    rng: Rng,
    number: u64,
    account: Account,
    agent: Agent,
    /// The same on another machine.
    other: Agent,
    /// By how many seconds the clocks of both are off.
    clocks: [i64; 2],
    /// Who is desired: groups, and whether with a key.
    desired: BTreeMap<&'static str, (BTreeSet<String>, bool)>,
}

/// What goes wrong with the calls of a run.
#[derive(Debug, Clone, Copy)]
enum Trouble {
    Nothing,
    /// One call in so many is throttled.
    Throttled(u8),
    /// The answer to one write in so many is lost.
    Unheard(u8),
    /// The process is killed at this call.
    Killed(usize),
    /// It ends when it reaches a named step so many times, if it does.
    Aborted(Step, u8),
    /// Another machine runs at the same time.
    Beside,
}

impl History {
    fn begin(number: u64) -> Self {
        let account = Account::strict();
        block_on(async {
            let iam = account.iam();
            for group in GROUPS {
                iam.create_group().group_name(group).send().await.unwrap();
            }
            for (name, path) in OTHERS.iter().zip(["/", "/rollcall/"]) {
                let create = iam.create_user().user_name(*name).path(path);
                create.send().await.unwrap();
            }
        });
        for name in more_names() {
            ours(&account, &name);
        }
        let more = "removals = \"automatic\"\nquarantine_days = 0\n[aws]\n\
                    requests_per_second = 1000\n";
        let others = OTHERS.map(str::to_owned);
        let desired: Vec<String> = more_names().chain(others).collect();
        let mut desired: Vec<&str> = desired.iter().map(String::as_str).collect();
        desired.push("rollcall:sentinel");
        let agent = of_table(&account, &desired, more);
        let config = std::fs::read_to_string(agent.home().join("config.toml")).unwrap();
        let other = Agent::new().account(&account).config(&config);
        let mut history = Self {
            rng: Rng::with_seed(number),
            number,
            account,
            agent: with_clock(&agent),
            other: with_clock(&other),
            clocks: [0, 0],
            desired: BTreeMap::new(),
        };
        for name in POOL {
            if history.rng.bool() {
                ours(&history.account, name);
                if history.rng.bool() {
                    key(&history.account, name, history.rng.u32(1..60));
                }
            }
        }
        history
    }

    /// Other users are desired.
    fn desire(&mut self) {
        self.desired.clear();
        for name in POOL {
            if self.rng.u8(..4) == 0 {
                let key = json!({ "UserName": { "S": name } });
                let input = json!({ "TableName": TABLE, "Key": key });
                let deleted = block_on(self.account.dynamodb("DeleteItem", &input));
                assert_eq!(deleted, json!({}));
                continue;
            }
            let groups = GROUPS.iter().filter(|_| self.rng.bool());
            let groups: BTreeSet<String> = groups.map(|it| (*it).to_owned()).collect();
            let has_key = self.rng.bool();
            let one = if has_key { "one" } else { "none" };
            let mut item = json!({ "UserName": { "S": name }, "keys": { "S": one } });
            // Groups that are left out stay as they are.
            if !groups.is_empty() {
                item["groups"] = json!({ "SS": groups });
            }
            put(&self.account, &item);
            self.desired.insert(name, (groups, has_key));
        }
        // AWS refuses what is signed by a clock that is further off.
        self.clocks = [0, 1].map(|_| self.rng.i64(-240..=240));
    }

    /// A person does something to one of ours, or time goes by.
    fn meddle(&mut self) {
        let there = names(&self.account);
        let name = POOL[self.rng.usize(..POOL.len())];
        if !there.iter().any(|it| it == name) {
            return;
        }
        let all = keys(&self.account, name);
        let iam = self.account.iam();
        let (what, days) = (self.rng.u8(..4), self.rng.u32(1..40));
        block_on(async {
            match (what, all.first()) {
                (0, _) => {
                    let add = iam.add_user_to_group().user_name(name);
                    add.group_name(GROUPS[1]).send().await.unwrap();
                }
                (1, Some((id, _))) => {
                    let update = iam.update_access_key().user_name(name).access_key_id(id);
                    update.status(StatusType::Inactive).send().await.unwrap();
                }
                (2, Some((id, _))) => {
                    let update = iam.update_access_key().user_name(name).access_key_id(id);
                    let age = StatusType::from(format!("Aged{days}").as_str());
                    update.status(age).send().await.unwrap();
                }
                _ => {}
            }
        });
    }

    fn trouble(&mut self) -> Trouble {
        let steps = Step::value_variants().iter();
        let steps: Vec<_> = steps.filter(|it| it.is_of_lifecycle()).collect();
        match self.rng.u8(..6) {
            0 => Trouble::Throttled(self.rng.u8(3..8)),
            1 => Trouble::Unheard(self.rng.u8(2..6)),
            2 => Trouble::Killed(self.rng.usize(..60)),
            3 => Trouble::Aborted(*steps[self.rng.usize(..steps.len())], self.rng.u8(1..3)),
            4 => Trouble::Beside,
            _ => Trouble::Nothing,
        }
    }

    /// One run with this trouble. Nobody else is written to, and no more users go than may.
    fn run(&self, trouble: Trouble) -> Output {
        let before = names(&self.account);
        let calls = AtomicUsize::new(0);
        let rule = move |call: &Call| match trouble {
            Trouble::Throttled(every) => {
                let is_one = is_nth(&calls, every);
                let is_throttled = is_one && call.service() == "iam";
                is_throttled.then(|| aws_error(400, "Throttling"))
            }
            Trouble::Unheard(every) => {
                let is_read = ["Get", "List", "Generate"].iter();
                let is_read = is_read.clone().any(|it| call.action().starts_with(it));
                let is_one = !is_read && is_nth(&calls, every);
                is_one.then(Reply::cut)
            }
            Trouble::Killed(nth) => {
                (calls.fetch_add(1, Ordering::SeqCst) == nth).then(Reply::silence)
            }
            Trouble::Aborted(..) | Trouble::Beside | Trouble::Nothing => None,
        };
        let proxy = match trouble {
            Trouble::Unheard(_) | Trouble::Killed(_) => {
                AwsProxy::losing_answers(&self.account, rule)
            }
            _ => AwsProxy::start(&self.account, rule),
        };
        for (agent, off) in [&self.agent, &self.other].into_iter().zip(self.clocks) {
            agent.file(CLOCK, &off.to_string());
        }
        let run = |agent: &Agent| {
            let agent = agent.env("AWS_ENDPOINT_URL", &proxy.url());
            agent.args(["lifecycle", "run", "--once"])
        };
        let beside = matches!(trouble, Trouble::Beside).then(|| run(&self.other).spawn());
        let agent = match trouble {
            Trouble::Aborted(step, times) => {
                let step = step.to_possible_value().unwrap();
                let at = format!("{}:{times}", step.get_name());
                run(&self.agent).env("ROLLCALL_ABORT_AT", &at)
            }
            _ => run(&self.agent),
        };
        let mut running = agent.spawn();
        if matches!(trouble, Trouble::Killed(_)) {
            while proxy.lost() == 0 && !running.has_ended() {
                std::thread::sleep(Duration::from_millis(5));
            }
            if !running.has_ended() {
                running.signal(Signal::SIGKILL);
            }
        }
        let said = running.wait(PATIENCE);
        let beside = beside.map(|it| it.wait(PATIENCE));
        let at = format!("history {}: {trouble:?}: {said:?} {beside:?}", self.number);
        // Whoever found the other at work did nothing.
        for said in [Some(&said), beside.as_ref()].into_iter().flatten() {
            let is_late = said.stderr.contains("another run changes users");
            assert!(
                !is_late || said.code == Some(7) && said.stdout.is_empty(),
                "{at}"
            );
        }
        for call in proxy.calls() {
            let is_read = call.action().starts_with("Get") || call.action().starts_with("List");
            let about = call.parameter("UserName").unwrap_or_default();
            assert!(is_read || !OTHERS.contains(&about), "{call:?}: {at}");
        }
        let after = names(&self.account);
        let gone = before.iter().filter(|it| !after.contains(it)).count();
        assert!(gone <= POOL.len(), "{before:?} {after:?}: {at}");
        age_intents(&self.account, &self.agent.state_home().join("rollcall"));
        age_lease(&self.account);
        said
    }

    /// In peace, what is desired comes to be, and every key that is created has its secret stored.
    fn end(&mut self) {
        self.clocks = [0, 0];
        let is_idle = |_| self.run(Trouble::Nothing).stdout.is_empty();
        assert!((0..RUNS_MAX).any(is_idle), "history {}", self.number);
        let plan = self.agent.args(["lifecycle", "plan", "--output", "json"]);
        let plan = plan.run().expect_code(0).stdout;
        let plan: Value = serde_json::from_str(&plan).unwrap();
        let at = format!("history {}: {plan}", self.number);
        assert_eq!(
            (&plan["actions"], &plan["begun"]),
            (&json!([]), &json!([])),
            "{at}"
        );
        let held: Vec<&Value> = plan["held"].as_array().unwrap().iter().collect();
        let is_held = |name: &str| held.iter().any(|it| it["user"]["name"] == name);
        let there = names(&self.account);
        for name in POOL {
            let is_there = there.iter().any(|it| it == name);
            match self.desired.get(name) {
                None => assert!(!is_there || is_held(name), "{name}: {at}"),
                Some((groups, has_key)) => {
                    assert!(is_there, "{name}: {at}");
                    let listed = self.account.iam().list_groups_for_user().user_name(name);
                    let listed = block_on(listed.send()).unwrap().groups;
                    let has: BTreeSet<String> =
                        listed.into_iter().map(|it| it.group_name).collect();
                    assert!(groups.is_empty() || has == *groups, "{name}: {has:?}: {at}");
                    if *has_key && !is_held(name) {
                        let newest = keys(&self.account, name).pop().unwrap();
                        let held = stored(&self.account, name)["access_key_id"].clone();
                        assert_eq!((held, newest.1), (json!(newest.0), true), "{name}: {at}");
                    }
                }
            }
        }
    }
}

/// Whether this call is one in so many.
fn is_nth(calls: &AtomicUsize, every: u8) -> bool {
    let before = calls.fetch_add(1, Ordering::SeqCst);
    before.is_multiple_of(usize::from(every))
}

/// `agent` with a clock that is off by as many seconds as [`CLOCK`] says.
fn with_clock(agent: &Agent) -> Agent {
    let library = shim::compile("clock", agent.home());
    let file = agent.home().join(CLOCK);
    std::fs::write(&file, "0").unwrap();
    let agent = agent.env("CLOCK_OFFSET", &file.display().to_string());
    agent.env("LD_PRELOAD", &library.display().to_string())
}

/// The names of the others of ours.
fn more_names() -> impl Iterator<Item = String> {
    (0..MORE).map(|number| format!("more-{number}"))
}

/// A few, or a thousand in the long mode.
#[test]
fn whatever_happens_nobody_else_is_touched_and_the_desired_users_come_to_be() {
    let histories = match std::env::var_os("ROLLCALL_LONG") {
        Some(_) => 1_000,
        None => 4,
    };
    let next = AtomicU64::new(0);
    std::thread::scope(|scope| {
        for _ in 0..AT_A_TIME {
            scope.spawn(|| {
                let mut number = next.fetch_add(1, Ordering::Relaxed);
                while number < histories {
                    live(number);
                    number = next.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
    });
}

fn live(number: u64) {
    let mut history = History::begin(number);
    for _ in 0..STEPS {
        history.desire();
        let trouble = history.trouble();
        history.run(trouble);
        history.meddle();
    }
    history.end();
}
