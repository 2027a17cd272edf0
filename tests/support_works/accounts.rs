//! moto accounts are separate, and hold what was planted.

use std::time::Instant;

use crate::support::agent::Agent;
use crate::support::block_on;
use crate::support::moto::Account;
use crate::support::seed::{Mfa, Seed};

const DENY_ALL: &str =
    r#"{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}"#;

#[test]
fn seed_is_read_back_through_the_sdk() {
    let account = Account::new();
    let planted = Seed::new()
        .full_access("Everything")
        .policy("DenyAll", DENY_ALL)
        .group("admins", &["Everything", "DenyAll"])
        .group("readers", &[])
        .user("alice", &["admins", "readers"], Mfa::Virtual)
        .user("bob", &["readers"], Mfa::Hardware)
        .user("carol", &[], Mfa::None)
        .plant(&account);
    let iam = account.iam();
    for (name, expected) in &planted {
        let (user, groups, devices) = block_on(async {
            let user = iam.get_user().user_name(name).send().await.unwrap();
            let groups = iam
                .list_groups_for_user()
                .user_name(name)
                .send()
                .await
                .unwrap();
            let devices = iam.list_mfa_devices().user_name(name).send().await.unwrap();
            (user.user.unwrap(), groups.groups, devices.mfa_devices)
        });
        assert_eq!((&user.arn, &user.user_id), (&expected.arn, &expected.id));
        assert!(user.arn.contains(account.id()));
        assert!(
            groups
                .iter()
                .map(|group| &group.group_name)
                .eq(&expected.groups)
        );
        assert_eq!(!devices.is_empty(), expected.has_mfa, "{name}");
    }
    let attached = block_on(
        iam.list_attached_group_policies()
            .group_name("admins")
            .send(),
    );
    let attached = attached.unwrap().attached_policies.unwrap_or_default();
    let attached = attached.into_iter().filter_map(|policy| policy.policy_name);
    assert!(attached.eq(planted["alice"].group_policies.clone()));
    assert_eq!(users_of(&account), 3);
}

#[test]
fn accounts_do_not_see_each_other() {
    let (full, empty) = (Account::new(), Account::new());
    Seed::new().user("alice", &[], Mfa::None).plant(&full);
    assert_ne!(full.id(), empty.id());
    assert_eq!((users_of(&full), users_of(&empty)), (1, 0));
}

#[test]
fn agent_gets_the_credentials_of_its_account() {
    let account = Account::new();
    let output = Agent::of("env").account(&account).run().expect_code(0);
    let variables: Vec<_> = output.stdout.lines().collect();
    assert!(variables.contains(&format!("AWS_ENDPOINT_URL={}", account.url()).as_str()));
    let key = format!("AWS_ACCESS_KEY_ID={}", account.access_key_id());
    assert!(variables.contains(&key.as_str()), "{variables:?}");
}

#[test]
fn account_with_aws_policies_has_administrator_access() {
    let account = Account::with_aws_policies();
    let planted = Seed::new()
        .group("admins", &["AdministratorAccess"])
        .user("alice", &["admins"], Mfa::None)
        .plant(&account);
    assert!(
        planted["alice"]
            .group_policies
            .contains("AdministratorAccess")
    );
}

#[test]
fn large_account_is_planted_in_seconds() {
    let mut seed = Seed::new().full_access("Everything");
    let groups: Vec<_> = (0..12).map(|number| format!("group-{number}")).collect();
    for group in &groups {
        seed = seed.group(group, &["Everything"]);
    }
    for number in 0..250 {
        let mfa = [Mfa::None, Mfa::Virtual, Mfa::Hardware][number % 3];
        seed = seed.user(&format!("user-{number}"), &[&groups[number % 12]], mfa);
    }
    let account = Account::new();
    let start = Instant::now();
    assert_eq!(seed.plant(&account).len(), 250);
    assert!(start.elapsed().as_secs() < 30, "took {:?}", start.elapsed());
    assert_eq!(users_of(&account), 250);
}

fn users_of(account: &Account) -> usize {
    let users = block_on(account.iam().list_users().send()).unwrap();
    users.users.len()
}
