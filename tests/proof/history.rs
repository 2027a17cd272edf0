//! Random histories: users of accounts of different speed change, are renamed, come and go, some
//! under a name that another one had; AWS and the intakes of both dialects fail; processes end; sinks come, go and change their destination; everything is sent again. After clean passes
//! every intake that is configured knows what is true.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use fastrand::Rng;
use rollcall::config::Strategy;
use rollcall::map::Dialect;
use rollcall::run::PassReport;
use rollcall::store::{Store, StoreError};
use serde_json::json;
use tempfile::TempDir;
use time::OffsetDateTime;

use super::in_process::{Conditions, Destination};
use super::truth::Truth;
use super::view::View;
use super::{cases, in_memory, in_process, unrest};
use crate::support::block_on;
use crate::support::intake::Intake;
use crate::support::reply::Reply;
use crate::support::sim_aws::{Denial, Fault, SimAws};

const CASES: u64 = 48;
const CASES_LONG: u64 = 1_000;
/// Most of a case's time is spent in pauses before something is retried.
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
fn random_histories_leave_every_intake_with_the_truth_and_no_false_event() {
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

/// The receivers, each with an intake: the second sink has two destinations.
const RECEIVERS: [&str; 4] = ["near@1", "far@1", "far@2", "strict@1"];
const OTHER_ID: &str = "210000000001";
/// How late each answer is that a slow account gets.
const SLOW: Duration = Duration::from_millis(20);
/// So few events may wait for a sink at times.
const CRAMPED: u64 = 6;
/// A receiver that is behind is brought up to date by so many clean passes at most.
const CLEAN_PASSES: usize = 40;

/// A world without processes.
struct Case {
    number: u64,
    rng: Rng,
    sim: SimAws,
    intakes: [Intake; 4],
    /// By the dialect of each receiver.
    truths: [Truth; 4],
    home: TempDir,
    log: Vec<String>,
}

impl Case {
    fn new(number: u64) -> Self {
        let mut rng = Rng::with_seed(number);
        let mut accounts = vec![unrest::account(rng.u64(..), rng.usize(1..20))];
        if rng.bool() {
            accounts.push(unrest::other_account(
                OTHER_ID,
                rng.u64(..),
                rng.usize(1..8),
            ));
        }
        let truth = |receiver: &str| match receiver.starts_with(in_process::STRICT) {
            true => Truth::new(Dialect::Ocsf),
            false => Truth::new(Dialect::Sekoia),
        };
        let mut case = Self {
            number,
            rng,
            sim: SimAws::start(accounts),
            intakes: [(); 4].map(|()| Intake::start()),
            truths: RECEIVERS.map(truth),
            home: in_memory(),
            log: Vec::new(),
        };
        case.note();
        case
    }

    fn note(&mut self) {
        let accounts = self.sim.accounts();
        self.truths.iter_mut().for_each(|it| it.note(&accounts));
    }

    fn account_ids(&self) -> Vec<String> {
        let accounts = self.sim.accounts().into_iter();
        accounts.map(|account| account.id).collect()
    }

    /// What is wrong at the end.
    fn play(mut self) -> Option<String> {
        let mut newest = None;
        for _ in 0..self.rng.usize(1..=5) {
            for id in self.account_ids() {
                let (share, going) = (self.rng.f64(), self.rng.usize(..=2));
                let rng = &mut self.rng;
                self.sim
                    .change(&id, |account| unrest::change(rng, account, share, going));
                let is_slow = self.rng.u8(..4) == 0;
                let latency = if is_slow { SLOW } else { Duration::ZERO };
                self.sim.delay_key(&in_process::session_key(&id), latency);
            }
            self.note();
            self.trouble_aws();
            self.trouble_intakes();
            let checkpoint = self.pass();
            if checkpoint < newest {
                return Some(format!("case {}: the checkpoint moved back", self.number));
            }
            newest = checkpoint;
        }
        // Whoever is configured in the end knows everything, also after a change of the second
        // sink's destination, and after its way back.
        let far = self.rng.usize(1..=2);
        for far in [far, 3 - far, far] {
            let configured = [0, far, 3];
            self.calm_down(&configured);
            if let Some(wrong) = self.judge(&configured) {
                return Some(wrong);
            }
        }
        None
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
        for (intake, name) in self.intakes.iter().zip(RECEIVERS) {
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
        let conditions = Conditions {
            is_full: self.rng.u8(..5) == 0,
            drain: Duration::from_millis(self.rng.u64(..600)),
        };
        let life = match self.rng.u8(..3) {
            0 => Duration::from_millis(self.rng.u64(..400)),
            _ => PATIENCE,
        };
        let configured: &[usize] = match self.rng.u8(..8) {
            0 => &[0],
            1 => &[1],
            2 => &[0, 2],
            3 => &[0, 2, 3],
            4 => &[0, 1],
            _ => &[0, 1, 3],
        };
        let events_max = match self.rng.u8(..3) {
            0 => CRAMPED,
            _ => 1_000,
        };
        let store = self.store();
        let destinations = destinations(&self.intakes, configured, events_max);
        let told = format!(
            "receivers {configured:?}, room for {events_max}, full {}, {:?}",
            conditions.is_full, settings.strategy
        );
        let accounts = self.account_ids();
        let ended = block_on(async {
            let passes = in_process::passes(settings, &store, &accounts, &destinations, conditions);
            tokio::time::timeout(life, passes).await.is_ok()
        });
        self.log
            .push(format!("passed: {ended}, life {life:?}, {told}"));
        let account = store.account(&self.sim.account().id);
        account
            .expect("a store that works")
            .checkpoint?
            .newest_create_date()
    }

    /// Everything works again, and somebody has dead letters sent again.
    fn calm_down(&mut self, configured: &[usize]) {
        self.sim.calm();
        self.intakes.iter().for_each(Intake::calm);
        let store = self.store();
        let letters = store.dead_letters().expect("dead letters");
        self.log.push(format!("{letters:?}"));
        let retried = store.retry_dead_letters(&letters, OffsetDateTime::now_utc());
        retried.expect("letters sent again");
        for _ in 0..CLEAN_PASSES {
            let destinations = destinations(&self.intakes, configured, 1_000);
            let conditions = Conditions {
                is_full: false,
                drain: PATIENCE,
            };
            let settings = self.sim.settings();
            let accounts = self.account_ids();
            let passes = in_process::passes(settings, &store, &accounts, &destinations, conditions);
            let reports = block_on(passes);
            assert_eq!(reports.len(), accounts.len(), "a clean pass over each");
            assert!(reports.iter().all(PassReport::is_whole), "{reports:#?}");
            let behind = store.receivers_behind().expect("a store that works");
            let is_behind = |at: &usize| behind.iter().any(|(it, _)| it == RECEIVERS[*at]);
            if !configured.iter().any(is_behind) {
                return;
            }
        }
        panic!("case {}: a receiver stays behind", self.number);
    }

    fn judge(&self, configured: &[usize]) -> Option<String> {
        let mut wrong = Vec::new();
        for at in configured {
            let view = View::default().after(&self.intakes[*at]);
            let found = view.wrong(&self.truths[*at], None).into_iter();
            wrong.extend(found.map(|what| format!("{}: {what}", RECEIVERS[*at])));
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

fn destinations<'a>(
    intakes: &'a [Intake; 4],
    configured: &[usize],
    events_max: u64,
) -> Vec<Destination<'a>> {
    let destination = |at: &usize| Destination {
        receiver: RECEIVERS[*at],
        intake: &intakes[*at],
        events_max,
    };
    configured.iter().map(destination).collect()
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
