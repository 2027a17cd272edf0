//! Who can become an administrator, over any number of steps.

use std::collections::BTreeSet;

use super::actions::{ActionSet, Digests, names_sessions};
use super::asker::Asker;
use super::found::{Found, NodeId, Step};
use super::limits::{Standing, granted_everything, standing};
use super::own;
use super::power::{Candidate, Power};
use crate::analyze::account::{IamAccount, IamRole, IamUser};
use crate::analyze::decision::{Boundary, Principal, PrincipalKind, Session, Truth};
use crate::analyze::document::PrincipalName;
use crate::analyze::paths::{Catalogue, Entry, Family, Gain, Path, Target};

/// The principals of an account, and what each can come to.
pub(in crate::analyze) struct Graph<'a> {
    account: &'a IamAccount,
    nodes: Vec<Node<'a>>,
    /// Whether each user is an administrator once everything is granted to it.
    granted_users: Vec<Truth>,
    /// The same of each role.
    granted_roles: Vec<Truth>,
    /// Whether each role is an administrator once its boundary is gone.
    unbounded_roles: Vec<Truth>,
    /// For each role, whom its trust policy names.
    named: Vec<BTreeSet<&'a str>>,
    /// Whether each principal is an administrator or can become one for whoever takes it over,
    /// which is without its MFA device.
    is_top: Vec<Truth>,
    /// By which path to whom, where it takes another principal.
    via: Vec<Option<(&'static Path, NodeId)>>,
}

/// A principal with what it is by itself.
pub(in crate::analyze) struct Node<'a> {
    pub(in crate::analyze) id: NodeId,
    pub(in crate::analyze) principal: &'a Principal,
    groups: &'a [usize],
    /// The sessions that the principal itself can have, without MFA first.
    pub(in crate::analyze) sessions: Vec<Session>,
    /// The sessions that whoever takes it over can have.
    taken_sessions: Vec<Session>,
    /// Whether MFA is out of reach: there is no device, and no right to enrol one.
    pub(in crate::analyze) is_mfa_out_of_reach: bool,
    actions: ActionSet,
    /// The standing in each session.
    pub(in crate::analyze) standings: Vec<(Session, Standing)>,
    /// Paths that need no other principal.
    pub(in crate::analyze) own: Vec<Found>,
}

impl<'a> Graph<'a> {
    pub(in crate::analyze) fn new(account: &'a IamAccount) -> Self {
        let mut digests = Digests::default();
        let trust_tells = account
            .roles
            .iter()
            .any(|role| role.trust.as_deref().is_some_and(names_sessions));
        let users = account.users.iter().enumerate();
        let mut nodes: Vec<Node<'a>> = users
            .map(|(index, user)| user_node(account, index, user, &mut digests, trust_tells))
            .collect();
        let roles = account.roles.iter().enumerate();
        nodes.extend(roles.map(|(index, role)| role_node(index, role, &mut digests)));
        let granted = |principal: &Principal, session| {
            let granted = granted_everything(principal);
            standing(&Asker::new(account, &granted, session)).is_admin
        };
        let mut graph = Self {
            account,
            granted_users: account
                .users
                .iter()
                .map(|user| granted(&user.principal, Session::AccessKey))
                .collect(),
            granted_roles: account
                .roles
                .iter()
                .map(|role| granted(&role.principal, Session::Role))
                .collect(),
            unbounded_roles: account
                .roles
                .iter()
                .map(|role| unbounded(account, role))
                .collect(),
            named: account.roles.iter().map(named_by).collect(),
            is_top: Vec::new(),
            via: Vec::new(),
            nodes: Vec::new(),
        };
        for node in &mut nodes {
            graph.judge_alone(node);
        }
        graph.nodes = nodes;
        graph.is_top = graph.nodes.iter().map(Node::is_top_alone).collect();
        graph.via = vec![None; graph.nodes.len()];
        graph.close(Truth::is_true);
        graph.close(|truth| !truth.is_false());
        graph
    }

    pub(in crate::analyze) fn node(&self, id: NodeId) -> Option<&Node<'a>> {
        self.nodes.get(self.position(id))
    }

    /// Every path of `node`, each to its best target.
    pub(in crate::analyze) fn paths(&self, node: &Node<'a>) -> Vec<Found> {
        let mut found: Vec<Found> = Vec::new();
        for one in node
            .own
            .iter()
            .filter(|it| node.sessions.contains(&it.session))
        {
            match found.iter_mut().find(|it| it.path.id == one.path.id) {
                Some(known) if !known.truth.is_true() => *known = one.clone(),
                Some(_) => {}
                None => found.push(one.clone()),
            }
        }
        for session in &node.sessions {
            let power = Power::new(Asker::new(self.account, node.principal, *session));
            for path in top_paths(node) {
                let is_known = found
                    .iter()
                    .any(|it| it.path.id == path.id && it.truth.is_true());
                if is_known {
                    continue;
                }
                if let Some(one) = self.best_target(node, &power, path) {
                    found.retain(|it| it.path.id != path.id || it.truth.is_true());
                    found.push(one);
                }
            }
        }
        for session in &node.sessions {
            let power = Power::new(Asker::new(self.account, node.principal, *session));
            found.extend(self.roles_that_grant_themselves(node, &power));
        }
        found.retain(|it| node.sessions.contains(&it.session));
        found
    }

    /// What `id` does to become an administrator, once it is taken over.
    pub(in crate::analyze) fn way_on(&self, id: NodeId) -> Vec<Step> {
        let mut steps = Vec::new();
        let mut at = Some(id);
        while let Some(id) = at.take() {
            let Some(node) = self.node(id) else {
                break;
            };
            if node.is_admin_alone() {
                break;
            }
            let own = node.own.iter().find(|found| found.truth.is_true());
            if let Some(own) = own.or(node.own.first()) {
                steps.extend(own.steps.iter().cloned());
                break;
            }
            let via = self.via.get(self.position(id)).copied().flatten();
            let Some((path, target)) = via else {
                break;
            };
            let session = node
                .taken_sessions
                .first()
                .copied()
                .unwrap_or(Session::Unknown);
            let asker = Asker::new(self.account, node.principal, session);
            let candidate = self.candidate(node, path, target);
            steps.extend(
                candidate
                    .map(|it| Power::new(asker).steps(path, it))
                    .unwrap_or_default(),
            );
            at = Some(target);
        }
        steps
    }

    /// Roles that the principal may assume, and that then grant themselves more.
    fn roles_that_grant_themselves(&self, node: &Node<'a>, power: &Power<'a>) -> Vec<Found> {
        let mut all: Vec<Found> = Vec::new();
        let assume = Catalogue::get()
            .paths
            .iter()
            .filter(|path| path.entry.is_some());
        let assume: Vec<&'static Path> = assume
            .filter(|path| path.needs.is_empty() && path.gains == Some(Gain::Top))
            .collect();
        for (index, role) in self.account.roles.iter().enumerate() {
            let own = self
                .node(NodeId::Role(index))
                .map_or(&[][..], |node| node.own.as_slice());
            let own = own
                .iter()
                .filter(|found| found.path.family == Family::RoleSelf);
            for found in own {
                if all
                    .iter()
                    .any(|it| it.path.id == found.path.id && it.truth.is_true())
                {
                    continue;
                }
                let candidate = Candidate::Role(index, role);
                let enter = assume
                    .iter()
                    .filter(|path| self.may_enter(node, path, index));
                let entered = enter.map(|path| power.reaches(path, candidate));
                let entered = entered.fold(Truth::False, Truth::or);
                let truth = entered.and(found.truth.clone());
                if truth.is_false() {
                    continue;
                }
                let first = Step::new("sts:AssumeRole", role.principal.arn.as_str());
                all.retain(|it| it.path.id != found.path.id);
                all.push(Found {
                    truth,
                    session: power.asker.session,
                    target: None,
                    steps: [first]
                        .into_iter()
                        .chain(found.steps.iter().cloned())
                        .collect(),
                    ..found.clone()
                });
            }
        }
        all
    }

    fn position(&self, id: NodeId) -> usize {
        match id {
            NodeId::User(index) => index,
            NodeId::Role(index) => self.account.users.len() + index,
        }
    }

    /// What `node` is by itself, and the paths that need nobody else to be anything.
    fn judge_alone(&self, node: &mut Node<'a>) {
        let mut sessions = node.sessions.clone();
        let more = node
            .taken_sessions
            .iter()
            .filter(|it| !node.sessions.contains(it));
        sessions.extend(more);
        sessions.sort_unstable_by_key(|session| *session == Session::Mfa);
        for session in sessions {
            let asker = Asker::new(self.account, node.principal, session);
            let standing = standing(&asker);
            let is_admin = standing.is_admin.is_true();
            node.standings.push((session, standing));
            if is_admin {
                continue;
            }
            let mut found = match node.actions.may_grant_itself() {
                true => own::found(&asker, node.groups),
                false => Vec::new(),
            };
            let power = Power::new(asker);
            found.extend(self.independent(node, &power));
            for one in found {
                let is_same = |it: &Found| it.path.id == one.path.id && it.session == one.session;
                if !node.own.iter().any(is_same) {
                    node.own.push(one);
                }
            }
        }
    }

    fn independent(&self, node: &Node<'a>, power: &Power<'a>) -> Vec<Found> {
        let paths = Catalogue::get().paths.iter();
        let paths = paths.filter(|path| node.actions.may_take(path));
        let found = paths.filter_map(|path| match (path.family, path.target, path.gains) {
            (Family::IdentityCenter, ..) => {
                let truth = power.reaches(path, Candidate::None);
                power.found(path, Candidate::None, truth)
            }
            (_, Target::NewUser | Target::NewRole, _) => power.creates(path),
            (_, Target::User | Target::Role, Some(Gain::Granted | Gain::Unbounded)) => {
                self.best_target(node, power, path)
            }
            _ => None,
        });
        found.collect()
    }

    /// The target of `path` by which most is certain.
    fn best_target(
        &self,
        node: &Node<'a>,
        power: &Power<'a>,
        path: &'static Path,
    ) -> Option<Found> {
        let mut best: Option<(Truth, Candidate<'a>)> = None;
        let mut look = |candidate: Candidate<'a>, worth: &Truth| {
            if worth.is_false() {
                return false;
            }
            let truth = worth.clone().and_then(|| power.reaches(path, candidate));
            let is_better = match &best {
                _ if truth.is_false() => false,
                None => true,
                Some((known, _)) => !known.is_true() && truth.is_true(),
            };
            if is_better {
                best = Some((truth, candidate));
            }
            best.as_ref().is_some_and(|(known, _)| known.is_true())
        };
        match path.target {
            Target::User => {
                for (index, user) in self.account.users.iter().enumerate() {
                    let worth = self.worth(path, NodeId::User(index));
                    if node.id != NodeId::User(index) && look(Candidate::User(index, user), worth) {
                        break;
                    }
                }
            }
            Target::Role => {
                for (index, role) in self.account.roles.iter().enumerate() {
                    let worth = self.worth(path, NodeId::Role(index));
                    if self.may_enter(node, path, index)
                        && look(Candidate::Role(index, role), worth)
                    {
                        break;
                    }
                }
            }
            Target::None | Target::NewUser | Target::NewRole => {}
        }
        let (truth, candidate) = best?;
        power.found(path, candidate, truth)
    }

    /// What the target is worth to `path`.
    fn worth(&self, path: &Path, target: NodeId) -> &Truth {
        let found = match (path.gains, target) {
            (Some(Gain::Granted), NodeId::User(index)) => self.granted_users.get(index),
            (Some(Gain::Granted), NodeId::Role(index)) => self.granted_roles.get(index),
            (Some(Gain::Unbounded), NodeId::Role(index)) => self.unbounded_roles.get(index),
            (Some(Gain::Top), target) => self.is_top.get(self.position(target)),
            _ => None,
        };
        found.unwrap_or(&Truth::False)
    }

    fn may_enter(&self, node: &Node<'a>, path: &Path, role: usize) -> bool {
        if node.id == NodeId::Role(role) {
            return false;
        }
        let names = |id: &str| self.named.get(role).is_some_and(|named| named.contains(id));
        let is_named = names(node.principal.arn.as_str()) || names(&node.principal.id);
        match path.entry {
            None => true,
            Some(Entry::Named) => is_named,
            Some(Entry::Assume) => is_named || node.actions.may_assume(),
        }
    }

    /// Adds whoever reaches a principal at the top, until nobody is added.
    fn close(&mut self, counts: impl Fn(&Truth) -> bool) {
        let mut fresh: Vec<usize> = self.positions(&counts);
        while !fresh.is_empty() {
            let mut added = Vec::new();
            for (position, node) in self.nodes.iter().enumerate() {
                let is_there = self.is_top.get(position).is_some_and(&counts);
                if is_there {
                    continue;
                }
                let (truth, via) = self.reached(node, &fresh, &counts);
                if counts(&truth) {
                    added.push((position, truth, via));
                }
            }
            fresh = added.iter().map(|(position, ..)| *position).collect();
            for (position, truth, by) in added {
                if let (Some(known), Some(via)) =
                    (self.is_top.get_mut(position), self.via.get_mut(position))
                {
                    *known = truth;
                    *via = by;
                }
            }
        }
    }

    fn positions(&self, counts: &impl Fn(&Truth) -> bool) -> Vec<usize> {
        let all = self.is_top.iter().enumerate();
        all.filter(|(_, truth)| counts(truth))
            .map(|(position, _)| position)
            .collect()
    }

    /// Whether `node` reaches one of `fresh`.
    fn reached(
        &self,
        node: &Node<'a>,
        fresh: &[usize],
        counts: &impl Fn(&Truth) -> bool,
    ) -> (Truth, Option<(&'static Path, NodeId)>) {
        let paths: Vec<&'static Path> = top_paths(node).collect();
        let mut best = Truth::False;
        let mut via = None;
        for session in &node.taken_sessions {
            let power = Power::new(Asker::new(self.account, node.principal, *session));
            for &position in fresh {
                let Some(target) = self.nodes.get(position) else {
                    continue;
                };
                let worth = self.is_top.get(position).cloned().unwrap_or(Truth::False);
                for path in &paths {
                    let Some(candidate) = self.candidate(node, path, target.id) else {
                        continue;
                    };
                    let truth = worth.clone().and_then(|| power.reaches(path, candidate));
                    if !truth.is_false() {
                        via = Some((*path, target.id));
                    }
                    best = best.or(truth);
                    if best.is_true() {
                        return (best, via);
                    }
                }
                if counts(&best) && best.residual().is_none_or(|it| !it.lacks_documents()) {
                    return (best, via);
                }
            }
        }
        (best, via)
    }

    fn candidate(&self, node: &Node<'a>, path: &Path, target: NodeId) -> Option<Candidate<'a>> {
        match (path.target, target) {
            _ if node.id == target => None,
            (Target::User, NodeId::User(index)) => {
                Some(Candidate::User(index, self.account.users.get(index)?))
            }
            (Target::Role, NodeId::Role(index)) if self.may_enter(node, path, index) => {
                Some(Candidate::Role(index, self.account.roles.get(index)?))
            }
            _ => None,
        }
    }
}

impl Node<'_> {
    fn is_top_alone(&self) -> Truth {
        let is_taken = |session: &Session| self.taken_sessions.contains(session);
        let standings = self
            .standings
            .iter()
            .filter(|(session, _)| is_taken(session));
        let standings = standings.map(|(_, standing)| standing.is_admin.clone());
        let own = self.own.iter().filter(|found| is_taken(&found.session));
        let own = own.map(|found| found.truth.clone());
        standings.chain(own).fold(Truth::False, Truth::or)
    }

    fn is_admin_alone(&self) -> bool {
        let mut standings = self.standings.iter();
        standings.any(|(session, standing)| {
            self.taken_sessions.contains(session) && standing.is_admin.is_true()
        })
    }
}

/// The paths of `node` to principals at the top.
fn top_paths(node: &Node<'_>) -> impl Iterator<Item = &'static Path> {
    let paths = Catalogue::get().paths.iter();
    let actions = node.actions;
    paths.filter(move |path| path.gains == Some(Gain::Top) && actions.may_take(path))
}

fn user_node<'a>(
    account: &'a IamAccount,
    index: usize,
    user: &'a IamUser,
    digests: &mut Digests,
    trust_tells: bool,
) -> Node<'a> {
    let principal = &user.principal;
    let levels = account.service_control_policies.as_ref();
    let mut sessions = user.sessions();
    let mut taken_sessions = vec![Session::AccessKey, Session::Console];
    let mut is_mfa_out_of_reach = false;
    if trust_tells || digests.tells_sessions_apart(principal, levels) {
        is_mfa_out_of_reach = user.has_mfa == Some(false) && !may_enrol(account, user, &sessions);
        if !is_mfa_out_of_reach {
            sessions.push(Session::Mfa);
        }
    } else {
        sessions.truncate(1);
        taken_sessions.clone_from(&sessions);
    }
    Node {
        id: NodeId::User(index),
        principal,
        groups: &user.groups,
        sessions,
        taken_sessions,
        is_mfa_out_of_reach,
        actions: digests.actions(principal),
        standings: Vec::new(),
        own: Vec::new(),
    }
}

/// Whether the user can give itself an MFA device.
fn may_enrol(account: &IamAccount, user: &IamUser, sessions: &[Session]) -> bool {
    let arn = &user.principal.arn;
    let device = format!(
        "arn:{}:iam::{}:mfa/{}",
        arn.partition(),
        arn.account_id(),
        user.principal.name
    );
    sessions.iter().any(|session| {
        let asker = Asker::new(account, &user.principal, *session);
        let may = |action: &str, on: &str| asker.may(action, on, &Boundary::None);
        may("iam:createvirtualmfadevice", &device)
            .and_then(|| may("iam:enablemfadevice", arn.as_str()))
            .is_true()
    })
}

fn role_node<'a>(index: usize, role: &'a IamRole, digests: &mut Digests) -> Node<'a> {
    debug_assert_eq!(role.principal.kind, PrincipalKind::Role);
    Node {
        id: NodeId::Role(index),
        principal: &role.principal,
        groups: &[],
        sessions: vec![Session::Role],
        taken_sessions: vec![Session::Role],
        is_mfa_out_of_reach: false,
        actions: digests.actions(&role.principal),
        standings: Vec::new(),
        own: Vec::new(),
    }
}

fn unbounded(account: &IamAccount, role: &IamRole) -> Truth {
    if matches!(role.principal.boundary, Boundary::None) {
        return Truth::False;
    }
    let free = Principal {
        boundary: Boundary::None,
        ..role.principal.clone()
    };
    standing(&Asker::new(account, &free, Session::Role)).is_admin
}

fn named_by(role: &IamRole) -> BTreeSet<&str> {
    let statements = role.trust.iter().flat_map(|trust| trust.statements.iter());
    let elements = statements.filter_map(|statement| statement.principal.as_ref());
    let names = elements.flat_map(|element| element.principals.iter());
    let named = names.filter_map(|name| match name {
        PrincipalName::Aws(text) => Some(text.as_str()),
        _ => None,
    });
    named.collect()
}
