//! One run per account at a time, on whichever machine: an item of the table of desired users.
//!
//! The item says who runs and until when. It is written on the condition that nobody else's is
//! there, or that it has lapsed; whoever lost it writes nothing further.

use serde_json::{Value, json};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use super::ActionError;
use crate::aws::{Action, AwsClient, AwsError, JsonService};
use crate::foreign::Shown;

/// How long a lease lasts that is not renewed.
const LASTS: Duration = Duration::minutes(10);
/// A lease is renewed once it has no longer than this.
const RENEWED_BEFORE: Duration = Duration::minutes(5);
/// How far two clocks may be apart: AWS refuses what is signed by one that is further off.
const CLOCKS_APART: Duration = Duration::minutes(15);

/// The right to change users of an account.
#[derive(Debug)]
pub(super) struct Lease {
    table: String,
    key: String,
    holder: String,
    until: OffsetDateTime,
}

/// Somebody else has the lease.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "another run changes users of this account, as item {key} of table {table} says, and this one \
     changed nothing further: wait until it has ended; where it died, its lease lapses within 25 \
     minutes"
)]
pub struct LeaseHeld {
    table: Shown,
    key: Shown,
}

impl Lease {
    /// Takes the lease of the account `account_id` in `table`.
    pub(super) async fn take(
        client: &AwsClient,
        table: &str,
        account_id: &str,
    ) -> Result<Self, ActionError> {
        let mut lease = Self {
            table: table.to_owned(),
            key: format!("rollcall:lease:{account_id}"),
            holder: Uuid::new_v4().to_string(),
            until: OffsetDateTime::UNIX_EPOCH,
        };
        lease.hold(client, OffsetDateTime::now_utc()).await?;
        Ok(lease)
    }

    /// Renews the lease where it would end soon; an error if somebody else has it by now.
    pub(super) async fn hold(
        &mut self,
        client: &AwsClient,
        now: OffsetDateTime,
    ) -> Result<(), ActionError> {
        if self.until - now > RENEWED_BEFORE {
            return Ok(());
        }
        let until = now + LASTS;
        let lapsed = now - CLOCKS_APART;
        let input = json!({
            "TableName": self.table,
            "Item": {
                "UserName": { "S": self.key },
                "holder": { "S": self.holder },
                "until": { "N": until.unix_timestamp().to_string() },
            },
            "ConditionExpression":
                "attribute_not_exists(UserName) OR #holder = :holder OR #until < :lapsed",
            "ExpressionAttributeNames": { "#holder": "holder", "#until": "until" },
            "ExpressionAttributeValues": {
                ":holder": { "S": self.holder },
                ":lapsed": { "N": lapsed.unix_timestamp().to_string() },
            },
        });
        match self.call(client, Action::PutItem, &input).await {
            Err(error) if is_unmet(&error) => Err(LeaseHeld {
                table: Shown::of(&self.table),
                key: Shown::of(&self.key),
            }
            .into()),
            Err(error) => Err(error.into()),
            Ok(()) => {
                self.until = until;
                Ok(())
            }
        }
    }

    /// Gives the lease back; one that somebody else has by now is theirs.
    pub(super) async fn release(self, client: &AwsClient) -> Result<(), AwsError> {
        let input = json!({
            "TableName": self.table,
            "Key": { "UserName": { "S": self.key } },
            "ConditionExpression": "#holder = :holder",
            "ExpressionAttributeNames": { "#holder": "holder" },
            "ExpressionAttributeValues": { ":holder": { "S": self.holder } },
        });
        match self.call(client, Action::DeleteItem, &input).await {
            Err(error) if !is_unmet(&error) => Err(error),
            _ => Ok(()),
        }
    }

    async fn call(
        &self,
        client: &AwsClient,
        action: Action,
        input: &Value,
    ) -> Result<(), AwsError> {
        let call = client.call_json(JsonService::DynamoDb, None, action, input);
        let _: Value = Box::pin(call).await?;
        Ok(())
    }
}

fn is_unmet(error: &AwsError) -> bool {
    error.code.as_deref() == Some("ConditionalCheckFailedException")
}
