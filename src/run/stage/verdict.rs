//! The verdict on a user: as judged now, or as last known.

use std::collections::BTreeMap;

use super::former::to_ms;
use crate::analyze::Privilege;
use crate::model::{Digest, Fact, StaleFact, Unknown, User};
use crate::store::KeptVerdict;

/// The verdicts on the users of an account by UserId, or why there are none.
pub(in crate::run) type AccountVerdicts = Fact<BTreeMap<String, Privilege>>;

/// The name of the verdict among the facts of a user.
const FACT: &str = "privilege";

/// How much a user can do: as judged now or, where that is unknown, as last known.
pub(super) struct KnownVerdict {
    pub(super) privilege: Option<Privilege>,
    /// To be kept.
    pub(super) kept: Option<KeptVerdict>,
    /// If it is the last known one.
    pub(super) stale: Option<StaleFact>,
}

/// The verdict on `user` among `verdicts`. The root user needs none.
pub(super) fn on<'a>(verdicts: &'a AccountVerdicts, user: &User) -> Option<&'a Privilege> {
    verdicts.value()?.get(&user.id)
}

/// Why there is no verdict on `user`, if so, as a fact that is unknown.
pub(in crate::run) fn unknown_verdict<'a>(
    verdicts: &'a AccountVerdicts,
    user: &User,
) -> Option<(&'static str, &'a Unknown)> {
    match verdicts {
        Fact::Unknown(why) if !user.is_root() => Some((FACT, why)),
        _ => None,
    }
}

/// `digest` of a user, with the verdict on it.
pub(super) fn digest(digest: Digest, privilege: Option<&Privilege>) -> Digest {
    let told = privilege.and_then(|it| serde_json::to_vec(it).ok());
    match told {
        None => digest,
        Some(told) => {
            let mut both = digest.as_bytes().to_vec();
            both.extend_from_slice(Digest::of(&told).as_bytes());
            Digest::of(&both)
        }
    }
}

/// The verdict that is `kept`.
pub(super) fn kept(kept: Option<&KeptVerdict>) -> Option<Privilege> {
    kept.and_then(KeptVerdict::read)
}

/// What is known of how much `user` can do, by `verdicts` and what is kept of the `last` one.
pub(super) fn known(
    verdicts: &AccountVerdicts,
    user: &User,
    last: Option<&KeptVerdict>,
) -> KnownVerdict {
    match verdicts {
        Fact::Known { provenance, .. } => {
            let privilege = on(verdicts, user).cloned();
            let kept = privilege.as_ref().and_then(|privilege| {
                let whole = KeptVerdict::new(privilege, provenance.as_of);
                let short = || KeptVerdict::new(&privilege.without_reasons(), provenance.as_of);
                whole.or_else(short)
            });
            KnownVerdict {
                privilege,
                kept,
                stale: None,
            }
        }
        Fact::Unknown(why) => {
            let privilege = kept(last);
            let as_of = last.and_then(KeptVerdict::as_of);
            let stale = as_of
                .filter(|_| privilege.is_some())
                .map(|as_of| StaleFact {
                    fact: FACT.into(),
                    as_of: to_ms(as_of),
                    why: why.clone(),
                });
            KnownVerdict {
                privilege,
                kept: last.cloned(),
                stale,
            }
        }
    }
}
