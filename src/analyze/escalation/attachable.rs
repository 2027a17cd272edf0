//! Policies that are created to be attached.

use std::collections::BTreeSet;

use crate::analyze::account::is_customer_managed;
use crate::analyze::decision::{Boundary, Truth};
use crate::analyze::document::{Effect, Pattern, witness};
use crate::analyze::escalation::asker::Asker;
use crate::analyze::escalation::found::Step;
use crate::analyze::escalation::power::resources::{candidates, filled};

/// The key that names the policy.
pub(super) const POLICY_ARN: &str = "iam:policyarn";
const CREATE: &str = "iam:createpolicy";
/// How many policies are tried.
const TRIED_MAX: usize = 64;

/// ARNs of policies that nobody has created: those that what may be created, and the conditions on
/// attaching by `action`, tell apart.
pub(super) fn to_create(asker: &Asker<'_>, action: &str) -> Vec<String> {
    let bounds = filled(asker, "arn:{partition}:iam::{account}:policy/*");
    let documents = asker.principal.policies.iter();
    let documents = documents.filter_map(|policy| policy.document.as_ref());
    let statements = || documents.clone().flat_map(|document| &document.statements);
    let is_creation = |action: &str| {
        let mut allowed = statements().filter(|it| it.effect == Effect::Allow);
        allowed.any(|it| it.action.matches(action))
    };
    if !is_creation(CREATE) {
        return Vec::new();
    }
    let asked = statements().filter(|it| it.action.matches(action));
    let conditions = asked.flat_map(|it| &it.conditions);
    let values = conditions
        .filter(|condition| condition.key == POLICY_ARN)
        .flat_map(|condition| &condition.values);
    let named: Vec<&Pattern> = values.filter_map(|value| value.fixed()).collect();
    let created = candidates(asker, &[CREATE], &bounds);
    // What may be created is a text by now; the resource it comes from may be wider.
    let resources = statements().filter(|it| it.action.matches(CREATE));
    let resources = resources.flat_map(|it| it.resource.iter());
    let wide: Vec<&Pattern> = resources
        .flat_map(|it| &it.texts)
        .filter_map(|text| text.fixed())
        .collect();
    let mut arns: BTreeSet<String> = created.into_iter().collect();
    for one in named {
        arns.extend(witness(one, &bounds));
        arns.extend(wide.iter().filter_map(|other| witness(one, other)));
    }
    let is_new = |arn: &String| {
        bounds.matches(arn) && is_customer_managed(arn) && !asker.account.policies.contains_key(arn)
    };
    arns.into_iter().filter(is_new).take(TRIED_MAX).collect()
}

/// The creation of the policy that is then attached by `action` to `on`, if it takes one.
pub(super) fn creation(
    asker: &Asker<'_>,
    action: &str,
    on: &str,
    boundary: &Boundary,
) -> Option<Step> {
    if !action.contains(":Attach") {
        return None;
    }
    let (_, policy) = asker.attaches(&action.to_ascii_lowercase(), on, boundary);
    policy.map(|policy| Step::new("iam:CreatePolicy", &policy))
}

impl Asker<'_> {
    /// Whether the principal may attach by `action` to `resource` a policy of worth, and which it
    /// creates first, if any.
    pub(super) fn attaches(
        &self,
        action: &str,
        resource: &str,
        boundary: &Boundary,
    ) -> (Truth, Option<String>) {
        let context = self.context_of(boundary);
        let mut best = self.grants(action, resource, &context);
        // Which policy is not said yet: nothing is granted, or something may be.
        if best.is_false() {
            return (best, None);
        }
        best = Truth::False;
        let attach = |policy: &str| {
            let context = context.clone().with(POLICY_ARN, policy);
            self.grants(action, resource, &context)
        };
        if let Some(policy) = self.attaches_only {
            return (attach(policy), None);
        }
        for policy in self.granting_policies() {
            best = best.or(attach(&policy));
            if best.is_true() {
                return (best, None);
            }
        }
        let mut first = None;
        for policy in to_create(self, action) {
            let create = || self.may_itself("iam:createpolicy", &policy, &Boundary::None);
            let truth = attach(&policy).and_then(create);
            if truth.is_true() {
                return (truth, Some(policy));
            }
            if best.is_false() && !truth.is_false() {
                first = Some(policy);
            }
            best = best.or(truth);
        }
        (best, first)
    }
}
