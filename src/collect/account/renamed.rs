//! Users that were renamed after they were listed: calls by the old name find nobody. Users are
//! listed once more, and such a user is found again by its UserId.

use std::collections::HashMap;

use futures_util::{StreamExt, stream};

use super::join::{Entry, Joiner};
use super::listing::{self, AccountScope, UserIdentity};
use super::sending::{Sending, Stop};
use crate::aws::{Action, AwsClient, AwsError};

/// How often users are listed again for those that calls do not find.
const LISTINGS_MAX: u32 = 3;

/// Reads the users that were not found by the names that they have now. Those that are not listed
/// any more are gone.
pub(super) async fn read_again(
    client: &AwsClient,
    scope: &AccountScope,
    joiner: &Joiner<'_>,
    sending: &mut Sending,
) -> Result<(), Stop> {
    for _ in 0..LISTINGS_MAX {
        let missing = std::mem::take(&mut sending.not_found);
        if missing.is_empty() {
            return Ok(());
        }
        let listed = match listing::every_user(client, scope).await {
            Ok(listed) => listed.into_iter().map(|user| user.identity),
            Err(error) if error.class.ends_the_pass() => return Err(Stop::Failed(error)),
            Err(error) => {
                sending.vanished += missing.len() as u64;
                sending.not_confirmed = Some(error);
                return Ok(());
            }
        };
        let mut listed: HashMap<String, UserIdentity> =
            listed.map(|user| (user.id.clone(), user)).collect();
        let (found, gone) = (missing.into_iter())
            .map(|entry| (listed.remove(&entry.identity.id), entry))
            .partition::<Vec<_>, _>(|(now, _)| now.is_some());
        sending.vanished += gone.len() as u64;
        let found = found.into_iter();
        let found = found.filter_map(|(now, entry)| Some(entry.renamed(now?)));
        let mut joined = stream::iter(found)
            .map(|entry| joiner.ask(entry))
            .buffer_unordered(joiner.max_in_flight);
        while let Some(joined) = joined.next().await {
            sending.take(joined).await?;
        }
    }
    give_up(sending);
    Ok(())
}

/// Whoever was listed by one name all the time, and never found, is gone; of one that had another
/// name each time, nothing was read.
fn give_up(sending: &mut Sending) {
    for entry in std::mem::take(&mut sending.not_found) {
        match entry.former_arn.as_ref() {
            Some(former) if *former != entry.identity.arn => {
                sending.left_out.push(never_found(&entry));
            }
            _ => sending.vanished += 1,
        }
    }
}

fn never_found(entry: &Entry) -> AwsError {
    let UserIdentity { name, id, .. } = &entry.identity;
    let (name, id) = (listing::quoted(name), listing::quoted(id));
    let message = format!("user {name} ({id}) has another name each time that it is asked about");
    AwsError::malformed(Action::ListUsers, message)
}
