//! Users as the store keeps them: the baseline of changes, and the plan by which they were told.

use super::mapping_plan::MappingPlan;
use super::pass::Target;
use super::staging::Repeat;
use crate::model::{Account, Digest, User};

/// The layout of kept users: this byte, the plan by which they were told, and their facts. Another
/// number makes those of another layout unknown, which costs nothing but the baseline of what is
/// unknown at that moment.
const LAYOUT: u8 = 2;

/// By what users were told, in short: where it is the same, and the facts are, so are the events.
pub(super) type PlanMark = [u8; 8];

/// A kept user.
pub(super) fn read(kept: &[u8]) -> Option<User> {
    match kept.split_first() {
        Some((&LAYOUT, rest)) => {
            let (_, facts) = rest.split_first_chunk::<{ size_of::<PlanMark>() }>()?;
            postcard::from_bytes(facts).ok()
        }
        _ => None,
    }
}

/// A user as it is kept.
pub(super) fn write(user: &User, plan: PlanMark) -> Option<Vec<u8>> {
    let mut kept = vec![LAYOUT];
    kept.extend_from_slice(&plan);
    postcard::to_extend(user, kept).ok()
}

/// The mark of what makes events: of any difference in it, every event is looked at anew.
pub(super) fn plan_mark(
    account: &Account,
    mapping: &MappingPlan,
    targets: &[Target],
    repeat: Repeat,
) -> PlanMark {
    let version = env!("CARGO_PKG_VERSION");
    // Who is sent everything is looked at anew in any case.
    let is_created_only = repeat == Repeat::Nobody;
    let plan = format!("{version} {account:?} {mapping:?} {targets:?} {is_created_only}");
    let mut mark = PlanMark::default();
    mark.copy_from_slice(&Digest::of(plan.as_bytes()).as_bytes()[..8]);
    mark
}

#[cfg(test)]
mod tests {
    use tokio::sync::mpsc;

    use super::*;
    use crate::analyze::AdminRule;
    use crate::collect::{FromFiles, InventorySource};
    use crate::config::OutboxLimits;
    use crate::map::{Dialect, TagNames};

    #[tokio::test]
    async fn a_kept_user_is_read_back_with_every_known_fact() {
        let details = include_bytes!("../commands/demo/authorization-details.json");
        let report = include_bytes!("../commands/demo/credential-report.csv");
        let documents: [(&str, &[u8]); 2] = [("details", details), ("report", report)];
        let now = time::OffsetDateTime::UNIX_EPOCH;
        let source = FromFiles::from_documents(&documents, now).unwrap();
        let (sender, mut users) = mpsc::channel(100);
        let sent = source.collect(sender).await.users;
        for _ in 0..sent {
            let user = users.recv().await.unwrap();
            let kept = write(&user, PlanMark::default()).unwrap();
            let again = read(&kept).unwrap();
            assert_eq!(write(&again, PlanMark::default()).unwrap(), kept);
            assert_eq!(again.tags.value(), user.tags.value());
            assert_eq!(again.mfa.value(), user.mfa.value());
            assert_eq!(again.access_keys.value(), user.access_keys.value());
        }
        assert!(read(&[LAYOUT + 1, 0]).is_none(), "another layout");
    }

    #[test]
    fn another_mapping_account_or_sink_is_another_plan() {
        let account = Account {
            id: "111122223333".to_owned(),
            partition: "aws".to_owned(),
            name: None,
            organization: None,
        };
        let mapping = MappingPlan {
            admin: AdminRule::new(["admin"]),
            tag_names: TagNames::default(),
            with_root: true,
            is_last_use_content: false,
        };
        let target = |dialect| Target {
            sink: "siem".to_owned(),
            dialect,
            outbox: OutboxLimits::default(),
        };
        let (targets, changed) = ([target(Dialect::Ocsf)], Repeat::Changed);
        let mark = plan_mark(&account, &mapping, &targets, changed);
        let renamed = Account {
            name: Some("prod".to_owned()),
            ..account.clone()
        };
        let stricter = MappingPlan {
            admin: AdminRule::new(["root"]),
            ..mapping.clone()
        };
        let others = [
            plan_mark(&renamed, &mapping, &targets, changed),
            plan_mark(&account, &stricter, &targets, changed),
            plan_mark(&account, &mapping, &[target(Dialect::Sekoia)], changed),
            plan_mark(&account, &mapping, &[], changed),
            plan_mark(&account, &mapping, &targets, Repeat::Nobody),
        ];
        assert!(!others.contains(&mark));
        assert_eq!(
            plan_mark(&account, &mapping, &targets, Repeat::Everybody),
            mark
        );
    }
}
