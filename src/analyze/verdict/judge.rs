//! The tier of each user of an account.

use std::collections::BTreeMap;

use super::counterfactual;
use super::privilege::{
    Evidence, LimitReport, PATHS_WITH_STEPS_MAX, PathReport, Privilege, StepReport, Tier,
};
use super::{proof, steps};
use crate::analyze::account::{IamAccount, IamUser};
use crate::analyze::decision::{PolicySource, Session, Truth};
use crate::analyze::escalation::{
    Asker, Found, Graph, Limit, LimitKind, Node, NodeId, Standing, standing,
};
use crate::model::Snapshot;
use time::OffsetDateTime;

/// The verdicts on the users of `snapshot` by UserId, as of `now`; the root user has none.
pub fn judge(snapshot: &Snapshot, now: OffsetDateTime) -> BTreeMap<String, Privilege> {
    let account = IamAccount::compile(snapshot, now);
    let graph = Graph::new(&account);
    let users = account.users.iter().enumerate();
    users
        .map(|(index, user)| {
            (
                user.principal.id.clone(),
                of_user(&account, &graph, index, user),
            )
        })
        .collect()
}

fn of_user(account: &IamAccount, graph: &Graph<'_>, index: usize, user: &IamUser) -> Privilege {
    let mut privilege = Privilege::of_tier(Tier::Unknown);
    privilege.not_considered = not_considered(account, graph);
    let Some(node) = graph.node(NodeId::User(index)) else {
        return privilege;
    };
    let own = node.standings.iter();
    let own: Vec<&(Session, Standing)> = own
        .filter(|(session, _)| node.sessions.contains(session))
        .collect();
    if let Some((session, standing)) = own.iter().find(|(_, it)| it.is_admin.is_true()) {
        let has_mfa = *session == Session::Mfa;
        privilege.tier = if has_mfa {
            Tier::AdminWithMfa
        } else {
            Tier::Admin
        };
        let asker = Asker::new(account, &user.principal, *session);
        privilege.proof = proof::of_everything(&asker);
        privilege.paths = lifting(standing);
        privilege.counterfactual = counterfactual::of(account, user, &node.sessions);
        privilege.limits = limits(standing);
        return privilege;
    }
    let found = graph.paths(node);
    let (open, residual): (Vec<&Found>, Vec<&Found>) =
        found.iter().partition(|found| found.truth.is_true());
    privilege.limits = own
        .first()
        .map(|(_, standing)| limits(standing))
        .unwrap_or_default();
    if !open.is_empty() {
        privilege.tier = Tier::CanEscalate;
        privilege.paths = reports(account, graph, user, open.into_iter());
        return privilege;
    }
    let standings = own.iter().map(|(_, standing)| standing.is_admin.clone());
    let unknown = residual.iter().map(|found| found.truth.clone());
    let unknown: Vec<Truth> = standings
        .chain(unknown)
        .filter(|truth| truth.residual().is_some())
        .collect();
    let on_conditions = unknown
        .iter()
        .any(|it| it.residual().is_some_and(|it| !it.lacks_documents()));
    if on_conditions || is_admin_with_a_device(account, user, node) {
        privilege.tier = Tier::Conditional;
        let residual = residual.iter().filter(|found| {
            found
                .truth
                .residual()
                .is_some_and(|it| !it.lacks_documents())
        });
        privilege.paths = reports(account, graph, user, residual.copied());
        return privilege;
    }
    let is_capped = own.iter().any(|(_, standing)| standing.is_capped.is_true());
    privilege.tier = match (unknown.is_empty(), is_capped) {
        (false, _) => Tier::Unknown,
        (true, true) => Tier::Capped,
        // Any role may trust any user, unless it is denied to assume any.
        (true, false) if !account.has_roles && may_assume(account, user) => Tier::Unknown,
        (true, false) => Tier::User,
    };
    privilege
}

/// Whether MFA would make an administrator of a user that has no device and cannot enrol one.
fn is_admin_with_a_device(account: &IamAccount, user: &IamUser, node: &Node<'_>) -> bool {
    node.is_mfa_out_of_reach
        && standing(&Asker::new(account, &user.principal, Session::Mfa))
            .is_admin
            .is_true()
}

/// Whether no policy of the user denies it to assume roles.
fn may_assume(account: &IamAccount, user: &IamUser) -> bool {
    let arn = &user.principal.arn;
    let role = format!(
        "arn:{}:iam::{}:role/rollcall-any",
        arn.partition(),
        arn.account_id()
    );
    let mut sessions = user.sessions().into_iter();
    sessions.any(|session| {
        let asker = Asker::new(account, &user.principal, session);
        !asker.denies("sts:assumerole", &role).is_true()
    })
}

fn not_considered(account: &IamAccount, graph: &Graph<'_>) -> Vec<String> {
    let mut names = vec!["resource policies".to_owned()];
    if !account.has_roles {
        names.push("roles".to_owned());
    }
    if graph.is_cut {
        names.push("principals that act together".to_owned());
    }
    if account.service_control_policies.is_none() {
        names.push("service control policies".to_owned());
    }
    names
}

/// The paths by which an administrator lifts its limits.
fn lifting(standing: &Standing) -> Vec<PathReport> {
    let mut ids: Vec<&str> = standing
        .limits
        .iter()
        .flat_map(|limit| limit.lifted_by.iter().copied())
        .collect();
    ids.sort_unstable();
    ids.dedup();
    let reports = ids.into_iter().map(|id| PathReport {
        id: id.to_owned(),
        evidence: Evidence::Proven,
        assumes: Vec::new(),
        steps: Vec::new(),
    });
    reports.collect()
}

fn limits(standing: &Standing) -> Vec<LimitReport> {
    standing.limits.iter().map(limit).collect()
}

fn limit(limit: &Limit) -> LimitReport {
    let mut report = LimitReport {
        kind: "service_control_policy".into(),
        policy: None,
        from: None,
        statement: None,
        lifted_by: limit.lifted_by.iter().copied().map(Into::into).collect(),
    };
    match &limit.kind {
        LimitKind::Deny {
            source,
            statement,
            sid,
        } => {
            report.kind = "deny".into();
            report.statement = Some(sid.clone().unwrap_or_else(|| statement.to_string()));
            match source {
                PolicySource::Inline { holder, name } => {
                    report.policy = Some(name.clone());
                    report.from = Some(holder.label());
                }
                PolicySource::Managed { holder, arn, .. } => {
                    report.policy = Some(arn.clone());
                    report.from = Some(holder.label());
                }
                other => report.policy = Some(other.label()),
            }
        }
        LimitKind::Missing { source } => {
            report.kind = "missing_document".into();
            report.policy = Some(source.label());
        }
        LimitKind::Boundary { arn } => {
            report.kind = "boundary".into();
            report.policy = Some(arn.clone());
        }
        LimitKind::ServiceControl { names } => report.policy = Some(names.join(", ")),
    }
    report
}

/// The reports on `found`; the first have the statements of their steps.
fn reports<'f>(
    account: &IamAccount,
    graph: &Graph<'_>,
    user: &IamUser,
    found: impl Iterator<Item = &'f Found>,
) -> Vec<PathReport> {
    let reports = found.enumerate().map(|(index, found)| {
        let steps = match index < PATHS_WITH_STEPS_MAX {
            true => steps::of(account, graph, &user.principal, found),
            false => steps::bare(graph, found),
        };
        report(user, found, steps)
    });
    reports.collect()
}

fn report(user: &IamUser, found: &Found, steps: Vec<StepReport>) -> PathReport {
    let mut assumes = found.path.assumes.clone();
    assumes.extend(found.assumes.iter().cloned());
    if let Some(residual) = found.truth.residual() {
        assumes.extend(residual.conditions.iter().cloned());
        assumes.extend(residual.documents.iter().cloned());
    }
    if found.session == Session::Mfa && user.has_mfa.is_none() {
        assumes.push("an MFA device of the user".to_owned());
    }
    let mut seen = std::collections::BTreeSet::new();
    assumes.retain(|it| seen.insert(it.clone()));
    PathReport {
        id: found.path.id.clone(),
        evidence: match assumes.is_empty() {
            true => Evidence::Proven,
            false => Evidence::Assumes,
        },
        assumes,
        steps,
    }
}
