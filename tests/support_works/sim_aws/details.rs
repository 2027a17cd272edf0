//! The account as a whole: its authorization details and its counts.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_iam::types::{EntityType, GroupDetail, ManagedPolicyDetail, UserDetail};
use percent_encoding::percent_decode_str;

use super::at;
use crate::support::block_on;
use crate::support::sim_aws::{Document, PageShape, SimAccount, SimAws};

#[derive(Debug, Default)]
struct Details {
    users: Vec<UserDetail>,
    groups: Vec<GroupDetail>,
    policies: Vec<ManagedPolicyDetail>,
}

fn details(sim: &SimAws, filters: &[EntityType]) -> Details {
    let iam = sim.iam();
    block_on(async {
        let request = iam.get_account_authorization_details().max_items(1000);
        let request = request.set_filter(Some(filters.to_vec()));
        let mut pages = request.into_paginator().send();
        let mut details = Details::default();
        while let Some(page) = pages.next().await {
            let page = page.unwrap();
            details.users.extend(page.user_detail_list.unwrap());
            details.groups.extend(page.group_detail_list.unwrap());
            details.policies.extend(page.policies.unwrap());
        }
        details
    })
}

#[test]
fn details_hold_users_groups_and_policies_as_they_are() {
    let account = SimAccount::generate(6, 150);
    let sim = SimAws::start([account.clone()]);
    for shape in [
        PageShape::FULL,
        PageShape::short(9).with_empty(1).ending_empty(),
    ] {
        sim.pages(None, shape);
        let answer = details(&sim, &[]);
        assert_eq!(answer.users.len(), account.users.len());
        for (answer, user) in answer.users.iter().zip(account.users.values()) {
            assert_eq!(answer.arn.as_deref(), Some(&*account.user_arn(user)));
            assert_eq!(answer.create_date.as_ref().map(at), Some(user.created_at));
            assert_eq!(
                answer.group_list().iter().collect::<Vec<_>>(),
                Vec::from_iter(&user.groups)
            );
            let tags = answer
                .tags()
                .iter()
                .map(|tag| (tag.key.clone(), tag.value.clone()));
            assert_eq!(tags.collect::<BTreeMap<_, _>>(), user.tags);
            assert_eq!(attached(answer.attached_managed_policies()), user.attached);
            assert_eq!(inline(answer.user_policy_list()), user.inline);
            let boundary = answer.permissions_boundary.as_ref();
            let boundary = boundary.and_then(|boundary| boundary.permissions_boundary_arn.clone());
            assert_eq!(boundary, user.boundary);
        }
        assert_eq!(answer.groups.len(), account.groups.len());
        for (answer, group) in answer.groups.iter().zip(account.groups.values()) {
            assert_eq!(answer.arn.as_deref(), Some(&*account.group_arn(group)));
            assert_eq!(attached(answer.attached_managed_policies()), group.attached);
            assert_eq!(inline(answer.group_policy_list()), group.inline);
        }
        let arns: BTreeSet<_> = answer
            .policies
            .iter()
            .flat_map(|policy| &policy.arn)
            .collect();
        assert_eq!(arns, account.policies.keys().collect());
    }
}

#[test]
fn policies_come_with_every_version_and_readable_documents() {
    let account = SimAccount::generate(7, 30).with_aws_policies(1_500);
    let sim = SimAws::start([account.clone()]);
    let answer = details(
        &sim,
        &[EntityType::LocalManagedPolicy, EntityType::AwsManagedPolicy],
    );
    assert!(answer.users.is_empty() && answer.groups.is_empty());
    assert_eq!(answer.policies.len(), account.policies.len());
    for answer in &answer.policies {
        let arn = answer.arn.as_deref().unwrap();
        let policy = &account.policies[arn];
        let versions = answer.policy_version_list().iter();
        let documents = versions.map(|version| decoded(version.document.as_deref()));
        assert!(documents.eq(policy.versions.clone()), "{arn}");
        let default = answer
            .policy_version_list()
            .iter()
            .find(|version| version.is_default_version);
        let default = default.and_then(|version| version.version_id.as_deref());
        assert_eq!(answer.default_version_id.as_deref(), default);
        let users = account
            .users
            .values()
            .filter(|user| user.attached.contains(arn));
        let groups = account
            .groups
            .values()
            .filter(|group| group.attached.contains(arn));
        let holders = i32::try_from(users.count() + groups.count()).unwrap();
        assert_eq!(answer.attachment_count, Some(holders), "{arn}");
        let ends = format!(
            "{}{}",
            answer.path().unwrap(),
            answer.policy_name().unwrap()
        );
        assert!(arn.ends_with(&ends), "{arn} {ends}");
    }
    let local = details(&sim, &[EntityType::LocalManagedPolicy]).policies;
    assert_eq!(local.len(), 9);
}

#[test]
fn the_summary_counts_what_the_account_holds_unless_set_to_miscount() {
    let mut account = SimAccount::generate(8, 70);
    account.root_mfa = true;
    let sim = SimAws::start([account.clone()]);
    let summary = || {
        let iam = sim.iam();
        let answer = block_on(async { iam.get_account_summary().send().await.unwrap() });
        let counts = answer.summary_map.unwrap();
        let counts = counts
            .into_iter()
            .map(|(key, count)| (key.as_str().to_owned(), count));
        counts.collect::<BTreeMap<_, _>>()
    };
    let counts = summary();
    let devices: usize = account.users.values().map(|user| user.mfa.len()).sum();
    assert_eq!(counts["Users"], 70);
    assert_eq!(
        counts["Groups"],
        i32::try_from(account.groups.len()).unwrap()
    );
    assert_eq!(
        counts["MFADevicesInUse"],
        i32::try_from(devices + 1).unwrap()
    );
    assert_eq!(counts["MFADevices"], counts["MFADevicesInUse"] + 3);
    assert_eq!(counts["AccountMFAEnabled"], 1);
    sim.inject(
        crate::support::sim_aws::Fault::WrongCount(-3)
            .of("GetAccountSummary")
            .times(1),
    );
    assert_eq!((summary()["Users"], summary()["Users"]), (67, 70));
}

fn attached(policies: &[aws_sdk_iam::types::AttachedPolicy]) -> BTreeSet<String> {
    policies
        .iter()
        .flat_map(|policy| policy.policy_arn.clone())
        .collect()
}

fn inline(policies: &[aws_sdk_iam::types::PolicyDetail]) -> BTreeMap<String, Document> {
    let policies = policies.iter();
    let policies = policies.map(|policy| {
        let name = policy.policy_name.clone().unwrap();
        (name, decoded(policy.policy_document.as_deref()))
    });
    policies.collect()
}

/// The document as a reader would see it: valid JSON.
fn decoded(document: Option<&str>) -> Document {
    let json = percent_decode_str(document.unwrap()).decode_utf8().unwrap();
    assert!(
        serde_json::from_str::<serde_json::Value>(&json).is_ok(),
        "{json}"
    );
    Document::new(&json)
}
