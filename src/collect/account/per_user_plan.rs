//! Users one by one, page by page as ListUsers has them, in its order.

use futures_util::{Stream, StreamExt, stream};

use super::join::{Entry, Joiner, NoDetails};
use super::listing::{Admitted, DistinctUsers, ListedUser, RefusedUser};
use super::sending::{Sending, Stop};
use crate::aws::{Action, AwsError};

/// What the pages hold beside users to ask about.
#[derive(Debug)]
struct Others {
    distinct: DistinctUsers,
    left_out: Vec<AwsError>,
    passed_over: u64,
}

/// Asks about the users of `pages` and sends them, several at a time. An error comes after those
/// before it: what was read is not lost to it.
pub(super) async fn send(
    joiner: &Joiner<'_>,
    sending: &mut Sending,
    pages: impl Stream<Item = Result<Vec<Result<ListedUser, RefusedUser>>, AwsError>>,
) -> Result<(), Stop> {
    let mut others = Others {
        distinct: DistinctUsers::of(Action::ListUsers),
        left_out: Vec::new(),
        passed_over: 0,
    };
    let sent = send_each(joiner, sending, &mut others, pages).await;
    sending.left_out.append(&mut others.left_out);
    sending.passed_over += others.passed_over;
    sent
}

async fn send_each(
    joiner: &Joiner<'_>,
    sending: &mut Sending,
    others: &mut Others,
    pages: impl Stream<Item = Result<Vec<Result<ListedUser, RefusedUser>>, AwsError>>,
) -> Result<(), Stop> {
    let only_new = sending.only_new.clone();
    let entries = pages.flat_map(|page| {
        stream::iter(match page {
            Ok(users) => {
                others.distinct.begin_page();
                let users = users.into_iter();
                let entries = users.filter_map(|user| others.entry(user));
                let is_new =
                    |entry: &Entry| only_new.as_ref().is_none_or(|new| new.has(&entry.identity));
                let (new, old): (Vec<_>, Vec<_>) = entries.partition(is_new);
                others.passed_over += old.len() as u64;
                new.into_iter().map(Ok).collect()
            }
            Err(error) => vec![Err(error)],
        })
    });
    let joined = entries
        .map(async |entry| joiner.ask(entry?).await)
        .buffered(joiner.max_in_flight);
    let mut joined = std::pin::pin!(joined);
    while let Some(joined) = joined.next().await {
        sending.take(joined).await?;
    }
    Ok(())
}

impl Others {
    /// The entry of a user that no earlier page held.
    fn entry(&mut self, user: Result<ListedUser, RefusedUser>) -> Option<Entry> {
        let admitted = user.and_then(|user| match self.distinct.admit(&user.identity) {
            Ok(admitted) => Ok((admitted == Admitted::New).then_some(user)),
            Err(refused) => Err(refused),
        });
        match admitted {
            Ok(user) => Some(Entry::without_details(user?, NoDetails::NotAsked)),
            Err(refused) => {
                self.left_out.push(refused.error);
                None
            }
        }
    }
}
