//! Tags that a principal gives itself, or takes from itself, so that conditions on its tags hold.

use super::{Change, Maker};
use crate::analyze::decision::Principal;
use crate::analyze::escalation::found::Step;
use crate::analyze::escalation::tagging::{self, Bundle, Tagged};
use crate::model::Tag;

/// The paths of tags that are set, and of tags that are removed alone.
pub(in crate::analyze::escalation) const PATHS: [&str; 2] = ["iam-taguser", REMOVAL];
const REMOVAL: &str = "iam-untaguser";

/// Tags that what applies to the principal asks for, one statement at a time, by the path `id`.
pub(super) fn changes(maker: &Maker<'_, '_>, id: &str) -> Vec<Change> {
    let asker = maker.asker;
    let principal = asker.principal;
    let may = |action| asker.may(action, principal.arn.as_str(), &principal.boundary);
    let is_removal = id == REMOVAL;
    let action = if is_removal {
        "iam:untaguser"
    } else {
        "iam:taguser"
    };
    let Some(tags) = principal
        .tags
        .as_deref()
        .filter(|_| !may(action).is_false())
    else {
        return Vec::new();
    };
    let bundles = tagging::bundles(asker, &[], Tagged::Principal).into_iter();
    let bundles = bundles.flat_map(|bundle| {
        let without = tagging::without_any(&bundle);
        [bundle, without]
    });
    let changes = bundles.filter_map(|bundle| {
        let (set, removed) = split(tags, &bundle);
        let is_of_path = match is_removal {
            true => set.is_empty() && !removed.is_empty(),
            false => !set.is_empty(),
        };
        is_of_path.then(|| change(maker, tags, &set, &removed))
    });
    changes.collect()
}

/// What of `bundle` has to be set among `tags`, and the keys that have to be removed.
fn split(tags: &[Tag], bundle: &Bundle) -> (Bundle, Vec<String>) {
    let set = bundle.iter().filter(|(_, value)| value.is_some());
    let set = set.map(|(key, value)| (key.clone(), value.clone()));
    let is_unwanted = |tag: &&Tag| {
        let mut bundle = bundle.iter();
        bundle.any(|(key, value)| value.is_none() && key.eq_ignore_ascii_case(&tag.key))
    };
    let removed = tags.iter().filter(is_unwanted).map(|tag| tag.key.clone());
    (set.collect(), removed.collect())
}

fn change(maker: &Maker<'_, '_>, tags: &[Tag], set: &Bundle, removed: &[String]) -> Change {
    let asker = maker.asker;
    let own = asker.principal.arn.as_str();
    let mut bundle = set.clone();
    bundle.extend(removed.iter().map(|key| (key.clone(), None)));
    let tagged = Principal {
        tags: Some(tagging::tagged(tags, &bundle)),
        ..asker.principal.clone()
    };
    let untag = || asker.may_untag(asker.principal, tags, removed);
    let rest: Bundle = removed.iter().map(|key| (key.clone(), None)).collect();
    let rest = tagging::tagged(tags, &rest);
    let tag = || asker.may_tag(asker.principal, &rest, &tagging::tagged(&[], set));
    let truth = untag().and_then(tag);
    let untag = (!removed.is_empty()).then(|| Step::new("iam:UntagUser", own));
    let tag = (!set.is_empty()).then(|| Step::new("iam:TagUser", own));
    maker.change(truth, tagged, untag.into_iter().chain(tag).collect())
}
