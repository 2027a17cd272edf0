//! Records of AWS: of every account, from its regions at once.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use futures_util::future::try_join_all;
use time::OffsetDateTime;
use tokio_util::sync::CancellationToken;

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
        let regions = audit_regions(&self.config.audit.regions, &client, &account);
        self.progress.add_parts("regions", regions.len());
        let regions = regions.iter().map(|name| {
            let windows = Windows::new(self.since, self.config.audit.lag);
            let region = Region::new(
                Reader::new(&client, &account.partition, name),
                &windows,
                &recent,
                self.is_followed,
            );
            self.region(&account.id, region)
        });
        try_join_all(regions).await
    }

    /// Shows the records of one region, until they end or nobody wants more.
    async fn region(&self, account: &str, mut region: Region) -> io::Result<ExitStatus> {
        let mut now = self.until;
        loop {
            let round = tokio::select! {
                () = self.cancel.cancelled() => return Ok(self.interrupted()),
                round = region.round(now, |batch| self.print(account, batch)) => round,
            };
            match round {
                Ok(()) if self.is_followed => {}
                Ok(()) => {
                    self.progress.end_part();
                    return Ok(ExitStatus::Done);
                }
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
                printing.add(&record)?;
            }
        }
        match self.is_followed {
            true => printing.report.flush(),
            false => Ok(()),
        }
    }
}
