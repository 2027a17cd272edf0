//! Paths by which a principal grants more to itself.

mod attach;
pub(in crate::analyze::escalation) mod chain;
mod group;
mod lifted;
pub(in crate::analyze::escalation) mod tags;

use self::chain::{Adds, Chain};
use crate::analyze::account::is_customer_managed;
use crate::analyze::decision::{
    AppliedPolicy, Boundary, PolicySource, Principal, PrincipalKind, Truth,
};
use crate::analyze::escalation::asker::Asker;
use crate::analyze::escalation::attachable;
use crate::analyze::escalation::found::{Found, Step};
use crate::analyze::escalation::limits::lift::rewritten;
use crate::analyze::escalation::limits::{granted_everything, standing};
use crate::analyze::escalation::tagging::Toward;
use crate::analyze::paths::{Catalogue, Family, Need, On, Path};

/// How many changes that take something away may follow each other.
const DEPTH_MAX: usize = 3;

/// What comes first where a policy has as many versions as there may be.
pub(super) const DELETE_VERSION: &str = "iam:DeletePolicyVersion";

/// The paths of `asker`, whose groups are `groups`, to itself.
pub(in crate::analyze) fn found(asker: &Asker<'_>, groups: &[usize]) -> Vec<Found> {
    found_within(asker, groups, DEPTH_MAX)
}

fn found_within(asker: &Asker<'_>, groups: &[usize], depth: usize) -> Vec<Found> {
    let mut found: Vec<Found> = Vec::new();
    let with_tags = (depth == DEPTH_MAX).then_some(&[][..]);
    let changes = changes(asker, groups, with_tags);
    for (path, change) in &changes {
        let worth = || standing(&asker.as_principal(&change.principal)).is_admin;
        let truth = change.truth.clone().and_then(worth);
        note(&mut found, asker, (path, truth, change.steps.clone()));
    }
    let is_certain = |found: &[Found]| found.iter().any(|it| it.truth.is_true());
    if !is_certain(&found) {
        found_in_chain(asker, groups, &changes, &mut found);
    }
    if is_certain(&found) || depth == 1 {
        return found;
    }
    // What takes something away besides is followed alone.
    for (path, change) in changes.iter().filter(|(_, it)| it.adds.is_none()) {
        let changed = asker.as_principal(&change.principal);
        for further in found_within(&changed, &change.groups, depth - 1) {
            let steps = change.steps.iter().chain(&further.steps).cloned();
            let truth = change.truth.clone().and(further.truth);
            note(&mut found, asker, (path, truth, steps.collect()));
        }
    }
    found
}

/// Adds the least chain of changes that comes to an administrator, a certain one if there is one.
fn found_in_chain(
    asker: &Asker<'_>,
    groups: &[usize],
    first: &[(&'static Path, Change)],
    found: &mut Vec<Found>,
) {
    let goal = |chain: &Chain| standing(&asker.as_principal(&chain.principal)).is_admin;
    let least = |counts: &dyn Fn(&Truth) -> bool| chain::least(asker, groups, first, counts, &goal);
    // Mostly there is none at all.
    let Some(possible) = least(&|truth| !truth.is_false()) else {
        return;
    };
    let best = match possible.1.is_true() {
        true => possible,
        false => least(&Truth::is_true).unwrap_or(possible),
    };
    if let Some(path) = best.0.path() {
        note(found, asker, (path, best.1, best.0.steps()));
    }
}

/// Keeps a path that may be taken, unless the same is known for certain.
fn note(
    found: &mut Vec<Found>,
    asker: &Asker<'_>,
    (path, truth, steps): (&'static Path, Truth, Vec<Step>),
) {
    let known = found.iter().position(|it| it.path.id == path.id);
    let is_known = known.and_then(|at| found.get(at));
    if truth.is_false() || is_known.is_some_and(|it| it.truth.is_true()) {
        return;
    }
    if let Some(at) = known {
        found.remove(at);
    }
    found.push(Found {
        path,
        truth,
        session: asker.session,
        target: None,
        steps,
        assumes: Vec::new(),
    });
}

/// What a principal makes of itself.
pub(in crate::analyze::escalation) struct Change {
    /// Whether it may.
    pub(in crate::analyze::escalation) truth: Truth,
    /// What it is then.
    pub(in crate::analyze::escalation) principal: Principal,
    /// The groups that it is then in.
    pub(in crate::analyze::escalation) groups: Vec<usize>,
    /// What it does.
    pub(in crate::analyze::escalation) steps: Vec<Step>,
    /// The policy that it is about, where the steps do not say which.
    policy: Option<String>,
    /// What it adds, if it takes nothing away.
    pub(in crate::analyze::escalation) adds: Option<Adds>,
}

/// What `asker` may make of itself, by which path; its tags as well only `with_tags`, which are to
/// name these.
pub(in crate::analyze::escalation) fn changes(
    asker: &Asker<'_>,
    groups: &[usize],
    with_tags: Option<&[Toward<'_>]>,
) -> Vec<(&'static Path, Change)> {
    let paths = Catalogue::get().paths.iter();
    let own = paths.filter(|path| {
        let is_own = matches!(path.family, Family::Itself | Family::RoleSelf);
        is_own && (with_tags.is_some() || !tags::PATHS.contains(&path.id.as_str()))
    });
    let maker = Maker {
        asker,
        groups,
        toward: with_tags.unwrap_or_default(),
    };
    let changes = own.flat_map(|path| maker.by(path).into_iter().map(move |it| (path, it)));
    let changes = changes.chain(lifted::changes(&maker));
    changes.filter(|(_, it)| !it.truth.is_false()).collect()
}

/// Makes changes of a principal.
struct Maker<'m, 'a> {
    asker: &'m Asker<'a>,
    groups: &'m [usize],
    toward: &'m [Toward<'m>],
}

impl Maker<'_, '_> {
    /// The changes by `path`, among them some that are not allowed.
    fn by(&self, path: &'static Path) -> Vec<Change> {
        let Some(need) = path.needs.first() else {
            return Vec::new();
        };
        let asker = self.asker;
        let principal = asker.principal;
        let action = need.action.to_ascii_lowercase();
        let step = |on: &str| vec![Step::new(&need.action, on)];
        let own = principal.arn.as_str();
        match need.on {
            On::Itself if tags::PATHS.contains(&path.id.as_str()) => {
                tags::changes(self, &path.id, self.toward)
            }
            On::Itself | On::SelfRole if is_of(need.on, principal.kind) => {
                self.written(need, own, &principal.boundary)
            }
            On::OwnGroup => {
                let groups = self.groups.iter();
                let groups = groups.filter_map(|&index| asker.account.groups.get(index));
                groups
                    .flat_map(|group| self.written(need, &group.arn, &Boundary::None))
                    .collect()
            }
            On::OwnPolicy => own_policies(principal)
                .map(|(source, arn)| {
                    let first = asker.is_full(arn).then(|| Step::new(DELETE_VERSION, arn));
                    let steps = first.into_iter().chain(step(arn)).collect();
                    let truth = asker.may_add_version(arn);
                    let principal = rewritten(principal, source);
                    self.more(truth, principal, steps)
                })
                .collect(),
            On::OlderVersion => self.older_versions(&action, &step),
            On::GroupToJoin if principal.kind == PrincipalKind::User => {
                self.other_groups(&action, &step)
            }
            On::NewGroup if principal.kind == PrincipalKind::User => group::changes(self, path),
            _ => Vec::new(),
        }
    }

    /// What is granted by writing to `on`, which is the principal or a group of it.
    fn written(&self, need: &Need, on: &str, boundary: &Boundary) -> Vec<Change> {
        let action = need.action.to_ascii_lowercase();
        let truth = self.asker.may(&action, on, boundary);
        let mut changes = Vec::new();
        if action.contains(":attach") && !truth.is_true() {
            changes = attach::changes(self, &need.action, (on, boundary));
        }
        let creation = attachable::creation(self.asker, &need.action, on, boundary);
        let steps = creation.into_iter().chain([Step::new(&need.action, on)]);
        changes.push(self.everything(truth, steps.collect()));
        changes
    }

    fn change(&self, truth: Truth, principal: Principal, steps: Vec<Step>) -> Change {
        Change {
            truth,
            principal,
            steps,
            groups: self.groups.to_vec(),
            policy: None,
            adds: None,
        }
    }

    /// The principal is then what it was, and more.
    fn more(&self, truth: Truth, principal: Principal, steps: Vec<Step>) -> Change {
        Change {
            adds: Some(Adds::Whole),
            ..self.change(truth, principal, steps)
        }
    }

    /// The principal has `policies` as well, which may deny.
    fn with(&self, truth: Truth, policies: &[AppliedPolicy], steps: Vec<Step>) -> Change {
        let mut changed = self.asker.principal.clone();
        changed.policies.extend(policies.iter().cloned());
        let only_allows = policies.iter().all(AppliedPolicy::only_allows);
        Change {
            adds: only_allows.then(|| Adds::Policies(policies.to_vec())),
            ..self.change(truth, changed, steps)
        }
    }

    /// The principal grants itself everything.
    fn everything(&self, truth: Truth, steps: Vec<Step>) -> Change {
        let principal = granted_everything(self.asker.principal);
        self.more(truth, principal, steps)
    }

    fn older_versions(&self, action: &str, step: &dyn Fn(&str) -> Vec<Step>) -> Vec<Change> {
        let mut changes = Vec::new();
        for (source, arn) in own_policies(self.asker.principal) {
            let policy = self.asker.account.policies.get(arn);
            let versions = policy.map(|policy| policy.older.as_slice());
            for (_, document) in versions.unwrap_or_default() {
                let mut changed = self.asker.principal.clone();
                for policy in &mut changed.policies {
                    if policy.source == *source {
                        policy.document = Some(std::sync::Arc::clone(document));
                    }
                }
                let truth = self.asker.may(action, arn, &Boundary::None);
                changes.push(self.change(truth, changed, step(arn)));
            }
        }
        changes
    }

    fn other_groups(&self, action: &str, step: &dyn Fn(&str) -> Vec<Step>) -> Vec<Change> {
        let all = self.asker.account.groups.iter().enumerate();
        let others = all.filter(|(index, _)| !self.groups.contains(index));
        let changes = others.filter_map(|(index, group)| {
            let truth = self.asker.may(action, &group.arn, &Boundary::None);
            if truth.is_false() {
                return None;
            }
            let mut change = self.with(truth, &group.policies, step(&group.arn));
            change.groups.push(index);
            Some(change)
        });
        changes.collect()
    }
}

fn is_of(on: On, kind: PrincipalKind) -> bool {
    match kind {
        PrincipalKind::User => on == On::Itself,
        PrincipalKind::Role => on == On::SelfRole,
    }
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
