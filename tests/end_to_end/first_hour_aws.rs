//! What AWS refuses in the first hour: each text says what failed, why, and what to do next.

use std::future::ready;
use std::time::{Duration, SystemTime};

use super::accounts::TINY;
use super::first_hour::logged;
use crate::support::agent::Agent;
use crate::support::aws_proxy::AwsProxy;
use crate::support::http::Server;
use crate::support::reply::Reply;
use crate::support::running::Output;

/// Nobody may ever see these two.
const SECRET: &str = "wJalrXUtnFEMI/s3cr3t/bPxRfiCY";
const TOKEN: &str = "IQoJb3JpZ2luX2VjE-t0k3n";

/// A refusal, as IAM and STS write it.
fn refusal(code: &str, message: &str) -> Reply {
    let body = format!(
        "<ErrorResponse xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/\"><Error>\
         <Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>\
         <RequestId>00000000-0000-0000-0000-000000000000</RequestId></ErrorResponse>"
    );
    let reply = Reply::status(403).header("content-type", "text/xml");
    reply.body(body)
}

fn agent(url: &str) -> Agent {
    Agent::new()
        .aws(url)
        .env("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
        .env("AWS_SECRET_ACCESS_KEY", SECRET)
        .env("AWS_SESSION_TOKEN", TOKEN)
}

#[track_caller]
fn collect(agent: &Agent, code: i32) -> Output {
    let output = agent.arg("collect").run().expect_code(code);
    for secret in [SECRET, TOKEN] {
        assert!(!output.stderr.contains(secret), "{}", output.stderr);
        assert!(!output.stdout.contains(secret), "{}", output.stdout);
    }
    output
}

/// What a collection logs when every call is answered so, in `region`.
#[track_caller]
fn refused(reply: Reply, region: &str) -> String {
    let server = Server::start(move |_| ready(reply.clone()));
    let agent = agent(&server.url()).env("AWS_REGION", region);
    logged(&collect(&agent, 3), &[(&server.url(), "ENDPOINT")])
}

/// What a collection logs when ListUsers is denied with AWS's sentence about it, which ends in
/// `because`.
#[track_caller]
fn denied(because: &str) -> String {
    let message = format!(
        "User: arn:aws:iam::111122223333:user/collector is not authorized to perform: \
         iam:ListUsers on resource: arn:aws:iam::111122223333:user/ {because}"
    );
    let proxy = AwsProxy::start(&TINY.account, move |call| {
        (call.action() == "ListUsers").then(|| refusal("AccessDenied", &message))
    });
    // In bulk, other calls would say the same.
    let agent = Agent::new().config("[aws]\nstrategy = \"per-user\"\n");
    let agent = agent
        .account(&TINY.account)
        .env("AWS_ENDPOINT_URL", &proxy.url());
    logged(&collect(&agent, 3), &[(TINY.account.id(), "111122223333")])
}

/// What a collection of another account logs when its role is refused so.
#[track_caller]
fn role_refused(code: &'static str, message: &'static str) -> String {
    let proxy = AwsProxy::start(&TINY.account, move |call| {
        (call.action() == "AssumeRole").then(|| refusal(code, message))
    });
    let config = "[[aws.accounts]]\nid = \"444455556666\"\n\
                  role_arn = \"arn:aws:iam::444455556666:role/rollcall-read\"\n\
                  external_id = \"7f3c9a\"\n";
    let agent = Agent::new().config(config).account(&TINY.account);
    let agent = agent.env("AWS_ENDPOINT_URL", &proxy.url());
    logged(&collect(&agent, 3), &[])
}

#[test]
fn without_credentials_it_says_how_to_give_some() {
    let agent = Agent::new().env("AWS_EC2_METADATA_DISABLED", "true");
    let home = agent.home().to_str().expect("a path");
    insta::assert_snapshot!(logged(&collect(&agent, 3), &[(home, "HOME")]));
}

#[test]
fn an_expired_token_is_to_be_renewed() {
    let message = "The security token included in the request is expired";
    insta::assert_snapshot!(refused(refusal("ExpiredToken", message), "eu-west-3"));
}

#[test]
fn a_key_that_aws_does_not_know_is_reported_with_region_and_partition() {
    let message = "The security token included in the request is invalid.";
    insta::assert_snapshot!(refused(
        refusal("InvalidClientTokenId", message),
        "us-east-1"
    ));
}

#[test]
fn a_region_of_another_partition_than_the_key_is_named_with_its_partition() {
    let message = "The security token included in the request is invalid.";
    insta::assert_snapshot!(refused(
        refusal("InvalidClientTokenId", message),
        "cn-north-1"
    ));
}

#[test]
fn an_unrecognized_client_is_a_key_that_aws_does_not_know() {
    let message = "The security token included in the request is invalid.";
    let logged = refused(
        refusal("UnrecognizedClientException", message),
        "us-gov-west-1",
    );
    insta::assert_snapshot!(logged);
}

#[test]
fn a_wrong_secret_is_reported_without_what_aws_repeats_of_the_request() {
    let message = format!(
        "The request signature we calculated does not match the signature you provided. Check \
         your AWS Secret Access Key and signing method. Consult the service documentation for \
         details.\n\nThe Canonical String for this request should have been\n\
         'POST\n/\n\nhost:sts.amazonaws.com\nx-amz-security-token:{TOKEN}\n'"
    );
    insta::assert_snapshot!(refused(
        refusal("SignatureDoesNotMatch", &message),
        "us-east-1"
    ));
}

#[test]
fn an_id_and_a_secret_that_are_swapped_are_reported_without_the_secret() {
    let message = format!(
        "Credential must have exactly 5 slash-delimited elements, e.g. \
         keyid/date/region/service/term, got '{SECRET}/20261120/us-east-1/sts/aws4_request'"
    );
    insta::assert_snapshot!(refused(
        refusal("IncompleteSignature", &message),
        "us-east-1"
    ));
}

#[test]
fn a_clock_that_is_slow_is_reported_with_by_how_much() {
    let message = "Signature expired: 20261120T100000Z is now earlier than 20261120T104500Z \
                   (20261120T110000Z - 15 min.)";
    let there = SystemTime::now() + Duration::from_secs(3600);
    let reply = refusal("SignatureDoesNotMatch", message);
    let reply = reply.header("date", &httpdate::fmt_http_date(there));
    insta::assert_snapshot!(refused(reply, "us-east-1"));
}

#[test]
fn a_clock_that_is_fast_is_reported_with_by_how_much() {
    let message = "Signature not yet current: 20261120T130000Z is still later than \
                   20261120T111500Z (20261120T110000Z + 15 min.)";
    let there = SystemTime::now() - Duration::from_secs(7200);
    let reply = refusal("InvalidSignatureException", message);
    let reply = reply.header("date", &httpdate::fmt_http_date(there));
    insta::assert_snapshot!(refused(reply, "us-east-1"));
}

#[test]
fn a_request_that_came_too_late_with_a_clock_that_is_right_was_held_up() {
    let message = "The difference between the request time and the current time is too large.";
    insta::assert_snapshot!(refused(
        refusal("RequestTimeTooSkewed", message),
        "us-east-1"
    ));
}

#[test]
fn what_is_not_of_aws_is_reported_as_that() {
    let page = Reply::status(403).header("content-type", "text/html");
    let page = page.body("<html><body>Blocked by your administrator</body></html>");
    insta::assert_snapshot!(refused(page, "us-east-1"));
}

#[test]
fn a_permission_that_nothing_grants_is_named() {
    insta::assert_snapshot!(denied(
        "because no identity-based policy allows the iam:ListUsers action"
    ));
}

#[test]
fn a_policy_of_the_organization_is_said_to_be_above_every_iam_policy() {
    insta::assert_snapshot!(denied("with an explicit deny in a service control policy"));
}

#[test]
fn a_boundary_that_denies_is_reported_apart_from_one_that_does_not_allow() {
    let denies = denied("with an explicit deny in a permissions boundary");
    let lacks = denied("because no permissions boundary allows the iam:ListUsers action");
    insta::assert_snapshot!(format!("{denies}\n{lacks}"));
}

#[test]
fn an_explicit_deny_of_the_callers_own_policies_is_to_be_removed() {
    insta::assert_snapshot!(denied("with an explicit deny in an identity-based policy"));
}

#[test]
fn a_role_that_is_denied_may_be_so_for_four_reasons_or_be_too_new() {
    insta::assert_snapshot!(role_refused(
        "AccessDenied",
        "User: arn:aws:iam::111122223333:user/collector is not authorized to perform: \
         sts:AssumeRole on resource: arn:aws:iam::444455556666:role/rollcall-read"
    ));
}

#[test]
fn a_role_that_the_organization_denies_is_not_waited_for() {
    insta::assert_snapshot!(role_refused(
        "AccessDenied",
        "User: arn:aws:iam::111122223333:user/collector is not authorized to perform: \
         sts:AssumeRole on resource: arn:aws:iam::444455556666:role/rollcall-read with an \
         explicit deny in a service control policy"
    ));
}

#[test]
fn a_region_that_the_roles_account_has_not_enabled_is_to_be_changed() {
    insta::assert_snapshot!(role_refused(
        "RegionDisabledException",
        "STS is not activated in this region for account:444455556666. Your account administrator \
         can activate STS in this region using the IAM Console."
    ));
}

#[test]
fn an_endpoint_that_refuses_connections_is_named_with_the_proxys_variable() {
    let output = collect(&agent("http://127.0.0.1:1"), 4);
    insta::assert_snapshot!(logged(&output, &[]));
}

#[test]
fn a_host_that_dns_does_not_know_is_named() {
    let output = collect(&agent("http://sts.rollcall.invalid"), 4);
    insta::assert_snapshot!(logged(&output, &[]));
}

#[test]
fn a_proxy_that_the_environment_names_is_used_and_named() {
    let agent = agent("https://sts.us-east-1.amazonaws.com");
    let agent = agent.env("HTTPS_PROXY", "http://127.0.0.1:1");
    insta::assert_snapshot!(logged(&collect(&agent, 4), &[]));
}
