//! Records of AWS: of every account, from its regions at once.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use futures_util::future::try_join_all;
use time::OffsetDateTime;
use tokio_util::sync::CancellationToken;

use super::newest::stretches;
use super::{Count, Naming, Printing, say};
use crate::audit::{Recent, Record, Windows};
use crate::cli::{AuditArgs, GlobalArgs};
use crate::commands::setup;
use crate::config::Config;
use crate::observe::{Phase, Progress};
use crate::run::{
    self, AUDIT_EVERY, AccountError, Batch, ExitStatus, Fleet, Member, Reader, Region, RoundError,
    audit_regions,
};

/// How far back CloudTrail's own history goes.
const KEPT: time::Duration = time::Duration::days(90);
/// How long after a signal the regions that are read may take to end.
const GRACE: std::time::Duration = std::time::Duration::from_millis(500);
/// More calls than these take a minute.
const CALLS_SAID: u64 = 120;
/// How far back records are shown where nobody says.
const SINCE: time::Duration = time::Duration::HOUR.saturating_mul(24);

/// Shows the records of AWS that `args` ask for, by `printing`.
pub(super) async fn show(
    global: &GlobalArgs,
    args: &AuditArgs,
    printing: Printing,
) -> anyhow::Result<ExitStatus> {
    let config = setup::config(global)?;
    let cancel = run::on_signal("what was not read by now is not shown")?;
    let now = OffsetDateTime::now_utc();
    let lag = config.audit.lag;
    let until = printing.filter.until.unwrap_or(now).min(now);
    let since = match args.follow {
        true => now.saturating_sub(lag.try_into().unwrap_or(time::Duration::ZERO)),
        false => until.saturating_sub(SINCE),
    };
    let live = Live {
        config: &config,
        since: kept_since(printing.filter.since.unwrap_or(since), now),
        until,
        is_followed: args.follow,
        regions: match args.regions.as_slice() {
            [] => &config.audit.regions,
            regions => regions,
        },
        is_limited: args.limit.is_some(),
        is_said: AtomicBool::new(false),
        cancel: &cancel,
        progress: printing.progress.clone(),
        printing: Mutex::new(printing),
    };
    live.progress.begin(Phase::Records);
    let statuses = tokio::select! {
        statuses = live.accounts(&args.accounts) => statuses?,
        // A region ends by itself, with what it has.
        () = live.given_up() => vec![live.interrupted()],
    };
    let printing = live
        .printing
        .into_inner()
        .unwrap_or_else(PoisonError::into_inner);
    let count = printing.finish()?;
    say(global, &count);
    Ok(status(&count, &statuses))
}

/// `since`, as far as AWS has records at `now`.
fn kept_since(since: OffsetDateTime, now: OffsetDateTime) -> OffsetDateTime {
    let first = now.saturating_sub(KEPT);
    if since < first {
        tracing::warn!(
            "CloudTrail answers for the last 90 days: what is older is in the files of a trail, if there \
             is one; give them with --from"
        );
    }
    since.max(first)
}

/// The exit code, of accounts and regions that ended with `statuses`.
fn status(count: &Count, statuses: &[ExitStatus]) -> ExitStatus {
    let is_done = |status: &ExitStatus| *status == ExitStatus::Done;
    match statuses {
        all if all.contains(&ExitStatus::Interrupted) => ExitStatus::Interrupted,
        all if all.iter().all(is_done) && count.bad == 0 => ExitStatus::Done,
        [first, rest @ ..] if !is_done(first) && rest.iter().all(|it| it == first) => *first,
        _ => ExitStatus::Partial,
    }
}

/// Records on their way from AWS.
struct Live<'a> {
    config: &'a Config,
    since: OffsetDateTime,
    until: OffsetDateTime,
    is_followed: bool,
    /// None: those of the account's partition.
    regions: &'a [String],
    is_limited: bool,
    /// Whether it was said that many calls are made.
    is_said: AtomicBool,
    cancel: &'a CancellationToken,
    printing: Mutex<Printing>,
    progress: Progress,
}

impl Live<'_> {
    /// Shows the records of the accounts of the ids `only`, or of all of them: one after the other, or
    /// all at once where they are followed.
    async fn accounts(&self, only: &[String]) -> anyhow::Result<Vec<ExitStatus>> {
        let fleet = Fleet::find(&setup::aws(self.config)?, only).await?;
        let mut statuses = Vec::new();
        if let Some(error) = &fleet.failure {
            tracing::error!(%error, "the organization may have more accounts than were listed");
            statuses.push(ExitStatus::Partial);
        }
        let accounts = fleet
            .members
            .iter()
            .map(|member| self.account(&fleet, member));
        if self.is_followed {
            statuses.extend(try_join_all(accounts).await?.into_iter().flatten());
            return Ok(statuses);
        }
        for account in accounts {
            statuses.extend(account.await?);
        }
        Ok(statuses)
    }

    async fn account(&self, fleet: &Fleet, member: &Member) -> io::Result<Vec<ExitStatus>> {
        let (client, account) = match fleet.session(member).await {
            Ok(session) => session,
            Err(error) => {
                let account = member.id.as_deref().unwrap_or_default();
                tracing::error!(account, %error, "the account did not answer");
                return Ok(vec![error.status()]);
            }
        };
        let recent = Arc::<Mutex<Recent>>::default();
        let regions = audit_regions(self.regions, &client, &account);
        self.progress.add_parts("regions", regions.len());
        let regions = regions.iter().map(async |name| {
            let reader = Reader::new(&client, &account.partition, name);
            let of = (account.id.as_str(), &recent);
            let status = match self.is_limited {
                true => self.newest(of, &reader).await?,
                false => self.between(of, &reader, (self.since, self.until)).await?,
            };
            if status == ExitStatus::Done && !self.is_followed {
                self.progress.end_part();
            }
            Ok(status)
        });
        try_join_all(regions).await
    }

    /// Has the newest records of one region added, until nothing earlier is asked for.
    async fn newest(
        &self,
        of: (&str, &Arc<Mutex<Recent>>),
        reader: &Reader,
    ) -> io::Result<ExitStatus> {
        for (start, end) in stretches(self.since, self.until) {
            let status = self.between(of, reader, (start, end)).await?;
            if status != ExitStatus::Done {
                return Ok(status);
            }
            let printing = self.printing.lock().unwrap_or_else(PoisonError::into_inner);
            let newest = printing.newest.as_ref();
            if newest.is_some_and(|newest| newest.are_all_since(start)) {
                break;
            }
        }
        Ok(ExitStatus::Done)
    }

    /// Shows the records of one region between two times, or from the first one on.
    async fn between(
        &self,
        (account, recent): (&str, &Arc<Mutex<Recent>>),
        reader: &Reader,
        (start, end): (OffsetDateTime, OffsetDateTime),
    ) -> io::Result<ExitStatus> {
        let windows = Windows::new(start, self.config.audit.lag);
        let region = Region::new(reader.clone(), &windows, recent, self.is_followed);
        self.region((account, reader), region, end).await
    }

    /// Shows the records of one region, until they end or nobody wants more.
    async fn region(
        &self,
        (account, reader): (&str, &Reader),
        mut region: Region,
        until: OffsetDateTime,
    ) -> io::Result<ExitStatus> {
        let mut now = until;
        loop {
            let take = |batch| {
                self.say_if_many(account, reader);
                self.print(account, batch)
            };
            let round = tokio::select! {
                () = self.cancel.cancelled() => return Ok(self.interrupted()),
                round = region.round(now, take) => round,
            };
            match round {
                Ok(()) if self.is_followed => {}
                Ok(()) => return Ok(ExitStatus::Done),
                Err(RoundError::NotTaken(error)) => return Err(error),
                Err(RoundError::Aws(error)) if self.is_followed && error.class.is_retryable() => {
                    let name = region.name();
                    tracing::warn!(account, region = name, %error, "asking for the same records again");
                }
                Err(RoundError::Aws(error)) => {
                    let name = region.name();
                    tracing::error!(account, region = name, %error, "the region was not read to its end");
                    return Ok(AccountError::Aws(error).status());
                }
            }
            tokio::select! {
                () = self.cancel.cancelled() => return Ok(ExitStatus::Done),
                () = tokio::time::sleep(AUDIT_EVERY) => {}
            }
            now = OffsetDateTime::now_utc();
        }
    }

    /// Says once that so many calls are made that it takes minutes.
    fn say_if_many(&self, account: &str, reader: &Reader) {
        let calls = reader.calls();
        if self.is_followed || calls < CALLS_SAID || self.is_said.swap(true, Ordering::Relaxed) {
            return;
        }
        tracing::warn!(
            account,
            region = reader.region(),
            calls,
            "there are many records: so many calls were made, of two a second, and there is more to \
             read; a later --since, or --limit, takes fewer"
        );
    }

    /// When what did not end by itself is not waited for.
    async fn given_up(&self) {
        self.cancel.cancelled().await;
        tokio::time::sleep(GRACE).await;
    }

    /// Ending is how following is meant to end.
    fn interrupted(&self) -> ExitStatus {
        match self.is_followed {
            true => ExitStatus::Done,
            false => ExitStatus::Interrupted,
        }
    }

    fn print(&self, account: &str, batch: Batch) -> io::Result<()> {
        let mut printing = self.printing.lock().unwrap_or_else(PoisonError::into_inner);
        for unreadable in batch.unreadable {
            let (event_id, why) = (unreadable.event_id, unreadable.why);
            match printing.refuse() {
                Naming::Named => {
                    tracing::warn!(account, %event_id, %why, "a record is not readable")
                }
                Naming::Last => tracing::warn!("further unreadable records are only counted"),
                Naming::Counted => {}
            }
        }
        for json in &batch.records {
            if let Ok(record) = Record::parse(json) {
                printing.add(record)?;
            }
        }
        match self.is_followed {
            true => printing.report.flush(),
            false => Ok(()),
        }
    }
}
