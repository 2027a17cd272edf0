//! The server: its accounts, its script, and what becomes of a call.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::{Duration, Instant};

use bytes::Bytes;
use hyper::Request;

use super::actions::{self, Ctx, Service};
use super::answer::{Answer, Refusal, Sent};
use super::bucket::Bucket;
use super::call::Call;
use super::counters::Counters;
use super::faults::{Denial, Fault, Rule};
use super::script::{Planned, Script, Treatment};
use super::serve::Server;
use super::{PageShape, SimAccount, principal};

/// A simulated AWS, for as long as this lives.
#[derive(Debug)]
pub(crate) struct SimAws {
    sim: Arc<Sim>,
    address: SocketAddr,
    _server: Server,
}

/// What the connections share.
#[derive(Debug)]
pub(super) struct Sim {
    accounts: RwLock<Vec<SimAccount>>,
    script: Mutex<Script>,
    counters: Counters,
}

impl SimAws {
    /// Serves these accounts; the first is the one of every key that AssumeRole did not hand out.
    pub(crate) fn start(accounts: impl Into<Vec<SimAccount>>) -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("its address");
        let sim = Arc::new(Sim {
            accounts: RwLock::new(accounts.into()),
            script: Mutex::default(),
            counters: Counters::default(),
        });
        let _server = Server::start(listener, &sim);
        Self {
            sim,
            address,
            _server,
        }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The first account as it is now.
    pub(crate) fn account(&self) -> SimAccount {
        self.accounts().swap_remove(0)
    }

    /// Every account as it is now.
    pub(crate) fn accounts(&self) -> Vec<SimAccount> {
        let accounts = self.sim.accounts.read();
        accounts.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Changes the account of `id`.
    pub(crate) fn change(&self, id: &str, edit: impl FnOnce(&mut SimAccount)) {
        let mut accounts = self
            .sim
            .accounts
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        let account = accounts.iter_mut().find(|account| account.id == id);
        edit(account.expect("an account of that id"));
    }

    /// Removes the account of `id`.
    pub(crate) fn remove(&self, id: &str) {
        let mut accounts = self
            .sim
            .accounts
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        accounts.retain(|account| account.id != id);
    }

    /// Lets calls fail; of several rules for a call, the first one given applies.
    pub(crate) fn inject(&self, rule: Rule) {
        self.script(|script| script.rules.push(rule));
    }

    /// Denies every action that is simulated but these, and the one that needs no permission.
    pub(crate) fn allow_only(&self, allowed: &BTreeSet<&str>) {
        for (action, _) in actions::ACTIONS {
            if action != "GetCallerIdentity" && !allowed.contains(action) {
                self.inject(Fault::Denied(Denial::NothingAllows).of(action));
            }
        }
    }

    /// No call fails any more.
    pub(crate) fn calm(&self) {
        self.script(|script| script.rules.clear());
    }

    /// Lets `action` through `per_second` times, and `burst` times at once.
    pub(crate) fn throttle(&self, action: &'static str, per_second: f64, burst: f64) {
        self.script(|script| {
            script
                .buckets
                .insert(action, Bucket::new(per_second, burst))
        });
    }

    /// Delays every answer, or those of one action.
    pub(crate) fn delay(&self, action: Option<&'static str>, latency: Duration) {
        self.script(|script| script.latency.insert(action, latency));
    }

    /// Holds the answers of `action` back until `other` was answered `answers` times.
    pub(crate) fn hold(&self, action: &'static str, other: &'static str, answers: u64) {
        self.script(|script| script.held.insert(action, (other, answers)));
    }

    /// Delays the answers to every call that is signed with this access key.
    pub(crate) fn delay_key(&self, access_key_id: &str, latency: Duration) {
        let key = access_key_id.to_owned();
        self.script(|script| script.latency_of_key.insert(key, latency));
    }

    /// Cuts every listing into such pages, or the one of one action.
    pub(crate) fn pages(&self, action: Option<&'static str>, shape: PageShape) {
        self.script(|script| script.shapes.insert(action, shape));
    }

    /// Changes the first account once the `call`th answer of `action` is written, and before it
    /// is sent.
    pub(crate) fn after(
        &self,
        action: &'static str,
        call: u64,
        edit: impl FnOnce(&mut SimAccount) + Send + 'static,
    ) {
        let edit = Box::new(edit);
        self.script(|script| script.edits.push(Planned { action, call, edit }));
    }

    /// Calls so far, by action, whatever was answered.
    pub(crate) fn calls(&self) -> BTreeMap<String, u64> {
        self.sim.counters.calls()
    }

    /// How many calls were under way at once, at most.
    pub(crate) fn in_flight_max(&self) -> usize {
        self.sim.counters.in_flight_max()
    }

    /// The time that went into making answers, without latency and without HTTP.
    pub(crate) fn busy(&self) -> Duration {
        self.sim.counters.busy()
    }

    /// The time during which at least one call was under way, latency included.
    pub(crate) fn occupied(&self) -> Duration {
        self.sim.counters.occupied()
    }

    fn script<T>(&self, change: impl FnOnce(&mut Script) -> T) {
        change(&mut self.sim.script());
    }
}

impl Sim {
    pub(super) async fn handle(&self, request: &Request<Bytes>) -> Sent {
        let start = Instant::now();
        let call = Call::parse(request);
        let (number, _in_flight) = self.counters.enter(call.asked());
        let request_id = format!("00000000-0000-4000-8000-{number:012}");
        let Some((action, service)) = call.action else {
            let asked = (call.asked(), Service::Iam);
            return Sent::new(Err(actions::unknown(&call)), asked, &request_id);
        };
        let mut treatment = self.script().treat(action, number, &call);
        let parsed = start.elapsed();
        if !treatment.latency.is_zero() {
            tokio::time::sleep(treatment.latency).await;
        }
        while self.script().is_held(action) {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        let start = Instant::now();
        let mut sent = match service {
            Service::Organizations => Sent::json(self.organization(&call, action, &treatment)),
            _ => {
                let answer = self.answer(&call, (action, service), &treatment);
                Sent::new(answer, (action, service), &request_id)
            }
        };
        self.edit(std::mem::take(&mut treatment.edits));
        *self.script().answered.entry(action).or_default() += 1;
        treatment.fault.inspect(|fault| fault.spoil(&mut sent));
        self.counters.worked(parsed + start.elapsed());
        sent
    }

    fn script(&self) -> MutexGuard<'_, Script> {
        self.script.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn answer(&self, call: &Call, action: (&'static str, Service), how: &Treatment) -> Answer {
        let (name, _) = action;
        if name == "GenerateCredentialReport" && !how.fault.is_some_and(Fault::refuses) {
            let mut accounts = self
                .accounts
                .write()
                .unwrap_or_else(PoisonError::into_inner);
            let index = principal::account_of(&accounts, call)?;
            return actions::generate_credential_report(&mut accounts[index]);
        }
        let accounts = self.accounts.read().unwrap_or_else(PoisonError::into_inner);
        let account = &accounts[principal::account_of(&accounts, call)?];
        let denied = |denial: Denial| principal::denied(account, call, action, denial);
        if let Some(refusal) = how.fault.and_then(|fault| fault.refusal(denied)) {
            return Err(refusal);
        }
        if name == "AssumeRole" {
            principal::trusted(&accounts, account, call)?;
        }
        let ctx = Ctx {
            call,
            account,
            shape: how.shape,
            twist: how.fault.and_then(Fault::twist),
        };
        actions::answer(&ctx, name)
    }

    fn organization(
        &self,
        call: &Call,
        name: &'static str,
        how: &Treatment,
    ) -> Result<serde_json::Value, Refusal> {
        let accounts = self.accounts.read().unwrap_or_else(PoisonError::into_inner);
        let account = &accounts[principal::account_of(&accounts, call)?];
        let action = (name, Service::Organizations);
        let denied = |denial: Denial| principal::denied(account, call, action, denial);
        match how.fault.and_then(|fault| fault.refusal(denied)) {
            Some(refusal) => Err(refusal),
            None => Ok(actions::organizations::answer(name, &accounts, call)),
        }
    }

    fn edit(&self, edits: Vec<Planned>) {
        if edits.is_empty() {
            return;
        }
        let mut accounts = self
            .accounts
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        for planned in edits {
            (planned.edit)(&mut accounts[0]);
        }
    }
}
