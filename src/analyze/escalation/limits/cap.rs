//! Whether a boundary or service control policies keep an administrator from being one.

use std::sync::Arc;

use crate::analyze::decision::{AppliedPolicy, Boundary, PolicySource, Principal, Truth};
use crate::analyze::document::{Effect, Policy};
use crate::analyze::escalation::asker::Asker;
use crate::analyze::escalation::limits::deny::may_apply;
use crate::analyze::escalation::limits::full::everything;
use crate::analyze::escalation::limits::{Limit, LimitKind, granted_everything};

/// What an administrator does to stay one: service control policies that leave all of it alone
/// are guardrails, and no cap.
const CONTROL: [(&str, &str); 12] = [
    ("iam:createuser", "user"),
    ("iam:attachuserpolicy", "user"),
    ("iam:putuserpolicy", "user"),
    ("iam:createaccesskey", "user"),
    ("iam:createloginprofile", "user"),
    ("iam:createrole", "role"),
    ("iam:attachrolepolicy", "role"),
    ("iam:putrolepolicy", "role"),
    ("iam:updateassumerolepolicy", "role"),
    ("iam:passrole", "role"),
    ("iam:createpolicyversion", "policy"),
    ("sts:assumerole", "role"),
];

/// What the service control policies do to an administrator.
pub(in crate::analyze::escalation) struct Organization {
    /// Whether they keep it from being one.
    pub(in crate::analyze::escalation) caps: Truth,
    /// What is to be noted.
    pub(in crate::analyze::escalation) limit: Option<Limit>,
}

/// Whether `document` leaves anything out.
pub(in crate::analyze::escalation) fn limits(
    asker: &Asker<'_>,
    document: &Arc<Policy>,
    arn: &str,
) -> Truth {
    let policies = [AppliedPolicy {
        source: PolicySource::Boundary {
            arn: arn.to_owned(),
        },
        document: Some(Arc::clone(document)),
    }];
    let denied = denies(asker, &policies);
    (!everything(asker, &policies)).or(denied)
}

/// What the service control policies of the account do to `asker`.
pub(in crate::analyze::escalation) fn organization(asker: &Asker<'_>) -> Organization {
    let mut caps = Truth::False;
    let mut denied = Truth::False;
    let Some(levels) = asker.account.service_control_policies.as_ref() else {
        return Organization { caps, limit: None };
    };
    let mut names: Vec<String> = Vec::new();
    for level in levels {
        let allows = everything(asker, level);
        for policy in level {
            let denies = denies(asker, std::slice::from_ref(policy));
            if let PolicySource::ServiceControl { name } = &policy.source
                && !(allows.is_true() && denies.is_false())
                && !names.contains(name)
            {
                names.push(name.clone());
            }
            denied = denied.or(denies);
        }
        caps = caps.or(!allows);
    }
    if !denied.is_false() {
        caps = caps.or(!controls_iam(asker));
    }
    let is_limited = !(caps.is_false() && denied.is_false());
    let limit = is_limited.then(|| Limit {
        kind: LimitKind::ServiceControl { names },
        applies: caps.clone().or(denied),
        lifted_by: Vec::new(),
    });
    Organization { caps, limit }
}

fn denies(asker: &Asker<'_>, policies: &[AppliedPolicy]) -> Truth {
    let mut denied = Truth::False;
    for policy in policies {
        let Some(document) = &policy.document else {
            denied = denied.or(Truth::on_document(&policy.source.label()));
            continue;
        };
        let statements = document.statements.iter();
        for statement in statements.filter(|statement| statement.effect == Effect::Deny) {
            denied = denied.or(may_apply(asker, statement));
        }
    }
    denied
}

/// Whether an administrator without any other limit controls IAM.
fn controls_iam(asker: &Asker<'_>) -> Truth {
    let free = Principal {
        policies: Vec::new(),
        boundary: Boundary::None,
        ..asker.principal.clone()
    };
    let free = granted_everything(&free);
    let asker = asker.as_principal(&free);
    let arn = &free.arn;
    let each = CONTROL.iter().map(|(action, kind)| {
        let prefix = format!("arn:{}:iam::{}", arn.partition(), arn.account_id());
        asker.may_itself(
            action,
            &format!("{prefix}:{kind}/rollcall-any"),
            &Boundary::None,
        )
    });
    each.fold(Truth::True, Truth::and)
}
