//! The stream of a table of desired users, which rings when an item changes. What changed is read
//! from the table: a record is a hint, late or repeated at times.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};

use super::desired::OWN_ITEM;
use crate::aws::{Action, AwsClient, AwsError, AwsErrorClass, JsonService, Paging};

/// Where a shard that nobody has read is begun.
const FROM_NOW: &str = "LATEST";
/// Where one is begun that came while others were read.
const FROM_ITS_START: &str = "TRIM_HORIZON";

/// The stream of one table, read from when it was found.
#[derive(Debug)]
pub struct TableStream {
    client: AwsClient,
    arn: String,
    /// Where each shard is read on, by ShardId; `None` where it has ended.
    iterators: BTreeMap<String, Option<String>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Described {
    table: Table,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Table {
    latest_stream_arn: Option<String>,
    stream_specification: Option<Specification>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Specification {
    stream_enabled: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Shards {
    stream_description: Description,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Description {
    #[serde(default)]
    shards: Vec<Shard>,
    last_evaluated_shard_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Shard {
    shard_id: String,
    #[serde(default)]
    sequence_number_range: Range,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Range {
    ending_sequence_number: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Begun {
    shard_iterator: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Records {
    #[serde(default)]
    records: Vec<StreamRecord>,
    next_shard_iterator: Option<String>,
}

/// A record of a stream.
#[derive(Deserialize)]
struct StreamRecord {
    #[serde(rename = "userIdentity")]
    identity: Option<Value>,
    #[serde(default)]
    dynamodb: Value,
}

impl StreamRecord {
    /// Whether somebody changed a desired user: neither is our own item one, nor is what expired an
    /// order.
    fn is_change(&self) -> bool {
        let name = self.dynamodb.pointer("/Keys/UserName/S");
        let is_own = name
            .and_then(Value::as_str)
            .is_some_and(|it| it.starts_with(OWN_ITEM));
        let by = self.identity.as_ref();
        let by = by.and_then(|it| it.get("principalId").or_else(|| it.get("PrincipalId")));
        let has_expired = by.and_then(Value::as_str) == Some("dynamodb.amazonaws.com");
        !is_own && !has_expired
    }
}

/// Whether the event of a function of AWS Lambda asks for a run: one of a schedule does, and records
/// of the table's stream of which one is a change.
#[cfg(feature = "lambda")]
pub fn is_order(event: &Value) -> bool {
    let Some(records) = event.get("Records").and_then(Value::as_array) else {
        return true;
    };
    // One that is not understood may be a change.
    let is_change = |record: &Value| {
        StreamRecord::deserialize(record).map_or(true, |record| record.is_change())
    };
    records.iter().any(is_change)
}

impl TableStream {
    /// The stream of the table `name`, from now on; `None` if it has none.
    pub async fn find(client: AwsClient, name: &str) -> Result<Option<Self>, AwsError> {
        let input = json!({ "TableName": name });
        let action = Action::DescribeTable;
        let call = client.call_json(JsonService::DynamoDb, None, action, &input);
        let Described { table } = Box::pin(call).await?;
        let is_on = table
            .stream_specification
            .is_some_and(|it| it.stream_enabled);
        let Some(arn) = table.latest_stream_arn.filter(|_| is_on) else {
            return Ok(None);
        };
        let mut stream = Self {
            client,
            arn,
            iterators: BTreeMap::new(),
        };
        stream.begin(FROM_NOW).await?;
        Ok(Some(stream))
    }

    /// Whether a desired user has changed since the last time. After an error it may have.
    pub async fn has_changed(&mut self) -> Result<bool, AwsError> {
        let mut has_changed = false;
        let mut has_ended = false;
        for (shard, iterator) in self.iterators.clone() {
            let Some(iterator) = iterator else { continue };
            match self.read(&iterator).await {
                Ok(read) => {
                    has_changed |= read.records.iter().any(StreamRecord::is_change);
                    has_ended |= read.next_shard_iterator.is_none();
                    self.iterators.insert(shard, read.next_shard_iterator);
                }
                // What it held is not known any more.
                Err(error) if is_of_lost_place(&error) => {
                    has_changed = true;
                    self.iterators.remove(&shard);
                    has_ended = true;
                }
                Err(error) => return Err(error),
            }
        }
        if has_ended {
            self.begin(FROM_ITS_START).await?;
        }
        Ok(has_changed)
    }

    /// Begins shards that are not read yet, and forgets those that are gone.
    async fn begin(&mut self, from: &str) -> Result<(), AwsError> {
        let shards = self.shards().await?;
        self.iterators
            .retain(|id, _| shards.iter().any(|it| it.shard_id == *id));
        for Shard {
            shard_id,
            sequence_number_range: range,
        } in shards
        {
            let is_over = range.ending_sequence_number.is_some() && from == FROM_NOW;
            if is_over {
                self.iterators.insert(shard_id, None);
            } else if !self.iterators.contains_key(&shard_id) {
                let iterator = self.iterator(&shard_id, from).await?;
                self.iterators.insert(shard_id, Some(iterator));
            }
        }
        Ok(())
    }

    async fn shards(&self) -> Result<Vec<Shard>, AwsError> {
        let (mut paging, mut shards) = (Paging::default(), Vec::new());
        let mut input = json!({ "StreamArn": self.arn });
        loop {
            let action = Action::DescribeStream;
            let Shards {
                stream_description: page,
            } = self.call(action, &input).await?;
            let ids = page.shards.iter().map(|it| Some(it.shard_id.clone()));
            let next = paging.follow(action, ids, page.last_evaluated_shard_id)?;
            shards.extend(page.shards);
            match next {
                Some(next) => input["ExclusiveStartShardId"] = next.into(),
                None => return Ok(shards),
            }
        }
    }

    async fn iterator(&self, shard: &str, from: &str) -> Result<String, AwsError> {
        let input = json!({
            "StreamArn": self.arn, "ShardId": shard, "ShardIteratorType": from,
        });
        let begun: Begun = self.call(Action::GetShardIterator, &input).await?;
        Ok(begun.shard_iterator)
    }

    async fn read(&self, iterator: &str) -> Result<Records, AwsError> {
        let input = json!({ "ShardIterator": iterator });
        self.call(Action::GetRecords, &input).await
    }

    async fn call<T: serde::de::DeserializeOwned>(
        &self,
        action: Action,
        input: &Value,
    ) -> Result<T, AwsError> {
        let call = self
            .client
            .call_json(JsonService::DynamoDbStreams, None, action, input);
        Box::pin(call).await
    }
}

/// Whether `error` says that a shard cannot be read on from where it was.
fn is_of_lost_place(error: &AwsError) -> bool {
    const CODES: [&str; 2] = ["ExpiredIteratorException", "TrimmedDataAccessException"];
    let is_known = error.code.as_deref().is_some_and(|it| CODES.contains(&it));
    is_known || error.class == AwsErrorClass::Gone
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(feature = "lambda")]
    #[test]
    fn a_schedule_orders_a_run_and_records_do_where_one_is_a_change() {
        let record = |name: &str, by: Value| {
            json!({ "eventName": "REMOVE", "eventSource": "aws:dynamodb", "userIdentity": by,
                    "dynamodb": { "Keys": { "UserName": { "S": name } } } })
        };
        let ttl = || json!({ "type": "Service", "principalId": "dynamodb.amazonaws.com" });
        let records = |all: Vec<Value>| json!({ "Records": all });
        let own = || record("rollcall:lease:111122223333", Value::Null);
        assert!(is_order(
            &json!({ "source": "aws.events", "detail-type": "Scheduled Event" })
        ));
        assert!(is_order(&records(vec![own(), record("anna", Value::Null)])));
        assert!(is_order(&records(vec![json!("?")])));
        assert!(!is_order(&records(vec![own(), record("anna", ttl())])));
        assert!(!is_order(&records(Vec::new())));
    }

    #[test]
    fn what_expires_and_what_is_our_own_rings_nothing() {
        let is_change = |record: Value| {
            serde_json::from_value::<StreamRecord>(record)
                .unwrap()
                .is_change()
        };
        let keys = |name: &str| json!({ "Keys": { "UserName": { "S": name } } });
        assert!(is_change(
            json!({ "eventName": "REMOVE", "dynamodb": keys("anna") })
        ));
        assert!(is_change(json!({ "eventName": "MODIFY" })));
        assert!(!is_change(
            json!({ "dynamodb": keys("rollcall:lease:111122223333") })
        ));
        let service = json!({ "type": "Service", "principalId": "dynamodb.amazonaws.com" });
        assert!(!is_change(
            json!({ "userIdentity": service, "dynamodb": keys("anna") })
        ));
    }
}
