//! How many users one run removes at most: above, a mistake is likelier than a wish.

use super::Plan;
use crate::lifecycle::PlannedAction;

/// So many users.
const USERS_MAX: usize = 5;
/// This share of ours, in percent; a part of a user counts as one.
const PERCENT_MAX: usize = 10;

/// Adds `removals` to `plan`, or none of them where they are more than may be of `ours`.
pub(super) fn apply(removals: Vec<PlannedAction>, ours: usize, plan: &mut Plan) {
    let max = USERS_MAX.min((ours * PERCENT_MAX).div_ceil(100));
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
    plan.refusal = Some(why);
}
