//! The statements that make an administrator.

use std::sync::Arc;

use super::privilege::StatementReport;
use crate::analyze::decision::{AppliedPolicy, PolicySource};
use crate::analyze::document::{Effect, Policy};
use crate::analyze::escalation::{Asker, everything};

/// The Allow statements of which each alone allows everything or, if none does, a smallest
/// selection that does together.
pub(super) fn of_everything(asker: &Asker<'_>) -> Vec<StatementReport> {
    let single = singles(&asker.principal.policies);
    let sufficient = |policies: &[AppliedPolicy]| everything(asker, policies).is_true();
    let alone: Vec<&AppliedPolicy> = single
        .iter()
        .map(|(_, policy)| policy)
        .filter(|policy| sufficient(std::slice::from_ref(policy)))
        .collect();
    if !alone.is_empty() {
        let reports = single
            .iter()
            .filter(|(_, policy)| sufficient(std::slice::from_ref(policy)));
        return sorted(
            reports
                .map(|(label, policy)| report(policy, label))
                .collect(),
        );
    }
    let mut kept = single;
    let mut index = 0;
    while index < kept.len() {
        let removed = kept.remove(index);
        let policies: Vec<AppliedPolicy> = kept.iter().map(|(_, policy)| policy.clone()).collect();
        if !sufficient(&policies) {
            kept.insert(index, removed);
            index += 1;
        }
    }
    sorted(
        kept.iter()
            .map(|(label, policy)| report(policy, label))
            .collect(),
    )
}

/// The statement at `index` of `policy`.
pub(super) fn of_statement(policy: &AppliedPolicy, index: usize) -> Option<StatementReport> {
    let statement = policy.document.as_ref()?.statements.get(index)?;
    Some(report(policy, &statement.name(index)))
}

/// Each Allow statement as a policy of its own, with its label.
fn singles(policies: &[AppliedPolicy]) -> Vec<(String, AppliedPolicy)> {
    let mut single = Vec::new();
    for policy in policies {
        let statements = policy.document.iter().flat_map(|it| it.statements.iter());
        for (index, statement) in statements.enumerate() {
            if statement.effect == Effect::Allow {
                let label = statement.name(index);
                let document = Policy {
                    statements: vec![statement.clone()],
                };
                let alone = AppliedPolicy {
                    source: policy.source.clone(),
                    document: Some(Arc::new(document)),
                };
                single.push((label, alone));
            }
        }
    }
    single
}

fn sorted(mut reports: Vec<StatementReport>) -> Vec<StatementReport> {
    reports.sort();
    reports
}

fn report(policy: &AppliedPolicy, statement: &str) -> StatementReport {
    let (name, from, version) = match &policy.source {
        PolicySource::Inline { holder, name } => (name.clone(), holder.label(), None),
        PolicySource::Managed {
            holder,
            arn,
            version,
        } => (arn.clone(), holder.label(), version.clone()),
        other => (other.label(), String::new(), None),
    };
    StatementReport {
        policy: name,
        from,
        version,
        statement: statement.to_owned(),
    }
}
