//! Every group of an account.

use futures_util::{StreamExt, TryStreamExt, stream};

use super::super::listing::AccountScope;
use super::{group, group_details};
use crate::aws::{AwsClient, AwsError};
use crate::config::{AwsSettings, Strategy};
use crate::model::{Account, GroupEntry};

/// Every group of `account` with its policies and members, by name: in bulk, or group by group where
/// `settings` ask for that or the calls in bulk fail.
pub async fn groups(
    client: &AwsClient,
    settings: &AwsSettings,
    account: &Account,
) -> Result<Vec<GroupEntry>, AwsError> {
    let scope = AccountScope::of(account);
    let in_bulk = match settings.strategy {
        Strategy::PerUser => None,
        Strategy::Auto | Strategy::Bulk => Some(group_details::groups(client, &scope).await),
    };
    let mut groups = match in_bulk {
        Some(Ok(groups)) => groups,
        Some(Err(error)) if settings.strategy == Strategy::Bulk || error.class.ends_the_pass() => {
            return Err(error);
        }
        Some(Err(error)) => {
            tracing::debug!(%error, "groups are read one by one");
            one_by_one(client, settings, &scope).await?
        }
        None => one_by_one(client, settings, &scope).await?,
    };
    groups.sort_by(|a, b| a.group.name.cmp(&b.group.name));
    Ok(groups)
}

/// Groups that are deleted meanwhile are not among them.
async fn one_by_one(
    client: &AwsClient,
    settings: &AwsSettings,
    scope: &AccountScope,
) -> Result<Vec<GroupEntry>, AwsError> {
    let listed = group::list(client).await?;
    let read = stream::iter(listed)
        .map(async |listed| group::read_listed(client, scope, &listed, true).await);
    let read = read.buffered(settings.max_in_flight.get());
    let read: Vec<Option<GroupEntry>> = Box::pin(read.try_collect()).await?;
    Ok(read.into_iter().flatten().collect())
}
