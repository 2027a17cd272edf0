//! Attaching a policy that the conditions leave: one of the account, or one that is created first.

use std::sync::Arc;

use super::{Change, Maker};
use crate::analyze::account::is_customer_managed;
use crate::analyze::decision::{AppliedPolicy, Boundary, Holder, PolicySource, Truth};
use crate::analyze::document::{Effect, witness};
use crate::analyze::escalation::asker::Asker;
use crate::analyze::escalation::found::Step;
use crate::analyze::escalation::power::resources::filled;

/// The key that names the policy.
const POLICY_ARN: &str = "iam:policyarn";

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
        let mut changed = asker.principal.clone();
        changed.policies.push(AppliedPolicy {
            source: PolicySource::Managed {
                holder: Holder::User(changed.name.clone()),
                arn: arn.clone(),
                version: policy.default_id.clone(),
            },
            document: Some(Arc::clone(document)),
        });
        changes.push(maker.change(truth, changed, vec![attach()]));
    }
    for arn in to_create(asker, action) {
        let create = || asker.may("iam:createpolicy", &arn, &Boundary::None);
        let steps = vec![Step::new("iam:CreatePolicy", &arn), attach()];
        changes.push(maker.everything(may(&arn).and_then(create), steps));
    }
    changes
}

/// ARNs of policies that conditions on `action` name, and that nobody has created.
fn to_create(asker: &Asker<'_>, action: &str) -> Vec<String> {
    let action = action.to_ascii_lowercase();
    let bounds = filled(asker, "arn:{partition}:iam::{account}:policy/*");
    let documents = asker.principal.policies.iter();
    let documents = documents.filter_map(|policy| policy.document.as_ref());
    let statements = documents.flat_map(|document| &document.statements);
    let granting = statements.filter(|it| it.effect == Effect::Allow && it.action.matches(&action));
    let named = granting.flat_map(|it| &it.conditions);
    let values = named
        .filter(|condition| condition.key == POLICY_ARN)
        .flat_map(|condition| &condition.values);
    let arns = values.filter_map(|value| witness(value.fixed()?, &bounds));
    arns.filter(|arn| is_customer_managed(arn) && !asker.account.policies.contains_key(arn))
        .collect()
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
