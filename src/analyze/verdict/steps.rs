//! The steps of a path, each with the statements that allow it to whoever does it.

use super::privilege::{StatementReport, StepReport};
use super::proof;
use crate::analyze::account::IamAccount;
use crate::analyze::decision::{Boundary, Layer, Principal, Session};
use crate::analyze::document::with_wildcards;
use crate::analyze::escalation::{Asker, Found, Graph, Step};

/// How many statements are named for one step.
const STATEMENTS_MAX: usize = 4;

/// Whoever takes a path, and then all whose credentials it has by then.
struct Actors<'a> {
    account: &'a IamAccount,
    graph: &'a Graph<'a>,
    all: Vec<(&'a Principal, Session)>,
}

/// The steps of `found`, without the statements.
pub(super) fn bare(graph: &Graph<'_>, found: &Found) -> Vec<StepReport> {
    let on = found.target.map(|target| graph.way_on(target));
    let steps = found.steps.iter().chain(on.iter().flatten());
    let bare = steps.map(|step| StepReport {
        action: step.action.clone(),
        on: with_wildcards(&step.on),
        by: Vec::new(),
    });
    bare.collect()
}

/// The steps of `found`, which `principal` takes, and those of its target from there on.
pub(super) fn of<'a>(
    account: &'a IamAccount,
    graph: &'a Graph<'a>,
    principal: &'a Principal,
    found: &Found,
) -> Vec<StepReport> {
    let mut actors = Actors {
        account,
        graph,
        all: vec![(principal, found.session)],
    };
    let mut reports: Vec<StepReport> = found.steps.iter().map(|it| actors.report(it)).collect();
    if let Some(target) = found.target {
        if let Some(node) = graph.node(target) {
            actors.enter(node.principal);
        }
        let on = graph.way_on(target);
        reports.extend(on.iter().map(|step| actors.report(step)));
    }
    reports
}

impl<'a> Actors<'a> {
    fn report(&mut self, step: &Step) -> StepReport {
        let mut each = self.all.iter().map(|(principal, session)| {
            let asker = Asker::new(self.account, principal, *session);
            statements(&asker, self.graph, step)
        });
        let mut by = each.find(|by| !by.is_empty()).unwrap_or_default();
        by.truncate(STATEMENTS_MAX);
        self.follow(step);
        StepReport {
            action: step.action.clone(),
            on: with_wildcards(&step.on),
            by,
        }
    }

    /// Takes note of the principal that `step` gives the credentials of.
    fn follow(&mut self, step: &Step) {
        let role = self.graph.role(&step.on);
        let user = self.graph.user(&step.on);
        match step.action.as_str() {
            "sts:AssumeRole" | "iam:PassRole" | "iam:UpdateAssumeRolePolicy" => {
                if let Some(role) = role {
                    self.enter(&role.principal);
                }
            }
            "iam:CreateAccessKey"
            | "iam:CreateLoginProfile"
            | "iam:UpdateLoginProfile"
            | "iam:UpdateAccessKey" => {
                if let Some(user) = user {
                    self.enter(&user.principal);
                }
            }
            _ => {}
        }
    }

    fn enter(&mut self, principal: &'a Principal) {
        let session = match self.graph.role(principal.arn.as_str()) {
            Some(_) => Session::Role,
            None => Session::AccessKey,
        };
        let is_known = |(it, _): &(&Principal, Session)| it.arn == principal.arn;
        if !self.all.iter().any(is_known) {
            self.all.push((principal, session));
        }
    }
}

/// The statements that allow `step`, or would on conditions; none if it is not allowed.
fn statements(asker: &Asker<'_>, graph: &Graph<'_>, step: &Step) -> Vec<StatementReport> {
    let action = step.action.to_ascii_lowercase();
    let target = graph.role(&step.on);
    let trust = target.filter(|_| action == "sts:assumerole");
    let context = asker.context_of(&Boundary::Unread);
    let document = trust.and_then(|role| role.trust.as_deref());
    let response = asker.decide(&action, &step.on, &context, document);
    if response.is_granted().is_false() {
        return Vec::new();
    }
    let grants = response.grants.iter();
    let mut reports: Vec<StatementReport> = grants
        .filter_map(|grant| match grant.layer {
            Layer::Identity => {
                proof::of_statement(asker.principal.policies.get(grant.policy)?, grant.statement)
            }
            Layer::Trust => Some(StatementReport {
                policy: "trust policy".to_owned(),
                from: format!("role/{}", target?.principal.name),
                version: None,
                statement: document?
                    .statements
                    .get(grant.statement)?
                    .name(grant.statement),
            }),
            Layer::Boundary | Layer::ServiceControl(_) => None,
        })
        .collect();
    reports.sort();
    reports.dedup();
    reports
}
