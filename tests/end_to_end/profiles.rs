//! Profiles beside what else names credentials and endpoints, and what is wrong in their files.

use std::path::PathBuf;

use super::credential_places::{SINK, agent, ends, sim, with_profiles};
use crate::support::agent::Agent;
use crate::support::sim_aws::{Fault, SimAws};

const OF_ENVIRONMENT: &str = "AKIAENVIRONMENTENVI1";
const OF_PROFILE: &str = "AKIAPROFILEPROFILEP1";

/// An agent with one key in its environment, and another one in profile p.
fn with_both(sim: &SimAws) -> Agent {
    let profiles = format!(
        "[profile p]\naws_access_key_id = {OF_PROFILE}\naws_secret_access_key = s3cr3t\n\
         [profile empty]\nregion = us-east-1\n"
    );
    with_profiles(&agent(sim), &profiles)
        .env("AWS_ACCESS_KEY_ID", OF_ENVIRONMENT)
        .env("AWS_SECRET_ACCESS_KEY", "s3cr3t")
}

fn configured(profile: &str) -> String {
    format!("[aws]\nprofile = \"{profile}\"\n{SINK}")
}

#[test]
fn a_profile_that_the_configuration_names_wins_over_a_key_of_the_environment() {
    let sim = sim();
    sim.inject(Fault::ExpiredToken.of_all().signed_with(OF_ENVIRONMENT));
    let agent = with_both(&sim).config(&configured("p"));
    let says = "aws.profile names \"p\", and AWS_ACCESS_KEY_ID is set too: the profile is used";
    ends(&agent, 0, &[says]);
}

#[test]
fn a_key_of_the_environment_wins_over_aws_profile_and_over_a_profile_without_credentials() {
    let sim = sim();
    sim.inject(Fault::ExpiredToken.of_all().signed_with(OF_PROFILE));
    ends(&with_both(&sim).env("AWS_PROFILE", "p"), 0, &[]);
    ends(&with_both(&sim).config(&configured("empty")), 0, &[]);
}

#[test]
fn a_profile_that_is_configured_and_nowhere_is_named_also_beside_a_key_of_the_environment() {
    let sim = sim();
    let agent = with_both(&sim).config(&configured("nobody"));
    let says = "aws.profile names the profile \"nobody\", which is neither in ";
    ends(&agent, 3, &[says]);
}

/// The agent whose profile p is in this file alone, without variables that say otherwise.
fn with_p(variable: &str, text: &str) -> (Agent, PathBuf) {
    let agent = agent(&sim())
        .env("AWS_ENDPOINT_URL", "")
        .env("AWS_REGION", "")
        .env("AWS_PROFILE", "p")
        .env("AWS_ACCESS_KEY_ID", OF_ENVIRONMENT)
        .env("AWS_SECRET_ACCESS_KEY", "s3cr3t")
        .file("profiles", text);
    let file = agent.home().join("profiles");
    let agent = agent.env(variable, file.to_str().expect("a path"));
    (agent, file)
}

#[test]
fn a_region_that_is_none_is_named_with_its_profile_and_file_and_no_other_is_taken() {
    for (variable, head) in [
        ("AWS_CONFIG_FILE", "profile p"),
        ("AWS_SHARED_CREDENTIALS_FILE", "p"),
    ] {
        let (agent, file) = with_p(variable, &format!("[{head}]\nregion = Europe (Paris)\n"));
        let file = file.display();
        let says = format!(
            "the region of profile p in {file} is no name of a region such as eu-west-3; correct it"
        );
        ends(&agent, 3, &[&says]);
    }
}

#[test]
fn an_endpoint_of_a_profile_that_is_no_url_is_named_with_its_profile_and_file() {
    let of_profile = "[profile p]\nregion = us-east-1\nendpoint_url = 127.0.0.1:1\n";
    let of_service = "[profile p]\nregion = us-east-1\nservices = local\n\
                      [services local]\nsts =\n  endpoint_url = us:s3cr3t@host\n";
    let of_organizations = "[profile p]\nregion = us-east-1\nservices = local\n\
                            [services local]\norganizations =\n  endpoint_url = host\n";
    for (text, key) in [
        (of_profile, "the endpoint_url of profile p"),
        (of_service, "the sts endpoint_url of [services local]"),
        (
            of_organizations,
            "the organizations endpoint_url of [services local]",
        ),
    ] {
        let (agent, file) = with_p("AWS_CONFIG_FILE", text);
        let file = file.display();
        let says = format!("{key} in {file} is no URL that begins with https:// or http://");
        ends(&agent, 3, &[&says]);
    }
}

/// A variable that is empty is absent, and says nothing of where calls go.
#[test]
fn the_endpoint_of_a_profile_is_taken_where_the_variable_is_empty() {
    let sim = sim();
    let text = format!(
        "[profile p]\nregion = us-east-1\nendpoint_url = {}\n",
        sim.url()
    );
    ends(&with_p("AWS_CONFIG_FILE", &text).0, 0, &[]);
}

#[test]
fn what_is_wrong_in_a_profile_is_of_no_concern_where_the_environment_says_otherwise() {
    let sim = sim();
    let text = "[profile p]\nregion = Europe (Paris)\nendpoint_url = 127.0.0.1:1\n";
    let (agent, _) = with_p("AWS_CONFIG_FILE", text);
    let agent = agent
        .env("AWS_ENDPOINT_URL", &sim.url())
        .env("AWS_REGION", "us-east-1");
    ends(&agent, 0, &[]);
}
