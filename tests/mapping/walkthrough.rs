//! `scripts/review-mapping`, as `docs/mapping.md` tells a reviewer to use it, in a copy of the
//! repository.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;

/// What the script and the cases need of the repository.
const COPIED: [&str; 6] = [
    "scripts/review-mapping",
    "docs/mapping.md",
    "schemas",
    "tests/fixtures/mapping",
    "tests/snapshots/mapping",
    "tests/mapping/snapshots.rs",
];

/// Runs the tests that `cargo test` is asked for, of this build, in the copy.
const CARGO: &str = r#"#!/usr/bin/env bash
while [[ $1 != -- ]]; do shift; done
shift
CARGO_MANIFEST_DIR=$PWD INSTA_WORKSPACE_ROOT=$PWD exec "$ROLLCALL_TEST_BINARY" "$@"
"#;

/// A copy of the repository, with a commit.
struct Copy(TempDir);

impl Copy {
    fn new() -> Self {
        let copy = Self(tempfile::tempdir().unwrap());
        let from = Path::new(env!("CARGO_MANIFEST_DIR"));
        for path in COPIED {
            let to = copy.path(path);
            fs::create_dir_all(to.parent().unwrap()).unwrap();
            let output = Command::new("cp")
                .arg("-r")
                .args([&from.join(path), &to])
                .output();
            assert!(output.unwrap().status.success(), "{path}");
        }
        let cargo = copy.path(".git/bin/cargo");
        copy.git(&["init", "--quiet"]);
        fs::create_dir_all(cargo.parent().unwrap()).unwrap();
        fs::write(&cargo, CARGO).unwrap();
        fs::set_permissions(&cargo, fs::Permissions::from_mode(0o755)).unwrap();
        copy.git(&["add", "--all"]);
        let who = ["-c", "user.name=anna", "-c", "user.email=anna@example.com"];
        copy.git(&[&who[..], &["commit", "--quiet", "--message=as reviewed"]].concat());
        copy
    }

    fn path(&self, relative: &str) -> std::path::PathBuf {
        self.0.path().join(relative)
    }

    fn git(&self, args: &[&str]) -> String {
        let mut git = Command::new("git");
        let output = git.args(args).current_dir(self.0.path()).output().unwrap();
        assert!(output.status.success(), "{args:?}: {output:?}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// The script's exit code, and what it says on standard output.
    fn review(&self, args: &[&str]) -> (i32, String) {
        let path = std::env::var("PATH").unwrap();
        let bin = self.path(".git/bin").display().to_string();
        let Output {
            status,
            stdout,
            stderr,
        } = Command::new(self.path("scripts/review-mapping"))
            .args(args)
            .env("PATH", format!("{bin}:{path}"))
            .env("ROLLCALL_TEST_BINARY", std::env::current_exe().unwrap())
            .output()
            .unwrap();
        let said = String::from_utf8(stdout).unwrap();
        let code = status.code().unwrap();
        assert!(code < 2, "{said}{}", String::from_utf8_lossy(&stderr));
        (code, said)
    }
}

#[test]
fn a_changed_line_is_seen_by_field_and_accepted_and_leaves_nothing_behind() {
    let copy = Copy::new();
    assert_eq!(
        copy.review(&[]),
        (0, "every case maps as reviewed\n".to_owned())
    );

    let snapshots = copy.path("tests/snapshots/mapping");
    let mut changed = 0;
    for entry in fs::read_dir(&snapshots).unwrap() {
        let path = entry.unwrap().path();
        let text = fs::read_to_string(&path).unwrap();
        let other = text.replace("\"name\": \"AWS Account ", "\"name\": \"Account ");
        changed += usize::from(other != text);
        fs::write(path, other).unwrap();
    }
    assert!(changed > 20, "{changed}");
    let (code, said) = copy.review(&[]);
    assert_eq!(code, 1, "{said}");
    for part in [
        format!("\nuser.org.name: {changed} users\n"),
        "Account 123456789012 → AWS Account 123456789012: ".to_owned(),
        "\nTo accept it: scripts/review-mapping --accept\n".to_owned(),
    ] {
        assert!(said.contains(&part), "{part}: {said}");
    }

    let (code, said) = copy.review(&["--accept"]);
    assert_eq!(code, 0, "{said}");
    assert_eq!(copy.git(&["status", "--short"]), "");
    assert_eq!(
        copy.review(&[]),
        (0, "every case maps as reviewed\n".to_owned())
    );
}
