//! Calls on a user or role, whose tags may be changed before so that they are allowed.

use super::{Candidate, Power};
use crate::analyze::account::IamRole;
use crate::analyze::decision::{Principal, Truth};
use crate::analyze::document::Policy;
use crate::analyze::escalation::asker::Asker;
use crate::analyze::escalation::found::Step;
use crate::analyze::escalation::retag;
use crate::analyze::escalation::tagging::{self, Tagged, Wish};
use crate::analyze::paths::{Entry, Need, Path};

impl Power<'_> {
    /// Whether the principal may do `action` on `target`.
    pub(super) fn may_to(&self, action: &str, target: &Principal) -> Truth {
        match self.narrowed(action).reach.covers(target.arn.as_str()) {
            true => {
                self.retagged(action, target, None, &self.question(action, target))
                    .0
            }
            false => Truth::False,
        }
    }

    /// The steps of `action` on `target`: tags changed, a policy created, and the call.
    pub(super) fn calls(&self, action: &str, target: &Principal) -> Vec<Step> {
        let name = action.to_ascii_lowercase();
        let (_, mut steps) = self.retagged(&name, target, None, &self.question(&name, target));
        steps.extend(self.attached(action, target.arn.as_str(), &target.boundary));
        steps
    }

    fn question(&self, action: &str, target: &Principal) -> impl Fn(&Asker<'_>) -> Truth {
        move |asker| self.may_as(asker, action, target.arn.as_str(), &target.boundary)
    }

    /// Whether the principal may attach any policy to `target`, as `need` has it.
    pub(in crate::analyze::escalation) fn may_attach(
        &self,
        need: &Need,
        target: Candidate<'_>,
    ) -> bool {
        let Some((_, target)) = target.node() else {
            return false;
        };
        let action = need.action.to_ascii_lowercase();
        let context = self.asker.context_of(&target.boundary);
        let asker = self.asker.on_tagged(target.tags.as_deref());
        let truth = asker.grants(&action, target.arn.as_str(), &context);
        !truth.is_false() && self.narrowed(&action).reach.covers(target.arn.as_str())
    }

    /// Whether the principal may pass `role` to `service`.
    pub(super) fn may_pass_to(&self, role: &Principal, service: &str) -> Truth {
        self.passing(role, service).0
    }

    /// The steps that change tags of `role` so that it may be passed to `service`.
    pub(super) fn tags_before_passing(&self, role: &Principal, service: &str) -> Vec<Step> {
        self.passing(role, service).1
    }

    fn passing(&self, role: &Principal, service: &str) -> (Truth, Vec<Step>) {
        let narrowed = self.narrowed("iam:passrole");
        self.retagged("iam:passrole", role, None, &|asker| {
            let asker = asker.as_principal(&narrowed.principal);
            asker.may_pass(role.arn.as_str(), service)
        })
    }

    /// The steps that change tags of `role` so that it may be entered.
    pub(super) fn tags_before_entering(
        &self,
        path: &Path,
        entry: Entry,
        role: &IamRole,
    ) -> Vec<Step> {
        self.entering(path, entry, role).1
    }

    /// The answer to `ask`, which is about `action` on `target`, and the changes of tags of the
    /// target that it takes; `trust` is its trust policy, where that decides as well.
    pub(super) fn retagged(
        &self,
        action: &str,
        target: &Principal,
        trust: Option<&Policy>,
        ask: &dyn Fn(&Asker<'_>) -> Truth,
    ) -> (Truth, Vec<Step>) {
        let narrowed = self.narrowed(action);
        let is_on_tags = narrowed.is_on_tags || trust.is_some_and(super::narrow::names_tags);
        let tags = target.tags.as_deref().filter(|_| is_on_tags);
        let truth = ask(&self.asker.on_tagged(tags));
        let Some(before) = tags.filter(|_| !truth.is_true() && self.may_retag(target)) else {
            return (truth, Vec::new());
        };
        let besides: Vec<&Policy> = trust.into_iter().collect();
        let wish = Wish {
            actions: &[action],
            of: Tagged::Resource,
            besides: &besides,
            toward: &[],
        };
        let mut best = (truth, Vec::new());
        let bundles = tagging::bundles(&self.asker, &wish).into_iter();
        let bundles = bundles.flat_map(|bundle| {
            let without = tagging::without_any(&bundle);
            [bundle, without]
        });
        for bundle in bundles {
            let Some(retag) = self.asker.retags(target, before, &bundle) else {
                continue;
            };
            let asker = self.asker.on_tagged(Some(&retag.tags));
            let truth = retag.truth.and_then(|| ask(&asker));
            if truth.is_true() || (best.0.is_false() && !truth.is_false()) {
                best = (truth, retag.steps);
            }
            if best.0.is_true() {
                break;
            }
        }
        best
    }

    /// Whether tags of `target` may be changed at all.
    pub(in crate::analyze::escalation) fn may_retag(&self, target: &Principal) -> bool {
        retag::actions(target.kind).into_iter().any(|action| {
            let narrowed = self.narrowed(&action.to_ascii_lowercase());
            narrowed.reach.covers(target.arn.as_str())
        })
    }
}
