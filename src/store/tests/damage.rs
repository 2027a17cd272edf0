//! Damaged files: healed or set aside, and no user counts as sent that is not known to be.

use std::collections::BTreeSet;
use std::fs::OpenOptions;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::time::Duration;

use proptest::prelude::*;
use proptest::sample::Index;

use super::{ACCOUNT, ALL, Fixture, RECEIVER, User, entity, names_in, queue, user};
use crate::store::record::{OutboxKey, receiver_key};
use crate::store::{Store, StoreError};

/// Far more than opening takes; what takes longer hangs.
const PATIENCE: Duration = Duration::from_secs(60);
const USERS: usize = 40;

/// The states that users are in when the files are damaged: the first half was sent, the rest
/// waits. Every third user had an earlier state, which was sent.
fn history() -> (Fixture, Vec<User>) {
    let one = |number: usize, content: &str| {
        let filler = "some text that makes a page ".repeat(number);
        user(
            &format!("user-{number:02}"),
            format!("{number} {content} {filler}"),
        )
    };
    let mut state = Fixture::new();
    let earlier: Vec<_> = (0..USERS).step_by(3).map(|n| one(n, "earlier")).collect();
    state.queued(&earlier);
    state.deliver_all();
    let last: Vec<_> = (0..USERS).map(|number| one(number, "last")).collect();
    state.queued(&last[..USERS / 2]);
    state.deliver_all();
    state.queued(&last[USERS / 2..]);
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

/// Reopens the damaged store, lets a pass come by, and checks that every user that was not sent
/// waits, and that whichever does not wait was sent in exactly the last state.
fn assert_no_user_is_missed(dir: &Path, last: &[User]) {
    let store = open(dir).unwrap();
    queue(&store, last);
    let waiting = store.next_batch(RECEIVER, ALL).unwrap().events;
    let content: BTreeSet<&[u8]> = last.iter().map(|user| user.content.as_slice()).collect();
    for event in &waiting {
        let is_last = content.contains(event.json.as_slice());
        assert!(is_last, "an old or damaged state");
    }
    let ids: BTreeSet<_> = waiting
        .iter()
        .map(|event| event.entity.id.as_str())
        .collect();
    let missed = last[USERS / 2..]
        .iter()
        .filter(|user| !ids.contains(user.id.as_str()));
    assert_eq!(missed.map(|user| &user.id).collect::<Vec<_>>(), [""; 0]);
    // And the store is a working one.
    drop(store);
    let store = open(dir).unwrap();
    assert_eq!(queue(&store, last), 0);
    assert_eq!(
        store.next_batch(RECEIVER, ALL).unwrap().events.len(),
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
    fn any_damage_to_any_file_misses_no_user(which in any::<Index>(), how in damages()) {
        let (state, last) = history();
        let files = files_of(&state.dir);
        damage(&files[which.index(files.len())], &how);
        assert_no_user_is_missed(&state.dir, &last);
    }
}

#[test]
fn a_store_file_that_is_garbage_empty_zero_or_missing_misses_no_user() {
    let count = files_of(&history().0.dir).len();
    for file in 0..count {
        for content in [Some(&b"garbage "[..]), Some(b""), Some(&[0; 70_000]), None] {
            let (state, last) = history();
            let path = &files_of(&state.dir)[file];
            match content {
                Some(content) => std::fs::write(path, content).unwrap(),
                None => std::fs::remove_file(path).unwrap(),
            }
            assert_no_user_is_missed(&state.dir, &last);
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
    assert_eq!(state.queued(&last), USERS);
}

/// Where sled reads its log up to a point, it opens a smaller store and says nothing.
#[test]
fn a_store_that_lost_what_was_written_last_is_told_of_and_a_whole_one_is_not() {
    let (state, _) = history();
    let whole = open(&state.dir).unwrap();
    assert_eq!(whole.lost_writes(), 0);
    let count = |store: &Store| store.shared.db.checksum().unwrap();
    let all = count(&whole);
    drop(whole);
    let db = state.dir.join("store/db");
    let content = std::fs::read(&db).unwrap();
    let (mut opened, used) = (0, used(&content));
    for part in 1..20 {
        let cut = tempfile::tempdir().unwrap();
        std::fs::create_dir(cut.path().join("store")).unwrap();
        std::fs::create_dir(cut.path().join("store/blobs")).unwrap();
        for file in ["format", "writes", "store/conf"] {
            std::fs::copy(state.dir.join(file), cut.path().join(file)).unwrap();
        }
        // No snapshot, and a log that cannot be read on from here.
        let mut torn = content.clone();
        torn[used * part / 20..].fill(0);
        std::fs::write(cut.path().join("store/db"), torn).unwrap();
        let dir = cut.path();
        let looked = Store::open_existing(dir).map(|store| store.unwrap().lost_writes());
        let store = open(dir).unwrap();
        let is_aside = names_in(dir).iter().any(|it| it.starts_with("quarantine-"));
        if is_aside || count(&store) == all {
            continue;
        }
        opened += 1;
        assert!(store.lost_writes() > 0, "{part} of 20");
        assert!(looked.is_ok_and(|lost| lost > 0), "{part} of 20");
        drop(store);
        assert_eq!(open(dir).unwrap().lost_writes(), 0, "it is told once");
    }
    assert!(opened > 0, "sled opened no smaller store");
}

#[test]
fn a_damaged_record_is_found_when_opening_and_its_user_sent_again_alone() {
    let (mut state, last) = history();
    for which in ["deliveries", "outbox"] {
        state.reopen();
        let trees = &state.store().shared.trees;
        // The first was sent already, the first that waits comes after those sent twice.
        let (tree, key, user) = match which {
            "deliveries" => (
                &trees.deliveries,
                receiver_key(RECEIVER, &entity(&last[0].id)),
                last[0].clone(),
            ),
            _ => {
                let (key, _) = trees.outbox.first().unwrap().expect("an entry");
                let number = OutboxKey::parse(&key).unwrap().number;
                let waiting = state.outbox();
                assert!(number > 0 && !waiting.is_empty());
                let user = last.iter().find(|user| user.content == waiting[0].json);
                (&trees.outbox, key.to_vec(), user.unwrap().clone())
            }
        };
        let mut record = tree.get(&key).unwrap().unwrap().to_vec();
        *record.last_mut().unwrap() ^= 1;
        tree.insert(key, record).unwrap();
        state.reopen();
        assert_eq!(state.quarantines(), 0);
        assert_eq!(state.queued(&last), 1, "{which}");
        let json = String::from_utf8(user.content.clone()).unwrap();
        assert!(state.waiting().contains(&json), "{which}");
    }
}

#[test]
fn a_damaged_record_makes_the_next_pass_look_at_every_user() {
    use crate::store::{AccountRecord, Checkpoint};
    let (mut state, _) = history();
    state.reopen();
    let now = time::OffsetDateTime::now_utc();
    let account = AccountRecord {
        checkpoint: Some(Checkpoint::new(now, now, 1)),
        ..AccountRecord::default()
    };
    state.store().remember_account(ACCOUNT, &account).unwrap();
    let deliveries = &state.store().shared.trees.deliveries;
    let (key, _) = deliveries.first().unwrap().unwrap();
    deliveries.insert(key, b"garbage").unwrap();
    state.reopen();
    let account = state.store().account(ACCOUNT).unwrap();
    assert_eq!(account.checkpoint, None);
}
