//! What stands in the place of the files of a state.

use super::super::Store;
use super::Fixture;

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
