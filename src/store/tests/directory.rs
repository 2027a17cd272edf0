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
        std::fs::create_dir(state.dir.join("lost+found")).unwrap();
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
fn links_among_the_files_of_the_state_are_refused_and_what_they_lead_to_stays() {
    for path in ["lock", "format", "store/db", "store/conf"] {
        let mut state = Fixture::new();
        state.close();
        let elsewhere = state.dir.parent().unwrap().join("elsewhere");
        std::fs::write(&elsewhere, "precious").unwrap();
        std::fs::remove_file(state.dir.join(path)).unwrap();
        std::os::unix::fs::symlink(&elsewhere, state.dir.join(path)).unwrap();
        let name = path.rsplit('/').next().unwrap();
        for opened in [
            Store::open(&state.dir).map(|_| ()),
            Store::open_existing(&state.dir).map(|_| ()),
        ] {
            let error = opened.unwrap_err().to_string();
            assert!(error.contains(&format!("{name} is a link")), "{error}");
        }
        assert_eq!(std::fs::read(&elsewhere).unwrap(), b"precious");
    }
    for name in ["probe", "format.new"] {
        let home = tempfile::tempdir().unwrap();
        let dir = home.path().join("state");
        std::fs::create_dir(&dir).unwrap();
        let elsewhere = home.path().join("elsewhere");
        std::fs::write(&elsewhere, "precious").unwrap();
        std::os::unix::fs::symlink(&elsewhere, dir.join(name)).unwrap();
        drop(Store::open(&dir).unwrap());
        assert_eq!(std::fs::read(&elsewhere).unwrap(), b"precious", "{name}");
    }
}

#[test]
fn a_pipe_in_the_place_of_a_file_is_refused_and_not_waited_for() {
    let mut state = Fixture::new();
    state.close();
    for name in ["store/conf", "lock"] {
        let file = state.dir.join(name);
        std::fs::remove_file(&file).unwrap();
        let made = std::process::Command::new("mkfifo").arg(&file).status();
        assert!(made.unwrap().success());
        let is_odd = format!("{} is no regular file", name.rsplit('/').next().unwrap());
        for opened in [
            Store::open(&state.dir).map(|_| ()),
            Store::open_existing(&state.dir).map(|_| ()),
        ] {
            let error = opened.unwrap_err().to_string();
            assert!(error.contains(&is_odd), "{error}");
        }
    }
}

#[test]
fn the_lock_keeps_what_it_holds() {
    let mut state = Fixture::new();
    state.close();
    std::fs::write(state.dir.join("lock"), "somebody's note").unwrap();
    state.reopen();
    let lock = std::fs::read(state.dir.join("lock")).unwrap();
    assert_eq!(lock, b"somebody's note");
}

#[test]
fn looking_makes_no_file_also_where_the_lock_is_missing() {
    let mut state = Fixture::new();
    state.queued(&[user("u", "a")]);
    state.close();
    std::fs::remove_file(state.dir.join("lock")).unwrap();
    let names = names_in(&state.dir);
    let store = Store::open_existing(&state.dir).unwrap().unwrap();
    assert_eq!(
        store
            .next_batch(super::RECEIVER, super::ALL)
            .unwrap()
            .events
            .len(),
        1
    );
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
    assert_eq!(
        store
            .next_batch(super::RECEIVER, super::ALL)
            .unwrap()
            .events
            .len(),
        1
    );
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

#[test]
fn a_store_writes_on_where_nothing_more_can_be_opened() {
    let state = Fixture::new();
    // What is open stays open; what is looked for by name is not found.
    std::fs::rename(state.dir.join("store"), state.dir.join("moved")).unwrap();
    assert_eq!(state.queued(&[user("u", "a")]), 1);
    assert_eq!(state.waiting(), ["a"]);
}
