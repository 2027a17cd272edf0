//! `rollcall lifecycle lambda`, asked by a server that speaks as Lambda does to a function.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use bytes::Bytes;
use hyper::Request;
use serde_json::{Value, json};

use super::people::{names, of_table};
use crate::support::agent::Agent;
use crate::support::aws_proxy::AwsProxy;
use crate::support::http::Server;
use crate::support::moto::Account;
use crate::support::reply::Reply;

const PATIENCE: Duration = Duration::from_secs(60);
const SINK: &str = "\n[[sinks]]\ntype = \"ndjson\"\npath = \"siem.ndjson\"\ndialect = \"ocsf\"\n";

/// What a function was asked to answer, and what it answered.
#[derive(Clone, Default)]
struct Lambda {
    events: Arc<Mutex<VecDeque<Value>>>,
    /// `response` or `error`, and its body.
    answers: Arc<Mutex<Vec<(String, Value)>>>,
}

impl Lambda {
    fn serve(&self) -> Server {
        let this = self.clone();
        Server::start(move |request: Request<Bytes>| {
            let reply = this.answer(&request);
            async move { reply }
        })
    }

    fn answer(&self, request: &Request<Bytes>) -> Reply {
        let path = request.uri().path();
        if path.ends_with("/invocation/next") {
            let Some(event) = self.events.lock().unwrap().pop_front() else {
                return Reply::silence();
            };
            let deadline = time::OffsetDateTime::now_utc() + time::Duration::minutes(15);
            let deadline = deadline.unix_timestamp() * 1_000;
            let arn = "arn:aws:lambda:us-east-1:111122223333:function:rollcall-lifecycle";
            return Reply::json(200, &event)
                .header("lambda-runtime-aws-request-id", "one")
                .header("lambda-runtime-deadline-ms", &deadline.to_string())
                .header("lambda-runtime-invoked-function-arn", arn);
        }
        let kind = path.rsplit('/').next().unwrap_or_default().to_owned();
        let body = serde_json::from_slice(request.body()).unwrap_or_default();
        self.answers.lock().unwrap().push((kind, body));
        Reply::status(202)
    }

    /// What `agent` answers to these events; it is ended then.
    fn asked(&self, agent: &Agent, events: &[Value]) -> Vec<(String, Value)> {
        self.events.lock().unwrap().extend(events.iter().cloned());
        let server = self.serve();
        let address = server.url().replace("http://", "");
        let running = agent
            .args(["lifecycle", "lambda"])
            .env("AWS_LAMBDA_RUNTIME_API", &address)
            .env("AWS_LAMBDA_FUNCTION_NAME", "rollcall-lifecycle")
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "512")
            .env("AWS_LAMBDA_FUNCTION_VERSION", "1")
            .spawn();
        let began = Instant::now();
        while self.answers.lock().unwrap().len() < events.len() {
            assert!(began.elapsed() < PATIENCE, "{}", running.log());
            std::thread::sleep(Duration::from_millis(20));
        }
        running.signal(nix::sys::signal::Signal::SIGKILL);
        running.wait(PATIENCE);
        self.answers.lock().unwrap().clone()
    }
}

fn records(names: &[&str]) -> Value {
    let record = |name: &&str| {
        json!({ "eventName": "MODIFY", "eventSource": "aws:dynamodb",
                "dynamodb": { "Keys": { "UserName": { "S": name } } } })
    };
    json!({ "Records": names.iter().map(record).collect::<Vec<_>>() })
}

#[test]
fn a_schedule_and_a_change_of_the_table_begin_a_run_whose_events_are_sent_at_once() {
    let account = Account::strict();
    let proxy = AwsProxy::transparent(&account);
    let agent = of_table(&account, &["rollcall:sentinel", "anna"], SINK);
    let agent = agent.env("AWS_ENDPOINT_URL", &proxy.url());
    let schedule = json!({ "source": "aws.events", "detail-type": "Scheduled Event" });
    let own = records(&["rollcall:lease:111122223333"]);
    let done = || ("response".to_owned(), json!({ "exit_code": 0 }));
    let answers = Lambda::default().asked(&agent, &[schedule]);
    assert_eq!(answers, [done()]);
    assert_eq!(names(&account), ["anna"]);
    let sent = std::fs::read_to_string(agent.home().join("siem.ndjson")).unwrap();
    let sent: Vec<Value> = sent
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(sent.len(), 1);
    assert_eq!(
        (&sent[0]["class_uid"], &sent[0]["user"]["name"]),
        (&json!(3001), &json!("anna"))
    );
    let calls = proxy.calls().len();
    let answers = Lambda::default().asked(&agent, &[own]);
    assert_eq!((answers, proxy.calls().len()), (vec![done()], calls));
    let answers = Lambda::default().asked(&agent, &[records(&["anna"])]);
    assert_eq!(answers, [done()]);
    assert!(proxy.calls().len() > calls);
}

#[test]
fn a_run_that_could_not_do_all_is_an_error_of_the_function() {
    let account = Account::strict();
    let agent = of_table(&account, &["rollcall:sentinel", "a b"], "");
    let answers = Lambda::default().asked(&agent, &[json!({}), json!({})]);
    for (kind, body) in answers {
        assert_eq!(kind, "error");
        let why = body["errorMessage"].as_str().unwrap();
        assert!(why.contains("table people"), "{why}");
    }
}

#[test]
fn outside_of_lambda_it_says_so() {
    let account = Account::strict();
    let agent = of_table(&account, &[], "");
    let output = agent.args(["lifecycle", "lambda"]).run().expect_code(2);
    assert!(output.stderr.contains("lifecycle run"), "{}", output.stderr);
}
