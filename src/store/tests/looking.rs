//! Commands that only look leave the directory as it is.

use super::super::Store;
use super::{Fixture, user};

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
