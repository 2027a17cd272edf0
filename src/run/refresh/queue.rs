//! A queue that an EventBridge rule sends records to: a message goes once what it is about is durable.

use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;

use futures_util::future::join_all;
use serde::de::IgnoredAny;

use super::message::{Delete, Message, Receive, Received};
use super::refresher::{RefreshError, Refreshed, Refresher};
use crate::audit::Affected;
use crate::aws::{Action, AwsClient, AwsError};
use crate::config::QueuePlace;
use crate::foreign::Shown;
use crate::run::audit::Trouble;
use crate::store::StoreError;

/// How long SQS waits for a message before it answers that there is none.
const WAIT_S: u16 = 10;
/// What was not taken off the queue comes again after so long.
const HIDDEN_S: u16 = 30;
/// A message that failed so often goes: the next pass reads whom it is about.
const TRIES_MAX: u32 = 5;

/// A queue, and who may read it.
struct Queue<'a> {
    place: &'a QueuePlace,
    client: AwsClient,
}

/// What messages hint at in one account, and which they are.
#[derive(Default)]
struct OfAccount {
    hints: BTreeSet<Affected>,
    messages: Vec<usize>,
}

/// Has `refresher` read whom the messages of the queue at `place` are about, for ever. An error is the
/// store's.
pub(super) async fn follow(
    refresher: &Refresher<'_>,
    place: &QueuePlace,
) -> Result<Infallible, StoreError> {
    let mut queue = Queue {
        place,
        client: refresher.own_client().await,
    };
    let mut trouble = Trouble::default();
    tracing::info!(
        queue = place.url,
        "users are read again as records come to the queue"
    );
    loop {
        let is_all_done = match queue.receive().await {
            Ok(messages) => {
                trouble.is_over("queue");
                queue.take(refresher, &messages).await?
            }
            Err(error) => {
                trouble.pause("queue", &error).await;
                false
            }
        };
        if !is_all_done {
            // What was refused is asked for again.
            queue.client = queue.client.with_own_limits();
        }
    }
}

impl Queue<'_> {
    async fn receive(&self) -> Result<Vec<Message>, AwsError> {
        let input = Receive::from(&self.place.url, WAIT_S, HIDDEN_S);
        let answer = self
            .call::<Received>(Action::ReceiveMessage, &input)
            .await?;
        Ok(answer.messages.unwrap_or_default())
    }

    async fn call<T: serde::de::DeserializeOwned>(
        &self,
        action: Action,
        input: &impl serde::Serialize,
    ) -> Result<T, AwsError> {
        self.client.call_queue(self.place, action, input).await
    }

    /// Reads whom `messages` are about, and takes those off the queue that are done with. Whether none of
    /// these is left there.
    async fn take(
        &self,
        refresher: &Refresher<'_>,
        messages: &[Message],
    ) -> Result<bool, StoreError> {
        let mut accounts: BTreeMap<String, OfAccount> = BTreeMap::new();
        // Those that are not done with.
        let mut left: BTreeSet<usize> = BTreeSet::new();
        for (at, message) in messages.iter().enumerate() {
            match message.hints() {
                Ok(hinted) => {
                    for (account, hints) in hinted {
                        let of_account = accounts.entry(account).or_default();
                        of_account.hints.extend(hints);
                        of_account.messages.push(at);
                    }
                }
                Err(why) if is_left(message, &why) => {
                    left.insert(at);
                }
                Err(_) => {}
            }
        }
        let refreshed = accounts.iter().map(async |(account, of_account)| {
            let refreshed = refresher.refresh(account, &of_account.hints).await;
            (&of_account.messages, refreshed)
        });
        for (of_account, refreshed) in join_all(refreshed).await {
            let of_account = of_account.iter().copied();
            match refreshed {
                Ok(Refreshed::Durable) => {}
                Ok(Refreshed::Busy) => left.extend(of_account),
                Err(RefreshError::Store(error)) => return Err(error),
                Err(error) => {
                    let why = Shown::of(&error);
                    left.extend(of_account.filter(|at| is_left(&messages[*at], &why)));
                }
            }
        }
        let done = messages.iter().enumerate();
        let done = done.filter(|(at, _)| !left.contains(at));
        let gone = join_all(done.map(|(_, message)| self.delete(message))).await;
        Ok(gone.into_iter().all(|is_gone| is_gone))
    }

    /// Takes `message` off, and answers whether it is. If not, it comes again and changes nothing.
    async fn delete(&self, message: &Message) -> bool {
        let input = Delete {
            queue_url: &self.place.url,
            receipt_handle: &message.receipt_handle,
        };
        let deleted = self.call::<IgnoredAny>(Action::DeleteMessage, &input).await;
        if let Err(error) = &deleted {
            let message_id = Shown::from(message.message_id.as_str());
            tracing::warn!(
                %message_id, %error,
                "a message was not taken off the queue: it comes again"
            );
        }
        deleted.is_ok()
    }
}

/// Whether a `message` that failed is left to be received again. If not, it is gone.
fn is_left(message: &Message, why: &Shown) -> bool {
    let (message_id, tries) = (Shown::from(message.message_id.as_str()), message.tries());
    let is_left = tries < TRIES_MAX;
    match is_left {
        true => {
            tracing::warn!(%message_id, tries, %why, "a message of the queue failed: it comes again")
        }
        false => tracing::error!(
            %message_id, tries, %why,
            "a message of the queue failed too often and is taken off: the next pass reads whom it is \
             about"
        ),
    }
    is_left
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_that_fails_comes_again_four_times() {
        for (tries, comes_again) in [(1, true), (4, true), (5, false), (6, false)] {
            let attributes = serde_json::json!({"ApproximateReceiveCount": tries.to_string()});
            let message = serde_json::json!({"Attributes": attributes});
            let message: Message = serde_json::from_value(message).unwrap();
            assert_eq!(
                is_left(&message, &"no record".into()),
                comes_again,
                "{tries}"
            );
        }
    }
}
