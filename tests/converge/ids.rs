//! An event's id names one telling.

use nix::sys::signal::Signal;

use super::site::{SOON, Settings, Site, about, asset_sink, file_sink, ids, until};
use crate::support::intake::Intake;
use crate::support::reply::Reply;
use crate::support::sim_aws::SimUser;

/// Somebody whose MFA comes and goes.
fn site(intake: &Intake) -> Site {
    let site = Site::of([SimUser::new("ann")]);
    site.configure(&Settings {
        sinks: file_sink("strict", "") + &asset_sink("asset", intake, ""),
        ..Settings::default()
    });
    site
}

#[test]
fn a_state_that_comes_back_is_sent_under_an_id_of_its_own() {
    let intake = Intake::start();
    let site = site(&intake);
    let change = |with_mfa: bool| {
        site.change(|account| {
            let ann = account.users.get_mut("ann").unwrap();
            match with_mfa {
                true => *ann = ann.clone().mfa("GAHT00000001"),
                false => ann.mfa.clear(),
            }
        });
        site.collect(0);
    };
    [false, true, false].into_iter().for_each(change);
    for events in [site.file("strict.ndjson"), intake.events()] {
        assert_eq!(events.len(), 3, "{events:#?}");
        assert_eq!(events[0]["user"]["has_mfa"], events[2]["user"]["has_mfa"]);
        assert_eq!(ids(&events).len(), 3, "{events:#?}");
    }
    site.agent.args(["collect", "--full"]).run().expect_code(0);
    for events in [site.file("strict.ndjson"), intake.events()] {
        assert_eq!(ids(&events).len(), 4, "a resend has an id of its own");
    }
}

#[test]
fn an_event_that_was_sent_before_a_crash_is_repeated_under_its_id() {
    let intake = Intake::start();
    intake.otherwise(Some(Reply::silence()));
    let site = site(&intake);
    let running = site.agent.arg("collect").spawn();
    until(SOON, "a post", || intake.posts().len() == 1);
    running.signal(Signal::SIGKILL);
    drop(running);
    intake.calm();
    site.collect(0);
    let posts = intake.posts();
    let sent: Vec<_> = posts
        .iter()
        .flat_map(|post| post.items().to_vec())
        .collect();
    assert!(about(&sent, "ann").len() >= 2, "{sent:#?}");
    assert_eq!(ids(&sent).len(), 1, "{sent:#?}");
}
