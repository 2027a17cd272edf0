//! A stand-in for CloudTrail's event history: LookupEvents over JSON 1.1, with all that makes it
//! hard to read. Records appear late, pages repeat and reorder them, tokens break, calls are
//! throttled with a 400, and a third call within a second always is.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use bytes::Bytes;
use hyper::Request;
use serde_json::{Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::http::Server;
use super::reply::Reply;

/// How hard it is to read.
#[derive(Debug, Clone)]
pub(crate) struct Faults {
    /// Records of a page, at most.
    pub(crate) page: usize,
    /// Of a hundred calls, so many are throttled.
    pub(crate) throttled: u8,
    /// Of a hundred tokens, so many are none when they come back.
    pub(crate) broken: u8,
    /// Of a hundred pages, so many repeat a record of another page.
    pub(crate) repeated: u8,
    /// Whether a page has its records in any order.
    pub(crate) is_shuffled: bool,
}

impl Default for Faults {
    fn default() -> Self {
        Self {
            page: 50,
            throttled: 0,
            broken: 0,
            repeated: 0,
            is_shuffled: false,
        }
    }
}

#[derive(Debug)]
struct Kept {
    region: String,
    record: Value,
    unix_s: i64,
    shown_at: Instant,
}

#[derive(Debug, Default)]
struct State {
    kept: Vec<Kept>,
    faults: Faults,
    denied: Vec<String>,
    /// The services that are not answered for, or so late.
    failing: BTreeSet<String>,
    slow: BTreeMap<String, Duration>,
    calls: BTreeMap<String, Vec<Instant>>,
    listings: HashMap<String, (Value, Vec<Value>)>,
    too_fast: usize,
    keys: BTreeSet<String>,
}

#[derive(Debug)]
pub(crate) struct Trail {
    state: Arc<Mutex<State>>,
    server: Server,
}

impl Trail {
    pub(crate) fn start(faults: Faults) -> Self {
        let state = Arc::new(Mutex::new(State {
            faults,
            ..State::default()
        }));
        let shared = Arc::clone(&state);
        let answer = move |request| {
            let (answer, late) = shared.lock().unwrap().answer(&request);
            async move {
                tokio::time::sleep(late).await;
                answer
            }
        };
        Self {
            server: Server::start(answer),
            state,
        }
    }

    pub(crate) fn url(&self) -> String {
        self.server.url()
    }

    /// Adds a call of `name` by a user, made so long ago, that appears `late` from now; its id.
    pub(crate) fn add(
        &self,
        region: &str,
        (source, name): (&str, &str),
        ago: Duration,
        late: Duration,
    ) -> String {
        let time = OffsetDateTime::now_utc() - ago;
        let id = uuid::Uuid::new_v4().to_string();
        let record = json!({
            "eventVersion": "1.11", "eventID": id, "eventSource": source, "eventName": name,
            "eventTime": time.replace_nanosecond(0).unwrap().format(&Rfc3339).unwrap(),
            "eventType": "AwsApiCall", "eventCategory": "Management", "awsRegion": region,
            "readOnly": false, "requestID": id, "sourceIPAddress": "192.0.2.7",
            "userAgent": "aws-cli/2.27.0", "recipientAccountId": "111122223333",
            "userIdentity": {
                "type": "IAMUser", "principalId": "AIDA2", "userName": "anna",
                "arn": "arn:aws:iam::111122223333:user/anna", "accountId": "111122223333",
            },
            "requestParameters": { "userName": "ben" },
        });
        self.add_record(region, record, late);
        id
    }

    /// Adds a whole record.
    pub(crate) fn add_record(&self, region: &str, record: Value, late: Duration) {
        let time = record["eventTime"].as_str().expect("a time");
        let time = OffsetDateTime::parse(time, &Rfc3339).expect("a time");
        self.state().kept.push(Kept {
            region: region.to_owned(),
            unix_s: time.unix_timestamp(),
            record,
            shown_at: Instant::now() + late,
        });
    }

    /// Shows the record of this id in `region` as well.
    pub(crate) fn add_again(&self, id: &str, region: &str) {
        let mut state = self.state();
        let mut kept = state.kept.iter();
        let kept = kept
            .find(|it| it.record["eventID"] == id)
            .expect("a record");
        let again = Kept {
            region: region.to_owned(),
            record: kept.record.clone(),
            ..*kept
        };
        state.kept.push(again);
    }

    /// From now on, nobody may look into `region`.
    pub(crate) fn deny(&self, region: &str) {
        self.state().denied.push(region.to_owned());
    }

    /// From now on, calls about this service fail, or do not any more.
    pub(crate) fn set_failing(&self, source: &str, is_failing: bool) {
        let failing = &mut self.state().failing;
        match is_failing {
            true => _ = failing.insert(source.to_owned()),
            false => _ = failing.remove(source),
        }
    }

    /// From now on, calls about this service are answered so late.
    pub(crate) fn set_late(&self, source: &str, late: Duration) {
        self.state().slow.insert(source.to_owned(), late);
    }

    /// How many access keys were called with.
    pub(crate) fn callers(&self) -> usize {
        self.state().keys.len()
    }

    /// How many calls came.
    pub(crate) fn calls(&self) -> usize {
        self.state().calls.values().map(Vec::len).sum()
    }

    /// How many calls came to `region`.
    pub(crate) fn calls_in(&self, region: &str) -> usize {
        self.state().calls.get(region).map_or(0, Vec::len)
    }

    /// How many calls came sooner than CloudTrail allows.
    pub(crate) fn too_fast(&self) -> usize {
        self.state().too_fast
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }
}

impl State {
    /// The answer, and how late it comes.
    fn answer(&mut self, request: &Request<Bytes>) -> (Reply, Duration) {
        let header = |name: &str| {
            let value = request.headers().get(name);
            value.and_then(|it| it.to_str().ok()).unwrap_or_default()
        };
        assert!(header("x-amz-target").ends_with("CloudTrail_20131101.LookupEvents"));
        assert_eq!(header("content-type"), "application/x-amz-json-1.1");
        let key = header("authorization").split(['=', '/']).nth(1);
        self.keys.insert(key.expect("a signature").to_owned());
        let region = header("authorization").split('/').nth(2);
        let region = region.expect("a signature").to_owned();
        let input: Value = serde_json::from_slice(request.body()).expect("JSON");
        if self.denied.contains(&region) {
            let why = "User: anna is not authorized to perform: cloudtrail:LookupEvents";
            return (refusal("AccessDeniedException", why), Duration::ZERO);
        }
        let source = input["LookupAttributes"][0]["AttributeValue"].as_str();
        let source = source.unwrap_or_default();
        let late = self.slow.get(source).copied().unwrap_or_default();
        if self.failing.contains(source) {
            let why = json!({ "__type": "InternalFailure", "message": "not now" });
            return (Reply::json(500, &why), late);
        }
        let is_too_fast = self.is_too_fast(&region);
        if is_too_fast || happens(self.faults.throttled) {
            return (refusal("ThrottlingException", "Rate exceeded"), late);
        }
        (self.page(&region, &input), late)
    }

    /// AWS lets two calls a second through.
    fn is_too_fast(&mut self, region: &str) -> bool {
        let calls = self.calls.entry(region.to_owned()).or_default();
        calls.push(Instant::now());
        let before = calls.len().checked_sub(3).map(|at| calls[at]);
        // A network's delays make seconds shorter.
        let is_too_fast = before.is_some_and(|at| at.elapsed() < Duration::from_millis(800));
        self.too_fast += usize::from(is_too_fast);
        is_too_fast
    }

    fn page(&mut self, region: &str, input: &Value) -> Reply {
        let mut same = input.clone();
        let token = same.as_object_mut().unwrap().remove("NextToken");
        let mut rest = match token {
            None => self.found(region, input),
            Some(token) => {
                let kept = self.listings.remove(token.as_str().unwrap_or_default());
                match kept {
                    Some((of, rest)) if of == same && !happens(self.faults.broken) => rest,
                    _ => return refusal("InvalidNextTokenException", "Invalid token"),
                }
            }
        };
        let size = self
            .faults
            .page
            .min(input["MaxResults"].as_u64().unwrap() as usize);
        let mut page: Vec<Value> = rest.drain(..size.min(rest.len())).collect();
        if happens(self.faults.repeated)
            && let Some(again) = rest.first()
        {
            page.push(again.clone());
        }
        if self.faults.is_shuffled {
            fastrand::shuffle(&mut page);
        }
        let mut answer = json!({ "Events": page });
        if !rest.is_empty() {
            let token = uuid::Uuid::new_v4().to_string();
            answer["NextToken"] = json!(token);
            self.listings.insert(token, (same, rest));
        }
        Reply::json(200, &answer)
    }

    /// What is shown by now, the newest first.
    fn found(&self, region: &str, input: &Value) -> Vec<Value> {
        let attribute = &input["LookupAttributes"][0];
        let is_asked_for = |record: &Value| match attribute["AttributeKey"].as_str() {
            Some("EventSource") => record["eventSource"] == attribute["AttributeValue"],
            Some("ResourceName") => {
                record["requestParameters"]["userName"] == attribute["AttributeValue"]
            }
            other => panic!("looked up by {other:?}"),
        };
        let (start, end) = (&input["StartTime"], &input["EndTime"]);
        let (start, end) = (start.as_i64().unwrap(), end.as_i64().unwrap());
        assert!(start <= end, "InvalidTimeRangeException");
        let mut found: Vec<&Kept> = self.kept.iter().collect();
        found.retain(|it| {
            it.region == region
                && is_asked_for(&it.record)
                && (start..=end).contains(&it.unix_s)
                && it.shown_at <= Instant::now()
        });
        found.sort_by_key(|it| -it.unix_s);
        let event = |it: &Kept| {
            json!({
                "EventId": it.record["eventID"], "EventName": it.record["eventName"],
                "EventTime": it.unix_s, "ReadOnly": "false",
                "CloudTrailEvent": it.record.to_string(),
            })
        };
        found.into_iter().map(event).collect()
    }
}

fn happens(of_hundred: u8) -> bool {
    fastrand::u8(..100) < of_hundred
}

fn refusal(code: &str, why: &str) -> Reply {
    Reply::json(400, &json!({ "__type": code, "message": why }))
}
