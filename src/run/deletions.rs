//! Users who are gone: told only when that is proven, and never in masses by mistake.

use std::collections::HashSet;

use super::kept_user;
use super::pass::Pass;
use super::report::PassReport;
use super::staging;
use crate::aws::AwsErrorClass;
use crate::collect::{Completeness, is_gone};
use crate::config::Emit;
use crate::model::{HistoryKind, User};
use crate::steps::{self, Step};
use crate::store::{StagedCounts, Staging, Store, StoreError};

/// Above this many, users are not asked about one by one: the inventory is proven complete.
const CONFIRMED_MAX: usize = 25;
/// So few may always go at once.
const MASS_MIN: usize = 5;

/// When a disappearance is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeletionPlan {
    /// Whether deletions are told at all.
    pub is_told: bool,
    /// The share of known users, in percent, that may be gone at once without being accepted.
    pub percent_max: u8,
    /// Whether the operator accepts any number.
    pub is_accepted: bool,
}

/// What became of users that a complete inventory did not hold.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Deletions {
    /// Told as deleted.
    pub told: u64,
    /// Held back until accepted: more than may be gone at once.
    pub held_back: u64,
}

impl Pass<'_> {
    /// Tells of known users who are not among `seen`, if `report` proves that they are gone.
    pub(super) async fn tell_deletions(
        &self,
        report: &mut PassReport,
        seen: &HashSet<String>,
    ) -> Result<Deletions, StoreError> {
        let is_proven = report.failure.is_none()
            && report.completeness == Some(Completeness::Proven)
            && self.plan.deletions.is_told
            && self.plan.emit != Emit::Created
            // Whom a sink cannot be told of now must stay known, so that it is told later.
            && report.held_up.is_empty();
        if !is_proven {
            return Ok(Deletions::default());
        }
        let account_id = self.account.id.clone();
        let known = self
            .store
            .run(move |store| store.known_user_ids(&account_id))
            .await?;
        // The root user cannot be deleted: it is only told of where the report can be read.
        let is_absent = |id: &String| !seen.contains(id) && *id != self.account.id;
        let absent: Vec<String> = known.iter().filter(|id| is_absent(id)).cloned().collect();
        if self.is_mass(absent.len(), known.len()) {
            let held_back = absent.len() as u64;
            tracing::error!(
                account = self.account.id,
                held_back,
                known = known.len(),
                "too many users are gone at once to believe it: none is reported as deleted; if \
                 it is true, run rollcall collect --accept-deletions"
            );
            return Ok(Deletions { told: 0, held_back });
        }
        let gone = self.confirmed(absent).await?;
        let told = gone.len() as u64;
        let counts = self.stage_deletions(gone).await?;
        report.staged.add(counts);
        Ok(Deletions { told, held_back: 0 })
    }

    fn is_mass(&self, absent: usize, known: usize) -> bool {
        let plan = self.plan.deletions;
        let is_large = absent * 100 > known * usize::from(plan.percent_max);
        !plan.is_accepted && absent > MASS_MIN && is_large
    }

    /// Those of `absent` whom AWS confirms to be gone; all of them where they are too many to
    /// ask about, or where that is denied: the inventory is proven complete.
    async fn confirmed(&self, absent: Vec<String>) -> Result<Vec<User>, StoreError> {
        let (account_id, ids) = (self.account.id.clone(), absent.clone());
        let last_known = move |store: &Store| store.last_known(&account_id, &ids);
        let last_known = self.store.run(last_known).await?;
        let users: Vec<User> = last_known
            .iter()
            .filter_map(|kept| kept_user::read(kept.as_deref()?))
            .collect();
        if users.len() < absent.len() {
            let unreadable = absent.len() - users.len();
            tracing::error!(
                account = self.account.id,
                unreadable,
                "users are gone of whom nothing readable is kept: they cannot be told as deleted"
            );
        }
        let mut gone = Vec::new();
        for user in users {
            if absent.len() > CONFIRMED_MAX || self.is_gone(&user).await {
                gone.push(user);
            }
        }
        Ok(gone)
    }

    async fn is_gone(&self, user: &User) -> bool {
        let Some(client) = self.aws else {
            return true;
        };
        is_gone(client, user).await.unwrap_or_else(|error| {
            tracing::warn!(%error, "cannot confirm that a user was deleted");
            error.class == AwsErrorClass::Denied
        })
    }

    async fn stage_deletions(&self, gone: Vec<User>) -> Result<StagedCounts, StoreError> {
        if gone.is_empty() {
            return Ok(StagedCounts::default());
        }
        let mut staging = Staging::new(self.stamp.collected_at);
        for user in gone {
            for target in self.targets {
                let event = self
                    .mapping
                    .deletion(self.account, &user, self.stamp, target.dialect);
                staging
                    .events
                    .extend(event.map(|event| staging::staged(target, &user.id, event)));
            }
            let gone = HistoryKind::Deleted;
            let entry = staging::history_entry(self.stamp, &user, gone, Vec::new());
            let entry = entry.map(|entry| (user.id.clone(), entry));
            staging.history.extend(entry);
            staging.forgotten.push(user.id);
        }
        let account_id = self.account.id.clone();
        let stage = move |store: &Store| store.stage(&account_id, staging, false);
        let counts = self.store.run(stage).await?;
        steps::reach(Step::DeletionsStaged);
        Ok(counts)
    }
}
