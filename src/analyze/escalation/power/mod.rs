//! A principal in one session, and which needs of paths it meets.

mod choose;
pub(super) mod create;
pub(super) mod entry;
pub(super) mod narrow;
pub(super) mod reach;
pub(super) mod resources;
mod target;

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

use self::reach::{Places, Reach};
use crate::analyze::account::{IamRole, IamUser};
use crate::analyze::decision::{Boundary, PolicySource, Principal, Truth};
use crate::analyze::escalation::asker::Asker;
use crate::analyze::escalation::found::{Found, NodeId, Step};
use crate::analyze::escalation::tagging;
use crate::analyze::paths::{Entry, Need, On, Path};

/// A principal in one session.
pub(in crate::analyze::escalation) struct Power<'a> {
    pub(in crate::analyze::escalation) asker: Asker<'a>,
    /// Actions on a resource of the principal's choice, asked once.
    chosen: RefCell<BTreeMap<Vec<String>, (Truth, String)>>,
    /// The principal with the statements on one action alone, by action: the same question is
    /// asked of many targets.
    narrowed: RefCell<HashMap<String, Rc<Narrowed>>>,
}

/// A principal with the statements on one action alone, and where they may allow it.
pub(in crate::analyze::escalation) struct Narrowed {
    pub(in crate::analyze::escalation) principal: Principal,
    reach: Reach,
    /// Whether a condition is on the tags of what is asked for.
    is_on_tags: bool,
}

/// What a path may lead to.
#[derive(Clone, Copy)]
pub(in crate::analyze::escalation) enum Candidate<'a> {
    /// Nothing of the account.
    None,
    User(usize, &'a IamUser),
    Role(usize, &'a IamRole),
}

impl<'a> Candidate<'a> {
    /// The principal of the account, if it is one.
    pub(in crate::analyze::escalation) fn node(self) -> Option<(NodeId, &'a Principal)> {
        match self {
            Self::None => None,
            Self::User(index, user) => Some((NodeId::User(index), &user.principal)),
            Self::Role(index, role) => Some((NodeId::Role(index), &role.principal)),
        }
    }
}

impl<'a> Power<'a> {
    pub(in crate::analyze::escalation) fn new(asker: Asker<'a>) -> Self {
        Self {
            asker,
            chosen: RefCell::new(BTreeMap::new()),
            narrowed: RefCell::new(HashMap::new()),
        }
    }

    /// The principal with the statements on `action`, which decide all that the others do.
    pub(in crate::analyze::escalation) fn narrowed(&self, action: &str) -> Rc<Narrowed> {
        if let Some(known) = self.narrowed.borrow().get(action) {
            return Rc::clone(known);
        }
        let principal = narrow::to_action(self.asker.principal, action);
        let reach = Reach::of(&self.asker, &principal);
        let is_on_tags = narrow::is_on_tags(&principal, self.asker.account);
        let narrowed = Rc::new(Narrowed {
            principal,
            reach,
            is_on_tags,
        });
        let mut all = self.narrowed.borrow_mut();
        all.insert(action.to_owned(), Rc::clone(&narrowed));
        narrowed
    }

    fn may(&self, action: &str, resource: &str, boundary: &Boundary) -> Truth {
        self.may_as(&self.asker, action, resource, boundary)
    }

    /// Whether the principal, as `asker` has it, may do `action` on `resource`.
    fn may_as(
        &self,
        asker: &Asker<'_>,
        action: &str,
        resource: &str,
        boundary: &Boundary,
    ) -> Truth {
        let narrowed = self.narrowed(action);
        if !narrowed.reach.covers(resource) {
            return Truth::False;
        }
        // What is created may be tagged, and what is attached created: those are other actions.
        match tagging::of_creation(action).is_some() || action.starts_with("iam:attach") {
            true => asker.may(action, resource, boundary),
            false => asker
                .as_principal(&narrowed.principal)
                .may(action, resource, boundary),
        }
    }

    /// Whether the principal may do `action` on the policy `arn`, which needs room for a version.
    fn may_write(&self, action: &str, arn: &str) -> Truth {
        let truth = self.may(action, arn, &Boundary::None);
        match self.asker.is_full(arn) {
            true => truth.and_then(|| self.may("iam:deletepolicyversion", arn, &Boundary::None)),
            false => truth,
        }
    }

    /// The places of the targets of `path` that every need may be allowed on; `None` if none is
    /// ruled out.
    pub(in crate::analyze::escalation) fn within(
        &self,
        path: &Path,
        places: &Places<'_>,
    ) -> Option<Rc<[usize]>> {
        let on_target = |need: &&Need| matches!(need.on, On::User | On::Role | On::PassedRole);
        let needs = path.needs.iter().filter(on_target);
        let actions = needs.map(|need| need.action.to_ascii_lowercase());
        // A role that is entered for what it is has to be allowed by the principal's own policies.
        let is_only_assumed = path.entry == Some(Entry::Assume) && path.needs.is_empty();
        let assume = is_only_assumed.then(|| "sts:assumerole".to_owned());
        let each = actions
            .chain(assume)
            .filter_map(|action| places.within(&self.narrowed(&action).reach));
        each.min_by_key(|found| found.len())
    }

    /// Whether `path` can be taken to `target`, whatever that is worth.
    pub(in crate::analyze::escalation) fn reaches(
        &self,
        path: &'static Path,
        target: Candidate<'_>,
    ) -> Truth {
        // Needs that are the same for every target are asked first.
        let chosen = path.needs.iter().filter(|need| need.on == On::Any);
        let mut truth = chosen.fold(Truth::True, |truth, need| {
            truth.and_then(|| self.choose(path, need).0)
        });
        truth = truth.and_then(|| match target {
            Candidate::None => Truth::True,
            Candidate::User(_, user) => is_open(path, user),
            Candidate::Role(_, role) => self.is_enterable(path, role),
        });
        for need in path.needs.iter().filter(|need| need.on != On::Any) {
            truth = truth.and_then(|| self.need(need, path, target));
        }
        truth
    }

    /// The path to `target`, if it can be taken there.
    pub(in crate::analyze::escalation) fn found(
        &self,
        path: &'static Path,
        target: Candidate<'_>,
        truth: Truth,
    ) -> Option<Found> {
        (!truth.is_false()).then(|| Found {
            path,
            truth,
            session: self.asker.session,
            target: match target {
                Candidate::None => None,
                Candidate::User(index, _) => Some(NodeId::User(index)),
                Candidate::Role(index, _) => Some(NodeId::Role(index)),
            },
            steps: self.steps(path, target),
            assumes: Vec::new(),
        })
    }

    fn need(&self, need: &Need, path: &Path, target: Candidate<'_>) -> Truth {
        let action = need.action.to_ascii_lowercase();
        match (need.on, target) {
            (On::User, Candidate::User(_, user)) => self.may_to(&action, &user.principal),
            (On::Role, Candidate::Role(_, role)) => self.may_to(&action, &role.principal),
            (On::PassedRole, Candidate::Role(_, role)) => {
                let service = path.service.as_deref().unwrap_or_default();
                self.may_pass_to(&role.principal, service)
            }
            (On::RolePolicy, Candidate::Role(_, role)) => {
                let each = own_policies(role).map(|arn| self.may_write(&action, arn));
                each.fold(Truth::False, Truth::or)
            }
            _ => Truth::False,
        }
    }

    pub(in crate::analyze::escalation) fn steps(
        &self,
        path: &'static Path,
        target: Candidate<'_>,
    ) -> Vec<Step> {
        let arn = match target {
            Candidate::None => "",
            Candidate::User(_, user) => user.principal.arn.as_str(),
            Candidate::Role(_, role) => role.principal.arn.as_str(),
        };
        let each = path.needs.iter().flat_map(|need| match (need.on, target) {
            (On::Any, _) => vec![Step::new(&need.action, &self.choose(path, need).1)],
            (On::RolePolicy, Candidate::Role(_, role)) => {
                let action = need.action.to_ascii_lowercase();
                let may = |arn: &&str| !self.may_write(&action, arn).is_false();
                let policy = own_policies(role).find(may).unwrap_or(arn);
                vec![Step::new(&need.action, policy)]
            }
            (On::User, Candidate::User(_, user)) => self.calls(&need.action, &user.principal),
            (On::Role, Candidate::Role(_, role)) => self.calls(&need.action, &role.principal),
            (On::PassedRole, Candidate::Role(_, role)) => {
                let service = path.service.as_deref().unwrap_or_default();
                let mut steps = self.tags_before_passing(&role.principal, service);
                steps.push(Step::new(&need.action, arn));
                steps
            }
            _ => vec![Step::new(&need.action, arn)],
        });
        let mut steps: Vec<Step> = each.collect();
        if let (Some(entry), Candidate::Role(_, role)) = (path.entry, target) {
            steps.extend(self.tags_before_entering(path, entry, role));
            steps.push(Step::new("sts:AssumeRole", arn));
        }
        steps
    }
}

/// Whether the credentials that the path makes can be made for `user`, as far as is known.
fn is_open(path: &Path, user: &IamUser) -> Truth {
    let has_two_keys = user.access_keys.is_some_and(|keys| keys >= 2);
    let makes_key = path
        .needs
        .iter()
        .any(|need| need.action == "iam:CreateAccessKey");
    let frees_key = path
        .needs
        .iter()
        .any(|need| need.action == "iam:DeleteAccessKey");
    let is_shut = match path.id.as_str() {
        "iam-004" => user.has_password == Some(true),
        "iam-006" => user.has_password == Some(false),
        "iam-updateaccesskey" => user.access_keys == Some(0),
        _ => makes_key && !frees_key && has_two_keys,
    };
    Truth::from(!is_shut)
}

fn own_policies(role: &IamRole) -> impl Iterator<Item = &str> {
    role.principal
        .policies
        .iter()
        .filter_map(|policy| match &policy.source {
            PolicySource::Managed { arn, .. }
                if crate::analyze::account::is_customer_managed(arn) =>
            {
                Some(arn.as_str())
            }
            _ => None,
        })
}
