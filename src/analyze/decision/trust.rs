//! Whom a trust policy trusts.

use super::authorizer::StatementRef;
use super::evaluator;
use super::principal::Principal;
use super::request::Request;
use super::truth::Truth;
use crate::analyze::document::{Effect, Policy, PrincipalElement, PrincipalName};

/// What a trust policy says about a request of a principal.
#[derive(Debug, Clone)]
pub(super) struct Trust {
    /// A statement denies it.
    pub(super) denied: Truth,
    /// A statement names the principal itself or everybody, so that no identity policy has to allow
    /// it.
    pub(super) named: Truth,
    /// A statement names the account, so that an identity policy has to allow it.
    pub(super) delegated: Truth,
    /// The statements that allow.
    pub(super) grants: Vec<StatementRef>,
}

enum Match {
    Named,
    Delegated,
    /// NotPrincipal that lists the account alone: AWS warns against it and does not define it.
    Undefined,
    No,
}

/// Reads `policy` for `request`.
pub(super) fn evaluate(policy: &Policy, request: &Request<'_>) -> Trust {
    let mut trust = Trust {
        denied: Truth::False,
        named: Truth::False,
        delegated: Truth::False,
        grants: Vec::new(),
    };
    for (index, statement) in policy.statements.iter().enumerate() {
        let Some(element) = &statement.principal else {
            continue;
        };
        let matched = matches(element, request.principal);
        if matches!(matched, Match::No) {
            continue;
        }
        let mut applies = evaluator::applies(statement, request);
        if applies.is_false() {
            continue;
        }
        if matches!(matched, Match::Undefined) {
            applies = applies.and(Truth::on_condition("NotPrincipal with the account alone"));
        }
        if statement.effect == Effect::Deny {
            trust.denied = trust.denied.or(applies);
            continue;
        }
        trust.grants.push(StatementRef::in_trust(index));
        if matches!(matched, Match::Named) {
            trust.named = trust.named.or(applies);
        } else {
            trust.delegated = trust.delegated.or(applies);
        }
    }
    trust
}

/// Whether `policy` lets `service` assume the role with `action`.
pub fn trusts_service(policy: &Policy, service: &str, request: &Request<'_>) -> Truth {
    let is_listed = |name: &PrincipalName| match name {
        PrincipalName::Anyone => true,
        PrincipalName::Service(listed) | PrincipalName::Federated(listed) => listed == service,
        PrincipalName::Aws(_) | PrincipalName::CanonicalUser(_) => false,
    };
    by_principal(policy, request, &is_listed)
}

/// Whether `policy` trusts an identity provider that `is_provider` recognizes.
pub fn trusts_provider(
    policy: &Policy,
    is_provider: &dyn Fn(&str) -> bool,
    request: &Request<'_>,
) -> Truth {
    let is_listed =
        |name: &PrincipalName| matches!(name, PrincipalName::Federated(arn) if is_provider(arn));
    by_principal(policy, request, &is_listed)
}

fn by_principal(
    policy: &Policy,
    request: &Request<'_>,
    is_listed: &dyn Fn(&PrincipalName) -> bool,
) -> Truth {
    let (mut allowed, mut denied) = (Truth::False, Truth::False);
    for statement in &policy.statements {
        let Some(element) = &statement.principal else {
            continue;
        };
        if element.principals.iter().any(is_listed) == element.is_negated {
            continue;
        }
        let applies = evaluator::applies(statement, request);
        match statement.effect {
            Effect::Allow => allowed = allowed.or(applies),
            Effect::Deny => denied = denied.or(applies),
        }
    }
    allowed.and(!denied)
}

fn matches(element: &PrincipalElement, principal: &Principal) -> Match {
    let (mut is_named, mut is_account, mut is_anyone) = (false, false, false);
    for name in &element.principals {
        match name {
            PrincipalName::Anyone => is_anyone = true,
            PrincipalName::Aws(text) => {
                is_named |= text == principal.arn.as_str() || *text == principal.id;
                is_account |= is_account_of(text, principal);
            }
            PrincipalName::Service(_)
            | PrincipalName::Federated(_)
            | PrincipalName::CanonicalUser(_) => {}
        }
    }
    if element.is_negated {
        return match (is_named || is_anyone, is_account) {
            (true, _) => Match::No,
            (false, true) => Match::Undefined,
            (false, false) => Match::Delegated,
        };
    }
    // Within the account, everybody is named by `*`: nothing else has to allow it.
    match (is_named || is_anyone, is_account) {
        (true, _) => Match::Named,
        (false, true) => Match::Delegated,
        (false, false) => Match::No,
    }
}

fn is_account_of(text: &str, principal: &Principal) -> bool {
    let (arn, account) = (&principal.arn, principal.arn.account_id());
    text == account || text == format!("arn:{}:iam::{account}:root", arn.partition())
}
