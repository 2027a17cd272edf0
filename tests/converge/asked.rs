//! What an operator asks about users, receivers and passes, and is told in words that add up.

use serde_json::Value;

use super::site::{ID, Settings, Site, asset_sink, file_sink};
use crate::support::intake::Intake;
use crate::support::reply::Reply;
use crate::support::sim_aws::SimUser;

/// A site of three users with a sink that writes a file.
fn site() -> Site {
    let site = Site::of(["ann", "bob", "cyd"].map(SimUser::new));
    site.configure(&Settings {
        sinks: file_sink("strict", ""),
        ..Settings::default()
    });
    site.collect(0);
    site
}

#[track_caller]
fn printed<const N: usize>(site: &Site, args: [&str; N]) -> String {
    site.agent.args(args).run().expect_code(0).stdout
}

#[test]
fn history_finds_a_renamed_user_by_every_name_and_arn_that_it_ever_had() {
    let site = site();
    for (from, to) in [("ann", "anna"), ("anna", "annika")] {
        site.change(|account| account.rename_user(from, to));
        site.collect(0);
    }
    for name in ["ann", "anna"] {
        let history = printed(&site, ["history", name]);
        let told = format!("{name} is now called annika\n");
        assert!(history.starts_with(&told), "{history}");
        assert_eq!(history.matches(" changed\n").count(), 2, "{history}");
        let arn = format!("arn:aws:iam::{ID}:user/{name}");
        let history = printed(&site, ["history", &arn]);
        let told = format!("{arn} is now called arn:aws:iam::{ID}:user/annika\n");
        assert!(history.starts_with(&told), "{history}");
    }
    let history = printed(&site, ["history", "annika"]);
    assert!(!history.contains("is now called"), "{history}");
    assert_eq!(history.matches(" changed\n").count(), 2, "{history}");
    site.agent.args(["history", "nobody"]).run().expect_code(7);
}

#[test]
fn history_finds_a_deleted_user_by_a_former_name_and_one_that_never_changed() {
    let site = site();
    site.change(|account| account.rename_user("ann", "anna"));
    site.collect(0);
    site.change(|account| drop(account.users.remove("anna")));
    site.collect(0);
    let history = printed(&site, ["history", "ann"]);
    assert!(
        history.starts_with("ann was last called anna, and was deleted\n"),
        "{history}"
    );
    assert!(history.ends_with("anna was deleted\n"), "{history}");
    let history = printed(&site, ["history", "bob"]);
    assert_eq!(history, format!("{ID}  bob: no change is kept\n"));
}

#[test]
fn history_of_a_name_that_changed_hands_tells_of_both_users() {
    let site = site();
    site.change(|account| account.rename_user("ann", "anna"));
    site.collect(0);
    let mut another = SimUser::new("ann");
    another.id = SimUser::new("another ann").id;
    site.change(|account| *account = account.clone().user(another));
    site.collect(0);
    let history = printed(&site, ["history", "ann"]);
    assert!(history.contains("ann is now called anna\n"), "{history}");
    assert!(history.contains("ann appeared\n"), "{history}");
}

#[test]
fn state_info_lists_every_receiver_that_is_kept_and_what_forgets_it() {
    let site = site();
    let receivers = || {
        let info = printed(&site, ["state", "info", "--output", "json"]);
        let info: Value = serde_json::from_str(&info).expect("JSON");
        let of = |it: &Value| (it["sink"].clone(), it["is_configured"].clone());
        let receivers = info["receivers"].as_array().expect("a list");
        receivers.iter().map(of).collect::<Vec<_>>()
    };
    assert_eq!(receivers(), [("strict".into(), true.into())]);
    let info = printed(&site, ["state", "info"]);
    assert!(!info.contains("state forget"), "{info}");
    site.configure(&Settings {
        sinks: file_sink("other", ""),
        ..Settings::default()
    });
    site.collect(0);
    let former = [
        ("other".into(), true.into()),
        ("strict".into(), false.into()),
    ];
    assert_eq!(receivers(), former, "nothing waits for the former one");
    let info = printed(&site, ["state", "info"]);
    assert!(
        info.contains("rollcall state forget --sink NAME drops all that is kept"),
        "{info}"
    );
    let refused = site.agent.args(["state", "forget", "--sink", "typo"]).run();
    assert!(refused.stderr.contains("state info"), "{}", refused.stderr);
    printed(&site, ["state", "forget", "--sink", "strict"]);
    assert_eq!(receivers(), former[..1]);
}

#[test]
fn dead_letters_are_listed_with_the_name_of_their_user() {
    let site = Site::of(["ann", "bob"].map(SimUser::new));
    let intake = Intake::start();
    intake.reject("bob");
    site.configure(&Settings {
        sinks: asset_sink("asset", &intake, ""),
        ..Settings::default()
    });
    site.collect(5);
    let list = printed(&site, ["dead-letters", "list"]);
    assert!(list.contains(" bob "), "{list}");
    let list = printed(&site, ["dead-letters", "list", "--output", "json"]);
    let list: Value = serde_json::from_str(&list).expect("JSON");
    assert_eq!(list[0]["user_name"], "bob");
}

/// The words behind `name` in a summary.
fn row<'a>(summary: &'a str, name: &str) -> &'a str {
    let mut lines = summary.lines();
    let line = lines.find_map(|line| line.strip_prefix(name));
    line.unwrap_or_else(|| panic!("no {name} in {summary}"))
        .trim()
}

#[test]
fn the_counts_of_a_summary_add_up_with_deletions_apart() {
    let site = Site::of(["ann", "bob", "cyd", "dan", "eve"].map(SimUser::new));
    let intake = Intake::start();
    let settings = Settings {
        sinks: asset_sink("asset", &intake, ""),
        ..Settings::default()
    };
    site.configure(&settings);
    let first = site.collect(0);
    assert_eq!(row(&first, "of these"), "5 new, 0 changed, 0 as before");
    assert_eq!(row(&first, "queued for asset"), "5 events (5 about users)");
    site.change(|account| {
        account.users.remove("ann");
        account.rename_user("bob", "bobby");
        *account = account.clone().user(SimUser::new("fay"));
        let cyd = account.users.get_mut("cyd").unwrap();
        *cyd = cyd.clone().mfa("GAHT00000001");
    });
    let second = site.collect(0);
    assert_eq!(row(&second, "users"), "5");
    assert_eq!(row(&second, "of these"), "1 new, 2 changed, 2 as before");
    assert_eq!(row(&second, "deleted since"), "1");
    // One deletion, and the former ARN of a renamed user.
    assert_eq!(
        row(&second, "queued for asset"),
        "5 events (3 about users, 2 about deletions); 2 users needed none"
    );
    assert!(row(&second, "sent to asset").starts_with("5 events in "));
    // Whom a sink missed while it was not configured is counted apart, if gone by now.
    site.configure(&Settings {
        sinks: file_sink("strict", ""),
        ..Settings::default()
    });
    site.change(|account| {
        account.rename_user("dan", "daniel");
        account.users.remove("eve");
    });
    site.collect(0);
    site.configure(&settings);
    let fourth = site.collect(0);
    assert_eq!(row(&fourth, "of these"), "0 new, 0 changed, 4 as before");
    assert_eq!(
        row(&fourth, "queued for asset"),
        "3 events (1 about users, 1 about deletions, 1 missed in earlier passes); 3 users needed \
         none"
    );
}

#[test]
fn users_that_found_no_room_are_counted() {
    let site = Site::of(["ann", "bob", "cyd", "dan", "eve"].map(SimUser::new));
    let intake = Intake::start();
    intake.otherwise(Some(Reply::status(401)));
    site.configure(&Settings {
        sinks: asset_sink("asset", &intake, "outbox_events = 2\nbatch_size = 2"),
        ..Settings::default()
    });
    let summary = site.collect(5);
    assert_eq!(
        row(&summary, "queued for asset"),
        "2 events (2 about users); 3 users found no room"
    );
}
