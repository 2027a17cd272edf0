//! Limits that a principal lifts, which leaves more to it than everything or nothing.

use super::{Change, Maker};
use crate::analyze::decision::{
    AppliedPolicy, Boundary, Holder, PolicySource, Principal, PrincipalKind,
};
use crate::analyze::escalation::found::Step;
use crate::analyze::escalation::limits::LimitKind;
use crate::analyze::escalation::limits::lift::{self, group_arn};
use crate::analyze::paths::{Catalogue, Path};

/// The boundary of the principal removed, and each policy of its that denies something.
pub(super) fn changes(maker: &Maker<'_, '_>) -> Vec<(&'static Path, Change)> {
    let principal = maker.asker.principal;
    let mut changes = Vec::new();
    if let Boundary::Policy { arn, .. } = &principal.boundary {
        let kind = LimitKind::Boundary { arn: arn.clone() };
        for way in lift::ways(maker.asker, &kind) {
            let on = match way.id {
                "iam-boundarypolicyversion" | "iam-setdefaultpolicyversion" => arn,
                _ => principal.arn.as_str(),
            };
            changes.extend(by(way.id, on, |steps| {
                maker.more(way.truth, way.after, steps)
            }));
        }
    }
    let denying = principal.policies.iter().filter(|policy| policy.denies());
    for policy in denying {
        changes.extend(removed(maker, policy));
    }
    changes
}

/// The principal without `policy`, or without the group that it is of.
fn removed(maker: &Maker<'_, '_>, policy: &AppliedPolicy) -> Option<(&'static Path, Change)> {
    let (asker, principal) = (maker.asker, maker.asker.principal);
    let own = principal.arn.as_str();
    let is_user = principal.kind == PrincipalKind::User;
    let without = |is_gone: &dyn Fn(&PolicySource) -> bool| Principal {
        policies: principal
            .policies
            .iter()
            .filter(|it| !is_gone(&it.source))
            .cloned()
            .collect(),
        ..principal.clone()
    };
    let itself = |source: &PolicySource| *source == policy.source;
    // What allows nothing is not missed.
    let change = |truth, is_gone: &dyn Fn(&PolicySource) -> bool, steps| {
        let gone = principal.policies.iter().filter(|it| is_gone(&it.source));
        let change = match gone.clone().all(AppliedPolicy::only_denies) {
            true => maker.more(truth, without(is_gone), steps),
            false => maker.change(truth, without(is_gone), steps),
        };
        Change {
            policy: Some(policy.source.label()),
            ..change
        }
    };
    match &policy.source {
        PolicySource::Inline {
            holder: Holder::Group(name),
            ..
        }
        | PolicySource::Managed {
            holder: Holder::Group(name),
            ..
        } => {
            let arn = group_arn(asker, name);
            let of_group = |source: &PolicySource| {
                matches!(source, PolicySource::Inline { holder: Holder::Group(it), .. }
                    | PolicySource::Managed { holder: Holder::Group(it), .. } if it == name)
            };
            let truth = asker.may("iam:removeuserfromgroup", &arn, &Boundary::None);
            by("iam-removeuserfromgroup", &arn, |steps| {
                change(truth, &of_group, steps)
            })
        }
        PolicySource::Inline { .. } => {
            let (id, action) = match is_user {
                true => ("iam-deleteuserpolicy", "iam:deleteuserpolicy"),
                false => ("iam-deleterolepolicy", "iam:deleterolepolicy"),
            };
            let truth = asker.may(action, own, &principal.boundary);
            by(id, own, |steps| change(truth, &itself, steps))
        }
        PolicySource::Managed { arn, .. } => {
            let (id, action) = match is_user {
                true => ("iam-detachuserpolicy", "iam:detachuserpolicy"),
                false => ("iam-detachrolepolicy", "iam:detachrolepolicy"),
            };
            let truth = asker.may_detach(action, own, arn);
            by(id, own, |steps| change(truth, &itself, steps))
        }
        _ => None,
    }
}

/// The path `id` done on `on`.
fn by(
    id: &str,
    on: &str,
    change: impl FnOnce(Vec<Step>) -> Change,
) -> Option<(&'static Path, Change)> {
    let path = Catalogue::get().path(id)?;
    let need = path.needs.first()?;
    Some((path, change(vec![Step::new(&need.action, on)])))
}
