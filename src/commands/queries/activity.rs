//! What CloudTrail recorded about one user lately.

use time::{Duration, OffsetDateTime};

use crate::audit::{Record, Seen};
use crate::aws::{Action, AwsClient, AwsError, Lookup, LookupBy, Paging};
use crate::cli::{QueryOutput, UserGetArgs};
use crate::commands::setup::UsageError;
use crate::config::Config;
use crate::model::Account;
use crate::run::audit_regions;

/// How far back CloudTrail's own history goes.
const KEPT: Duration = Duration::days(90);
/// So many pages of 50 records are read of a region.
const PAGES_MAX: u32 = 20;

/// Records about a user.
#[derive(Default)]
pub(super) struct Activity {
    /// The records, by time.
    pub(super) records: Vec<Record>,
    /// Whether there may be more.
    pub(super) is_partial: bool,
}

/// How far back records are asked for, if they are.
pub(super) fn asked(args: &UserGetArgs) -> Result<Option<Duration>, UsageError> {
    let Some(age) = args.activity else {
        return Ok(None);
    };
    let from = &args.get.from;
    let refuse = |why: &str| Err(UsageError(why.to_owned()));
    if from.stored {
        return refuse(
            "--activity asks CloudTrail, which --stored does not: leave one of them out",
        );
    }
    if from.output == QueryOutput::Csv {
        return refuse("--activity has no columns; give --output table, json, ndjson or ocsf");
    }
    match Duration::try_from(age) {
        Ok(age) if age <= KEPT => Ok(Some(age)),
        _ => refuse(
            "CloudTrail answers for the last 90 days: give --activity 90d or less; what is older is in \
             the files of a trail, for rollcall audit --from FILE --user NAME",
        ),
    }
}

/// Reads what was recorded in `account` about the user `name` for so long.
pub(super) async fn read(
    client: &AwsClient,
    (config, account): (&Config, &Account),
    name: &str,
    age: Duration,
) -> Activity {
    let (mut activity, mut seen) = (Activity::default(), Seen::default());
    let end = OffsetDateTime::now_utc();
    for region in audit_regions(&config.audit.regions, client, account) {
        let lookup = Lookup {
            by: LookupBy::ResourceName(name),
            start: end.saturating_sub(age),
            end,
        };
        let mut add = |record: Option<Record>| match record {
            Some(record) if seen.insert(&record.event_id) => activity.records.push(record),
            Some(_) => {}
            None => activity.is_partial = true,
        };
        let is_whole = match region_of(client, &region, lookup, &mut add).await {
            Ok(is_whole) => is_whole,
            Err(error) => {
                tracing::error!(account = account.id, region, %error, "activity is not known there");
                activity.is_partial = true;
                continue;
            }
        };
        if !is_whole {
            activity.is_partial = true;
            tracing::warn!(
                account = account.id,
                region,
                "earlier activity is left out: give a shorter --activity"
            );
        }
    }
    activity.records.sort_by_key(|it| it.event_time);
    activity
}

/// Has `add` take the records of one region, the newest first, `None` for one that is not readable;
/// whether these were all.
async fn region_of(
    client: &AwsClient,
    region: &str,
    lookup: Lookup<'_>,
    add: &mut impl FnMut(Option<Record>),
) -> Result<bool, AwsError> {
    let (mut paging, mut token) = (Paging::default(), None);
    for _ in 0..PAGES_MAX {
        let page = client.lookup_events(region, lookup, token.as_deref());
        let page = page.await?;
        let events = page.events.iter();
        let ids: Vec<Option<String>> = events.map(|it| it.event_id.clone()).collect();
        for event in page.events {
            match Record::parse(&event.cloud_trail_event.unwrap_or_default()) {
                Ok(record) => add(Some(record)),
                Err(error) => {
                    tracing::warn!(region, %error, "a record is not readable");
                    add(None);
                }
            }
        }
        token = paging.follow(Action::LookupEvents, ids, page.next_token)?;
        if token.is_none() {
            return Ok(true);
        }
    }
    Ok(false)
}
