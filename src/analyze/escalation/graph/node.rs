//! A user or role, with the sessions in which it acts.

use crate::analyze::account::{IamAccount, IamRole, IamUser};
use crate::analyze::decision::{Boundary, Principal, PrincipalKind, Session, Truth};
use crate::analyze::escalation::actions::{ActionSet, Digests};
use crate::analyze::escalation::asker::Asker;
use crate::analyze::escalation::found::{Found, NodeId};
use crate::analyze::escalation::limits::Standing;
use crate::analyze::paths::{Catalogue, Entry, Family, Gain, Path};

/// A principal with what it is by itself.
pub(in crate::analyze) struct Node<'a> {
    pub(in crate::analyze) id: NodeId,
    pub(in crate::analyze) principal: &'a Principal,
    pub(in crate::analyze::escalation) groups: &'a [usize],
    /// The sessions that the principal itself can have, without MFA first.
    pub(in crate::analyze) sessions: Vec<Session>,
    /// The sessions that whoever takes it over can have.
    pub(in crate::analyze::escalation) taken_sessions: Vec<Session>,
    /// Whether MFA is out of reach: there is no device, and no right to enrol one.
    pub(in crate::analyze) is_mfa_out_of_reach: bool,
    pub(in crate::analyze::escalation) actions: ActionSet,
    /// Whether a missing document leaves open whether it is an administrator: then no path is certain.
    pub(in crate::analyze::escalation) is_unread: bool,
    /// Whether a trust policy names it.
    pub(in crate::analyze::escalation) is_named: bool,
    /// The standing in each session.
    pub(in crate::analyze) standings: Vec<(Session, Standing)>,
    /// Paths that need no other principal.
    pub(in crate::analyze) own: Vec<Found>,
}

impl Node<'_> {
    /// Whether it is an administrator or can make itself one, for whoever takes it over.
    pub(in crate::analyze::escalation) fn is_top_alone(&self) -> Truth {
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

    /// Whether it is a role that can grant more to itself.
    pub(in crate::analyze::escalation) fn has_role_self(&self) -> bool {
        self.own
            .iter()
            .any(|found| found.path.family == Family::RoleSelf)
    }

    /// Whether it is an administrator for whoever takes it over.
    pub(in crate::analyze::escalation) fn is_admin_alone(&self) -> bool {
        let mut standings = self.standings.iter();
        standings.any(|(session, standing)| {
            self.taken_sessions.contains(session) && standing.is_admin.is_true()
        })
    }
}

/// The paths of `node` to principals at the top.
pub(in crate::analyze::escalation) fn top_paths(
    node: &Node<'_>,
) -> impl Iterator<Item = &'static Path> {
    let paths = Catalogue::get().paths.iter();
    let (actions, is_named) = (node.actions, node.is_named);
    paths.filter(move |path| {
        let is_entered = match path.entry {
            None => true,
            Some(Entry::Named) => is_named,
            Some(Entry::Assume) => is_named || actions.may_assume(),
        };
        path.gains == Some(Gain::Top) && is_entered && actions.may_take(path)
    })
}

pub(in crate::analyze::escalation) fn user_node<'a>(
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
        is_unread: false,
        is_named: false,
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

pub(in crate::analyze::escalation) fn role_node<'a>(
    index: usize,
    role: &'a IamRole,
    digests: &mut Digests,
) -> Node<'a> {
    debug_assert_eq!(role.principal.kind, PrincipalKind::Role);
    Node {
        id: NodeId::Role(index),
        principal: &role.principal,
        groups: &[],
        sessions: vec![Session::Role],
        taken_sessions: vec![Session::Role],
        is_mfa_out_of_reach: false,
        actions: digests.actions(&role.principal),
        is_unread: false,
        is_named: false,
        standings: Vec::new(),
        own: Vec::new(),
    }
}
