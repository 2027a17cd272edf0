//! Tags of a user or role that are set or removed, before a call is made on it or by it.

use crate::analyze::decision::{Principal, PrincipalKind, Truth};
use crate::analyze::escalation::asker::Asker;
use crate::analyze::escalation::found::Step;
use crate::analyze::escalation::tagging::{self, Bundle};
use crate::model::Tag;

/// A change of the tags of a principal.
pub(super) struct Retag {
    /// Whether it may be made.
    pub(super) truth: Truth,
    /// The tags afterwards.
    pub(super) tags: Vec<Tag>,
    /// What is done.
    pub(super) steps: Vec<Step>,
    /// Whether tags are removed alone.
    pub(super) is_removal: bool,
}

/// The calls of IAM that set and remove tags of a principal of that kind.
pub(super) fn actions(kind: PrincipalKind) -> [&'static str; 2] {
    match kind {
        PrincipalKind::User => ["iam:TagUser", "iam:UntagUser"],
        PrincipalKind::Role => ["iam:TagRole", "iam:UntagRole"],
    }
}

impl Asker<'_> {
    /// How `target`, which has the tags `before`, gets those of `bundle`; `None` if it has them.
    pub(super) fn retags(
        &self,
        target: &Principal,
        before: &[Tag],
        bundle: &Bundle,
    ) -> Option<Retag> {
        let after = tagging::tagged(before, bundle);
        let is_known = |tag: &Tag| before.contains(tag);
        if after.len() == before.len() && after.iter().all(is_known) {
            return None;
        }
        let (set, removed) = split(before, bundle);
        let rest: Bundle = removed.iter().map(|tag| (tag.key.clone(), None)).collect();
        let rest = tagging::tagged(before, &rest);
        let [tag, untag] = actions(target.kind);
        let may = |action, before: &[Tag], tags: &[Tag]| match tags.is_empty() {
            true => Truth::True,
            false => self.may_change_tags(action, target, before, tags),
        };
        let truth = may(untag, before, &removed).and_then(|| may(tag, &rest, &set));
        let on = target.arn.as_str();
        let step = |action, tags: &[Tag]| (!tags.is_empty()).then(|| Step::new(action, on));
        let steps = step(untag, &removed).into_iter().chain(step(tag, &set));
        Some(Retag {
            truth,
            tags: after,
            steps: steps.collect(),
            is_removal: set.is_empty(),
        })
    }

    fn may_change_tags(
        &self,
        action: &str,
        target: &Principal,
        before: &[Tag],
        tags: &[Tag],
    ) -> Truth {
        let asker = self.setting(tags);
        let asker = asker.on_tagged(Some(before));
        let action = action.to_ascii_lowercase();
        asker.may(&action, target.arn.as_str(), &target.boundary)
    }
}

/// What of `bundle` has to be set among `tags`, and what has to be removed, of which the keys count.
fn split(tags: &[Tag], bundle: &Bundle) -> (Vec<Tag>, Vec<Tag>) {
    let is_unwanted = |tag: &&Tag| {
        let mut bundle = bundle.iter();
        bundle.any(|(key, value)| value.is_none() && key.eq_ignore_ascii_case(&tag.key))
    };
    let removed = tags.iter().filter(is_unwanted).map(|tag| Tag {
        key: tag.key.clone(),
        value: String::new(),
    });
    (tagging::tagged(&[], bundle), removed.collect())
}
