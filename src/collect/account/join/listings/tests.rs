use time::{Duration, OffsetDateTime};

use super::*;
use crate::collect::account::details::DetailFacts;
use crate::model::{Arn, Fact, Provenance};

/// `anna:2` is the second user with that name, created two days later than the epoch of the tests.
fn identity(user: &str) -> UserIdentity {
    let (name, number) = user.split_once(':').unwrap_or((user, "1"));
    named(user, name, number.parse().unwrap())
}

fn named(id: &str, name: &str, day: i64) -> UserIdentity {
    UserIdentity {
        name: name.to_owned(),
        arn: Arn::parse(format!("arn:aws:iam::111122223333:user/{name}")).unwrap(),
        id: id.to_owned(),
        path: "/".to_owned(),
        created_at: at(day),
    }
}

fn at(day: i64) -> OffsetDateTime {
    OffsetDateTime::UNIX_EPOCH + Duration::days(20_000 + day)
}

fn listed(identity: UserIdentity, day: i64) -> Result<ListedUser, RefusedUser> {
    let as_of = at(day);
    let source = "test".into();
    Ok(ListedUser {
        identity,
        password_last_used: Fact::known(None, &Provenance { source, as_of }),
        as_of,
    })
}

fn detailed(identity: UserIdentity, day: i64) -> Result<UserDetails, RefusedUser> {
    let facts = DetailFacts {
        tags: Vec::new(),
        groups: Vec::new(),
        attached_policies: Vec::new(),
        inline_policies: Vec::new(),
        permissions_boundary: None,
    };
    Ok(UserDetails {
        identity,
        facts: Ok(facts),
        provenance: Provenance {
            source: "test".into(),
            as_of: at(day),
        },
    })
}

/// A page of ListUsers.
fn list(join: &mut ListingJoin, users: &[&str]) -> Vec<String> {
    let page = users.iter().map(|user| listed(identity(user), 100));
    in_short(join.list(page.collect()))
}

/// A page of details.
fn detail(join: &mut ListingJoin, users: &[&str]) -> Vec<String> {
    let page = users.iter().map(|user| detailed(identity(user), 100));
    in_short(join.detail(page.collect()))
}

/// Entries: their ids, and `-` after those that one of the listings does not hold.
fn in_short(entries: Vec<Entry>) -> Vec<String> {
    let entries = entries.into_iter();
    let short = entries.map(|entry| {
        let is_whole = entry.details.is_ok() && entry.password_last_used.value().is_some();
        let mark = if is_whole { "" } else { "-" };
        format!("{}{mark}", entry.identity.id)
    });
    short.collect()
}

const NOBODY: [&str; 0] = [];

#[test]
fn user_leaves_as_soon_as_both_listings_hold_it_in_any_order() {
    let mut join = ListingJoin::new();
    assert_eq!(list(&mut join, &["anna"]), NOBODY);
    assert_eq!(detail(&mut join, &["berta"]), NOBODY);
    assert_eq!(detail(&mut join, &["anna"]), ["anna"]);
    assert_eq!(list(&mut join, &["berta"]), ["berta"]);
}

#[test]
fn pages_that_repeat_a_user_make_no_second_one() {
    let mut join = ListingJoin::new();
    assert_eq!(list(&mut join, &["anna", "anna"]), NOBODY);
    assert_eq!(list(&mut join, &["anna"]), NOBODY);
    assert_eq!(detail(&mut join, &["anna", "anna"]), ["anna"]);
    assert_eq!(detail(&mut join, &["anna"]), NOBODY);
    assert_eq!(list(&mut join, &["anna"]), NOBODY);
    assert!(join.end_details(NoDetails::Newer).is_empty());
    assert!(join.end_listing(NotListed::Newer).is_empty());
    assert_eq!(list(&mut join, &["anna"]), NOBODY);
    assert!(join.left_out.is_empty());
}

#[test]
fn user_of_one_listing_waits_for_the_end_of_the_other_and_no_longer() {
    let mut join = ListingJoin::new();
    list(&mut join, &["berta", "anna"]);
    let left = join.end_details(NoDetails::Newer);
    assert_eq!(in_short(left), ["anna-", "berta-"]);
    assert_eq!(list(&mut join, &["carla"]), ["carla-"]);
    assert!(join.awaits_listing() && !join.awaits_details());

    let mut join = ListingJoin::new();
    detail(&mut join, &["anna"]);
    let left = join.end_listing(NotListed::Newer);
    assert_eq!(in_short(left), ["anna-"]);
    assert_eq!(detail(&mut join, &["berta"]), ["berta-"]);
    assert!(!join.awaits_listing() && join.awaits_details());
}

#[test]
fn user_renamed_between_the_listings_is_one_user_by_the_name_of_the_later_answer() {
    for (day_of_details, name, former) in [(101, "zoe", "anna"), (99, "anna", "zoe")] {
        let mut join = ListingJoin::new();
        let before = join.list(vec![listed(named("A", "anna", 1), 100)]);
        assert!(before.is_empty());
        let page = vec![detailed(named("A", "zoe", 1), day_of_details)];
        let mut entries = join.detail(page);
        let entry = entries.remove(0);
        assert_eq!((entry.identity.name.as_str(), entries.len()), (name, 0));
        let former_arn = format!("arn:aws:iam::111122223333:user/{former}");
        assert_eq!(entry.former_arn.unwrap().as_str(), former_arn);
    }
}

#[test]
fn user_renamed_between_two_pages_of_one_listing_is_one_user() {
    let mut join = ListingJoin::new();
    join.list(vec![listed(named("A", "anna", 1), 100)]);
    join.list(vec![listed(named("A", "zoe", 1), 101)]);
    let entries = join.detail(vec![detailed(named("A", "anna", 1), 99)]);
    let names: Vec<_> = entries.iter().map(|it| it.identity.name.as_str()).collect();
    assert_eq!(names, ["zoe"]);
    assert!(join.left_out.is_empty());
}

#[test]
fn two_users_under_one_id_are_left_out_and_no_other_user() {
    let anna = || named("A", "anna", 1);
    type Both = (Vec<UserIdentity>, Vec<UserIdentity>);
    let cases: [Both; 3] = [
        // Another CreateDate in the other listing, and in the same one, and two names on a page.
        (vec![anna()], vec![named("A", "anna", 2)]),
        (vec![anna(), named("A", "anna", 2)], vec![anna()]),
        (vec![anna()], vec![anna(), named("A", "zoe", 1)]),
    ];
    for (of_listing, of_details) in cases {
        for details_first in [false, true] {
            let mut join = ListingJoin::new();
            let mut left = Vec::new();
            let others = [named("B", "berta", 1)];
            let list = of_listing.iter().chain(&others).cloned();
            let list = list.map(|user| listed(user, 100)).collect();
            let detail = of_details.iter().chain(&others).cloned();
            let detail = detail.map(|user| detailed(user, 100)).collect();
            if details_first {
                left.extend(join.detail(detail));
                left.extend(join.list(list));
            } else {
                left.extend(join.list(list));
                left.extend(join.detail(detail));
            }
            left.extend(join.end_listing(NotListed::Newer));
            left.extend(join.end_details(NoDetails::Newer));
            let left = in_short(left);
            assert!(left.contains(&"B".to_owned()), "{left:?}");
            assert!(left.iter().filter(|id| *id == "A").count() <= 1, "{left:?}");
            assert_eq!(join.left_out.len(), 1, "{:?}", join.left_out);
        }
    }
}

#[test]
fn user_refused_by_one_listing_does_not_leave_by_the_other() {
    let refused = || {
        Err(RefusedUser {
            id: Some("anna".to_owned()),
            error: AwsError::malformed(Action::ListUsers, "no user of this account"),
        })
    };
    for details_first in [false, true] {
        let mut join = ListingJoin::new();
        if details_first {
            assert_eq!(detail(&mut join, &["anna"]), NOBODY);
            assert!(join.list(vec![refused()]).is_empty());
        } else {
            assert!(join.list(vec![refused()]).is_empty());
            assert_eq!(detail(&mut join, &["anna"]), NOBODY);
        }
        assert!(join.end_listing(NotListed::Newer).is_empty());
        assert_eq!(join.left_out.len(), 1);
    }
}

#[test]
fn of_two_users_who_had_a_name_one_after_the_other_the_earlier_is_not_found() {
    for (of_listing, of_details) in [("anna:1", "anna:2"), ("anna:2", "anna:1")] {
        let mut join = ListingJoin::new();
        list(&mut join, &[of_listing]);
        detail(&mut join, &[of_details]);
        let mut left = join.end_listing(NotListed::Newer);
        left.extend(join.end_details(NoDetails::Newer));
        assert_eq!(in_short(left), ["anna:2-"]);
        let replaced: Vec<_> = join.replaced.iter().map(|it| &*it.identity.id).collect();
        assert_eq!(replaced, ["anna:1"]);
    }
}
