//! Options that every command has, and the exit code of a question whose answer is no.

use super::accounts::TINY;
use crate::support::agent::Agent;

#[test]
fn quiet_collect_writes_nothing_but_warnings_to_standard_error() {
    let agent = Agent::new().account(&TINY.account);
    let output = agent.args(["collect", "--quiet"]).run().expect_code(0);
    // moto dates every credential report 2015, and a warning stays one.
    let mut said = output.stderr.lines();
    assert!(
        said.all(|line| line.contains("the credential report is")),
        "{}",
        output.stderr
    );
    assert_eq!(output.stdout.lines().count(), TINY.users.len());
    let output = agent.args(["-q", "-v", "collect"]).run().expect_code(2);
    assert!(
        output.stderr.contains("cannot be used with"),
        "{}",
        output.stderr
    );
}

#[test]
fn an_error_of_usage_belongs_to_no_moment_but_in_json() {
    let agent = Agent::new().file("wrong.toml", "[agent]\nstate_dri = 1\n");
    let args = ["collect", "--config", "wrong.toml"];
    let text = agent.args(args).run().expect_code(2).stderr;
    assert!(text.starts_with("error: wrong.toml"), "{text}");
    let json = agent.args(args).args(["--log-format", "json"]).run();
    let line: serde_json::Value = serde_json::from_str(&json.stderr).unwrap();
    assert_eq!(line["level"], "ERROR", "{line}");
}

#[test]
fn quiet_collect_still_says_what_failed() {
    let agent = Agent::new().aws("http://127.0.0.1:9");
    let output = agent.args(["collect", "--quiet"]).run();
    assert!(output.stderr.contains("ERROR"), "{}", output.stderr);
}

#[test]
fn rollcall_config_names_the_configuration_file_unless_config_does() {
    let agent = Agent::new()
        .file("named.toml", "[agent]\nstate_dir = 1\n")
        .file("other.toml", "[agent]\nstate_dri = 1\n")
        .env("ROLLCALL_CONFIG", "named.toml");
    let stderr_of = |agent: &Agent| agent.run().expect_code(2).stderr;
    let of_environment = stderr_of(&agent.arg("history"));
    assert!(of_environment.contains("named.toml:2"), "{of_environment}");
    let of_option = stderr_of(&agent.args(["history", "--config", "other.toml"]));
    assert!(of_option.contains("other.toml:2"), "{of_option}");
    let unset = agent.env("ROLLCALL_CONFIG", "").arg("history").run();
    assert_eq!(
        unset.expect_code(0).stdout,
        "nothing collected yet; run rollcall collect\n"
    );
}

#[test]
fn what_is_not_there_is_exit_code_7() {
    let agent = Agent::new().account(&TINY.account);
    agent.args(["collect"]).run().expect_code(0);
    for (args, says) in [
        (&["history", "nobody"][..], "nothing is kept about user"),
        (&["history", "--account", "000000000000"], "no pass over"),
        (&["diff"], "not yet two complete passes"),
        (&["diff", "--from", "beef"], "no account has both passes"),
        (&["dead-letters", "show", "beef"], "no dead letter's id"),
        (&["dead-letters", "drop", "beef"], "no dead letter's id"),
    ] {
        let agent = args.iter().fold(agent.clone(), |agent, arg| agent.arg(arg));
        let output = agent.run().expect_code(7);
        assert!(output.stderr.contains(says), "{args:?}: {}", output.stderr);
    }
}

#[test]
fn shells_and_man_know_every_command() {
    let agent = Agent::new();
    let printed = |args: &[&str]| {
        let all = args.iter().fold(agent.clone(), |agent, arg| agent.arg(arg));
        all.run().expect_code(0).stdout
    };
    let bash = printed(&["completions", "bash"]);
    let man = printed(&["man"]);
    for command in ["collect", "explain", "dead-letters"] {
        assert!(bash.contains(command), "{bash}");
        assert!(man.contains(&command.replace('-', "\\-")), "{man}");
    }
    assert!(!man.contains("aws_users_asset_connector"), "{man}");
    printed(&["man", "--dir", "pages"]);
    assert!(agent.home().join("pages/rollcall-collect.1").exists());
    agent.args(["completions", "tcsh"]).run().expect_code(2);
}
