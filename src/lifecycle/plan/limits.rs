//! How many users one run takes something from at most: above, a mistake is likelier than a wish.

use std::collections::BTreeSet;

use super::{Plan, Refusal, Taken};
use crate::lifecycle::{PlannedAction, UserAction};

/// So many users.
const USERS_MAX: usize = 5;
/// This share of ours, in percent, but one user in any case.
const PERCENT_MAX: usize = 10;

/// How many of `ours` one run removes at most, or takes rights from.
fn max_of(ours: usize) -> usize {
    USERS_MAX.min((ours * PERCENT_MAX / 100).max(1))
}

/// Adds `removals` to `plan`, or none of them where they are more than may be of `ours`.
pub(super) fn apply(removals: Vec<PlannedAction>, ours: usize, plan: &mut Plan) {
    let max = max_of(ours);
    let count = removals.len();
    if count <= max {
        plan.actions.extend(removals);
        return;
    }
    let why = format!(
        "{count} of our {ours} users would be removed, and at most {max} are in one run (5, and \
         {PERCENT_MAX} %): nobody is; see whether the desired state is the right one, and delete \
         single users by rollcall lifecycle delete"
    );
    for removal in removals {
        let what = removal.action.to_string();
        plan.hold(removal.user, &what, "more removals than one run may do");
    }
    let of = Taken::Users;
    plan.refusals.push(Refusal { of, why });
}

/// Holds back what takes groups and policies away, from the user `caller` and, where more others
/// would lose some than may be of `ours`, from everybody: then the plan is refused.
pub(super) fn hold_losses(caller: Option<&str>, ours: usize, plan: &mut Plan) {
    let max = max_of(ours);
    let losses = plan.actions.iter().filter(|it| is_loss(&it.action));
    let losers = losses.filter_map(|it| it.user.id.as_deref());
    let losers: BTreeSet<_> = losers.filter(|&id| Some(id) != caller).collect();
    let count = losers.len();
    if count > max {
        let why = format!(
            "{count} of our {ours} users would lose groups or policies, and at most {max} do in one \
             run (5, and {PERCENT_MAX} %): nobody does; see whether the desired state is the right \
             one, and change fewer at once"
        );
        let of = Taken::Rights;
        plan.refusals.push(Refusal { of, why });
    }
    for planned in std::mem::take(&mut plan.actions) {
        let why = match is_loss(&planned.action) {
            true if planned.user.id.as_deref() == caller => "it is the caller itself",
            true if count > max => "more users would lose some than may in one run",
            _ => {
                plan.actions.push(planned);
                continue;
            }
        };
        plan.hold(planned.user, &planned.action.to_string(), why);
    }
}

fn is_loss(action: &UserAction) -> bool {
    matches!(
        action,
        UserAction::RemoveFromGroup { .. } | UserAction::DetachPolicy { .. }
    )
}
