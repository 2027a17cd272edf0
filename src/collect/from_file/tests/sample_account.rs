//! The sample account of the `demo` command, before and after one user changed.

use std::collections::HashSet;

use super::*;
use crate::model::{Mfa, MfaKind};

macro_rules! sample {
    ($($file:literal),* $(,)?) => {
        [$(($file, include_bytes!(concat!("../../../commands/demo/", $file)).as_slice())),*]
    };
}

const UNCHANGED: [(&str, &[u8]); 6] = sample![
    "authorization-details.json",
    "list-users.json",
    "virtual-mfa-devices.json",
    "list-mfa-devices.json",
    "service-specific-credentials.json",
    "credential-report.csv",
];

const BEFORE: [(&str, &[u8]); 3] = sample![
    "before/authorization-details.json",
    "before/virtual-mfa-devices.json",
    "before/credential-report.csv",
];

const AFTER: [(&str, &[u8]); 2] = sample![
    "after/authorization-details.json",
    "after/credential-report.csv"
];

fn account(state: &[(&'static str, &'static [u8])]) -> FromFiles {
    FromFiles::from_documents(&[&UNCHANGED, state].concat(), read_at()).unwrap()
}

#[test]
fn the_sample_account_loads_without_warnings() {
    for files in [account(&BEFORE), account(&AFTER)] {
        assert_eq!(files.warnings(), &[] as &[String]);
        assert_eq!(files.users.len(), 43, "42 users and the root user");
        let ids: HashSet<&str> = files.users.iter().map(|user| user.id.as_str()).collect();
        assert_eq!(ids.len(), 43);
    }
}

#[test]
fn every_group_of_the_sample_account_has_its_details() {
    let files = account(&BEFORE);
    let groups = files
        .users
        .iter()
        .flat_map(|user| user.groups.value().unwrap());
    let names: HashSet<&str> = groups
        .map(|group| {
            assert!(group.arn.is_some() && group.attached_policies.value().is_some());
            group.name.as_str()
        })
        .collect();
    assert_eq!(names.len(), 10);
}

#[test]
fn one_user_is_newer_than_the_report_and_the_root_password_is_unknown() {
    let files = account(&BEFORE);
    let unknown: Vec<(&str, usize)> = files
        .users
        .iter()
        .map(|user| {
            // No file has SSH public keys.
            let unknown = user.unknown_facts().into_iter();
            let unknown = unknown.filter(|(fact, _)| *fact != "ssh_public_keys");
            (user.name.as_str(), unknown.count())
        })
        .filter(|(_, count)| *count > 0)
        .collect();
    assert_eq!(unknown, [("nora.jansen", 4), ("root_account", 1)]);
}

#[test]
fn the_sample_account_has_mfa_of_every_kind_and_users_without() {
    let files = account(&BEFORE);
    let mfa: Vec<&Mfa> = files
        .users
        .iter()
        .filter_map(|user| user.mfa.value())
        .collect();
    let kinds: Vec<MfaKind> = mfa
        .iter()
        .flat_map(|mfa| match mfa {
            Mfa::Devices(devices) | Mfa::AtLeast(devices) => devices.as_slice(),
            Mfa::Active(_) => &[],
        })
        .map(|device| device.kind())
        .collect();
    for kind in [MfaKind::Virtual, MfaKind::Fido, MfaKind::Hardware] {
        assert!(kinds.contains(&kind), "{kind:?}");
    }
    assert!(mfa.contains(&&Mfa::Active(true)));
    assert_eq!(mfa.iter().filter(|mfa| !mfa.is_active()).count(), 14);
}

#[test]
fn one_user_becomes_an_administrator_and_loses_mfa() {
    let (before, after) = (account(&BEFORE), account(&AFTER));
    let changed: Vec<_> = before
        .users
        .iter()
        .zip(&after.users)
        .filter(|(before, after)| before != after)
        .collect();
    let [(before, after)] = changed[..] else {
        panic!("{} users differ", changed.len());
    };
    let groups = |user: &User| -> Vec<String> {
        user.groups
            .value()
            .unwrap()
            .iter()
            .map(|group| group.name.clone())
            .collect()
    };
    assert_eq!(before.name, "laura.bennett");
    assert_eq!(groups(before), ["developers"]);
    assert_eq!(groups(after), ["developers", "administrators"]);
    let active = |user: &User| user.mfa.value().map(Mfa::is_active);
    assert_eq!((active(before), active(after)), (Some(true), Some(false)));
}
