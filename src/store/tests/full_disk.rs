//! A disk that fills up: an error, no damage, and nothing lost that was acknowledged.
//!
//! A limit on the size of files stands in for a full disk, since any user may set it: writes
//! fail in the middle of sled's work in the same way. The limit is for whole processes, so the
//! tests run themselves again in one of their own.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Command, Output};

use super::super::Store;
use super::{ALL, Fixture, RECEIVER, Staging, User, event, names_in, user};

const DIR: &str = "ROLLCALL_TEST_FULL_DISK";

fn chunk(number: usize) -> Vec<User> {
    let one = |at: usize| {
        let mut random = fastrand::Rng::with_seed((number * 100 + at) as u64);
        let json: String = std::iter::repeat_with(|| random.alphanumeric())
            .take(4_000)
            .collect();
        user(&format!("user-{number:03}-{at:03}"), json)
    };
    (0..100).map(one).collect()
}

/// Runs the test `name` of this file in a process whose files hold `kib_max`.
fn limited(name: &str, kib_max: u32, dir: &Path) -> Output {
    // Ignored, the signal for a file that grows too large becomes an error of the write.
    let script = format!("trap '' XFSZ; ulimit -f {}; exec \"$0\" \"$@\"", kib_max);
    let test = format!("{}::{name}", module_path!().split_once("::").unwrap().1);
    Command::new("bash")
        .args(["-c", &script])
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", &test, "--ignored", "--nocapture"])
        .env(DIR, dir)
        .output()
        .unwrap()
}

fn value_of(output: &Output, line: &str) -> String {
    let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
    let found = stdout.lines().find_map(|it| it.strip_prefix(line));
    found
        .unwrap_or_else(|| panic!("no {line:?} in {output:?}"))
        .to_owned()
}

/// How many of `users` do not wait.
fn missing(state: &Fixture, users: impl IntoIterator<Item = User>) -> usize {
    let waiting: BTreeSet<_> = state.outbox().into_iter().map(|event| event.json).collect();
    let is_missing = |user: &User| !waiting.contains(&user.content);
    users.into_iter().filter(is_missing).count()
}

#[test]
#[ignore = "run by the tests below, in a process with little space"]
#[expect(
    clippy::print_stdout,
    reason = "how the process that runs this learns what happened"
)]
fn stages_until_there_is_no_space() {
    let dir = std::env::var_os(DIR).expect("run by another test");
    let store = match Store::open(Path::new(&dir)) {
        Ok(store) => store,
        Err(error) => return println!("\nnot opened: {error}"),
    };
    for number in 0..1_000 {
        let mut staging = Staging::new(super::ACCOUNT, time::OffsetDateTime::UNIX_EPOCH);
        staging.events = chunk(number).iter().map(|it| event(&store, it)).collect();
        match store.stage(staging) {
            Ok(_) => println!("\nstaged: {number}"),
            Err(error) => {
                println!("\nfailed: {error}");
                let next = store.next_batch(RECEIVER, ALL).unwrap_err();
                return println!("\nthen: {next}");
            }
        }
    }
}

#[test]
fn a_store_that_runs_out_of_space_fails_and_keeps_everything_that_was_staged() {
    let mut state = Fixture::new();
    state.queued(&[user("early", "a")]);
    state.close();
    let output = limited("stages_until_there_is_no_space", 12 * 1024, &state.dir);
    let failed = value_of(&output, "failed: ");
    assert!(
        failed.contains("cannot") && failed.contains("File too large"),
        "{failed}"
    );
    let then = value_of(&output, "then: ");
    assert!(
        then.contains("nothing is written any more") && then.contains(&failed),
        "{then}"
    );
    let stdout = String::from_utf8_lossy(&output.stdout);
    let staged = stdout
        .lines()
        .filter(|line| line.starts_with("staged: "))
        .count();
    assert!(staged > 1, "{stdout}");

    state.reopen();
    assert_eq!(state.quarantines(), 0);
    let staged_before = (0..staged).flat_map(chunk).chain([user("early", "a")]);
    assert_eq!(missing(&state, staged_before), 0);
    // The store works as before.
    state.queued(&chunk(staged));
    assert_eq!(missing(&state, chunk(staged)), 0);
    state.deliver_all();
}

#[test]
fn a_store_is_not_opened_without_space_and_not_set_aside_for_it() {
    let mut state = Fixture::new();
    state.queued(&[user("early", "a")]);
    state.close();
    let output = limited("stages_until_there_is_no_space", 1024, &state.dir);
    let error = value_of(&output, "not opened: ");
    let (dir, advice) = (state.dir.display().to_string(), "free space");
    assert!(error.contains(&dir) && error.contains(advice), "{error}");
    assert_eq!(names_in(&state.dir), ["format", "lock", "store", "writes"]);
    state.reopen();
    assert_eq!(state.waiting(), ["a"]);
}
