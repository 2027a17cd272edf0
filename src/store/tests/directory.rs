//! The directory: private, locked, of a known format.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;

use super::super::{Store, StoreError};
use super::{Fixture, names_in, user};

fn mode_of(path: &std::path::Path) -> u32 {
    std::fs::metadata(path).unwrap().permissions().mode() & 0o7777
}

#[test]
fn a_new_directory_is_private_with_all_that_leads_to_it() {
    let home = tempfile::tempdir().unwrap();
    let dir = home.path().join("a").join("state");
    drop(Store::open(&dir).unwrap());
    assert_eq!(
        (mode_of(&dir), mode_of(&home.path().join("a"))),
        (0o700, 0o700)
    );
    assert_eq!(names_in(&dir), ["format", "lock", "store", "writes"]);
}

#[test]
fn a_wider_directory_is_narrowed() {
    for mode in [0o755, 0o777, 0o750, 0o2770] {
        let mut state = Fixture::new();
        state.queued(&[user("u", "a")]);
        state.close();
        for other in ["lost+found", "lifecycle"] {
            std::fs::create_dir(state.dir.join(other)).unwrap();
        }
        std::fs::set_permissions(&state.dir, Permissions::from_mode(mode)).unwrap();
        state.reopen();
        assert_eq!(mode_of(&state.dir), 0o700, "{mode:o}");
        assert_eq!(state.waiting(), ["a"]);
    }
}

#[test]
fn a_directory_that_serves_others_too_is_refused_and_keeps_its_mode() {
    let home = tempfile::tempdir().unwrap();
    std::fs::write(home.path().join("notes.txt"), "").unwrap();
    std::fs::set_permissions(home.path(), Permissions::from_mode(0o1777)).unwrap();
    let error = Store::open(home.path()).unwrap_err().to_string();
    assert!(
        error.contains("notes.txt") && error.contains("of its own"),
        "{error}"
    );
    assert_eq!(mode_of(home.path()), 0o1777);
    assert_eq!(names_in(home.path()), ["notes.txt"]);
}

#[test]
fn a_directory_in_use_is_refused_with_what_to_do_until_every_handle_is_gone() {
    let mut state = Fixture::new();
    let clone = state.store().clone();
    state.close();
    let error = Store::open(&state.dir).unwrap_err();
    assert!(matches!(error, StoreError::Locked(_)), "{error}");
    let dir = state.dir.display();
    assert_eq!(
        error.to_string(),
        format!(
            "state directory {dir} is in use by another rollcall: wait until that has ended; if it \
             is a daemon, stop it (kill and its process id, or systemctl stop UNIT if systemd runs \
             it); or give this one its own agent.state_dir"
        )
    );
    drop(clone);
    state.reopen();
}

#[test]
fn a_newer_format_is_refused_and_nothing_of_it_is_touched() {
    let mut state = Fixture::new();
    state.queued(&[user("u", "a")]);
    state.close();
    let format = state.dir.join("format");
    let newer = crate::store::disk::format_text(4);
    std::fs::write(&format, &newer).unwrap();
    let db = state.dir.join("store").join("db");
    // What a newer version keeps there need not be anything that this one can read.
    std::fs::write(&db, "a database of the future").unwrap();
    let error = Store::open(&state.dir).unwrap_err();
    assert!(
        matches!(
            error,
            StoreError::NewerFormat {
                found: 4,
                known: 3,
                ..
            }
        ),
        "{error}"
    );
    assert!(error.to_string().contains("format 4"), "{error}");
    assert_eq!(std::fs::read(&db).unwrap(), b"a database of the future");
    assert_eq!(std::fs::read(&format).unwrap(), newer.as_bytes());
    assert_eq!(state.quarantines(), 0);
}

#[test]
fn an_unreadable_format_sets_the_store_aside_whole_and_begins_afresh() {
    let mut state = Fixture::new();
    for garbage in [
        "",
        "3",
        "rollcall state, format 0\n",
        "rollcall state, format 4\n",
        "rollcall state, format x",
    ] {
        state.queued(&[user("u", "a")]);
        state.close();
        std::fs::write(state.dir.join("format"), garbage).unwrap();
        let before = state.quarantines();
        state.reopen();
        assert_eq!(state.quarantines(), before + 1, "{garbage:?}");
        assert!(state.waiting().is_empty());
        state.reopen();
        assert_eq!(state.quarantines(), before + 1, "{garbage:?}");
    }
    let aside = names_in(&state.dir);
    let aside = aside.iter().find(|name| name.starts_with("quarantine-"));
    let aside = state.dir.join(aside.unwrap());
    assert_eq!(names_in(&aside), ["format", "store"]);
}

#[test]
fn a_directory_that_cannot_be_made_is_an_error_that_names_it() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("file");
    std::fs::write(&file, "").unwrap();
    let error = Store::open(&file.join("state")).unwrap_err();
    assert!(matches!(error, StoreError::Io { .. }), "{error}");
    assert!(error.to_string().contains("file/state"), "{error}");
}

#[test]
fn a_directory_that_cannot_be_looked_into_is_no_empty_one() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("file");
    std::fs::write(&file, "").unwrap();
    let error = Store::open_existing(&file.join("state")).unwrap_err();
    assert!(matches!(error, StoreError::Io { .. }), "{error}");
    assert!(error.to_string().contains("cannot look into it"), "{error}");
    assert!(Store::open_existing(home.path()).unwrap().is_none());
}

#[test]
fn a_store_whose_compaction_was_interrupted_is_there() {
    let mut state = Fixture::new();
    state.close();
    let (store, old) = (state.dir.join("store"), state.dir.join("store.old"));
    std::fs::rename(store, old).unwrap();
    assert!(Store::open_existing(&state.dir).unwrap().is_some());
}

#[test]
fn a_store_writes_on_where_nothing_more_can_be_opened() {
    let state = Fixture::new();
    // What is open stays open; what is looked for by name is not found.
    std::fs::rename(state.dir.join("store"), state.dir.join("moved")).unwrap();
    assert_eq!(state.queued(&[user("u", "a")]), 1);
    assert_eq!(state.waiting(), ["a"]);
}
