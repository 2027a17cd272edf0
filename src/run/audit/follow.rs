//! The daemon follows every account, and each of its regions on its own, for ever.

use std::convert::Infallible;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::future::try_join_all;
use time::OffsetDateTime;

use super::found::follow_found;
use super::plan::{AuditPlan, audit_regions};
use super::reader::Reader;
use super::take::Taker;
use super::team::{Floors, Position};
use super::teams::Teams;
use super::trouble::{Trouble, Work};
use crate::audit::Recent;
use crate::aws::KeptSessions;
use crate::config::AwsSettings;
use crate::metrics::Metrics;
use crate::run::fleet::{Fleet, Member};
use crate::store::{Store, StoreError};

/// How often it is looked which accounts there are.
const FIND_EVERY: Duration = Duration::from_secs(60 * 60);

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
        let readers: Vec<Reader> = readers
            .map(|region| Reader::new(&client, &account.partition, region))
            .collect();
        let places = readers.iter().flat_map(Reader::places);
        let places: Vec<String> = places.collect();
        let followers = self.plan.followers();
        let takers = followers.iter().map(|follower| Taker {
            follower,
            account: &account,
            places: &places,
            store: self.store,
            metrics: self.metrics,
            hurry: self.hurry,
        });
        let takers: Vec<Taker<'_>> = takers.collect();
        let known = takers.iter().map(|taker| self.progress(taker, &readers));
        let known = try_join_all(known).await?;
        let each = readers.iter().enumerate();
        let each = each.map(|reader| self.region(reader, &takers, &known));
        forever(try_join_all(each).await?).await
    }

    /// How far `taker` is with what `readers` read.
    async fn progress(&self, taker: &Taker<'_>, readers: &[Reader]) -> Result<Known, StoreError> {
        let (id, of) = (taker.follower.id.clone(), taker.account.id.clone());
        let progress = move |store: &Store| store.audit_progress(&id, &of);
        let progress = self.store.run(progress).await?;
        let lag = time::Duration::try_from(self.plan.lag).unwrap_or(time::Duration::DAY);
        let first = OffsetDateTime::now_utc().saturating_sub(lag);
        let kept = &progress.floors;
        let (mut floors, mut all) = (Vec::new(), Vec::new());
        for reader in readers {
            // Earlier versions kept one floor of all services of a region.
            let of_region = kept.get(reader.region()).copied();
            let of_services = reader.sources().iter().map(|source| {
                let floor = kept.get(&reader.place(source)).copied().or(of_region);
                let floor = floor.and_then(|it| OffsetDateTime::from_unix_timestamp(it).ok());
                (*source, floor.unwrap_or(first))
            });
            let of_services: Floors = of_services.collect();
            for (source, floor) in &of_services {
                all.push((reader.place(source), floor.unix_timestamp()));
            }
            floors.push(of_services);
        }
        let recent = Recent::new(progress.recent, &all);
        if all.iter().any(|(place, _)| !kept.contains_key(place)) {
            // What appears while there is no daemon is looked for from here.
            taker.settle(all, Vec::new()).await?;
        }
        let recent = Arc::new(Mutex::new(recent));
        Ok(Known { recent, floors })
    }

    async fn region(
        &self,
        (at, reader): (usize, &Reader),
        takers: &[Taker<'_>],
        known: &[Known],
    ) -> Result<Infallible, StoreError> {
        let region = reader.region();
        let members = takers.iter().zip(known).map(|(taker, known)| {
            let recent = Arc::clone(&known.recent);
            let floors = known.floors.get(at).cloned().unwrap_or_default();
            Position::new(taker, reader, recent, floors)
        });
        let members = members.collect();
        let account = takers.first().map_or("", |it| it.account.id.as_str());
        let teams = Teams {
            reader,
            place: format!("{account} {region}"),
            lag: self.plan.lag,
            metrics: self.metrics,
        };
        teams.run(members).await
    }
}

/// How far a follower is in an account.
struct Known {
    /// What it took lately.
    recent: Arc<Mutex<Recent>>,
    /// In the order of the readers.
    floors: Vec<Floors>,
}

/// What `never` ended; where there was nothing, nothing ends.
async fn forever(mut never: Vec<Infallible>) -> Result<Infallible, StoreError> {
    match never.pop() {
        Some(never) => match never {},
        None => std::future::pending().await,
    }
}
