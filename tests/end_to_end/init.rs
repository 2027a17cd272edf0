//! `init`: a first configuration that loads, its policies, and nothing overwritten.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use serde_json::Value;

use crate::support::agent::Agent;

const ASSET: [&str; 5] = [
    "init",
    "--sink",
    "sekoia-asset",
    "--connector-uuid",
    "00000000-0000-0000-0000-000000000001",
];

fn read(agent: &Agent, name: &str) -> String {
    fs::read_to_string(agent.home().join(name)).expect(name)
}

fn json(agent: &Agent, name: &str) -> Value {
    serde_json::from_str(&read(agent, name)).expect(name)
}

/// The names of the files in the agent's home, without its state.
fn files(agent: &Agent) -> Vec<String> {
    let entries = fs::read_dir(agent.home()).expect("the home");
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.filter(|name| name != "state").collect();
    names.sort();
    names
}

#[test]
fn a_first_configuration_loads_and_its_policy_is_the_one_that_it_needs() {
    for sink in [
        &ASSET[1..],
        &["--sink", "sekoia-intake"],
        &[
            "--sink",
            "http",
            "--url",
            "https://collector.example.com/?a=b",
        ],
        &["--sink", "ndjson", "--strategy", "per-user"],
    ] {
        let agent = Agent::new();
        let init = sink
            .iter()
            .fold(agent.arg("init"), |agent, it| agent.arg(it));
        let output = init.run().expect_code(0);
        assert_eq!(files(&agent), ["config.toml", "policy.json"], "{sink:?}");
        let policy = agent.arg("policy").run().expect_code(0).stdout;
        assert_eq!(policy, read(&agent, "policy.json"), "{sink:?}");
        let next: Vec<&str> = output.stdout.lines().rev().take(3).collect();
        let commands = ["  rollcall collect", "  rollcall plan", "  rollcall check"];
        assert_eq!(next, commands, "{}", output.stdout);
    }
}

#[test]
fn roles_have_a_trust_policy_with_a_new_external_id_and_the_credentials_one_to_assume_them() {
    let agent = Agent::new();
    let arn = "arn:aws-cn:iam::444455556666:role/rollcall-read";
    let init = agent
        .args(ASSET)
        .args(["--role-arn", arn, "--trust", "111122223333"]);
    init.run().expect_code(0);
    let names = [
        "config.toml",
        "credentials-policy.json",
        "policy.json",
        "trust.json",
    ];
    assert_eq!(files(&agent), names);
    let trust = json(&agent, "trust.json");
    let trust = &trust["Statement"][0];
    assert_eq!(
        trust["Principal"]["AWS"],
        "arn:aws-cn:iam::111122223333:root"
    );
    let external_id = trust["Condition"]["StringEquals"]["sts:ExternalId"].as_str();
    let external_id = external_id.expect("an external id");
    let configured = format!("external_id = \"{external_id}\"");
    assert!(read(&agent, "config.toml").contains(&configured));
    let assume = &json(&agent, "credentials-policy.json")["Statement"][0];
    assert_eq!(
        (&assume["Action"], &assume["Resource"]),
        (&"sts:AssumeRole".into(), &arn.into())
    );
    let given = Agent::new()
        .args(ASSET)
        .args(["--organization-role", "audit/read"]);
    let given = given.args(["--trust", "111122223333", "--external-id", "tenant:7"]);
    given.run().expect_code(0);
    assert!(read(&given, "trust.json").contains("\"tenant:7\""));
    insta::assert_snapshot!("init_organization", read(&given, "config.toml"));
}

#[test]
fn what_is_written_is_for_its_owner_alone() {
    let agent = Agent::new();
    let init = ASSET.iter().fold(agent.clone(), |agent, it| agent.arg(it));
    let umask = "umask 0; exec \"$0\" \"$@\"".to_owned();
    init.in_shell(umask).run().expect_code(0);
    for name in files(&agent) {
        let metadata = fs::metadata(agent.home().join(&name)).expect("a file");
        assert_eq!(metadata.permissions().mode() & 0o777, 0o600, "{name}");
    }
}

#[test]
fn nothing_is_overwritten_and_nothing_is_left_half_done() {
    let agent = Agent::new().file("policy.json", "mine");
    let output = agent.args(ASSET).run().expect_code(2);
    assert!(
        output.stderr.contains("./policy.json is there already"),
        "{}",
        output.stderr
    );
    assert_eq!(files(&agent), ["policy.json"]);
    assert_eq!(read(&agent, "policy.json"), "mine");
    let elsewhere = agent
        .args(ASSET)
        .args(["--dir", "new/place"])
        .run()
        .expect_code(0);
    let command = "rollcall check --config new/place/config.toml";
    assert!(elsewhere.stdout.contains(command), "{}", elsewhere.stdout);
}

#[test]
fn in_a_pipe_what_is_missing_or_wrong_is_named_by_its_flag() {
    let agent = Agent::new();
    for (args, message) in [
        (&["init"][..], "--sink is missing"),
        (&ASSET[..3], "--connector-uuid is missing"),
        (&["init", "--sink", "http"], "--url is missing"),
        (
            &["init", "--sink", "ndjson", "--organization-role", "r"],
            "--trust is missing",
        ),
        (
            &["init", "--sink", "ndjson", "--role-arn", "r"],
            "--role-arn: \"r\" is no ARN",
        ),
        (
            &["init", "--sink", "http", "--url", "ftp://x"],
            "`url` is no URL",
        ),
    ] {
        let run = args.iter().fold(agent.clone(), |agent, it| agent.arg(it));
        let output = run.run().expect_code(2);
        assert!(
            output.stderr.contains(message),
            "{args:?}: {}",
            output.stderr
        );
        assert!(files(&agent).is_empty(), "{args:?}");
    }
}
