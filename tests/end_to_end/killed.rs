//! kill -9 at any moment loses nobody.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use nix::sys::signal::Signal;
use serde_json::Value;

use super::accounts::plant;
use super::common::{self, sekoia_agent, sekoia_config, until};
use crate::support::agent::Agent;
use crate::support::intake::{Intake, Recorded};
use crate::support::moto::Account;
use crate::support::reply::Reply;

const KILLS: u32 = 10;
const BATCH: usize = 2;
/// How long the intake works on a batch. One that was cut short by a kill counts as not taken.
const INTAKE_WORKS: Duration = Duration::from_millis(80);
const SOON: Duration = Duration::from_secs(30);

#[test]
#[expect(
    clippy::print_stdout,
    reason = "random moments: whoever looks wants the numbers"
)]
fn ten_kills_lose_nobody_and_repeat_at_most_a_batch_each() {
    let planted = plant(40);
    let intake = slow_intake();
    let agent = agent(&planted.account, &intake);
    let to_first_post = time_to_first_post(&planted.account);

    let (mut killed, mut while_sending, mut moments) = (0, 0, Vec::new());
    for number in 0.. {
        if killed == KILLS {
            break;
        }
        assert!(
            number < 4 * KILLS,
            "only {killed} kills met a running agent"
        );
        // Every other time while it sends; else each tenth of the time, early and late in turn.
        let tenth = f64::from(number * 7 % 10) + fastrand::f64();
        let moment = to_first_post.mul_f64(0.16 * tenth);
        let before = intake.posts().len();
        let running = agent.spawn();
        match number % 2 {
            0 => std::thread::sleep(moment),
            _ => sleep_into_sending(&intake, before, to_first_post),
        }
        moments.push(Instant::now());
        running.signal(Signal::SIGKILL);
        let was_running = running.wait(SOON).code.is_none();
        killed += u32::from(was_running);
        while_sending += usize::from(was_running && intake.posts().len() > before);
    }
    agent.run().expect_code(0);

    let posts = intake.posts();
    let repeats = repeats(&posts);
    println!(
        "{KILLS} kills, {while_sending} of them after a post; {} posts; {repeats} \
         events repeated",
        posts.len()
    );
    assert!(while_sending >= 1, "no kill met an agent that was sending");
    assert!(
        repeats <= BATCH * KILLS as usize,
        "{repeats} events came twice"
    );
    let taken = taken(&posts, &moments);
    let taken: Vec<_> = common::names(&taken).into_keys().collect();
    assert!(taken.iter().eq(planted.users.keys()), "{taken:?}");
    agent.run().expect_code(0);
    assert_eq!(
        intake.posts().len(),
        posts.len(),
        "something was left to send"
    );
}

/// Sleeps until a batch or two after the first new post; not for ever, since nothing may be left.
fn sleep_into_sending(intake: &Intake, before: usize, to_first_post: Duration) {
    let deadline = Instant::now() + 3 * to_first_post;
    while intake.posts().len() == before && Instant::now() < deadline {
        std::thread::sleep(Duration::from_millis(2));
    }
    std::thread::sleep((2 * INTAKE_WORKS).mul_f64(fastrand::f64()));
}

fn slow_intake() -> Intake {
    let intake = Intake::start();
    let taken = Reply::json(200, &serde_json::json!({}));
    intake.otherwise(Some(taken.after(INTAKE_WORKS)));
    intake
}

fn agent(account: &Account, intake: &Intake) -> Agent {
    let config = format!("{}batch_size = {BATCH}\n", sekoia_config(intake, ""));
    sekoia_agent(account, intake).config(&config).arg("collect")
}

/// How long an agent collects before it sends for the first time.
fn time_to_first_post(account: &Account) -> Duration {
    let intake = slow_intake();
    let start = Instant::now();
    let _running = agent(account, &intake).spawn();
    until(SOON, || !intake.posts().is_empty());
    start.elapsed()
}

/// The events of the posts that the intake could finish before its client was killed.
fn taken(posts: &[Recorded], kills: &[Instant]) -> Vec<Value> {
    let is_whole = |post: &&Recorded| {
        let works = post.at..post.at + INTAKE_WORKS;
        !kills.iter().any(|kill| works.contains(kill))
    };
    let whole = posts.iter().filter(is_whole);
    whole.flat_map(Recorded::items).cloned().collect()
}

/// How many events came again. Each must carry the id of the first time.
#[track_caller]
fn repeats(posts: &[Recorded]) -> usize {
    let mut ids = BTreeMap::new();
    let mut repeats = 0;
    for event in posts.iter().flat_map(Recorded::items) {
        let name = event["user"]["name"].as_str().expect("a name");
        let id = &event["metadata"]["uid"];
        if let Some(earlier) = ids.insert(name, id) {
            assert_eq!(earlier, id, "{name} came again under another id");
            repeats += 1;
        }
    }
    repeats
}
