//! `policy --trust` for pods of EKS: the credentials are a role then.

use serde_json::{Value, json};

use super::policy::{account, agent};
use crate::support::agent::Agent;
use crate::support::sim_aws::SimAws;

const ISSUER: &str = "oidc.eks.eu-west-3.amazonaws.com/id/EXAMPLED539D4633E53DE1B71EXAMPLE";

fn irsa() -> String {
    format!("eks-irsa:arn:aws:iam::111122223333:oidc-provider/{ISSUER}:audit:rollcall")
}

/// An agent that reads an organization, whose roles ask for an external id.
fn pods(trust: &str) -> Agent {
    let settings = "[aws.organization]\nrole_name = \"rollcall-read\"\nexternal_id = \"tenant:7\"";
    let agent = agent(&SimAws::start([account()]), settings);
    agent.args(["policy", "--for", "credentials", "--trust", trust])
}

#[test]
fn pods_are_trusted_with_the_token_of_their_service_account_and_no_external_id() {
    let printed = |trust: &str| -> Value {
        let output = pods(trust).run().expect_code(0);
        serde_json::from_str(&output.stdout).expect("one JSON document")
    };
    let statement = json!({
        "Effect": "Allow",
        "Principal": { "Federated": format!("arn:aws:iam::111122223333:oidc-provider/{ISSUER}") },
        "Action": ["sts:AssumeRoleWithWebIdentity"],
        "Condition": { "StringEquals": {
            format!("{ISSUER}:aud"): "sts.amazonaws.com",
            format!("{ISSUER}:sub"): "system:serviceaccount:audit:rollcall",
        } },
    });
    let document = |statement| json!({ "Version": "2012-10-17", "Statement": [statement] });
    assert_eq!(printed(&irsa()), document(statement));
    let statement = json!({
        "Effect": "Allow",
        "Principal": { "Service": "pods.eks.amazonaws.com" },
        "Action": ["sts:AssumeRole", "sts:TagSession"],
    });
    assert_eq!(printed("eks-pod-identity"), document(statement));
}

#[test]
fn the_credentials_of_pods_are_a_role_that_assumes_those_of_accounts() {
    for (trust, name) in [(irsa().as_str(), "irsa"), ("eks-pod-identity", "identity")] {
        let printed = |format: &str| {
            let agent = pods(trust).args(["--format", format]);
            agent.run().expect_code(0).stdout
        };
        insta::assert_snapshot!(format!("terraform_{name}"), printed("terraform"));
        let template: Value =
            serde_json::from_str(&printed("cloudformation")).expect("a template in JSON");
        insta::assert_json_snapshot!(format!("cloudformation_{name}"), template);
    }
}

#[test]
fn pods_that_are_named_by_half_or_with_an_external_id_are_a_usage_error() {
    for bad in ["eks-irsa:audit:rollcall", "eks-pod"] {
        let output = pods(bad).run().expect_code(2);
        assert!(
            output.stderr.contains("names no pods of EKS"),
            "{}",
            output.stderr
        );
    }
    for flag in ["--external-id=id", "--new-external-id"] {
        let output = pods("eks-pod-identity").arg(flag).run().expect_code(2);
        assert!(
            output.stderr.contains("no external id"),
            "{}",
            output.stderr
        );
    }
}
