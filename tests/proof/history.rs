//! Random histories: users change, AWS and the intakes fail, processes end. After one clean pass
//! the intakes know what is true.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use fastrand::Rng;
use rollcall::config::Strategy;
use rollcall::store::{Store, StoreError};
use serde_json::json;
use tempfile::TempDir;
use time::OffsetDateTime;

use super::truth::Truth;
use super::view::View;
use super::{cases, in_memory, in_process, unrest};
use crate::support::block_on;
use crate::support::intake::Intake;
use crate::support::reply::Reply;
use crate::support::sim_aws::{Denial, Fault, SimAws};

const CASES: u64 = 48;
const CASES_LONG: u64 = 1_000;
/// Most of a case's time is spent in pauses before something is tried again.
const AT_A_TIME: usize = 12;
const PATIENCE: Duration = Duration::from_secs(60);
const LOCK_POLL: Duration = Duration::from_millis(5);

const FAULTS: [Fault; 8] = [
    Fault::Throttling,
    Fault::ServiceFailure,
    Fault::CutBefore,
    Fault::CutWithin,
    Fault::MismatchedXml,
    Fault::TruncatedAt(250),
    Fault::EmptyBody,
    Fault::WrongCount(1),
];
const DENIABLE: [&str; 7] = [
    "GetAccountSummary",
    "GetAccountAuthorizationDetails",
    "ListVirtualMFADevices",
    "GetCredentialReport",
    "ListMFADevices",
    "ListGroupsForUser",
    "GetUser",
];

#[test]
fn whatever_happens_the_intakes_end_up_with_what_is_true_and_never_hear_anything_else() {
    let cases = cases(CASES, CASES_LONG);
    let (next, found) = (AtomicU64::new(0), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..AT_A_TIME {
            scope.spawn(|| {
                let mut number = next.fetch_add(1, Ordering::Relaxed);
                while number < cases && found.lock().unwrap().len() < 3 {
                    let wrong = Case::new(number).play();
                    found.lock().unwrap().extend(wrong);
                    number = next.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
    });
    let found = found.into_inner().unwrap();
    assert!(found.is_empty(), "{}", found.join("\n\n"));
}

/// A world without processes.
struct Case {
    number: u64,
    rng: Rng,
    sim: SimAws,
    intakes: [(&'static str, Intake); 2],
    truth: Truth,
    home: TempDir,
    log: Vec<String>,
}

impl Case {
    fn new(number: u64) -> Self {
        let mut rng = Rng::with_seed(number);
        let account = unrest::account(rng.u64(..), rng.usize(1..20));
        let mut truth = Truth::default();
        truth.note(&account);
        Self {
            number,
            rng,
            sim: SimAws::start([account]),
            intakes: ["near", "far"].map(|name| (name, Intake::start())),
            truth,
            home: in_memory(),
            log: Vec::new(),
        }
    }

    /// What is wrong at the end.
    fn play(mut self) -> Option<String> {
        let mut newest = None;
        for _ in 0..self.rng.usize(1..=4) {
            let (share, going) = (self.rng.f64(), self.rng.usize(..=2));
            let rng = &mut self.rng;
            let id = self.sim.account().id;
            self.sim
                .change(&id, |account| unrest::change(rng, account, share, going));
            self.truth.note(&self.sim.account());
            self.trouble_aws();
            self.trouble_intakes();
            let checkpoint = self.pass();
            if checkpoint < newest {
                return Some(format!("case {}: the checkpoint moved back", self.number));
            }
            newest = checkpoint;
        }
        self.calm_down();
        self.judge()
    }

    /// Opens the store. A process that another test has just forked holds every lock of ours
    /// until it becomes the agent.
    fn store(&self) -> Store {
        let start = Instant::now();
        loop {
            match Store::open(&self.home.path().join("state")) {
                Err(StoreError::Locked(_)) if start.elapsed() < PATIENCE => {
                    std::thread::sleep(LOCK_POLL);
                }
                opened => return opened.expect("a store"),
            }
        }
    }

    fn trouble_aws(&mut self) {
        self.sim.calm();
        if self.rng.u8(..3) == 0 {
            let action = DENIABLE[self.rng.usize(..DENIABLE.len())];
            self.log.push(format!("{action} denied"));
            self.sim
                .inject(Fault::Denied(Denial::NothingAllows).of(action));
        }
        if self.rng.u8(..3) == 0 {
            let fault = FAULTS[self.rng.usize(..FAULTS.len())];
            let seed = self.rng.u64(..);
            self.log.push(format!("{fault:?} at times"));
            self.sim.inject(fault.of_all().with_probability(0.06, seed));
        }
    }

    fn trouble_intakes(&mut self) {
        for (name, intake) in &self.intakes {
            let rng = &mut self.rng;
            intake.calm();
            if rng.u8(..5) == 0 {
                self.log.push(format!("{name} closed"));
                intake.otherwise(Some(Reply::status(503)));
            } else if rng.bool() {
                let replies: Vec<Reply> = (0..rng.usize(1..=4)).map(|_| reply(rng)).collect();
                let codes: Vec<_> = replies
                    .iter()
                    .map(|reply| (reply.code(), reply.is_whole()))
                    .collect();
                self.log.push(format!("{name} answers {codes:?}"));
                intake.script(replies);
            }
        }
    }

    /// A pass that may be cut short at any moment, as when the process is killed; the checkpoint
    /// after it.
    fn pass(&mut self) -> Option<OffsetDateTime> {
        let mut settings = self.sim.settings();
        settings.strategy = match self.rng.u8(..4) {
            0 => Strategy::PerUser,
            _ => Strategy::Auto,
        };
        let drain = Duration::from_millis(self.rng.u64(..600));
        let life = match self.rng.u8(..3) {
            0 => Duration::from_millis(self.rng.u64(..400)),
            _ => PATIENCE,
        };
        let store = self.store();
        let intakes = &self.intakes;
        let ended = block_on(async {
            let pass = in_process::pass(settings, &store, intakes, drain);
            tokio::time::timeout(life, pass).await.is_ok()
        });
        self.log.push(format!("passed: {ended}, life {life:?}"));
        let checkpoint = store.checkpoint(&self.sim.account().id);
        checkpoint
            .expect("a store that works")?
            .newest_create_date()
    }

    /// Everything works again, and somebody has dead letters sent again.
    fn calm_down(&mut self) {
        self.sim.calm();
        self.intakes.iter().for_each(|(_, intake)| intake.calm());
        let store = self.store();
        for letter in store.dead_letters().expect("dead letters") {
            self.log.push(format!("{letter:?}"));
            store
                .retry_dead_letter(&letter, time::OffsetDateTime::now_utc())
                .expect("a letter sent again");
        }
        let (settings, intakes) = (self.sim.settings(), &self.intakes);
        let report = block_on(in_process::pass(settings, &store, intakes, PATIENCE));
        let report = report.expect("a clean pass");
        assert!(report.is_whole(), "{report:#?}");
    }

    fn judge(&self) -> Option<String> {
        let mut wrong = Vec::new();
        for (name, intake) in &self.intakes {
            let view = View::default().after(intake);
            let found = view.wrong(&self.truth, None).into_iter();
            wrong.extend(found.map(|what| format!("{name}: {what}")));
        }
        let first = &wrong[..wrong.len().min(5)];
        (!wrong.is_empty()).then(|| {
            format!(
                "case {}:\n{}\n{}",
                self.number,
                self.log.join("\n"),
                first.join("\n")
            )
        })
    }
}

/// One of the ways in which an intake does not simply take a batch. A lost answer to a batch that
/// was taken is one.
fn reply(rng: &mut Rng) -> Reply {
    match rng.u8(..6) {
        0 => Reply::status(503),
        1 => Reply::status(400),
        2 => Reply::status(401),
        3 => Reply::cut(),
        4 => Reply::json(200, &json!({"padding": "to be cut in two"})).cut_halfway(),
        _ => Reply::status(429).header("retry-after", "0"),
    }
}
