//! Attaching a policy of the account that the conditions leave.

use std::sync::Arc;

use super::{Change, Maker};
use crate::analyze::decision::{AppliedPolicy, Boundary, Holder, PolicySource, Truth};
use crate::analyze::escalation::asker::Asker;
use crate::analyze::escalation::attachable::POLICY_ARN;
use crate::analyze::escalation::found::Step;

/// What is attached by `action` to `target`, an ARN with its boundary.
pub(super) fn changes(
    maker: &Maker<'_, '_>,
    action: &str,
    target: (&str, &Boundary),
) -> Vec<Change> {
    let asker = maker.asker;
    let may = |policy: &str| asker.may_attach(&action.to_ascii_lowercase(), target, policy);
    let attach = || Step::new(action, target.0);
    let mut changes = Vec::new();
    if !asker.may_attach_any(&action.to_ascii_lowercase(), target) {
        return changes;
    }
    for (arn, policy) in &asker.account.policies {
        let Some(document) = &policy.default else {
            continue;
        };
        let truth = may(arn);
        if truth.is_false() {
            continue;
        }
        let applied = AppliedPolicy {
            source: PolicySource::Managed {
                holder: Holder::User(asker.principal.name.clone()),
                arn: arn.clone(),
                version: policy.default_id.clone(),
            },
            document: Some(Arc::clone(document)),
        };
        changes.push(Change {
            policy: Some(arn.clone()),
            ..maker.with(truth, &[applied], vec![attach()])
        });
    }
    changes
}

impl Asker<'_> {
    /// Whether `policy` may be attached by `action` to `target`.
    fn may_attach(&self, action: &str, target: (&str, &Boundary), policy: &str) -> Truth {
        self.with_help(|asker| {
            let context = asker.context_of(target.1).with(POLICY_ARN, policy);
            asker.decide(action, target.0, &context, None).is_granted()
        })
    }

    /// Whether any policy might be.
    fn may_attach_any(&self, action: &str, target: (&str, &Boundary)) -> bool {
        let any = self.with_help(|asker| {
            let context = asker.context_of(target.1);
            asker.decide(action, target.0, &context, None).is_granted()
        });
        !any.is_false()
    }
}
