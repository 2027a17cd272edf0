//! The daemon follows CloudTrail, and sends its records to who asks for them.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use nix::sys::signal::Signal;
use serde_json::Value;

use crate::support::agent::Agent;
use crate::support::intake_posts::Posts;
use crate::support::moto::Account;
use crate::support::reply::Reply;
use crate::support::running::Running;
use crate::support::trail::{Faults, Trail};

const NOW: Duration = Duration::ZERO;
const SECOND: Duration = Duration::from_secs(1);
const PATIENCE: Duration = Duration::from_secs(60);
const TAG_USER: (&str, &str) = ("iam.amazonaws.com", "TagUser");
const ASSUME_ROLE: (&str, &str) = ("sts.amazonaws.com", "AssumeRole");

/// A daemon with a sink for records beside another one; `of_sink` is more of its configuration.
pub(super) fn agent(trail: &Trail, posts: &Posts, (lag, of_sink): (&str, &str)) -> Agent {
    let config = format!(
        "[schedule]\nevery = \"1h\"\n[audit]\nenabled = true\nlag = \"{lag}\"\n\
         [[sinks]]\ntype = \"http\"\nname = \"siem\"\nurl = \"{}\"\nflush_after = \"1h\"\naudit = true\n\
         {of_sink}\n[[sinks]]\ntype = \"ndjson\"\npath = \"inventory.ndjson\"\n",
        posts.url()
    );
    Agent::new()
        .account(&Account::new())
        .config(&config)
        .env("AWS_ENDPOINT_URL_CLOUDTRAIL", &trail.url())
        .arg("run")
}

/// The ids of the records that were taken, in order.
pub(super) fn taken(posts: &Posts) -> Vec<String> {
    let posts = posts
        .requests()
        .into_iter()
        .filter(|post| post.acknowledged);
    let events = posts.flat_map(|post| post.events());
    let records = events.filter(|event| event["metadata"]["product"]["name"] == "CloudTrail");
    let id = |event: Value| event["metadata"]["uid"].as_str().unwrap().to_owned();
    records.map(id).collect()
}

#[track_caller]
fn wait(running: &Running, mut is_so: impl FnMut() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < PATIENCE, "in vain\n{}", running.log());
        std::thread::sleep(Duration::from_millis(50));
    }
}

fn end(running: Running) {
    running.signal(Signal::SIGTERM);
    running.wait(PATIENCE).expect_code(0);
}

#[test]
fn records_reach_the_sink_that_asks_for_them_in_order_and_once_over_a_restart() {
    let (trail, posts) = (Trail::start(Faults::default()), Posts::start());
    let agent = agent(&trail, &posts, ("15m", ""));
    let mut expected: Vec<String> = (0..7)
        .map(|at| {
            trail.add(
                "us-east-1",
                if at % 2 == 0 { TAG_USER } else { ASSUME_ROLE },
                SECOND * (90 - at),
                NOW,
            )
        })
        .collect();
    let running = agent.spawn();
    wait(&running, || taken(&posts).len() == 7);
    let began = Instant::now();
    expected.push(trail.add("us-east-1", TAG_USER, SECOND * 300, NOW));
    wait(&running, || taken(&posts).len() == 8);
    assert!(began.elapsed() < SECOND * 10, "{:?}", began.elapsed());
    assert_eq!(trail.too_fast(), 0);
    end(running);
    // This one appears while nobody looks.
    expected.push(trail.add("us-east-2", TAG_USER, SECOND, NOW));
    expected.push(trail.add("us-east-2", ASSUME_ROLE, SECOND, NOW));
    let running = agent.spawn();
    wait(&running, || taken(&posts).len() >= 9);
    std::thread::sleep(SECOND * 6);
    end(running);
    // IAM has no records in the second region.
    expected.remove(8);
    assert_eq!(taken(&posts), expected);
    let inventory = std::fs::read_to_string(agent.home().join("inventory.ndjson"));
    assert!(!inventory.unwrap_or_default().contains("CloudTrail"));
}

#[test]
fn a_reload_begins_to_follow_and_another_one_ends_it() {
    let (trail, posts) = (Trail::start(Faults::default()), Posts::start());
    let agent = agent(&trail, &posts, ("15m", ""));
    let with = std::fs::read_to_string(agent.home().join("config.toml")).unwrap();
    let without = with
        .replace("enabled = true", "")
        .replace("audit = true", "");
    let mut running = agent.config(&without).spawn();
    running.wait_for("waiting for the next pass", PATIENCE);
    let first = trail.add("us-east-1", TAG_USER, SECOND, NOW);
    agent.config(&with);
    running.signal(Signal::SIGHUP);
    wait(&running, || taken(&posts) == [first.as_str()]);
    agent.config(&without);
    running.signal(Signal::SIGHUP);
    std::thread::sleep(SECOND * 3);
    trail.add("us-east-1", TAG_USER, SECOND, NOW);
    std::thread::sleep(SECOND * 9);
    end(running);
    assert_eq!(taken(&posts), [first]);
}

#[test]
fn a_full_outbox_has_records_wait_and_none_is_lost() {
    let (trail, posts) = (Trail::start(Faults::default()), Posts::start());
    let limits = "batch_size = 2\noutbox_events = 2";
    let agent = agent(&trail, &posts, ("15m", limits));
    posts.decide(|_| Some(Reply::status(503)));
    let mut running = agent.spawn();
    let expected: BTreeSet<String> = (0..230)
        .map(|at| trail.add("us-east-1", TAG_USER, SECOND * (300 - at), NOW))
        .collect();
    running.wait_for("outbox is full", PATIENCE);
    let calls = trail.calls_in("us-east-1");
    posts.decide(|_| None);
    wait(&running, || taken(&posts).len() >= 230);
    // What was read before is not read again for the rest of it. A round takes eleven calls.
    let calls = trail.calls_in("us-east-1") - calls;
    assert!(calls < 20, "{calls}");
    end(running);
    let found = taken(&posts);
    assert_eq!(found.len(), 230);
    assert_eq!(found.into_iter().collect::<BTreeSet<_>>(), expected);
}

#[test]
fn a_sink_that_is_full_holds_up_no_other_and_has_everything_once_it_takes_again() {
    let (trail, posts, dead) = (
        Trail::start(Faults::default()),
        Posts::start(),
        Posts::start(),
    );
    let more = format!(
        "[[sinks]]\ntype = \"http\"\nname = \"dead\"\nurl = \"{}\"\naudit = true\n\
         batch_size = 2\noutbox_events = 2\n",
        dead.url()
    );
    let agent = agent(&trail, &posts, ("15m", &more));
    dead.decide(|_| Some(Reply::status(503)));
    let mut running = agent.spawn();
    let add = |count| {
        let ids = (0..count).map(|at| trail.add("us-east-1", TAG_USER, SECOND * (300 - at), NOW));
        ids.collect::<Vec<String>>()
    };
    let mut expected: BTreeSet<String> = add(120).into_iter().collect();
    running.wait_for("outbox is full", PATIENCE);
    expected.extend(add(40));
    wait(&running, || taken(&posts).len() >= expected.len());
    dead.decide(|_| None);
    wait(&running, || taken(&dead).len() >= expected.len());
    // From here on, both of them are read for together.
    expected.extend(add(10));
    for posts in [&posts, &dead] {
        wait(&running, || taken(posts).len() >= expected.len());
    }
    end(running);
    for posts in [&posts, &dead] {
        let found = taken(posts);
        assert_eq!(found.len(), expected.len(), "nothing comes twice");
        assert_eq!(found.into_iter().collect::<BTreeSet<_>>(), expected);
    }
    assert_eq!(trail.too_fast(), 0);
}

#[test]
fn a_second_of_more_records_than_are_held_at_once_arrives_whole() {
    // Ten windows and then parts of one are read at two calls a second: four minutes.
    if std::env::var_os("ROLLCALL_LONG").is_none() {
        return;
    }
    // In all, a quarter more than is held of one second.
    const RECORDS: u64 = 420;
    let (trail, posts) = (Trail::start(Faults::default()), Posts::start());
    let filler = "x".repeat(200_000);
    let mut expected = BTreeSet::new();
    let mut record = crate::support::queue::record("111122223333", "TagUser", &Value::Null);
    record["requestParameters"] = serde_json::json!({"userName": "ben", "filler": filler});
    for at in 0..RECORDS {
        let id = format!("00000000-0000-4000-8000-{at:012}");
        record["eventID"] = Value::from(id.as_str());
        trail.add_record("us-east-1", record.clone(), NOW);
        expected.insert(id);
    }
    let running = agent(&trail, &posts, ("1m", "")).spawn();
    // To parse all of it again and again takes longer than the daemon does.
    let sizes = || -> usize { posts.requests().iter().map(|post| post.body.len()).sum() };
    let is_all = || sizes() >= RECORDS as usize * filler.len();
    let start = Instant::now();
    while !is_all() {
        assert!(
            start.elapsed() < PATIENCE * 10,
            "in vain\n{}",
            running.log()
        );
        std::thread::sleep(SECOND);
    }
    assert_eq!(taken(&posts).into_iter().collect::<BTreeSet<_>>(), expected);
    assert!(
        running.log().contains("it is taken in parts"),
        "{}",
        running.log()
    );
    end(running);
}

#[test]
fn every_record_arrives_however_late_through_broken_pages_and_kills() {
    let (trail, posts) = (
        Trail::start(Faults {
            page: 4,
            throttled: 2,
            broken: 10,
            repeated: 30,
            is_shuffled: true,
        }),
        Posts::start(),
    );
    // The latest appear after more than one lag: a deep round finds them, half a minute later.
    let agent = agent(&trail, &posts, ("30s", ""));
    let mut expected = BTreeSet::new();
    let mut running = agent.spawn();
    let rounds = match std::env::var_os("ROLLCALL_LONG") {
        Some(_) => 40,
        None => 6,
    };
    for round in 0..rounds {
        for _ in 0..4 {
            let (region, call) = match fastrand::bool() {
                true => ("us-east-1", TAG_USER),
                false => ("us-east-2", ASSUME_ROLE),
            };
            let late = SECOND * fastrand::u32(..20);
            let id = trail.add(region, call, SECOND * fastrand::u32(..25), late);
            if fastrand::bool() && call == ASSUME_ROLE {
                trail.add_again(&id, "us-east-1");
            }
            expected.insert(id);
        }
        std::thread::sleep(Duration::from_millis(fastrand::u64(500..5_000)));
        if round % 2 == 0 {
            running.signal(Signal::SIGKILL);
            running.wait(PATIENCE);
            running = agent.spawn();
        }
    }
    wait(&running, || {
        taken(&posts).into_iter().collect::<BTreeSet<_>>().len() == expected.len()
    });
    std::thread::sleep(SECOND * 8);
    end(running);
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for id in taken(&posts) {
        *counts.entry(id).or_default() += 1;
    }
    assert_eq!(counts.keys().cloned().collect::<BTreeSet<_>>(), expected);
    // What a kill left on its way goes again, under the same id.
    assert!(counts.values().all(|count| *count <= 4), "{counts:?}");
}

#[test]
fn a_region_that_may_not_be_read_holds_up_no_other_and_is_said_once() {
    let (trail, posts) = (Trail::start(Faults::default()), Posts::start());
    trail.deny("us-east-2");
    let id = trail.add("us-east-1", TAG_USER, SECOND, NOW);
    let mut running = agent(&trail, &posts, ("15m", "")).spawn();
    running.wait_for("records cannot be read from there", PATIENCE);
    wait(&running, || taken(&posts) == [id.as_str()]);
    std::thread::sleep(SECOND * 12);
    let said = running
        .log()
        .matches("records cannot be read from there")
        .count();
    end(running);
    assert_eq!(said, 1);
}

#[test]
fn a_service_that_fails_or_does_not_answer_holds_up_no_other_and_loses_nothing() {
    let (trail, posts) = (Trail::start(Faults::default()), Posts::start());
    trail.set_failing(ASSUME_ROLE.0, true);
    trail.set_late("signin.amazonaws.com", SECOND * 25);
    let agent = agent(&trail, &posts, ("15m", ""));
    let late = trail.add("us-east-1", ASSUME_ROLE, SECOND * 20, NOW);
    let slow = ("signin.amazonaws.com", "ConsoleLogin");
    let slow = trail.add("us-east-1", slow, SECOND * 20, NOW);
    let mut running = agent.spawn();
    let mut expected: BTreeSet<String> = BTreeSet::new();
    // The first round waits a while, and none after it does.
    expected.insert(trail.add("us-east-1", TAG_USER, SECOND, NOW));
    wait(&running, || taken(&posts).len() == 1);
    running.wait_for("records cannot be read from there", PATIENCE);
    assert!(
        running.log().contains("us-east-1 sts.amazonaws.com"),
        "{}",
        running.log()
    );
    for _ in 0..3 {
        let began = Instant::now();
        let id = trail.add("us-east-1", TAG_USER, SECOND, NOW);
        wait(&running, || taken(&posts).contains(&id));
        assert!(began.elapsed() < SECOND * 15, "{:?}", began.elapsed());
        expected.insert(id);
    }
    wait(&running, || taken(&posts).contains(&slow));
    expected.insert(slow);
    assert!(!taken(&posts).contains(&late));
    trail.set_failing(ASSUME_ROLE.0, false);
    wait(&running, || taken(&posts).contains(&late));
    expected.insert(late);
    end(running);
    let found = taken(&posts);
    assert_eq!(
        found.len(),
        expected.len(),
        "nothing comes twice: {found:?}"
    );
    assert_eq!(found.into_iter().collect::<BTreeSet<_>>(), expected);
}
