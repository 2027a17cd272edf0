//! Where only new users are of interest: known by id, not by date alone.

use rollcall::collect::{Completeness, NewUsers};
use rollcall::config::{AwsSettings, Strategy};
use time::macros::datetime;

use super::collected::collect_new;
use crate::support::block_on;
use crate::support::sim_aws::{SimAccount, SimAws, SimUser};

#[test]
fn only_a_known_user_that_was_created_before_is_passed_over() {
    let created = |name: &str, created_at| SimUser {
        created_at,
        ..SimUser::new(name)
    };
    let (before, since, after) = (
        datetime!(2022-01-01 00:00 UTC),
        datetime!(2023-01-01 00:00 UTC),
        datetime!(2024-01-01 00:00 UTC),
    );
    let mut account = SimAccount::new("111122223333")
        .user(created("known-before", before))
        .user(created("known-after", after))
        .user(created("known-at", since))
        .user(created("new-before", before))
        .user(created("new-after", after));
    account.report_polls = 0;
    let known_ids = account.users.values();
    let known_ids = known_ids.filter(|user| user.name.starts_with("known"));
    let new = NewUsers {
        created_since: since,
        known_ids: known_ids.map(|user| user.id.clone()).collect(),
    };
    for strategy in [Strategy::Auto, Strategy::PerUser] {
        let sim = SimAws::start([account.clone()]);
        let settings = AwsSettings {
            strategy,
            ..sim.settings()
        };
        let collected = block_on(collect_new(&sim, settings, Some(new.clone())));
        let mut names = collected.names();
        names.sort_unstable();
        assert_eq!(
            names,
            ["known-after", "known-at", "new-after", "new-before"]
        );
        assert_eq!(collected.ended.completeness, Completeness::Proven);
        if strategy == Strategy::PerUser {
            assert_eq!(sim.calls()["ListMFADevices"], 4);
        }
    }
}
