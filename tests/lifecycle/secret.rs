//! The secret of a new key is in its parameter, and nowhere else.

use std::path::Path;

use super::common::{agent, created, stored};
use crate::support::moto::Account;

#[test]
fn a_new_secret_is_on_no_output_and_in_no_file() {
    let account = Account::strict();
    created(&account, "anna");
    let agent = agent(&account, "").file(
        "people.toml",
        "[[users]]\nname = \"anna\"\nkeys = \"one\"\n",
    );
    let run = agent
        .env("RUST_LOG", "trace")
        .args(["-vv", "lifecycle", "run", "--once"]);
    let output = run.run().expect_code(0);
    let held = stored(&account, "anna");
    let secret = held["secret_access_key"].as_str().expect("a secret");
    let key = held["access_key_id"].as_str().expect("a key");
    assert!(output.stdout.contains(key), "{}", output.stdout);
    for text in [&output.stdout, &output.stderr] {
        assert!(!text.contains(secret), "{text}");
    }
    assert!(!is_in_a_file(agent.home(), secret));
}

/// Whether a file in `dir` holds `text`.
pub(super) fn is_in_a_file(dir: &Path, text: &str) -> bool {
    std::fs::read_dir(dir).unwrap().any(|entry| {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => is_in_a_file(&path, text),
            false => String::from_utf8_lossy(&std::fs::read(path).unwrap()).contains(text),
        }
    })
}
