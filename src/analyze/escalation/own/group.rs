//! A new group that a user creates, joins, and grants everything.

use super::{Change, Maker};
use crate::analyze::decision::{Boundary, Truth};
use crate::analyze::escalation::attachable;
use crate::analyze::escalation::found::Step;
use crate::analyze::escalation::power::resources::{candidates, filled};
use crate::analyze::paths::Path;

/// The groups on which every need of `path` is allowed.
pub(super) fn changes(maker: &Maker<'_, '_>, path: &'static Path) -> Vec<Change> {
    let asker = maker.asker;
    let actions: Vec<String> = path
        .needs
        .iter()
        .map(|need| need.action.to_ascii_lowercase())
        .collect();
    let actions: Vec<&str> = actions.iter().map(String::as_str).collect();
    let bounds = filled(asker, "arn:{partition}:iam::{account}:group/*");
    let is_there = |arn: &String| asker.account.groups.iter().any(|it| it.arn == *arn);
    let arns = candidates(asker, &actions, &bounds).into_iter();
    let changes = arns.filter(|arn| !is_there(arn)).map(|arn| {
        let each = actions.iter();
        let may = each.fold(Truth::True, |truth, action| {
            truth.and_then(|| asker.may(action, &arn, &Boundary::None))
        });
        let steps = path.needs.iter().flat_map(|need| {
            let creation = attachable::creation(asker, &need.action, &arn, &Boundary::None);
            let steps = creation.into_iter();
            steps.chain([Step::new(&need.action, &arn)])
        });
        maker.everything(may, steps.collect())
    });
    changes.collect()
}
