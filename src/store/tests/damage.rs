//! Damaged files: healed or set aside, and nobody is taken for told who is not known to be.

use std::collections::BTreeSet;
use std::fs::OpenOptions;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::time::Duration;

use proptest::prelude::*;
use proptest::sample::Index;

use super::super::entry::EntryKey;
use super::super::{StagedEvent, Store, StoreError};
use super::{ACCOUNT, ALL, Fixture, SINK, event, names_in, staging};

/// Far more than opening takes; what takes longer hangs.
const PATIENCE: Duration = Duration::from_secs(60);
const USERS: usize = 40;

/// The states that users are in when the files are damaged: the first half was told, the rest
/// waits. Every third user had an earlier state, which was told.
fn history() -> (Fixture, Vec<StagedEvent>) {
    let user = |number: usize, content: &str| {
        let filler = "some text that makes a page ".repeat(number);
        event(
            &format!("user-{number:02}"),
            format!("{number} {content} {filler}"),
        )
    };
    let mut state = Fixture::new();
    let earlier: Vec<_> = (0..USERS).step_by(3).map(|n| user(n, "earlier")).collect();
    state.stage(&earlier);
    state.deliver_all();
    let last: Vec<_> = (0..USERS).map(|number| user(number, "last")).collect();
    state.stage(&last[..USERS / 2]);
    state.deliver_all();
    state.stage(&last[USERS / 2..]);
    state.close();
    (state, last)
}

fn files_of(dir: &Path) -> Vec<PathBuf> {
    let mut files: Vec<_> = std::fs::read_dir(dir.join("store"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_file())
        .collect();
    files.sort();
    files
}

/// Opens on a thread of its own, so that a hang is a failure and not the end of all tests.
fn open(dir: &Path) -> Result<Store, StoreError> {
    let (sender, opened) = mpsc::channel();
    let dir = dir.to_owned();
    std::thread::spawn(move || sender.send(Store::open(&dir)));
    opened
        .recv_timeout(PATIENCE)
        .expect("opening hangs, or panics")
}

/// Reopens the damaged store, lets a pass come by, and checks that everybody who was not told
/// waits, and that whoever does not wait was told exactly the last state.
fn assert_nobody_is_missed(dir: &Path, last: &[StagedEvent]) {
    let store = open(dir).unwrap();
    let counts = store.stage(ACCOUNT, staging(last), false).unwrap();
    assert!(counts.too_large.is_empty());
    let waiting = store.next_batch(SINK, ALL).unwrap().events;
    for event in &waiting {
        let last = last.iter().find(|last| last.id == event.id);
        assert_eq!(
            last.map(|last| &last.json),
            Some(&event.json),
            "an old or damaged state"
        );
    }
    let ids: BTreeSet<_> = waiting.iter().map(|event| event.id).collect();
    let missed = last[USERS / 2..]
        .iter()
        .filter(|event| !ids.contains(&event.id));
    assert_eq!(
        missed.map(|event| &event.user_id).collect::<Vec<_>>(),
        [""; 0]
    );
    // And the store is a working one.
    drop(store);
    let store = open(dir).unwrap();
    let again = store.stage(ACCOUNT, staging(last), false).unwrap();
    assert_eq!(again.unchanged.get(SINK), Some(&(USERS as u64)));
    assert_eq!(
        store.next_batch(SINK, ALL).unwrap().events.len(),
        waiting.len()
    );
}

#[derive(Debug, Clone)]
enum Damage {
    Flip { at: Index, mask: u8 },
    Truncate { at: Index },
    Zero { at: Index, len: usize },
}

fn damages() -> impl Strategy<Value = Damage> {
    prop_oneof![
        4 => (any::<Index>(), 1..=u8::MAX).prop_map(|(at, mask)| Damage::Flip { at, mask }),
        1 => any::<Index>().prop_map(|at| Damage::Truncate { at }),
        1 => (any::<Index>(), 1..5000_usize).prop_map(|(at, len)| Damage::Zero { at, len }),
    ]
}

/// Where the file holds anything: most of a segment is padding that says nothing.
fn used(content: &[u8]) -> usize {
    content
        .iter()
        .rposition(|&byte| byte != 0)
        .map_or(1, |last| last + 1)
}

fn damage(path: &Path, damage: &Damage) {
    let file = OpenOptions::new()
        .read(true)
        .write(true)
        .open(path)
        .unwrap();
    let content = std::fs::read(path).unwrap();
    let at = |index: &Index| index.index(used(&content));
    match damage {
        Damage::Flip { at: index, mask } => {
            let flipped = content[at(index)] ^ mask;
            file.write_all_at(&[flipped], at(index) as u64).unwrap();
        }
        Damage::Truncate { at: index } => file.set_len(at(index) as u64).unwrap(),
        Damage::Zero { at: index, len } => {
            let len = (*len).min(content.len() - at(index));
            file.write_all_at(&vec![0; len], at(index) as u64).unwrap();
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 60,
        failure_persistence: None,
        ..Default::default()
    })]

    #[test]
    fn any_damage_to_any_file_misses_nobody(which in any::<Index>(), how in damages()) {
        let (state, last) = history();
        let files = files_of(&state.dir);
        damage(&files[which.index(files.len())], &how);
        assert_nobody_is_missed(&state.dir, &last);
    }
}

#[test]
fn a_store_file_that_is_garbage_empty_zero_or_missing_misses_nobody() {
    let count = files_of(&history().0.dir).len();
    for file in 0..count {
        for content in [Some(&b"garbage "[..]), Some(b""), Some(&[0; 70_000]), None] {
            let (state, last) = history();
            let path = &files_of(&state.dir)[file];
            match content {
                Some(content) => std::fs::write(path, content).unwrap(),
                None => std::fs::remove_file(path).unwrap(),
            }
            assert_nobody_is_missed(&state.dir, &last);
        }
    }
}

#[test]
fn a_store_that_lost_all_content_is_set_aside_and_not_taken_for_a_new_one() {
    let (mut state, last) = history();
    let db = state.dir.join("store").join("db");
    // sled opens this as an empty store.
    std::fs::write(&db, [7; 70_000]).unwrap();
    state.reopen();
    assert_eq!(state.quarantines(), 1);
    let names = names_in(&state.dir);
    let aside = names.iter().find(|name| name.starts_with("quarantine-"));
    let aside = state.dir.join(aside.unwrap());
    assert_eq!(names_in(&aside), ["format", "store"]);
    assert_eq!(state.queued(&last), USERS as u64);
}

#[test]
fn a_damaged_record_is_found_when_opening_and_its_user_sent_again_alone() {
    let (mut state, last) = history();
    for which in ["states", "outbox"] {
        state.reopen();
        // The first was told already, the last still waits.
        let user = if which == "states" {
            &last[0]
        } else {
            &last[USERS - 1]
        };
        let key = EntryKey::new(SINK, ACCOUNT, &user.user_id);
        let shared = &state.store().shared;
        let tree = if which == "states" {
            &shared.states
        } else {
            &shared.outbox
        };
        let mut record = tree.get(key.as_bytes()).unwrap().unwrap().to_vec();
        *record.last_mut().unwrap() ^= 1;
        tree.insert(key.as_bytes(), record).unwrap();
        state.reopen();
        assert_eq!(state.quarantines(), 0);
        assert_eq!(state.queued(&last), 1, "{which}");
        let json = String::from_utf8(user.json.clone()).unwrap();
        assert!(state.waiting().contains(&json), "{which}");
        state.acknowledge(&state.outbox()[..1]);
    }
}

#[test]
fn a_record_under_another_users_key_is_not_taken_for_that_user() {
    let (mut state, last) = history();
    state.reopen();
    let states = &state.store().shared.states;
    let key = |user: &StagedEvent| EntryKey::new(SINK, ACCOUNT, &user.user_id);
    let told = states.get(key(&last[0]).as_bytes()).unwrap().unwrap();
    let stranger = event("stranger", last[0].json.clone());
    states.insert(key(&stranger).as_bytes(), told).unwrap();
    state.reopen();
    assert_eq!(state.queued(&[stranger]), 1);
}
