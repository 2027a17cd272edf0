//! Paths by which a principal grants more to itself.

mod attach;
mod group;
mod tags;

use crate::analyze::account::is_customer_managed;
use crate::analyze::decision::{Boundary, PolicySource, Principal, PrincipalKind, Truth};
use crate::analyze::escalation::asker::Asker;
use crate::analyze::escalation::found::{Found, Step};
use crate::analyze::escalation::limits::lift::rewritten;
use crate::analyze::escalation::limits::{granted_everything, standing};
use crate::analyze::paths::{Catalogue, Family, On, Path};

/// How many such paths may follow each other: a group that lets its members change a policy.
const DEPTH_MAX: usize = 3;

/// What comes first where a policy has as many versions as there may be.
pub(super) const DELETE_VERSION: &str = "iam:DeletePolicyVersion";

/// The paths of `asker`, whose groups are `groups`, to itself.
pub(in crate::analyze) fn found(asker: &Asker<'_>, groups: &[usize]) -> Vec<Found> {
    found_within(asker, groups, DEPTH_MAX)
}

fn found_within(asker: &Asker<'_>, groups: &[usize], depth: usize) -> Vec<Found> {
    if depth == 0 {
        return Vec::new();
    }
    let paths = Catalogue::get().paths.iter();
    let own = paths.filter(|path| matches!(path.family, Family::Itself | Family::RoleSelf));
    let mut found = Vec::new();
    for path in own {
        let mut best: Option<Found> = None;
        for (truth, steps) in ways(asker, groups, path, depth) {
            if truth.is_false() || best.as_ref().is_some_and(|best| best.truth.is_true()) {
                continue;
            }
            best = Some(Found {
                path,
                truth,
                session: asker.session,
                target: None,
                steps,
            });
        }
        found.extend(best);
    }
    found
}

/// Whether a way is open, and what is done.
type Way = (Truth, Vec<Step>);

fn ways(asker: &Asker<'_>, groups: &[usize], path: &'static Path, depth: usize) -> Vec<Way> {
    let Some(need) = path.needs.first() else {
        return Vec::new();
    };
    let principal = asker.principal;
    let action = need.action.to_ascii_lowercase();
    let may = |on: &str, boundary: &Boundary| asker.may(&action, on, boundary);
    let step = |on: &str| vec![Step::new(&need.action, on)];
    let own = principal.arn.as_str();
    let is_attached = action.contains(":attach");
    match need.on {
        On::Itself if path.id == tags::PATH => tags::ways(asker, groups, depth),
        On::Itself | On::SelfRole if is_of(need.on, principal.kind) => {
            let mut ways = vec![(gain(asker, may(own, &principal.boundary)), step(own))];
            if is_attached && !ways.iter().any(|(truth, _)| truth.is_true()) {
                let target = (own, &principal.boundary);
                ways.extend(attach::ways(asker, groups, &need.action, target, depth));
            }
            ways
        }
        On::OwnGroup => {
            let groups_of = groups
                .iter()
                .filter_map(|&index| asker.account.groups.get(index));
            let mut ways = Vec::new();
            for group in groups_of {
                let arn = group.arn.as_str();
                let truth = gain(asker, may(arn, &Boundary::None));
                if is_attached && !truth.is_true() {
                    let target = (arn, &Boundary::None);
                    ways.extend(attach::ways(asker, groups, &need.action, target, depth));
                }
                ways.push((truth, step(arn)));
            }
            ways
        }
        On::OwnPolicy => own_policies(principal)
            .map(|(source, arn)| {
                let truth = asker
                    .may_add_version(arn)
                    .and_then(|| top(asker, &rewritten(principal, source), groups, depth));
                let first = asker.is_full(arn).then(|| Step::new(DELETE_VERSION, arn));
                (truth, first.into_iter().chain(step(arn)).collect())
            })
            .collect(),
        On::OlderVersion => older_versions(asker, groups, depth, &may, &step),
        On::GroupToJoin if principal.kind == PrincipalKind::User => {
            other_groups(asker, groups, depth, &may, &step)
        }
        On::NewGroup if principal.kind == PrincipalKind::User => group::ways(asker, path),
        _ => Vec::new(),
    }
}

fn is_of(on: On, kind: PrincipalKind) -> bool {
    match kind {
        PrincipalKind::User => on == On::Itself,
        PrincipalKind::Role => on == On::SelfRole,
    }
}

/// `may`, if everything that the principal then grants itself makes it an administrator.
fn gain(asker: &Asker<'_>, may: Truth) -> Truth {
    may.and_then(|| {
        let granted = granted_everything(asker.principal);
        standing(&asker.as_principal(&granted)).is_admin
    })
}

/// Whether the principal, as `changed`, is an administrator or can make itself one.
fn top(asker: &Asker<'_>, changed: &Principal, groups: &[usize], depth: usize) -> Truth {
    let asker = asker.as_principal(changed);
    let is_admin = standing(&asker).is_admin;
    if is_admin.is_true() {
        return is_admin;
    }
    let further = found_within(&asker, groups, depth - 1).into_iter();
    further.fold(is_admin, |truth, found| truth.or(found.truth))
}

fn own_policies(principal: &Principal) -> impl Iterator<Item = (&PolicySource, &str)> {
    principal
        .policies
        .iter()
        .filter_map(|policy| match &policy.source {
            source @ PolicySource::Managed { arn, .. } if is_customer_managed(arn) => {
                Some((source, arn.as_str()))
            }
            _ => None,
        })
}

fn older_versions(
    asker: &Asker<'_>,
    groups: &[usize],
    depth: usize,
    may: &dyn Fn(&str, &Boundary) -> Truth,
    step: &dyn Fn(&str) -> Vec<Step>,
) -> Vec<Way> {
    let mut ways = Vec::new();
    for (source, arn) in own_policies(asker.principal) {
        let versions = asker
            .account
            .policies
            .get(arn)
            .map(|policy| policy.older.as_slice());
        for (_, document) in versions.unwrap_or_default() {
            let truth = may(arn, &Boundary::None).and_then(|| {
                let mut changed = asker.principal.clone();
                for policy in &mut changed.policies {
                    if policy.source == *source {
                        policy.document = Some(std::sync::Arc::clone(document));
                    }
                }
                top(asker, &changed, groups, depth)
            });
            ways.push((truth, step(arn)));
        }
    }
    ways
}

fn other_groups(
    asker: &Asker<'_>,
    groups: &[usize],
    depth: usize,
    may: &dyn Fn(&str, &Boundary) -> Truth,
    step: &dyn Fn(&str) -> Vec<Step>,
) -> Vec<Way> {
    let all = asker.account.groups.iter().enumerate();
    let others = all.filter(|(index, _)| !groups.contains(index));
    let ways = others.map(|(index, group)| {
        let truth = may(&group.arn, &Boundary::None).and_then(|| {
            let mut joined = asker.principal.clone();
            joined.policies.extend(group.policies.iter().cloned());
            let groups: Vec<usize> = groups.iter().copied().chain([index]).collect();
            top(asker, &joined, &groups, depth)
        });
        (truth, step(&group.arn))
    });
    ways.collect()
}
