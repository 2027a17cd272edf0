//! What `unmapped.aws_iam` says about its facts: how old they are, and what is missing.

use serde::Serialize;
use time::format_description::well_known::Rfc3339;
use time::{OffsetDateTime, UtcOffset};

use crate::model::{FormerName, StaleFact, User};

/// A fact that is given as last known.
#[derive(Serialize)]
pub(super) struct Stale<'a> {
    fact: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    as_of: Option<String>,
    reason: String,
}

/// A fact that is left out.
#[derive(Serialize)]
pub(super) struct Unknown<'a> {
    fact: &'static str,
    reason: &'static str,
    detail: &'a str,
}

/// A name that the user had before.
#[derive(Serialize)]
pub(super) struct Former<'a> {
    name: &'a str,
    arn: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<String>,
}

/// How many tags there was room for.
#[derive(Clone, Copy, Serialize)]
pub(super) struct TagsCut {
    pub(super) kept: usize,
    pub(super) of: usize,
}

pub(super) fn stale(facts: &[StaleFact]) -> Vec<Stale<'_>> {
    let stale = facts.iter().map(|stale| Stale {
        fact: &stale.fact,
        as_of: rfc3339(stale.as_of),
        reason: stale.why.to_string(),
    });
    stale.collect()
}

pub(super) fn unknown(user: &User) -> Vec<Unknown<'_>> {
    let unknown = user.unknown_facts().into_iter();
    unknown
        .map(|(fact, why)| Unknown {
            fact,
            reason: why.reason.as_str(),
            detail: &why.detail,
        })
        .collect()
}

/// Former names, the oldest first.
pub(super) fn former_names(names: &[FormerName]) -> Vec<Former<'_>> {
    let mut names: Vec<&FormerName> = names.iter().collect();
    names.sort_by_key(|former| (former.until, &former.arn, &former.name));
    let former = names.into_iter().map(|former| Former {
        name: &former.name,
        arn: former.arn.as_str(),
        until: rfc3339(former.until),
    });
    former.collect()
}

/// RFC 3339 in UTC, however the source wrote its offset; `None` for a year that it cannot write,
/// which AWS never sends.
pub(super) fn rfc3339(at: OffsetDateTime) -> Option<String> {
    let utc = at.checked_to_offset(UtcOffset::UTC)?;
    utc.format(&Rfc3339).ok()
}
