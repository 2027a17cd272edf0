//! Programs that print credentials: what they leave behind, and what is wrong with what they print.

use std::process::Command;
use std::time::{Duration, Instant};

use super::credential_places::{agent, ends, sim, with_profiles};
use crate::support::agent::Agent;
use crate::support::sim_aws::SimAws;

const KEY: &str = "\"Version\":1,\"AccessKeyId\":\"AKIA\",\"SecretAccessKey\":\"s3cr3t\"";

/// An agent whose profile is this script.
fn with_script(sim: &SimAws, script: &str) -> Agent {
    let agent = agent(sim).file("script", script);
    let script = agent.home().join("script");
    let profiles = format!(
        "[profile p]\ncredential_process = sh {}\n",
        script.display()
    );
    with_profiles(&agent, &profiles).env("AWS_PROFILE", "p")
}

#[test]
fn what_a_program_that_succeeded_leaves_running_is_neither_ended_nor_waited_for() {
    let sim = sim();
    for closed in [">/dev/null 2>&1", ""] {
        let script = format!("sleep 300 {closed} & echo $! > helper\necho '{{{KEY}}}'\n");
        let agent = with_script(&sim, &script);
        let start = Instant::now();
        ends(&agent, 0, &[]);
        let took = start.elapsed();
        let helper = std::fs::read_to_string(agent.home().join("helper")).expect("a process id");
        let ended = Command::new("kill").arg(helper.trim()).status();
        assert!(ended.expect("kill").success(), "the helper was ended");
        assert!(took < Duration::from_secs(20), "{took:?}");
    }
}

#[test]
fn white_space_at_the_ends_of_printed_keys_is_not_part_of_them_and_within_them_it_is_named() {
    let sim = sim();
    let script = "cat <<'END'\n{\"Version\":1,\"AccessKeyId\":\" AKIA\\r\\n\",\
                  \"SecretAccessKey\":\"s3cr3t\\n\",\"SessionToken\":\"\",\"Expiration\":\"\"}\nEND\n";
    ends(&with_script(&sim, script), 0, &[]);
    let script = "cat <<'END'\n{\"Version\":1,\"AccessKeyId\":\"AKIA\",\
                  \"SecretAccessKey\":\"s3cr3t\\ns3cr3t\"}\nEND\n";
    let says = "the credential_process of profile p is of no use: its SecretAccessKey holds a line \
                end, a space or another character that no key has";
    ends(&with_script(&sim, script), 3, &[says]);
}
