//! Commands that only look leave the directory as it is.

use super::super::{Store, StoreError};
use super::{ALL, Fixture, RECEIVER, names_in, user};

/// Every file below `dir` with its content and when it was last changed.
fn files_below(dir: &std::path::Path) -> Vec<(std::path::PathBuf, Vec<u8>, std::time::SystemTime)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => found.extend(files_below(&path)),
            false => {
                let changed = path.metadata().unwrap().modified().unwrap();
                found.push((path.clone(), std::fs::read(&path).unwrap(), changed));
            }
        }
    }
    found.sort();
    found
}

#[test]
fn looking_changes_nothing_in_the_directory() {
    let mut state = Fixture::new();
    state.queued(&[user("a", "1"), user("b", "2")]);
    state.deliver_all();
    state.close();
    let before = files_below(&state.dir);
    for _ in 0..2 {
        let store = Store::open_existing(&state.dir).unwrap().expect("a store");
        store.inspect().unwrap();
        drop(store);
        assert!(files_below(&state.dir) == before, "something changed");
    }
}

#[test]
fn looking_makes_no_file_also_where_the_lock_is_missing() {
    let mut state = Fixture::new();
    state.queued(&[user("u", "a")]);
    state.close();
    std::fs::remove_file(state.dir.join("lock")).unwrap();
    let names = names_in(&state.dir);
    let store = Store::open_existing(&state.dir).unwrap().unwrap();
    assert_eq!(store.next_batch(RECEIVER, ALL).unwrap().events.len(), 1);
    drop(store);
    assert_eq!(names_in(&state.dir), names);
}

/// Gives `dir` and all in it to another user, which only root may do.
fn give_away(dir: &std::path::Path) -> bool {
    let nobody = Some(65_534);
    let mut all = vec![dir.to_owned()];
    while let Some(path) = all.pop() {
        if std::os::unix::fs::chown(&path, nobody, nobody).is_err() {
            return false;
        }
        if path.is_dir() {
            let entries = std::fs::read_dir(&path).unwrap();
            all.extend(entries.map(|entry| entry.unwrap().path()));
        }
    }
    true
}

#[test]
fn root_may_look_at_the_state_of_another_user_and_changes_nothing_in_it() {
    let mut state = Fixture::new();
    state.queued(&[user("u", "a")]);
    state.close();
    if !give_away(&state.dir) {
        return;
    }
    let store_dir = state.dir.join("store");
    let files = |dir: &std::path::Path| {
        let names = names_in(dir).into_iter();
        names
            .filter(|name| dir.join(name).is_file())
            .collect::<Vec<_>>()
    };
    let before: Vec<_> = files(&store_dir)
        .iter()
        .map(|name| std::fs::read(store_dir.join(name)).unwrap())
        .collect();
    let names = (names_in(&state.dir), names_in(&store_dir));
    let store = Store::open_existing(&state.dir).unwrap().unwrap();
    assert_eq!(store.next_batch(RECEIVER, ALL).unwrap().events.len(), 1);
    assert_eq!(store.dir(), state.dir);
    let error = Store::open_existing(&state.dir).unwrap_err();
    assert!(matches!(error, StoreError::Locked(_)), "{error}");
    drop(store);
    assert_eq!((names_in(&state.dir), names_in(&store_dir)), names);
    let after: Vec<_> = files(&store_dir)
        .iter()
        .map(|name| std::fs::read(store_dir.join(name)).unwrap())
        .collect();
    assert!(before == after);
    let error = Store::open(&state.dir).unwrap_err();
    assert!(
        matches!(error, StoreError::ForeignOwner { owner: 65_534, .. }),
        "{error}"
    );
}
