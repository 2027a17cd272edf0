//! Users who are gone: reported only when that is proven, and never in masses by mistake.

use std::collections::HashSet;
use std::sync::Arc;

use super::Pass;
use super::report::{Deletions, PassReport};
use crate::collect::{Completeness, Confirmation, confirm_gone};
use crate::config::Emit;
use crate::model::EntityKey;
use crate::run::agent::DeletionPlan;
use crate::run::report::how_to_accept_deletions;
use crate::run::stage::{SendCounts, Stager};
use crate::steps::{self, Step};
use crate::store::{EntityRecord, Staging, Store, StoreError};

/// Above this many, users are not asked about one by one.
const CONFIRMED_MAX: usize = 25;
/// So few may always go at once.
const MASS_MIN: usize = 5;

/// Reports known users that are not among `seen`, if `report` proves that they are gone.
pub(super) async fn report(
    pass: &Pass<'_>,
    report: &mut PassReport,
    seen: &HashSet<String>,
    stager: &Arc<Stager>,
) -> Result<Deletions, StoreError> {
    let is_proven = report.failure.is_none()
        && report.completeness == Some(Completeness::Proven)
        && pass.plan.deletions.is_sent
        && pass.plan.emit != Emit::Created;
    if !is_proven {
        return Ok(Deletions::default());
    }
    let account_id = pass.account.id.clone();
    let known = pass
        .store
        .run(move |store| store.user_ids(&account_id))
        .await?;
    // The root user cannot be deleted: it is only known where the report can be read.
    let is_absent = |id: &String| !seen.contains(id) && *id != pass.account.id;
    let absent: Vec<String> = known.iter().filter(|id| is_absent(id)).cloned().collect();
    if is_mass(pass.plan.deletions, absent.len(), known.len()) {
        let held_back = absent.len() as u64;
        let account = pass.account.id.as_str();
        let daemon = pass.is_daemon.then(std::process::id);
        tracing::error!(
            account,
            held_back,
            known = known.len(),
            "too many users are gone at once to believe it: none is reported as deleted; if it is \
             true, {}",
            how_to_accept_deletions(account, daemon)
        );
        return Ok(Deletions {
            held_back,
            ..Deletions::default()
        });
    }
    let (gone, unconfirmed) = sort(pass, absent, stager).await?;
    let (gone_count, unconfirmed_count) = (gone.len() as u64, unconfirmed.len() as u64);
    let (counts, unreadable) = write(pass, stager, gone, unconfirmed).await?;
    report.sent.add_deletions(counts);
    if unreadable > 0 {
        tracing::error!(
            account = pass.account.id,
            unreadable,
            "users are gone of which nothing readable is kept: they cannot be reported as deleted"
        );
    }
    Ok(Deletions {
        sent: gone_count - unreadable,
        held_back: 0,
        unconfirmed: unconfirmed_count,
    })
}

fn is_mass(plan: DeletionPlan, absent: usize, known: usize) -> bool {
    let is_large = absent * 100 > known * usize::from(plan.percent_max);
    !plan.is_accepted && absent > MASS_MIN && is_large
}

/// Users with what is kept of them.
type Kept = Vec<(EntityKey, EntityRecord)>;

/// Those of `absent` that are gone: since AWS confirms it, since an earlier complete inventory
/// did not hold them either, or since the operator accepts it. And those that nothing confirms.
async fn sort(
    pass: &Pass<'_>,
    absent: Vec<String>,
    stager: &Stager,
) -> Result<(Kept, Kept), StoreError> {
    let is_asked = absent.len() <= CONFIRMED_MAX;
    let account_id = pass.account.id.clone();
    let read = move |store: &Store| {
        let entities: Vec<EntityKey> = absent
            .into_iter()
            .map(|id| EntityKey::user(account_id.as_str(), id))
            .collect();
        let records = store.entities(&entities)?;
        Ok(entities.into_iter().zip(records).collect::<Vec<_>>())
    };
    let kept = pass.store.run(read).await?;
    let (mut gone, mut unconfirmed) = (Vec::new(), Vec::new());
    for (entity, record) in kept {
        let Some(record) = record else { continue };
        let was_absent = record
            .absent_since
            .is_some_and(|ordinal| ordinal < stager.sender.ordinal);
        match confirmation(pass, &record, is_asked).await {
            Some(Confirmation::Gone) => gone.push((entity, record)),
            Some(Confirmation::StillThere) => {}
            _ if was_absent || pass.plan.deletions.is_accepted => gone.push((entity, record)),
            None => unconfirmed.push((entity, record)),
            Some(Confirmation::NotConfirmed(error)) => {
                tracing::warn!(
                    account = pass.account.id, user_id = entity.id, %error,
                    "a user is gone and AWS does not confirm it: reported as deleted if the next \
                     complete pass does not find it either"
                );
                unconfirmed.push((entity, record));
            }
        }
    }
    Ok((gone, unconfirmed))
}

/// What AWS says of the user of `record`; `None` if it is not asked.
async fn confirmation(
    pass: &Pass<'_>,
    record: &EntityRecord,
    is_asked: bool,
) -> Option<Confirmation> {
    let Some(client) = pass.aws else {
        return Some(Confirmation::Gone);
    };
    let user = record.user().filter(|_| is_asked)?;
    Some(confirm_gone(client, &user).await)
}

async fn write(
    pass: &Pass<'_>,
    stager: &Arc<Stager>,
    gone: Kept,
    unconfirmed: Kept,
) -> Result<(SendCounts, u64), StoreError> {
    if gone.is_empty() && unconfirmed.is_empty() {
        return Ok((SendCounts::default(), 0));
    }
    let stager = Arc::clone(stager);
    let stage = move |store: &Store| {
        let (counts, unreadable) = stager.delete(store, gone)?;
        let sender = &stager.sender;
        let mut staging = Staging::new(sender.account.id.clone(), sender.stamp.collected_at);
        for (entity, mut record) in unconfirmed {
            record.absent_since.get_or_insert(sender.ordinal);
            staging.entities.push((entity, record));
        }
        store.stage(staging)?;
        Ok((counts, unreadable))
    };
    let written = pass.store.run(stage).await?;
    steps::reach(Step::DeletionsStaged);
    Ok(written)
}
