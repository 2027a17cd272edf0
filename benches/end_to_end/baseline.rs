//! The same facts, asked for naively: one call after the other, everything for each user. That is
//! the call pattern of Sekoia's public connector for AWS users.

use std::time::{Duration, Instant};

use aws_sdk_iam::Client;

use crate::accounts::{Mfa, accounts};
use crate::sim_aws::SimAws;

/// What the naive collection came to. It neither stores nor sends.
#[derive(Debug)]
pub(crate) struct Baseline {
    pub(crate) users: usize,
    pub(crate) latency_ms: u64,
    pub(crate) calls: std::collections::BTreeMap<String, u64>,
    pub(crate) wall: Duration,
    pub(crate) busy: Duration,
    pub(crate) occupied: Duration,
}

#[tokio::main(flavor = "current_thread")]
pub(crate) async fn run(users: usize, latency_ms: u64) -> Baseline {
    let aws = SimAws::start(accounts(1, users, Mfa::Apps));
    aws.delay(None, Duration::from_millis(latency_ms));
    let iam = aws.iam();
    let start = Instant::now();
    let mut pages = iam.list_users().into_paginator().items().send();
    while let Some(user) = pages.next().await {
        facts(&iam, user.expect("a user").user_name()).await;
    }
    Baseline {
        users,
        latency_ms,
        wall: start.elapsed(),
        calls: aws.calls(),
        busy: aws.busy(),
        occupied: aws.occupied(),
    }
}

async fn facts(iam: &Client, user: &str) {
    let groups = iam.list_groups_for_user().user_name(user).send().await;
    for group in groups.expect("groups").groups() {
        let request = iam.list_attached_group_policies();
        let policies = request.group_name(group.group_name()).send().await;
        std::hint::black_box(policies.expect("policies"));
    }
    let devices = iam.list_mfa_devices().user_name(user).send().await;
    std::hint::black_box(devices.expect("devices"));
}
