//! Renamed users, and users who took a name that another one had: what a receiver ends up with.

use std::collections::BTreeMap;

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
