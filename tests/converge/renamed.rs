//! Renamed users, and users who took a name that another one had: what a receiver ends up with.

use std::collections::BTreeMap;

use rollcall::store::{BatchLimits, Store};
use serde_json::Value;

use super::site::{Settings, Site, about, asset_sink, file_sink, is_deletion};
use crate::support::intake::Intake;
use crate::support::reply::Reply;
use crate::support::sim_aws::{Fault, SimAccount, SimUser};

/// A site with a sink of each dialect, both of which send nothing before the end of a pass.
fn site(names: &[&str], more: &str) -> (Site, Intake) {
    let site = Site::of(names.iter().map(|name| SimUser::new(name)));
    let intake = Intake::start();
    let sinks = file_sink("strict", more) + &asset_sink("asset", &intake, more);
    site.configure(&Settings {
        sinks: sinks.replace("\"20ms\"", "\"1day\""),
        ..Settings::default()
    });
    site.collect(0);
    (site, intake)
}

/// What a receiver that knows users by their ARN ends up with: whether each is there.
fn known(events: &[Value]) -> BTreeMap<String, bool> {
    let of = |event: &Value| {
        let arn = event["user"]["uid"].as_str().expect("an ARN");
        let (_, name) = arn.rsplit_once('/').expect("a name");
        (name.to_owned(), !is_deletion(event))
    };
    events.iter().map(of).collect()
}

/// Somebody of this name who is not the one that [`SimUser::new`] makes.
fn another(name: &str) -> SimUser {
    let mut user = SimUser::new(name);
    user.id = SimUser::new(&format!("another {name}")).id;
    user
}

#[test]
fn a_renamed_user_is_sent_with_its_former_name_and_its_old_arn_is_closed_where_users_are_known_by_it()
 {
    let (site, intake) = site(&["ann", "bob"], "");
    site.change(|account| account.rename_user("ann", "anna"));
    site.collect(0);
    let event = about(&site.file("strict.ndjson"), "anna").pop().unwrap();
    let former = &event["unmapped"]["aws_iam"]["former_names"][0];
    assert_eq!(former["name"], "ann", "{event}");
    assert!(
        former["arn"]
            .as_str()
            .is_some_and(|arn| arn.ends_with(":user/ann")),
        "{event}"
    );
    let expected = [("ann", false), ("anna", true), ("bob", true)];
    assert_eq!(known(&intake.events()), told(expected));
    site.collect(0);
    assert_eq!(intake.events().len(), 4, "told once");
}

#[test]
fn a_renamed_user_is_not_sent_again_while_facts_cannot_be_read_and_once_they_can() {
    let (site, _intake) = site(&["ann", "bob"], "");
    site.change(|account| account.rename_user("ann", "anna"));
    site.collect(0);
    let sent = site.file("strict.ndjson").len();
    site.deny("GetAccountAuthorizationDetails");
    site.collect(4);
    site.sim.calm();
    site.collect(0);
    assert_eq!(site.file("strict.ndjson").len(), sent);
}

#[test]
fn an_old_arn_that_another_user_has_by_now_stays_open() {
    // UserIds decide in which order AWS lists nobody: names do, so both orders are tried.
    for (renamed, taker) in [("ann", "zoe"), ("zoe", "ann")] {
        let (site, intake) = site(&[renamed, taker], "");
        site.change(|account| {
            account.rename_user(renamed, "moved");
            account.rename_user(taker, renamed);
        });
        site.collect(0);
        let expected = [("moved", true), (renamed, true), (taker, false)];
        assert_eq!(
            known(&intake.events()),
            told(expected),
            "{:#?}",
            intake.events()
        );
    }
}

/// The events of the pass before still wait, so that newer ones take their places; and the two
/// users are far apart in the listing.
#[test]
fn an_old_arn_that_another_user_has_by_now_stays_open_where_earlier_events_still_wait() {
    for (renamed, taker) in [("ann", "zoe"), ("zoe", "ann")] {
        for waiting in [renamed, taker] {
            let between: Vec<String> = (0..600).map(|number| format!("m{number}")).collect();
            let mut names: Vec<&str> = between.iter().map(String::as_str).collect();
            names.extend([renamed, taker]);
            let (site, intake) = site(&names, "");
            intake.forget();
            intake.otherwise(Some(Reply::status(401)));
            site.change(|account| {
                let user = account.users.get_mut(waiting).unwrap();
                *user = user.clone().mfa("GAHT00000001");
            });
            site.collect(5);
            site.change(|account| {
                account.rename_user(renamed, "moved");
                account.rename_user(taker, renamed);
            });
            site.collect(5);
            intake.calm();
            site.collect(0);
            let expected = [("moved", true), (renamed, true), (taker, false)];
            let events = intake.events();
            assert_eq!(
                known(&events),
                told(expected),
                "{waiting} of {renamed}, {taker} waits"
            );
        }
    }
}

#[test]
fn an_old_arn_that_another_user_was_seen_with_in_an_earlier_pass_stays_open() {
    let (site, intake) = site(&["ann", "bob"], "");
    // The renamed user is missing from this pass, which says so.
    site.change(|account| {
        account.users.remove("ann");
        *account = account.clone().user(another("ann"));
    });
    site.sim
        .inject(Fault::WrongCount(1).of("GetAccountSummary"));
    site.collect(4);
    site.sim.calm();
    site.change(|account| {
        let mut moved = SimUser::new("ann");
        moved.name = "moved".to_owned();
        *account = account.clone().user(moved);
    });
    site.collect(0);
    let expected = [("ann", true), ("bob", true), ("moved", true)];
    assert_eq!(
        known(&intake.events()),
        told(expected),
        "{:#?}",
        intake.events()
    );
}

#[test]
fn a_new_user_with_the_name_of_a_deleted_one_is_there_in_the_end_in_both_dialects() {
    for later in [false, true] {
        let (site, intake) = site(&["ann", "bob"], "");
        let replace = |account: &mut SimAccount| {
            account.users.remove("ann");
            *account = account.clone().user(another("ann"));
        };
        site.change(replace);
        if later {
            // The new one is seen in a pass that does not prove that the old one is gone.
            site.sim
                .inject(Fault::WrongCount(1).of("GetAccountSummary"));
            site.collect(4);
            site.sim.calm();
        }
        site.collect(0);
        for events in [site.file("strict.ndjson"), intake.events()] {
            let last = about(&events, "ann").pop().unwrap();
            assert!(!is_deletion(&last), "{later}: {events:#?}");
            assert_eq!(last["user"]["uid_alt"], another("ann").id);
        }
        let before = (site.file("strict.ndjson").len(), intake.events().len());
        site.collect(0);
        assert_eq!(
            before,
            (site.file("strict.ndjson").len(), intake.events().len())
        );
    }
}

/// Nobody knows yet that the former users of these names are gone.
#[test]
fn a_new_sink_ends_up_with_the_living_user_of_an_arn_whose_former_user_was_not_proven_gone() {
    let pairs: Vec<(String, String)> = (0..8)
        .map(|number| (format!("a{number}"), format!("b{number}")))
        .collect();
    let names = pairs.iter().flat_map(|(gone, taker)| [gone, taker]);
    let names: Vec<&str> = names.map(String::as_str).collect();
    let (site, _intake) = site(&names, "");
    site.change(|account| {
        for (gone, taker) in &pairs {
            account.users.remove(gone);
            account.rename_user(taker, gone);
        }
    });
    site.sim
        .inject(Fault::WrongCount(1).of("GetAccountSummary"));
    site.collect(4);
    site.sim.calm();
    let late = Intake::start();
    site.configure(&Settings {
        sinks: asset_sink("late", &late, ""),
        ..Settings::default()
    });
    site.collect(0);
    for (gone, taker) in &pairs {
        let last = about(&late.events(), gone).pop().unwrap();
        assert!(!is_deletion(&last), "{last}");
        assert_eq!(last["user"]["uid_alt"], SimUser::new(taker).id);
    }
}

fn told<const N: usize>(expected: [(&str, bool); N]) -> BTreeMap<String, bool> {
    expected
        .map(|(name, is_there)| (name.to_owned(), is_there))
        .into()
}

/// An asset sink for which four events may wait, and as many users that fill it when they change.
fn cramped(dialect: &str, names: &[&str]) -> (Site, Intake) {
    let fillers = (0..4).map(|number| format!("m{number}"));
    let names = names.iter().map(|name| (*name).to_owned()).chain(fillers);
    let site = Site::of(names.map(|name| SimUser::new(&name)));
    let intake = Intake::start();
    let more = format!("dialect = \"{dialect}\"\noutbox_events = 4\nbatch_size = 2");
    site.configure(&Settings {
        sinks: file_sink("strict", "") + &asset_sink("asset", &intake, &more),
        ..Settings::default()
    });
    site.collect(0);
    (site, intake)
}

/// The sink takes nothing any more, and so many events wait.
fn fill(site: &Site, intake: &Intake, events: usize) {
    intake.otherwise(Some(Reply::status(401)));
    site.change(|account| {
        for number in 0..events {
            let user = account.users.get_mut(&format!("m{number}")).unwrap();
            *user = user.clone().mfa("GAHT00000001");
        }
    });
    site.collect(5);
}

/// What the sink knows of the users of these names once it takes events again.
#[track_caller]
fn assert_known_in_the_end<const N: usize>(
    site: &Site,
    intake: &Intake,
    expected: [(&str, bool); N],
) {
    intake.calm();
    site.collect(0);
    site.collect(0);
    let events = intake.events();
    let mut known = known(&events);
    known.retain(|name, _| !name.starts_with('m'));
    assert_eq!(known, told(expected), "{events:#?}");
}

#[test]
fn an_event_is_not_repeated_to_a_sink_that_has_no_room_for_the_deletion_of_an_earlier_user() {
    let (site, intake) = cramped("ocsf", &["ann"]);
    site.change(|account| {
        account.users.remove("ann");
        *account = account.clone().user(another("ann"));
    });
    // Incomplete, but nobody is missing: what is told then is told in full, the verdict too.
    site.sim
        .inject(Fault::WrongCount(-1).of("GetAccountSummary"));
    site.collect(4);
    site.sim.calm();
    assert_eq!(about(&intake.events(), "ann").len(), 2);
    fill(&site, &intake, 4);
    assert_eq!(about(&site.file("strict.ndjson"), "ann").len(), 4);
    let store = Store::open(&site.agent.state_home().join("rollcall")).unwrap();
    let all = BatchLimits {
        count: usize::MAX,
        bytes: usize::MAX,
    };
    let receivers = store.receivers().unwrap().into_iter();
    let mut waiting = receivers.flat_map(|it| store.next_batch(&it.receiver, all).unwrap().events);
    let successor = another("ann").id;
    assert!(
        waiting.all(|event| event.entity.id != successor),
        "it was sent already, and nothing else was told of its ARN"
    );
    drop(waiting);
    drop(store);
    assert_known_in_the_end(&site, &intake, [("ann", true)]);
    assert_eq!(about(&intake.events(), "ann").len(), 4);
}

#[test]
fn a_user_renamed_without_room_and_then_deleted_is_closed_under_the_arn_that_the_sink_knows() {
    let (site, intake) = cramped("sekoia", &["ann"]);
    fill(&site, &intake, 4);
    site.change(|account| account.rename_user("ann", "bea"));
    site.collect(5);
    site.change(|account| drop(account.users.remove("bea")));
    site.collect(5);
    assert_known_in_the_end(&site, &intake, [("ann", false)]);
}

#[test]
fn a_user_whose_successor_is_gone_before_there_was_room_for_it_is_closed() {
    for is_renamed in [false, true] {
        let (site, intake) = cramped("sekoia", &["ann"]);
        fill(&site, &intake, 4);
        site.change(|account| {
            account.users.remove("ann");
            *account = account.clone().user(another("ann"));
        });
        site.collect(5);
        site.change(|account| match is_renamed {
            true => account.rename_user("ann", "bea"),
            false => drop(account.users.remove("ann")),
        });
        site.collect(5);
        match is_renamed {
            true => assert_known_in_the_end(&site, &intake, [("ann", false), ("bea", true)]),
            false => assert_known_in_the_end(&site, &intake, [("ann", false)]),
        }
    }
}

#[test]
fn a_former_arn_whose_next_user_is_gone_before_there_was_room_for_it_is_closed() {
    let (site, intake) = cramped("sekoia", &["ann"]);
    fill(&site, &intake, 3);
    // There is room for the renamed user, who is listed first, alone.
    site.change(|account| {
        account.rename_user("ann", "aaa");
        *account = account.clone().user(another("ann"));
    });
    site.collect(5);
    site.change(|account| drop(account.users.remove("ann")));
    site.collect(5);
    assert_known_in_the_end(&site, &intake, [("aaa", true), ("ann", false)]);
}
