//! Tags that a principal gives itself, or takes from itself, so that conditions on its tags hold.

use super::{Change, Maker};
use crate::analyze::account::is_customer_managed;
use crate::analyze::decision::{PolicySource, Principal};
use crate::analyze::escalation::tagging::{self, Tagged, Toward, Wish};

/// The paths of tags that are set, and of tags that are removed alone.
pub(in crate::analyze::escalation) const PATHS: [&str; 2] = ["iam-taguser", REMOVAL];
const REMOVAL: &str = "iam-untaguser";

/// Tags that what applies to the principal asks for, one statement at a time, by the path `id`;
/// variables name what it can change of itself, or one of `toward`.
pub(super) fn changes(maker: &Maker<'_, '_>, id: &str, toward: &[Toward<'_>]) -> Vec<Change> {
    let asker = maker.asker;
    let principal = asker.principal;
    let may = |action| asker.may(action, principal.arn.as_str(), &principal.boundary);
    let is_removal = id == REMOVAL;
    let action = match is_removal {
        true => "iam:untaguser",
        false => "iam:taguser",
    };
    let Some(tags) = principal
        .tags
        .as_deref()
        .filter(|_| !may(action).is_false())
    else {
        return Vec::new();
    };
    let toward: Vec<Toward<'_>> = own(maker).chain(toward.iter().copied()).collect();
    let wish = Wish {
        actions: &[],
        of: Tagged::Itself,
        besides: &[],
        toward: &toward,
    };
    let bundles = tagging::bundles(asker, &wish).into_iter();
    let bundles = bundles.flat_map(|bundle| {
        let without = tagging::without_any(&bundle);
        [bundle, without]
    });
    let retags = bundles.filter_map(|bundle| asker.retags(principal, tags, &bundle));
    let retags = retags.filter(|it| it.is_removal == is_removal);
    let changes = retags.map(|retag| {
        let tagged = Principal {
            tags: Some(retag.tags),
            ..principal.clone()
        };
        maker.change(retag.truth, tagged, retag.steps)
    });
    changes.collect()
}

/// What the principal can change of itself: itself, its policies, and groups.
fn own<'m>(maker: &Maker<'m, '_>) -> impl Iterator<Item = Toward<'m>> {
    let principal = maker.asker.principal;
    let itself = Toward::from(principal);
    let policies = principal.policies.iter();
    let policies = policies.filter_map(|policy| match &policy.source {
        PolicySource::Managed { arn, .. } if is_customer_managed(arn) => Some(arn.as_str()),
        _ => None,
    });
    let groups = maker.asker.account.groups.iter();
    let arns = policies.chain(groups.map(|group| group.arn.as_str()));
    let others = arns.map(|arn| Toward { arn, tags: None });
    std::iter::once(itself).chain(others)
}
