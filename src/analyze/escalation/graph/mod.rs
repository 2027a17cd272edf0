//! The principals of an account, and who can become an administrator over any number of steps.

pub(super) mod closure;
pub(super) mod coalition;
mod marked;
pub(super) mod node;
mod risen;
mod tagged;
pub(super) mod targets;
mod together;
mod vary;
pub(super) mod ways;

use std::collections::HashSet;

use self::node::{Node, role_node, user_node};
use crate::analyze::account::{IamAccount, IamRole, IamUser};
use crate::analyze::decision::{Boundary, Principal, Session, Truth};
use crate::analyze::document::PrincipalName;
use crate::analyze::escalation::actions::{Digests, names_sessions};
use crate::analyze::escalation::asker::Asker;
use crate::analyze::escalation::found::{Found, NodeId};
use crate::analyze::escalation::limits::{granted_everything, standing};
use crate::analyze::escalation::own;
use crate::analyze::escalation::power::reach::Places;
use crate::analyze::escalation::power::{Candidate, Power};
use crate::analyze::paths::{Catalogue, Family, Gain, Path, Target};

/// The principals of an account, and what each can come to.
pub(in crate::analyze) struct Graph<'a> {
    pub(in crate::analyze::escalation) account: &'a IamAccount,
    pub(in crate::analyze::escalation) nodes: Vec<Node<'a>>,
    /// Where each user is, by ARN.
    pub(in crate::analyze::escalation) user_places: Places<'a>,
    /// Where each role is, by ARN.
    pub(in crate::analyze::escalation) role_places: Places<'a>,
    /// Whether each user is an administrator once everything is granted to it.
    pub(in crate::analyze::escalation) granted_users: Vec<Truth>,
    /// The same of each role.
    pub(in crate::analyze::escalation) granted_roles: Vec<Truth>,
    /// Whether each role is an administrator once its boundary is gone.
    pub(in crate::analyze::escalation) unbounded_roles: Vec<Truth>,
    /// For each role, whom its trust policy names.
    pub(in crate::analyze::escalation) named: Vec<HashSet<&'a str>>,
    /// Whether each principal is an administrator or can become one for whoever takes it over,
    /// which is without its MFA device.
    pub(in crate::analyze::escalation) is_top: Vec<Truth>,
    /// Roles that can grant more to themselves.
    pub(in crate::analyze::escalation) self_granting: Vec<NodeId>,
    /// Whether there were too many writers to look at them together.
    pub(in crate::analyze) is_cut: bool,
    /// By which path to whom, where it takes another principal.
    pub(in crate::analyze::escalation) via: Vec<Option<(&'static Path, NodeId)>>,
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
            user_places: Places::of_users(account),
            role_places: Places::of_roles(account),
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
            is_cut: false,
            via: Vec::new(),
            self_granting: Vec::new(),
            nodes: Vec::new(),
        };
        let named: HashSet<&str> = graph.named.iter().flatten().copied().collect();
        for node in &mut nodes {
            let principal = node.principal;
            node.is_named = is_named(&named, principal);
            graph.judge_alone(node);
        }
        let roles = nodes.iter().filter(|node| node.has_role_self());
        graph.self_granting = roles.map(|node| node.id).collect();
        graph.nodes = nodes;
        graph.is_top = graph.nodes.iter().map(Node::is_top_alone).collect();
        graph.via = vec![None; graph.nodes.len()];
        graph.close(Truth::is_true);
        graph.close(|truth| !truth.is_false());
        graph
    }

    /// The user of that ARN.
    pub(in crate::analyze) fn user(&self, arn: &str) -> Option<&'a IamUser> {
        self.account.users.get(self.user_places.of(arn)?)
    }

    /// The role of that ARN.
    pub(in crate::analyze) fn role(&self, arn: &str) -> Option<&'a IamRole> {
        self.account.roles.get(self.role_places.of(arn)?)
    }

    pub(in crate::analyze) fn node(&self, id: NodeId) -> Option<&Node<'a>> {
        self.nodes.get(self.position(id))
    }

    pub(in crate::analyze::escalation) fn position(&self, id: NodeId) -> usize {
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
            let residual = standing.is_admin.residual();
            node.is_unread |= residual.is_some_and(|residual| residual.lacks_documents());
            node.standings.push((session, standing));
            if is_admin || node.is_unread {
                continue;
            }
            let mut found = match node.actions.may_change_itself() {
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

    fn independent(&self, node: &Node<'_>, power: &Power<'_>) -> Vec<Found> {
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
}

/// Whether `principal` is among those that are `named`.
fn is_named(named: &HashSet<&str>, principal: &Principal) -> bool {
    let names = [ANYONE, principal.arn.as_str(), principal.id.as_str()];
    names.into_iter().any(|name| named.contains(name))
}

/// What stands for everybody among those whom a trust policy names.
const ANYONE: &str = "*";

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

fn named_by(role: &IamRole) -> HashSet<&str> {
    let statements = role.trust.iter().flat_map(|trust| trust.statements.iter());
    let elements = statements.filter_map(|statement| statement.principal.as_ref());
    let names = elements.flat_map(|element| element.principals.iter());
    let named = names.filter_map(|name| match name {
        PrincipalName::Aws(text) => Some(text.as_str()),
        PrincipalName::Anyone => Some(ANYONE),
        _ => None,
    });
    named.collect()
}
