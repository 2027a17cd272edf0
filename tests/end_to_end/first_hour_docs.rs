//! `docs/setup-aws.md` and `docs/troubleshooting.md`: their commands run, and their texts are those
//! that one sees.

use std::collections::BTreeSet;
use std::path::Path;

use clap::Parser;
use rollcall::cli::Cli;

use crate::support::agent::Agent;
use crate::support::sim_aws::{SimAccount, SimAws, SimUser};
use crate::support::tls::TlsFront;

const SETUP: &str = include_str!("../../docs/setup-aws.md");
const TROUBLESHOOTING: &str = include_str!("../../docs/troubleshooting.md");

/// Commands of the AWS CLI. `set_up` runs those that make something.
const AWS_COMMANDS: [&str; 9] = [
    "aws cloudformation create-stack-instances",
    "aws cloudformation create-stack-set",
    "aws configure list",
    "aws iam attach-role-policy",
    "aws iam create-policy",
    "aws iam get-role",
    "aws iam put-role-policy",
    "aws sts assume-role",
    "aws sts get-caller-identity",
];

/// The fenced blocks of a document, each with its language.
pub(super) fn blocks(document: &str) -> Vec<(&str, &str)> {
    let fenced = document.split("```").skip(1).step_by(2);
    let parts = fenced.map(|block| block.split_once('\n').expect("a language and a block"));
    parts.collect()
}

/// The commands of all `sh` blocks.
pub(super) fn commands(document: &str) -> impl Iterator<Item = &str> {
    let of_shell = blocks(document).into_iter().filter(|block| block.0 == "sh");
    of_shell.flat_map(|block| block.1.lines())
}

/// The words of a command, without what is done with its output.
fn words(command: &str) -> Vec<&str> {
    let command = command.split(['>', '|', '#']).next().unwrap_or_default();
    command.split_ascii_whitespace().collect()
}

/// The accounts that the documents speak of, in `partition`.
fn sim(partition: &str) -> SimAws {
    let account = |id: &str| {
        let mut account = SimAccount::new(id).user(SimUser::new("ann"));
        account.partition = partition.to_owned();
        account
    };
    let mut other = account("444455556666");
    other.external_id = Some("7f3c9a".to_owned());
    SimAws::start([account("111122223333"), other, account("777788889999")])
}

/// Runs the commands of a document in turn, each with the configuration last shown before it.
fn run(document: &str) -> usize {
    let agent = Agent::new();
    let mut config = "";
    let mut count = 0;
    for (language, block) in blocks(document) {
        match language {
            "toml" => config = block,
            "sh" => {
                for command in block.lines() {
                    let words = words(command);
                    if words[0] == "rollcall" {
                        run_one(&agent, config, &words[1..]);
                        count += 1;
                    }
                }
            }
            _ => {}
        }
    }
    count
}

#[track_caller]
fn run_one(agent: &Agent, config: &str, args: &[&str]) {
    let partitions = ["aws-us-gov", "aws-cn"];
    let is_of = |it: &&str| config.contains(&format!("arn:{it}:"));
    let sim = sim(partitions.into_iter().find(is_of).unwrap_or("aws"));
    let front = TlsFront::start(&sim.url());
    let has_ca = config.contains("ca_file");
    let url = if has_ca { front.url() } else { sim.url() };
    // Keys of the simulated AWS in the profiles that the documents name.
    let keys = "aws_access_key_id = testing\naws_secret_access_key = testing\n";
    let credentials = format!("[govcloud]\n{keys}[china]\n{keys}");
    let mut agent = agent
        .config(config)
        .file("corporate-ca.pem", front.ca_pem())
        .file("credentials", &credentials)
        .aws(&url)
        .env("AWS_SHARED_CREDENTIALS_FILE", "credentials");
    for arg in args {
        agent = agent.arg(arg);
    }
    agent.run().expect_code(0);
}

#[test]
fn every_command_in_the_document_about_setting_up_works() {
    assert_eq!(run(SETUP), 24);
}

#[test]
fn every_command_in_the_document_about_troubles_works() {
    assert_eq!(run(TROUBLESHOOTING), 5);
}

#[test]
fn every_command_of_rollcall_is_one_that_it_knows() {
    for command in commands(SETUP).chain(commands(TROUBLESHOOTING)) {
        let words = words(command);
        if words[0] == "rollcall" {
            let parsed = Cli::try_parse_from(&words);
            assert!(parsed.is_ok(), "{command}");
        }
    }
}

#[test]
fn every_command_of_the_aws_cli_is_known_and_has_values_for_its_options() {
    let mut found = BTreeSet::new();
    for command in commands(SETUP).chain(commands(TROUBLESHOOTING)) {
        let words = words(command);
        if words[0] == "rollcall" {
            continue;
        }
        assert_eq!(words[0], "aws", "{command}");
        found.insert(words[..3].join(" "));
        for option in words[3..].chunks(2) {
            let is_pair = option.len() == 2 && option[0].starts_with("--");
            assert!(is_pair && !option[1].starts_with("--"), "{command}");
        }
    }
    assert_eq!(
        found.iter().map(String::as_str).collect::<Vec<_>>(),
        AWS_COMMANDS
    );
}

#[test]
fn every_text_that_the_document_shows_is_one_that_a_test_has_seen() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/end_to_end/snapshots");
    let files = std::fs::read_dir(directory).expect("the snapshots");
    let paths = files.map(|file| file.expect("a file").path());
    let seen: Vec<String> = paths
        .filter(|path| path.to_string_lossy().contains("first_hour"))
        .map(|path| std::fs::read_to_string(path).expect("a snapshot"))
        .collect();
    let mut count = 0;
    for (_, text) in blocks(TROUBLESHOOTING)
        .into_iter()
        .filter(|block| block.0 == "text")
    {
        let text = text.trim_end();
        assert!(seen.iter().any(|seen| seen.contains(text)), "{text}");
        count += 1;
    }
    assert_eq!(count, 19);
}
