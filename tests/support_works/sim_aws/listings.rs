//! Every listing, read back with the SDK's paginators.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_iam::types::{AssignmentStatusType, AttachedPolicy, StatusType};

use super::{all, at};
use crate::support::block_on;
use crate::support::sim_aws::{PageShape, SimAccount, SimAws};

const SHAPES: [PageShape; 4] = [
    PageShape::FULL,
    PageShape::FULL.ending_empty(),
    PageShape::short(7),
    PageShape::short(2).with_empty(2).ending_empty(),
];

#[test]
fn users_and_groups_are_listed_once_each_in_pages_of_any_shape() {
    let account = SimAccount::generate(1, 120);
    let sim = SimAws::start([account.clone()]);
    let iam = sim.iam();
    for shape in SHAPES {
        sim.pages(None, shape);
        block_on(async {
            let listed = all!(iam.list_users().max_items(40));
            assert_eq!(listed.len(), account.users.len(), "{shape:?}");
            for (answer, user) in listed.iter().zip(account.users.values()) {
                assert_eq!(answer.user_name, user.name);
                assert_eq!((&answer.user_id, &answer.path), (&user.id, &user.path));
                assert_eq!(answer.arn, account.user_arn(user));
                assert_eq!(at(&answer.create_date), user.created_at);
                let last_used = user.password.and_then(|password| password.last_used);
                assert_eq!(answer.password_last_used.as_ref().map(at), last_used);
            }
            let listed = all!(iam.list_groups().max_items(4));
            let answer = listed
                .iter()
                .map(|group| (&group.group_id, group.arn.clone()));
            let groups = account.groups.values();
            let groups = groups.map(|group| (&group.id, account.group_arn(group)));
            assert!(answer.eq(groups), "{shape:?}");
        });
    }
}

#[test]
fn listings_about_one_user_hold_what_it_has() {
    let account = SimAccount::generate(2, 40);
    let sim = SimAws::start([account.clone()]);
    sim.pages(None, PageShape::short(1).with_empty(1));
    let iam = sim.iam();
    block_on(async {
        for (name, user) in &account.users {
            let groups = all!(iam.list_groups_for_user().user_name(name));
            let groups: BTreeSet<_> = groups.into_iter().map(|group| group.group_name).collect();
            let attached = all!(iam.list_attached_user_policies().user_name(name));
            let inline = all!(iam.list_user_policies().user_name(name));
            let tags = all!(iam.list_user_tags().user_name(name));
            let tags: BTreeMap<_, _> = tags.into_iter().map(|tag| (tag.key, tag.value)).collect();
            let devices = all!(iam.list_mfa_devices().user_name(name));
            let devices: BTreeMap<_, _> = devices
                .iter()
                .map(|device| (device.serial_number.clone(), at(&device.enable_date)))
                .collect();
            assert_eq!(
                (groups, arns(attached)),
                (user.groups.clone(), user.attached.clone())
            );
            assert!(inline.iter().eq(user.inline.keys()));
            assert_eq!((tags, devices), (user.tags.clone(), user.mfa.clone()));
        }
    });
}

#[test]
fn listings_about_one_group_hold_what_it_has() {
    let account = SimAccount::generate(3, 200);
    let sim = SimAws::start([account.clone()]);
    sim.pages(None, PageShape::short(1));
    let iam = sim.iam();
    block_on(async {
        for (name, group) in &account.groups {
            let attached = all!(iam.list_attached_group_policies().group_name(name));
            let inline = all!(iam.list_group_policies().group_name(name));
            assert_eq!(arns(attached), group.attached);
            assert!(inline.iter().eq(group.inline.keys()));
        }
    });
}

#[test]
fn passwords_and_keys_are_listed_with_their_use() {
    let account = SimAccount::generate(4, 60);
    let sim = SimAws::start([account.clone()]);
    let iam = sim.iam();
    block_on(async {
        for (name, user) in &account.users {
            let profile = iam.get_login_profile().user_name(name).send().await.ok();
            let changed_at = profile.map(|answer| at(&answer.login_profile.unwrap().create_date));
            assert_eq!(
                changed_at,
                user.password.map(|password| password.changed_at)
            );
            let keys = all!(iam.list_access_keys().user_name(name));
            assert_eq!(keys.len(), user.keys.len());
            for key in keys {
                let id = key.access_key_id.unwrap();
                let known = &user.keys[&id];
                assert_eq!(key.status == Some(StatusType::Active), known.active);
                assert_eq!(key.create_date.as_ref().map(at), known.rotated_at);
                let used = iam
                    .get_access_key_last_used()
                    .access_key_id(&id)
                    .send()
                    .await;
                let used = used.unwrap().access_key_last_used.unwrap();
                let is = known.last_used.as_ref();
                let service = is.and_then(|used| used.service.as_deref());
                let region = is.and_then(|used| used.region.as_deref());
                assert_eq!(used.last_used_date.as_ref().map(at), is.map(|used| used.at));
                assert_eq!(used.service_name, service.unwrap_or("N/A"));
                assert_eq!(used.region, region.unwrap_or("N/A"));
            }
        }
    });
}

#[test]
fn virtual_devices_are_listed_with_their_owners_and_root_has_no_name() {
    let mut account = SimAccount::generate(5, 80);
    account.root_mfa = true;
    let sim = SimAws::start([account.clone()]);
    sim.pages(None, PageShape::short(5));
    let iam = sim.iam();
    let listed = |status: AssignmentStatusType| {
        block_on(async { all!(iam.list_virtual_mfa_devices().assignment_status(status)) })
    };
    let owners: BTreeMap<_, _> = listed(AssignmentStatusType::Assigned)
        .into_iter()
        .map(|device| (device.serial_number, device.user.unwrap().user_name))
        .collect();
    let mut expected = BTreeMap::new();
    expected.insert(
        account.virtual_mfa("root-account-mfa-device"),
        String::new(),
    );
    for user in account.users.values() {
        let serials = user.mfa.keys().filter(|serial| serial.contains(":mfa/"));
        expected.extend(serials.map(|serial| (serial.clone(), user.name.clone())));
    }
    assert_eq!(owners, expected);
    let unassigned = listed(AssignmentStatusType::Unassigned);
    assert_eq!(unassigned.len(), account.spare_mfa.len());
    assert!(unassigned.iter().all(|device| device.user.is_none()));
    let any = listed(AssignmentStatusType::Any);
    assert_eq!(any.len(), expected.len() + unassigned.len());
}

fn arns(policies: Vec<AttachedPolicy>) -> BTreeSet<String> {
    let arns = policies
        .into_iter()
        .map(|policy| policy.policy_arn.unwrap());
    arns.collect()
}
