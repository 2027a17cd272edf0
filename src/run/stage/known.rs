//! A user as observed, next to what is kept of it.

use time::OffsetDateTime;

use super::former::to_ms;
use super::verdict::{self, AccountVerdicts, KnownVerdict};
use crate::model::{Confirmed, Fact, FormerName, Reason, StaleFact, User};
use crate::store::{EntityRecord, ObservedDigests};

/// So many former names are kept.
const FORMER_NAMES_MAX: usize = 5;

/// A user with what is known of it from all observations.
pub(super) struct Known {
    /// With the last known value of every fact that is unknown now.
    pub(super) user: User,
    pub(super) stale: Vec<StaleFact>,
    pub(super) former_names: Vec<FormerName>,
    /// How much it can do.
    pub(super) verdict: KnownVerdict,
    /// As it was known before, if it was.
    pub(super) last: Option<User>,
}

/// `user`, observed at `at`, with what `record` keeps of it.
pub(super) fn known(
    user: User,
    record: Option<&EntityRecord>,
    verdicts: &AccountVerdicts,
    confirmed: &Confirmed,
    at: OffsetDateTime,
) -> Known {
    let last = record.and_then(EntityRecord::user);
    let last = last.filter(|last| last.id == user.id);
    let last_verdict = record.and_then(|record| record.verdict.as_ref());
    let verdict = verdict::known(verdicts, &user, last_verdict);
    let Some(last) = last else {
        return Known {
            user,
            stale: Vec::new(),
            former_names: Vec::new(),
            verdict,
            last: None,
        };
    };
    let mut merged = user.with_last_known(&last, confirmed);
    merged.stale.extend(verdict.stale.clone());
    let former = record.map(|it| it.former_names.clone()).unwrap_or_default();
    Known {
        former_names: former_names(former, &last, &merged.user, at),
        user: merged.user,
        stale: merged.stale,
        verdict,
        last: Some(last),
    }
}

/// The former names of `now`, which was `last` before.
fn former_names(
    mut names: Vec<FormerName>,
    last: &User,
    now: &User,
    at: OffsetDateTime,
) -> Vec<FormerName> {
    if last.arn != now.arn {
        names.push(FormerName {
            name: last.name.clone(),
            arn: last.arn.clone(),
            until: to_ms(at),
        });
    }
    // Whoever has an old name again has not lost it.
    names.retain(|former| former.arn != now.arn);
    let surplus = names.len().saturating_sub(FORMER_NAMES_MAX);
    names.drain(..surplus);
    names
}

/// The record of a known user. A user too large to be kept is kept without its tags, and if need
/// be without all else but its name.
pub(super) fn record(
    known: &Known,
    digests: ObservedDigests,
    ordinal: u64,
) -> Option<EntityRecord> {
    let record = EntityRecord::new(&known.user, digests, ordinal);
    let record = record.or_else(|| {
        let without_tags = User {
            tags: too_large(),
            ..known.user.clone()
        };
        EntityRecord::new(&without_tags, digests, ordinal)
    });
    let mut record = record.or_else(|| {
        let name_alone = User {
            tags: too_large(),
            groups: too_large(),
            attached_policies: too_large(),
            inline_policies: too_large(),
            access_keys: too_large(),
            service_specific_credentials: too_large(),
            signing_certificates: too_large(),
            ssh_public_keys: too_large(),
            mfa: too_large(),
            ..known.user.clone()
        };
        EntityRecord::new(&name_alone, digests, ordinal)
    })?;
    record.former_names.clone_from(&known.former_names);
    record.stale.clone_from(&known.stale);
    record.verdict.clone_from(&known.verdict.kept);
    Some(record)
}

fn too_large<T>() -> Fact<T> {
    Fact::unknown(Reason::NotCollected, "too large to be kept")
}
