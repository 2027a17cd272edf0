//! Resources that a principal creates or chooses: one that it may act on is enough.

use std::collections::BTreeSet;

use crate::analyze::decision::{AppliedPolicy, Boundary, Request, resolve_text};
use crate::analyze::document::{Effect, Pattern, Policy, witness};
use crate::analyze::escalation::asker::Asker;
use crate::analyze::paths::Catalogue;
use crate::model::is_account_id;

/// How many resources are tried.
const TRIED_MAX: usize = 256;

/// The pattern of the ARNs that `action` is checked against.
pub(in crate::analyze::escalation) fn pattern_of(
    asker: &Asker<'_>,
    action: &str,
) -> Option<Pattern> {
    let template = Catalogue::get().resources.get(action)?;
    Some(filled(asker, template))
}

/// `template` with the account and its partition.
pub(in crate::analyze::escalation) fn filled(asker: &Asker<'_>, template: &str) -> Pattern {
    let account = &asker.account.account;
    let text = template
        .replace("{partition}", &account.partition)
        .replace("{account}", &account.id);
    Pattern::parse(&text)
}

/// ARNs of `bounds` that represent all that the policies tell apart for `actions`.
pub(in crate::analyze::escalation) fn candidates(
    asker: &Asker<'_>,
    actions: &[&str],
    bounds: &Pattern,
) -> Vec<String> {
    let mut patterns = Vec::new();
    let mut add = |document: &Policy| named(asker, document, actions, &mut patterns);
    let of = |policies: &[AppliedPolicy], add: &mut dyn FnMut(&Policy)| {
        let documents = policies
            .iter()
            .filter_map(|policy| policy.document.as_deref());
        documents.for_each(add);
    };
    of(&asker.principal.policies, &mut add);
    if let Boundary::Policy {
        document: Some(document),
        ..
    } = &asker.principal.boundary
    {
        add(document);
    }
    for level in asker.account.service_control_policies.iter().flatten() {
        of(level, &mut add);
    }
    let account = asker.account.account.id.as_str();
    let is_own = |text: &String| !is_foreign(text, account);
    // A wildcard runs over colons, and a name has no more of them than those that name it.
    let is_arn = |text: &str, of: [&Pattern; 2]| {
        let most = of.into_iter().chain([bounds]).map(Pattern::colons).max();
        text.matches(':').count() <= most.unwrap_or_default()
    };
    let mut found: BTreeSet<String> = witness(bounds, &Pattern::parse("*")).into_iter().collect();
    for (index, one) in patterns.iter().enumerate() {
        let Some(text) = witness(one, bounds) else {
            continue;
        };
        found.extend(Some(text).filter(is_own));
        for other in patterns.iter().skip(index + 1) {
            let text = witness(one, other).filter(|text| bounds.matches(text));
            found.extend(
                text.filter(is_own)
                    .filter(|text| is_arn(text, [one, other])),
            );
            if found.len() >= TRIED_MAX {
                return found.into_iter().collect();
            }
        }
    }
    found.into_iter().collect()
}

/// Whether `arn` is of another account: a wildcard for the region runs over colons as well.
fn is_foreign(arn: &str, account: &str) -> bool {
    let of = arn.split(':').nth(4);
    of.is_some_and(|of| is_account_id(of) && of != account)
}

/// The patterns by which `document` tells resources of `actions` apart.
fn named(asker: &Asker<'_>, document: &Policy, actions: &[&str], into: &mut Vec<Pattern>) {
    let context = asker.context();
    for statement in &document.statements {
        let Some(resource) = &statement.resource else {
            continue;
        };
        let is_asked = actions
            .iter()
            .any(|action| statement.action.matches(action));
        // An Allow names what is open, a Deny by NotResource what stays open.
        if !is_asked || (statement.effect == Effect::Deny) != resource.is_negated {
            continue;
        }
        for text in &resource.texts {
            let request = Request {
                principal: asker.principal,
                action: actions.first().copied().unwrap_or_default(),
                resource: "*",
                context: &context,
            };
            let pattern = resolve_text(text, &request);
            into.extend(pattern.filter(|pattern| !pattern.is_everything()));
        }
    }
    into.truncate(TRIED_MAX);
}
