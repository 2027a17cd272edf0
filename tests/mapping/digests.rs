//! Digests of users: different users differ, and order and provenance do not count.

use std::collections::BTreeSet;
use std::sync::Arc;

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use rollcall::model::{
    AccessKey, AttachedPolicy, Fact, Group, Mfa, MfaDevice, Provenance, Reason, Tag, User,
};
use time::{Duration, OffsetDateTime};

use super::catalogue::case;
use super::generate::user_of_account;
use super::properties::{shuffled, used_at};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1024))]

    #[test]
    fn the_order_of_lists_does_not_count((user, _) in user_of_account(), seed in any::<u64>()) {
        let other = shuffled(&user, seed);
        prop_assert_eq!(user.content_digest(true), other.content_digest(true));
        prop_assert_eq!(user.content_digest(false), other.content_digest(false));
        prop_assert_eq!(user.observation_digest(), other.observation_digest());
    }

    #[test]
    fn last_uses_count_only_where_asked_for((user, _) in user_of_account()) {
        let used = used_at(&user, OffsetDateTime::UNIX_EPOCH);
        prop_assert_eq!(user.content_digest(false), used.content_digest(false));
        let is_same = user == used;
        prop_assert_eq!(user.content_digest(true) == used.content_digest(true), is_same);
        prop_assert_eq!(user.observation_digest() == used.observation_digest(), is_same);
    }

    /// The parts are small, so that the same text often falls to different sides of a border.
    #[test]
    fn users_that_differ_differ_in_their_digests(
        one in small_user(), other in small_user(), field in 0..9_usize
    ) {
        let two = with_field_of(&one, other, field);
        let is_same = ordered(&one) == ordered(&two);
        prop_assert_eq!(one.observation_digest() == two.observation_digest(), is_same);
        if is_same {
            prop_assert_eq!(one.content_digest(true), two.content_digest(true));
        }
    }
}

#[test]
fn each_single_difference_is_another_digest() {
    let whole = case("everything_known").user;
    let changes: [fn(&mut User); 15] = [
        |u| u.name.push('x'),
        |u| u.id.push('x'),
        |u| u.path.push('x'),
        |u| u.created_at += Duration::MILLISECOND,
        |u| u.password_last_used = denied(),
        |u| u.tags = denied(),
        |u| u.groups = denied(),
        |u| u.attached_policies = denied(),
        |u| u.inline_policies = denied(),
        |u| u.permissions_boundary = denied(),
        |u| u.mfa = denied(),
        |u| u.access_keys = denied(),
        |u| u.service_specific_credentials = denied(),
        |u| u.signing_certificates = denied(),
        |u| u.ssh_public_keys = denied(),
    ];
    let digests = |user: &User| [user.content_digest(false), user.observation_digest()];
    let mut seen: BTreeSet<_> = digests(&whole).into();
    for change in changes {
        let mut user = whole.clone();
        change(&mut user);
        seen.extend(digests(&user));
    }
    assert_eq!(seen.len(), 2 * (changes.len() + 1));
}

#[test]
fn reasons_and_details_are_in_neither_digest() {
    let mut one = case("everything_known").user;
    let mut two = one.clone();
    one.tags = Fact::unknown(Reason::Denied, "iam:ListUserTags");
    two.tags = Fact::unknown(Reason::Failed, "iam:GetUser");
    assert_eq!(one.content_digest(true), two.content_digest(true));
    assert_eq!(one.observation_digest(), two.observation_digest());
}

#[test]
fn completeness_and_dates_of_devices_are_observed_without_being_content() {
    let whole = case("everything_known").user;
    let Some(Mfa::Devices(devices)) = whole.mfa.value() else {
        panic!("the case lists devices");
    };
    let mut undated = devices.clone();
    undated[0].enabled_at = None;
    for mfa in [Mfa::AtLeast(devices.clone()), Mfa::Devices(undated)] {
        let other = User {
            mfa: Fact::known(mfa, whole.mfa.provenance().unwrap()),
            ..whole.clone()
        };
        assert_eq!(whole.content_digest(true), other.content_digest(true));
        assert_ne!(whole.observation_digest(), other.observation_digest());
    }
}

fn denied<T>() -> Fact<T> {
    Fact::unknown(Reason::Denied, "iam:Test")
}

fn small_user() -> impl Strategy<Value = User> {
    let lists = (
        fact(vec(policy(), 0..3)),
        fact(vec(text(), 0..3)),
        fact(vec(tag(), 0..3)),
        fact(vec(group(), 0..3)),
        fact(option::of(text())),
    );
    let others = (fact(mfa()), fact(vec(key(), 0..3)), text(), text());
    (lists, others).prop_map(|(lists, (mfa, access_keys, name, path))| {
        let (attached_policies, inline_policies, tags, groups, permissions_boundary) = lists;
        User {
            name,
            path,
            tags,
            groups,
            attached_policies,
            inline_policies,
            permissions_boundary,
            mfa,
            access_keys,
            ..case("plain").user
        }
    })
}

/// `one`, with a single field of `other`.
fn with_field_of(one: &User, other: User, field: usize) -> User {
    let mut two = one.clone();
    match field {
        0 => two.tags = other.tags,
        1 => two.groups = other.groups,
        2 => two.attached_policies = other.attached_policies,
        3 => two.inline_policies = other.inline_policies,
        4 => two.permissions_boundary = other.permissions_boundary,
        5 => two.mfa = other.mfa,
        6 => two.access_keys = other.access_keys,
        7 => two.path = other.path,
        _ => (two.name, two.path) = (other.name, other.path),
    }
    two
}

fn text() -> impl Strategy<Value = String> {
    "[ab]{0,2}"
}

fn policy() -> impl Strategy<Value = AttachedPolicy> {
    (text(), text()).prop_map(|(name, arn)| AttachedPolicy { name, arn })
}

fn tag() -> impl Strategy<Value = Tag> {
    (text(), text()).prop_map(|(key, value)| Tag { key, value })
}

fn group() -> impl Strategy<Value = Arc<Group>> {
    let drawn = (fact(vec(policy(), 0..3)), fact(vec(text(), 0..3)));
    let names = (text(), option::of(text()), option::of(text()));
    (names, drawn).prop_map(|((name, arn, id), (attached_policies, inline_policies))| {
        Arc::new(Group {
            name,
            arn,
            id,
            attached_policies,
            inline_policies,
        })
    })
}

fn mfa() -> impl Strategy<Value = Mfa> {
    let devices = vec(text(), 0..3).prop_map(|serials| {
        let devices = serials.into_iter().map(|serial_number| MfaDevice {
            serial_number,
            enabled_at: None,
        });
        devices.collect::<Vec<_>>()
    });
    (devices, 0..4).prop_map(|(devices, drawn)| match drawn {
        0 => Mfa::Devices(devices),
        1 => Mfa::AtLeast(devices),
        drawn => Mfa::Active(drawn == 2),
    })
}

fn key() -> impl Strategy<Value = AccessKey> {
    (option::of(text()), any::<bool>(), option::of(0..2_i64)).prop_map(|(id, active, rotated)| {
        AccessKey {
            id,
            active,
            rotated_at: rotated.map(|day| OffsetDateTime::UNIX_EPOCH + Duration::days(day)),
            last_used: None,
        }
    })
}

fn fact<T: std::fmt::Debug + Clone + 'static>(
    values: impl Strategy<Value = T> + 'static,
) -> BoxedStrategy<Fact<T>> {
    let provenance = Provenance {
        source: "generated".into(),
        as_of: OffsetDateTime::UNIX_EPOCH,
    };
    prop_oneof![
        3 => values.prop_map(move |value| Fact::known(value, &provenance)),
        1 => Just(()).prop_map(|()| denied()),
    ]
    .boxed()
}

/// `user` with every list in one order.
fn ordered(user: &User) -> User {
    let mut user = user.clone();
    sort(&mut user.tags);
    sort(&mut user.attached_policies);
    sort(&mut user.inline_policies);
    if let Fact::Known { value, .. } = &mut user.groups {
        for group in value.iter_mut() {
            let group = Arc::make_mut(group);
            sort(&mut group.attached_policies);
            sort(&mut group.inline_policies);
        }
        value.sort_by_key(|group| format!("{group:?}"));
    }
    if let Fact::Known { value, .. } = &mut user.mfa
        && let Mfa::Devices(devices) | Mfa::AtLeast(devices) = value
    {
        devices.sort_by_key(|device| device.serial_number.clone());
    }
    if let Fact::Known { value, .. } = &mut user.access_keys {
        value.sort_by_key(|key| format!("{key:?}"));
    }
    user
}

fn sort<T: Ord>(fact: &mut Fact<Vec<T>>) {
    if let Fact::Known { value, .. } = fact {
        value.sort();
    }
}
