//! A queue that an EventBridge rule sends records to: a message goes once what it hints at is kept.

use std::collections::BTreeMap;
use std::convert::Infallible;

use futures_util::future::join_all;
use serde::de::IgnoredAny;

use super::message::{Delete, Message, Receive, Received};
use super::refresher::Refresher;
use super::waiting::Waiting;
use crate::audit::Affected;
use crate::aws::{Action, AwsClient, AwsError};
use crate::config::QueuePlace;
use crate::foreign::Shown;
use crate::run::audit::{Trouble, Work};
use crate::store::{Store, StoreError};

/// How long SQS waits for a message before it answers that there is none.
const WAIT_S: u16 = 10;
/// What was not taken off the queue comes again after so long.
const HIDDEN_S: u16 = 30;
/// A message that was no record so often goes.
const TRIES_MAX: u32 = 5;

/// A queue, and who may read it.
struct Queue<'a> {
    place: &'a QueuePlace,
    client: AwsClient,
}

/// Keeps what the messages of the queue at `place` hint at, and tells of each account that is `hinted`
/// at, for ever. An error is the store's.
pub(super) async fn follow(
    refresher: &Refresher<'_>,
    place: &QueuePlace,
    hinted: &Waiting,
) -> Result<Infallible, StoreError> {
    let client = refresher.own_client().await;
    let mut queue = Queue { place, client };
    let mut trouble = Trouble::new(Work::Queue, &place.url, &refresher.agent.metrics);
    tracing::info!(
        queue = place.url,
        "users are read again as records come to the queue"
    );
    loop {
        let is_all_done = match queue.receive().await {
            Ok(messages) => {
                trouble.is_over();
                queue.take(refresher.store, hinted, &messages).await?
            }
            Err(error) => {
                trouble.pause(&error).await;
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
            .client
            .call_queue::<Received>(self.place, Action::ReceiveMessage, &input);
        Ok(answer.await?.messages.unwrap_or_default())
    }

    /// Keeps what `messages` hint at, and takes them off the queue. Whether none of these is left there.
    async fn take(
        &self,
        store: &Store,
        hinted: &Waiting,
        messages: &[Message],
    ) -> Result<bool, StoreError> {
        let mut accounts: BTreeMap<String, Vec<String>> = BTreeMap::new();
        let mut done = Vec::new();
        for message in messages {
            match message.hints() {
                Ok(hints) => {
                    for (account, hints) in hints {
                        let of_account = accounts.entry(account).or_default();
                        of_account.extend(hints.iter().map(Affected::to_text));
                    }
                    done.push(message);
                }
                Err(why) if is_left(message, &why) => {}
                Err(_) => done.push(message),
            }
        }
        for (account, hints) in accounts {
            let of = account.clone();
            let note = move |store: &Store| store.note_hints(&of, &hints);
            store.run(note).await?;
            hinted.add(&account);
        }
        let gone = join_all(done.into_iter().map(|message| self.delete(message))).await;
        Ok(gone.into_iter().all(|is_gone| is_gone))
    }

    /// Takes `message` off, and answers whether it is. If not, it comes again and changes nothing.
    async fn delete(&self, message: &Message) -> bool {
        let input = Delete {
            queue_url: &self.place.url,
            receipt_handle: &message.receipt_handle,
        };
        let deleted = self
            .client
            .call_queue::<IgnoredAny>(self.place, Action::DeleteMessage, &input)
            .await;
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

/// Whether a `message` that is no record is left to be received again. If not, it is gone.
fn is_left(message: &Message, why: &Shown) -> bool {
    let (message_id, tries) = (Shown::from(message.message_id.as_str()), message.tries());
    let is_left = tries < TRIES_MAX;
    match is_left {
        true => {
            tracing::warn!(%message_id, tries, %why, "a message of the queue is no record: it comes again")
        }
        false => tracing::error!(
            %message_id, tries, %why,
            "a message of the queue is no record and is taken off: if it was one, the next pass reads \
             whom it is about"
        ),
    }
    is_left
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_that_is_no_record_comes_again_four_times() {
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
