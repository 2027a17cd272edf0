//! How soon a record that appears is at the sink, and what following costs.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use nix::sys::signal::Signal;

use super::daemon::{agent, taken};
use crate::support::intake_posts::Posts;
use crate::support::running::Running;
use crate::support::sim_aws::{SimAccount, SimAws};
use crate::support::trail::{Faults, Trail};

const TAG_USER: (&str, &str) = ("iam.amazonaws.com", "TagUser");
const PATIENCE: Duration = Duration::from_secs(60);
const CHANGES: usize = 8;
const CHANGES_LONG: usize = 100;

fn changes() -> usize {
    match std::env::var_os("ROLLCALL_LONG") {
        Some(_) => CHANGES_LONG,
        None => CHANGES,
    }
}

/// Shows so many records one after the other; how long each took to each of `sinks`, the shortest time
/// first.
#[track_caller]
fn delays(running: &Running, trail: &Trail, sinks: &[&Posts], changes: usize) -> Vec<Duration> {
    let mut shown: BTreeMap<(usize, String), Instant> = BTreeMap::new();
    let (mut delays, mut count): (Vec<Duration>, usize) = (Vec::new(), 0);
    let start = Instant::now();
    while delays.len() < changes * sinks.len() {
        let waited = start.elapsed();
        assert!(waited < PATIENCE * 3, "{delays:?}\n{}", running.log());
        if count < changes {
            count += 1;
            let ago = Duration::from_secs(60) * fastrand::u32(0..14);
            let id = trail.add("us-east-1", TAG_USER, ago, Duration::ZERO);
            shown.extend((0..sinks.len()).map(|sink| ((sink, id.clone()), Instant::now())));
        }
        std::thread::sleep(Duration::from_millis(fastrand::u64(100..1_000)));
        for (sink, posts) in sinks.iter().enumerate() {
            for id in taken(posts) {
                delays.extend(shown.remove(&(sink, id)).map(|at| at.elapsed()));
            }
        }
    }
    delays.sort();
    delays
}

#[track_caller]
#[expect(clippy::print_stderr, reason = "a measurement is there to be read")]
fn assert_soon(delays: &[Duration]) {
    let (median, slowest) = (delays[delays.len() / 2], delays[delays.len() - 1]);
    let count = delays.len();
    eprintln!("{count} records: median {median:.1?}, slowest {slowest:.1?}");
    assert!(slowest < Duration::from_secs(10), "{delays:?}");
}

#[test]
fn a_record_that_appears_is_at_the_sink_within_ten_seconds_while_passes_run() {
    let (trail, posts) = (Trail::start(Faults::default()), Posts::start());
    let sim = SimAws::start([SimAccount::generate(7, 2_000)]);
    let agent = agent(&trail, &posts, ("15m", "")).aws(&sim.url());
    let config = std::fs::read_to_string(agent.home().join("config.toml")).unwrap();
    let running = agent
        .config(&config.replace("\"1h\"\n[audit]", "\"10ms\"\n[audit]"))
        .spawn();
    let delays = delays(&running, &trail, &[&posts], changes());
    running.signal(Signal::SIGTERM);
    running.wait(PATIENCE).expect_code(0);
    assert_soon(&delays);
    assert_eq!(trail.too_fast(), 0);
}

#[test]
fn three_sinks_have_a_record_as_soon_as_one_and_each_page_is_read_once_for_all() {
    let trail = Trail::start(Faults::default());
    let posts = [Posts::start(), Posts::start(), Posts::start()];
    let more = posts[1..].iter().enumerate().map(|(number, posts)| {
        format!(
            "[[sinks]]\ntype = \"http\"\nname = \"other{number}\"\nurl = \"{}\"\naudit = true\n",
            posts.url()
        )
    });
    let more: String = more.collect();
    let mut running = agent(&trail, &posts[0], ("15m", &more)).spawn();
    running.wait_for("waiting for the next pass", PATIENCE);
    let sinks: Vec<&Posts> = posts.iter().collect();
    let delays = delays(&running, &trail, &sinks, changes());
    running.signal(Signal::SIGTERM);
    running.wait(PATIENCE).expect_code(0);
    assert_soon(&delays);
    assert_eq!(trail.too_fast(), 0);
}

/// The most memory that the process ever had, in KiB.
fn peak_kib(running: &Running) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", running.pid())).unwrap();
    let line = status
        .lines()
        .find(|line| line.starts_with("VmHWM:"))
        .unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

#[test]
#[expect(clippy::print_stderr, reason = "a measurement is there to be read")]
fn following_takes_no_more_than_twenty_mib() {
    let records = match std::env::var_os("ROLLCALL_LONG") {
        Some(_) => 5_000,
        None => 300,
    };
    let (trail, posts) = (Trail::start(Faults::default()), Posts::start());
    let agent = agent(&trail, &posts, ("15m", ""));
    let alone = {
        let config = std::fs::read_to_string(agent.home().join("config.toml")).unwrap();
        let config = config
            .replace("enabled = true", "")
            .replace("audit = true", "");
        let mut running = agent.config(&config).spawn();
        running.wait_for("waiting for the next pass", PATIENCE);
        std::thread::sleep(Duration::from_secs(3));
        peak_kib(&running)
    };
    let agent = super::daemon::agent(&trail, &posts, ("15m", ""));
    for number in 0..records {
        let ago = Duration::from_secs(890 * number / records);
        trail.add("us-east-1", TAG_USER, ago, Duration::ZERO);
    }
    let running = agent.spawn();
    let start = Instant::now();
    while (taken(&posts).len() as u64) < records {
        assert!(start.elapsed() < PATIENCE * 4, "{}", running.log());
        std::thread::sleep(Duration::from_millis(500));
    }
    let following = peak_kib(&running);
    eprintln!("{records} records: {following} KiB, {alone} KiB without");
    assert!(
        following < alone + 20 * 1024,
        "{following} KiB, {alone} KiB without"
    );
}
