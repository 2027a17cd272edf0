//! A queue in moto, with records of CloudTrail as a rule of EventBridge sends them. moto's own rules need
//! another library.

use reqwest::header::{AUTHORIZATION, CONTENT_TYPE};
use serde_json::{Value, json};

use super::block_on;
use super::moto::Account;

/// A queue that records of IAM come to.
pub(crate) struct Queue {
    account: Account,
    url: String,
}

impl Queue {
    #[track_caller]
    pub(crate) fn new(account: &Account) -> Self {
        let made = call(account, "CreateQueue", &json!({"QueueName": "rollcall"}));
        let url = made["QueueUrl"].as_str().expect("a queue").to_owned();
        let account = account.clone();
        Self { account, url }
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// A record of the call `event` of IAM comes.
    #[track_caller]
    pub(crate) fn record(&self, event: &str, request: &Value) {
        self.record_of(self.account.id(), event, request);
    }

    /// The same of the account of this id.
    #[track_caller]
    pub(crate) fn record_of(&self, account: &str, event: &str, request: &Value) {
        let record = record(account, event, request);
        let message = json!({
            "version": "0", "detail-type": "AWS API Call via CloudTrail", "source": "aws.iam",
            "account": account, "region": "us-east-1", "detail": record,
        });
        self.send(&message.to_string());
    }

    /// A message with this body comes.
    #[track_caller]
    pub(crate) fn send(&self, body: &str) {
        let message = json!({"QueueUrl": self.url, "MessageBody": body});
        call(&self.account, "SendMessage", &message);
    }

    /// How many messages were not taken off, whether or not they can be received now.
    #[track_caller]
    pub(crate) fn len(&self) -> u64 {
        let names = [
            "ApproximateNumberOfMessages",
            "ApproximateNumberOfMessagesNotVisible",
        ];
        let asked = json!({"QueueUrl": self.url, "AttributeNames": names});
        let told = call(&self.account, "GetQueueAttributes", &asked);
        let count = |name: &&str| -> u64 {
            let count = told["Attributes"][name].as_str().expect("a count");
            count.parse().expect("a number")
        };
        names.iter().map(count).sum()
    }
}

/// CloudTrail's record of the call `event` of IAM in `account`, made now.
pub(crate) fn record(account: &str, event: &str, request: &Value) -> Value {
    let now = time::OffsetDateTime::now_utc();
    let now = now.replace_nanosecond(0).expect("a whole second");
    let format = &time::format_description::well_known::Rfc3339;
    json!({
        "eventVersion": "1.11", "eventSource": "iam.amazonaws.com", "eventName": event,
        "eventTime": now.format(format).expect("a time"),
        "eventID": format!("{:032x}", fastrand::u128(..)), "awsRegion": "us-east-1",
        "readOnly": false, "recipientAccountId": account, "eventType": "AwsApiCall",
        "requestParameters": request, "userIdentity": {"type": "AssumedRole"},
    })
}

#[track_caller]
fn call(account: &Account, action: &str, input: &Value) -> Value {
    let credential = format!(
        "{}/20260101/us-east-1/sqs/aws4_request",
        account.access_key_id()
    );
    let request = async {
        // Another test may have done so already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder().no_proxy().build();
        let answer = client
            .expect("a client")
            .post(account.url())
            .header(CONTENT_TYPE, "application/x-amz-json-1.0")
            .header("x-amz-target", format!("AmazonSQS.{action}"))
            .header(
                AUTHORIZATION,
                format!(
                    "AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders=host, Signature=0"
                ),
            )
            .body(input.to_string())
            .send()
            .await
            .expect("moto answers");
        let (is_ok, text) = (answer.status().is_success(), answer.text().await);
        let text = text.expect("an answer");
        assert!(is_ok, "{action}: {text}");
        serde_json::from_str(&text).unwrap_or_default()
    };
    block_on(request)
}
