//! Tags that a principal gives itself, so that conditions on its tags hold.

use std::collections::BTreeMap;

use super::{Change, Maker};
use crate::analyze::decision::{Principal, Request, resolve_text};
use crate::analyze::document::{Comparison, Condition, Effect, Pattern, Statement, witness};
use crate::analyze::escalation::asker::Asker;
use crate::analyze::escalation::found::Step;
use crate::model::Tag;

/// The path of this file.
pub(super) const PATH: &str = "iam-taguser";
const PRINCIPAL_TAG: &str = "aws:principaltag/";
/// How many sets of tags are tried.
const BUNDLES_MAX: usize = 64;
/// A value that no policy names.
const ANY_VALUE: &str = "rollcall-any";

/// Tags that the principal's own policies ask for, one statement at a time.
pub(super) fn changes(maker: &Maker<'_, '_>) -> Vec<Change> {
    let asker = maker.asker;
    let principal = asker.principal;
    let own = principal.arn.as_str();
    let may = asker.may("iam:taguser", own, &principal.boundary);
    let Some(tags) = principal.tags.as_ref().filter(|_| !may.is_false()) else {
        return Vec::new();
    };
    let documents = principal
        .policies
        .iter()
        .filter_map(|it| it.document.as_ref());
    let statements: Vec<&Statement> = documents.flat_map(|it| &it.statements).collect();
    let denied = statements.iter().filter(|it| it.effect == Effect::Deny);
    let escapes: BTreeMap<String, String> = denied
        .flat_map(|statement| &statement.conditions)
        .filter_map(|condition| tag(asker, condition, false))
        .collect();
    let allowed = statements.iter().filter(|it| it.effect == Effect::Allow);
    let mut bundles: Vec<BTreeMap<String, String>> = allowed
        .map(|statement| {
            let wanted = statement.conditions.iter();
            let wanted = wanted.filter_map(|condition| tag(asker, condition, true));
            escapes.clone().into_iter().chain(wanted).collect()
        })
        .filter(|bundle: &BTreeMap<_, _>| !bundle.is_empty())
        .collect();
    bundles.sort();
    bundles.dedup();
    bundles.truncate(BUNDLES_MAX);
    let changes = bundles.into_iter().map(|bundle| {
        let changed = tagged(principal, tags, bundle);
        maker.change(may.clone(), changed, vec![Step::new("iam:TagUser", own)])
    });
    changes.collect()
}

/// A tag with which `condition` on a tag of the principal holds, or does not, as `is_wanted`.
fn tag(asker: &Asker<'_>, condition: &Condition, is_wanted: bool) -> Option<(String, String)> {
    let key = condition.key.strip_prefix(PRINCIPAL_TAG)?;
    let operator = condition.operator;
    if operator.comparison == Comparison::Null {
        let asks_for_none = condition.values.iter().any(|it| it.written == "true");
        return (asks_for_none != is_wanted).then(|| (key.to_owned(), ANY_VALUE.to_owned()));
    }
    if operator.is_negated == is_wanted {
        return Some((key.to_owned(), ANY_VALUE.to_owned()));
    }
    let context = asker.context();
    let request = Request {
        principal: asker.principal,
        action: "",
        resource: "*",
        context: &context,
    };
    let mut patterns = condition
        .values
        .iter()
        .filter_map(|it| resolve_text(it, &request));
    let value = patterns.find_map(|pattern| witness(&pattern, &Pattern::parse("*")))?;
    Some((key.to_owned(), value))
}

fn tagged(principal: &Principal, tags: &[Tag], bundle: BTreeMap<String, String>) -> Principal {
    let kept = tags
        .iter()
        .filter(|tag| !bundle.contains_key(&tag.key.to_lowercase()));
    let mut all: Vec<Tag> = kept.cloned().collect();
    all.extend(bundle.into_iter().map(|(key, value)| Tag { key, value }));
    Principal {
        tags: Some(all),
        ..principal.clone()
    }
}
