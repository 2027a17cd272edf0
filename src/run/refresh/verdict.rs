//! How much a user can do, where only that user was read: a verdict holds while its policies do.

use std::collections::{BTreeMap, BTreeSet};

use crate::analyze::Privilege;
use crate::model::{Confirmed, Fact, Provenance, User};
use crate::run::stage::AccountVerdicts;
use crate::store::{EntityRecord, KeptVerdict};

/// What the verdict of a refresh comes from.
const SOURCE: &str = "the last pass";
/// The verdict among the facts that may be known from earlier alone.
const FACT: &str = "privilege";

/// What is known of a verdict.
pub(super) struct Judged {
    pub(super) verdicts: AccountVerdicts,
    /// Whether a pass would know more: there are other policies than the last one judged by.
    pub(super) needs_pass: bool,
}

/// The verdict on `user` that is kept in `record`, if nothing that was read speaks against it: neither
/// are its policies others, nor `is_of_policies` what it was read for. Else only a pass can judge.
pub(super) fn verdict(user: &User, record: Option<&EntityRecord>, is_of_policies: bool) -> Judged {
    let unknown = |needs_pass| Judged {
        verdicts: Fact::not_collected("a pass reads all that a verdict needs"),
        needs_pass,
    };
    let Some((record, last)) = record.and_then(|it| Some((it, it.user()?))) else {
        return unknown(true);
    };
    let now = user.with_last_known(&last, &Confirmed::new()).user;
    let needs_pass = is_of_policies || policies(&now) != policies(&last);
    if let Some(stale) = record.stale.iter().find(|it| it.fact == FACT) {
        let verdicts = Fact::Unknown(stale.why.clone());
        return Judged {
            verdicts,
            needs_pass,
        };
    }
    if needs_pass {
        return unknown(true);
    }
    let kept = record.verdict.as_ref();
    let privilege = kept.and_then(KeptVerdict::read::<Privilege>);
    match privilege.zip(kept.and_then(KeptVerdict::as_of)) {
        Some((privilege, as_of)) => {
            let source = SOURCE.into();
            let of_user = BTreeMap::from([(user.id.clone(), privilege)]);
            Judged {
                verdicts: Fact::known(of_user, &Provenance { source, as_of }),
                needs_pass,
            }
        }
        // The last pass did not judge, and the next one may not either.
        None => unknown(false),
    }
}

/// All policies of `user`, each with where it has it from.
fn policies(user: &User) -> BTreeSet<(&str, &str)> {
    let attached = user.attached_policies.value().into_iter().flatten();
    let inline = user.inline_policies.value().into_iter().flatten();
    let boundary = user.permissions_boundary.value().and_then(Option::as_ref);
    let own = attached
        .map(|it| ("", it.arn.as_str()))
        .chain(inline.map(|it| ("inline", it.as_str())))
        .chain(boundary.map(|it| ("boundary", it.as_str())));
    let mut all: BTreeSet<(&str, &str)> = own.collect();
    for group in user.groups.value().into_iter().flatten() {
        all.insert(("group", group.name.as_str()));
        let attached = group.attached_policies.value().into_iter().flatten();
        let inline = group.inline_policies.value().into_iter().flatten();
        all.extend(attached.map(|it| (group.name.as_str(), it.arn.as_str())));
        all.extend(inline.map(|it| (group.name.as_str(), it.as_str())));
    }
    all
}
