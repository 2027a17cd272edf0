//! Secrets by reference, read when they are needed.

use rollcall::config::{SecretRef, SinkKind};
use secrecy::ExposeSecret;

use super::{parse, sekoia};
use crate::support::agent::Agent;

fn secret_file(content: &str) -> (tempfile::TempDir, SecretRef) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("key");
    std::fs::write(&path, content).unwrap();
    (dir, SecretRef::File(path))
}

#[test]
fn references_are_read_from_the_configuration_and_shown_as_written() {
    let text = sekoia("").replace("env:KEY", "file:/run/secrets/key");
    for (text, reference) in [(sekoia(""), "env:KEY"), (text, "file:/run/secrets/key")] {
        let config = parse(&text).unwrap();
        let SinkKind::SekoiaAsset(sink) = &config.sinks[0].kind else {
            panic!("{:?}", config.sinks[0].kind);
        };
        assert_eq!(sink.api_key.to_string(), reference);
    }
}

#[test]
fn a_secret_file_is_read_without_the_white_space_around_it() {
    let (_dir, reference) = secret_file("  the-key\r\n");
    assert_eq!(reference.resolve().unwrap().expose_secret(), "the-key");
}

#[test]
fn a_secret_file_that_holds_no_key_is_refused_without_showing_it() {
    for (content, part) in [
        (" \n", "is empty"),
        ("two\nlines", "line break"),
        ("k\u{e9}y", "character that no key has"),
        ("the\u{0}key", "character that no key has"),
    ] {
        let (dir, reference) = secret_file(content);
        let error = reference.resolve().unwrap_err().to_string();
        assert!(error.contains(part), "{error}");
        assert!(error.contains(&dir.path().display().to_string()), "{error}");
        assert!(
            !error.contains(content.trim()) || content.trim().is_empty(),
            "{error}"
        );
    }
    let gone = SecretRef::File("/no/such/key".into());
    let error = gone.resolve().unwrap_err().to_string();
    assert!(
        error.contains("/no/such/key") && error.contains("No such file"),
        "{error}"
    );
}

#[test]
fn a_secret_that_is_not_there_is_a_configuration_error_naming_sink_and_variable() {
    let config = sekoia("name = \"siem\"\n").replace("KEY", "ROLLCALL_NO_SUCH_KEY");
    let agent = Agent::new().config(&config).arg("collect");
    for agent in [agent.clone(), agent.env("ROLLCALL_NO_SUCH_KEY", " ")] {
        let stderr = agent.run().expect_code(2).stderr;
        for part in ["siem", "api_key", "ROLLCALL_NO_SUCH_KEY", "file:PATH"] {
            assert!(stderr.contains(part), "{part}: {stderr}");
        }
    }
}

#[test]
fn a_wrong_file_or_variable_is_exit_code_2_before_anything_else_happens() {
    let agent = Agent::new().config("[agent]\nstate = 1\n").arg("collect");
    let stderr = agent.run().expect_code(2).stderr;
    assert!(
        stderr.contains("config.toml:2:1: unknown key `state`"),
        "{stderr}"
    );
    let agent = Agent::new().args(["collect", "--config", "missing.toml"]);
    let stderr = agent.run().expect_code(2).stderr;
    assert!(stderr.contains("missing.toml: cannot be read"), "{stderr}");
    let agent = Agent::new()
        .env("ASSET_CONNECTOR_BATCH_SIZE", "no")
        .arg("collect");
    let stderr = agent.run().expect_code(2).stderr;
    assert!(stderr.contains("ASSET_CONNECTOR_BATCH_SIZE"), "{stderr}");
}
