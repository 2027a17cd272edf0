//! The daemon follows every account, each region and each follower on its own, for ever.

use std::convert::Infallible;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::future::try_join_all;
use time::OffsetDateTime;
use tokio::time::{Instant, sleep_until};

use super::AUDIT_EVERY;
use super::found::follow_found;
use super::plan::{AuditPlan, Follower, audit_regions};
use super::reader::Reader;
use super::region::{Region, RoundError};
use super::take::Taker;
use super::trouble::{Trouble, Work};
use crate::audit::{Recent, Windows};
use crate::aws::KeptSessions;
use crate::config::AwsSettings;
use crate::metrics::Metrics;
use crate::model::Account;
use crate::run::fleet::{Fleet, Member};
use crate::store::{Store, StoreError};

/// How often it is looked which accounts there are.
const FIND_EVERY: Duration = Duration::from_secs(60 * 60);
/// A round of more calls takes longer than a minute.
const SLOW_CALLS: u64 = 120;

/// Follows accounts by a plan.
pub(in crate::run) struct Following<'a> {
    pub(in crate::run) plan: &'a AuditPlan,
    pub(in crate::run) aws: &'a AwsSettings,
    pub(in crate::run) store: &'a Store,
    pub(in crate::run) metrics: &'a Metrics,
    pub(in crate::run) sessions: &'a KeptSessions,
    /// Called with the receiver that something was staged for.
    pub(in crate::run) hurry: &'a (dyn Fn(&str) + Send + Sync),
}

impl Following<'_> {
    /// Follows for ever. An error is the store's.
    pub(in crate::run) async fn run(&self) -> Result<Infallible, StoreError> {
        let find = async |last: Option<&Fleet>| self.find(last.is_some()).await;
        let follow = async |fleet: &Fleet| {
            let members = fleet.members.iter();
            let each = try_join_all(members.map(|member| self.member(fleet, member)));
            forever(each.await?).await
        };
        follow_found(FIND_EVERY, find, follow).await
    }

    /// The accounts that there are, whenever that is known; all of them, if some were found before.
    async fn find(&self, is_found: bool) -> Fleet {
        let mut trouble = Trouble::new(Work::Accounts, "", self.metrics);
        loop {
            match Fleet::find_again(self.aws, &[], self.sessions).await {
                Ok(fleet) => match fleet.failure.as_ref().filter(|_| is_found) {
                    Some(error) => trouble.pause(error).await,
                    None => {
                        trouble.is_over();
                        return fleet;
                    }
                },
                Err(error) => trouble.pause(&error).await,
            }
        }
    }

    async fn member(&self, fleet: &Fleet, member: &Member) -> Result<Infallible, StoreError> {
        let name = member.id.as_deref().unwrap_or_default();
        let mut trouble = Trouble::new(Work::Records, name, self.metrics);
        let (client, account) = loop {
            match fleet.session(member).await {
                Ok(session) => break session,
                Err(error) => trouble.pause(&error).await,
            }
        };
        trouble.is_over();
        let regions = audit_regions(&self.plan.regions, &client, &account);
        tracing::info!(
            account = account.id,
            regions = regions.join(", "),
            "following CloudTrail"
        );
        let readers = regions.iter();
        let readers = readers.map(|region| Reader::new(&client, &account.partition, region));
        let readers: Vec<Reader> = readers.collect();
        let followers = self.plan.followers();
        let followed = followers.iter();
        let followed = followed.map(|it| self.follower(it, &account, &regions, &readers));
        forever(try_join_all(followed).await?).await
    }

    async fn follower(
        &self,
        follower: &Follower,
        account: &Account,
        names: &[String],
        readers: &[Reader],
    ) -> Result<Infallible, StoreError> {
        let taker = Taker {
            follower,
            account,
            regions: names,
            store: self.store,
            metrics: self.metrics,
            hurry: self.hurry,
        };
        let (id, of) = (follower.id.clone(), account.id.clone());
        let progress = move |store: &Store| store.audit_progress(&id, &of);
        let progress = self.store.run(progress).await?;
        let recent: Recent = progress.recent.iter().copied().collect();
        let recent = Arc::new(Mutex::new(recent));
        let lag = time::Duration::try_from(self.plan.lag).unwrap_or(time::Duration::DAY);
        let mut regions = Vec::new();
        for reader in readers {
            let known = progress.floors.get(reader.region()).copied();
            let known = known.and_then(|it| OffsetDateTime::from_unix_timestamp(it).ok());
            let floor = match known {
                Some(floor) => floor,
                None => OffsetDateTime::now_utc().saturating_sub(lag),
            };
            let region = Region::new(reader.clone(), Windows::new(floor, self.plan.lag), &recent);
            if known.is_none() {
                // What appears while there is no daemon is looked for from here.
                taker.settle(reader.region(), region.floor()).await?;
            }
            regions.push(region);
        }
        let rounds = regions.into_iter().map(|region| rounds(&taker, region));
        forever(try_join_all(rounds).await?).await
    }
}

/// Says once that there are more records than are read in time.
fn warn_if_slow(calls: u64, is_said: &mut bool, place: &str) {
    if calls > SLOW_CALLS && !*is_said {
        *is_said = true;
        tracing::warn!(
            place,
            calls,
            "one lag of CloudTrail's records takes so many calls, of two a second: they arrive \
             late; lower audit.lag if that is too late"
        );
    }
}

/// Rounds over `region`, for ever.
async fn rounds(taker: &Taker<'_>, mut region: Region) -> Result<Infallible, StoreError> {
    let name = region.name().to_owned();
    let place = format!("{} {name}", taker.account.id);
    let mut trouble = Trouble::new(Work::Records, &place, taker.metrics);
    let (mut is_caught_up, mut is_said) = (false, false);
    loop {
        let begun = Instant::now();
        let take = async |batch| taker.take(&name, batch).await;
        let now = OffsetDateTime::now_utc();
        let round = region.round(now, take).await;
        let outcomes = region.new_outcomes();
        taker.metrics.add_calls(&outcomes);
        match round {
            Ok(()) => {
                taker.metrics.audit().read(taker.place(&name), now);
                trouble.is_over();
                // The first round has more to read, and so has one after a pause.
                if is_caught_up {
                    warn_if_slow(outcomes.values().sum(), &mut is_said, &place);
                }
                is_caught_up = true;
                sleep_until(begun + AUDIT_EVERY).await;
            }
            Err(RoundError::NotTaken(error)) => return Err(error),
            Err(RoundError::Aws(error)) => {
                trouble.pause(&error).await;
                is_caught_up = false;
                region.ask_again();
            }
        }
    }
}

/// What `never` ended; where there was nothing, nothing ends.
async fn forever(mut never: Vec<Infallible>) -> Result<Infallible, StoreError> {
    match never.pop() {
        Some(never) => match never {},
        None => std::future::pending().await,
    }
}
