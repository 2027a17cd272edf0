//! Changes of itself that a principal makes one after the other, as far as each adds to what it may do.

use super::Change;
use crate::analyze::decision::{AppliedPolicy, Principal, Truth};
use crate::analyze::escalation::asker::Asker;
use crate::analyze::escalation::found::Step;
use crate::analyze::paths::Path;

/// How often what was added is looked at for more.
const ROUNDS_MAX: usize = 32;
/// In how many groups a user may be (IAM quotas).
const GROUPS_MAX: usize = 10;

/// A principal after changes of itself.
pub(in crate::analyze::escalation) struct Chain {
    /// Whether all of them are allowed.
    pub(in crate::analyze::escalation) truth: Truth,
    /// What it is then.
    pub(in crate::analyze::escalation) principal: Principal,
    /// The groups that it is then in.
    pub(in crate::analyze::escalation) groups: Vec<usize>,
    /// The changes, in order.
    links: Vec<Link>,
}

/// One change of a chain.
struct Link {
    path: &'static Path,
    mark: Mark,
}

/// What tells a change from others: its steps, and the policy that it is about.
type Mark = (Vec<Step>, Option<String>);

impl Chain {
    /// The path of the first change.
    pub(in crate::analyze::escalation) fn path(&self) -> Option<&'static Path> {
        self.links.first().map(|link| link.path)
    }

    /// What is done, in order.
    pub(in crate::analyze::escalation) fn steps(&self) -> Vec<Step> {
        let steps = self.links.iter().flat_map(|link| &link.mark.0);
        steps.cloned().collect()
    }
}

/// A least chain after which `goal` holds as far as `counts` asks; `None` if not even all changes
/// together come to it. `first` are the changes of the principal as it is.
pub(in crate::analyze::escalation) fn least(
    asker: &Asker<'_>,
    groups: &[usize],
    first: &[(&'static Path, Change)],
    counts: &dyn Fn(&Truth) -> bool,
    goal: &dyn Fn(&Chain) -> Truth,
) -> Option<(Chain, Truth)> {
    let may_begin = |change: &Change| change.adds.is_some() && counts(&change.truth);
    if !first.iter().any(|(_, change)| may_begin(change)) {
        return None;
    }
    let reach = |chain: Chain| {
        let truth = chain.truth.clone().and_then(|| goal(&chain));
        counts(&truth).then_some((chain, truth))
    };
    let mut best = reach(gathered(asker, groups, first, counts, &|_| true))?;
    let mut size = best.0.links.len();
    while size > 0 {
        let mut from = 0;
        while from < best.0.links.len() {
            let links = best.0.links.iter().enumerate();
            let kept = links.filter(|(at, _)| !(from..from + size).contains(at));
            let kept: Vec<&Mark> = kept.map(|(_, link)| &link.mark).collect();
            let fewer = gathered(asker, groups, first, counts, &|mark| kept.contains(&mark));
            let is_shorter = fewer.links.len() < best.0.links.len();
            match reach(fewer).filter(|_| is_shorter) {
                Some(shorter) => best = shorter,
                None => from += size,
            }
        }
        size /= 2;
    }
    Some(best)
}

/// The principal after every change that only adds, among those that `is_taken`.
fn gathered(
    asker: &Asker<'_>,
    groups: &[usize],
    first: &[(&'static Path, Change)],
    counts: &dyn Fn(&Truth) -> bool,
    is_taken: &dyn Fn(&Mark) -> bool,
) -> Chain {
    let mut chain = Chain {
        truth: Truth::True,
        principal: asker.principal.clone(),
        groups: groups.to_vec(),
        links: Vec::new(),
    };
    let mut later;
    let mut changes = first;
    for _ in 0..ROUNDS_MAX {
        let is_new = |change: &Change| {
            let mark = mark(change);
            let mut known = chain.links.iter();
            change.adds.is_some()
                && counts(&change.truth)
                && is_taken(&mark)
                && !known.any(|link| link.mark == mark)
        };
        let fresh: Vec<&(&'static Path, Change)> =
            changes.iter().filter(|(_, it)| is_new(it)).collect();
        if !chain.extend(&fresh) {
            break;
        }
        let asker = asker.as_principal(&chain.principal);
        later = super::changes(&asker, &chain.groups, None);
        changes = &later;
    }
    if chain.groups.len() > GROUPS_MAX {
        let quota = Truth::on_condition("more groups than a user may be in");
        chain.truth = chain.truth.and(quota);
    }
    chain
}

impl Chain {
    /// Makes the changes `fresh`, of which those that are no policies alone come one at a time.
    fn extend(&mut self, fresh: &[&(&'static Path, Change)]) -> bool {
        let mut is_changed = false;
        let mut whole = None;
        for &(path, change) in fresh {
            match &change.adds {
                Some(Adds::Policies(policies)) => {
                    self.principal.policies.extend(policies.iter().cloned());
                    let joined = change.groups.iter().copied();
                    let joined = joined.filter(|it| !self.groups.contains(it));
                    let joined: Vec<usize> = joined.collect();
                    self.groups.extend(joined);
                    self.link(path, change);
                    is_changed = true;
                }
                Some(Adds::Whole) if whole.is_none() => whole = Some((path, change)),
                _ => {}
            }
        }
        let Some((path, change)) = whole.filter(|_| !is_changed) else {
            return is_changed;
        };
        self.principal = change.principal.clone();
        self.groups.clone_from(&change.groups);
        self.link(path, change);
        true
    }

    fn link(&mut self, path: &'static Path, change: &Change) {
        let so_far = std::mem::replace(&mut self.truth, Truth::False);
        self.truth = so_far.and(change.truth.clone());
        let mark = mark(change);
        self.links.push(Link { path, mark });
    }
}

fn mark(change: &Change) -> Mark {
    (change.steps.clone(), change.policy.clone())
}

/// What a change adds, and takes nothing away.
pub(in crate::analyze::escalation) enum Adds {
    /// These policies, which deny nothing.
    Policies(Vec<AppliedPolicy>),
    /// More than policies: what the principal is then holds all that it was.
    Whole,
}
