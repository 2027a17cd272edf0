//! Runs that race for the lease of an account: one of them gets it, whatever the table is kept by.

use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use rollcall::lifecycle::{ActionError, Executor};
use serde_json::json;
use time::OffsetDateTime;

use super::common::executor_of;
use crate::support::aws_proxy::AwsProxy;
use crate::support::block_on;
use crate::support::moto::Account;

const RUNS: usize = 8;
/// By moto, whose conditions are atomic since the proxy lets in one call at a time.
const ROUNDS: usize = 20;
/// By dynoxide, whose own they are, or in the long mode.
const ROUNDS_LONG: usize = 200;
/// The program of the crate `dynoxide-rs`, a DynamoDB of its own.
const DYNOXIDE: &str = "ROLLCALL_TEST_DYNOXIDE";
const PATIENCE: Duration = Duration::from_secs(20);

/// A DynamoDB that ends with it.
struct Dynoxide {
    process: Child,
    url: String,
}

impl Dynoxide {
    /// `None` where there is no such program.
    fn start() -> Option<Self> {
        let program = std::env::var_os(DYNOXIDE)?;
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr();
        let port = port.unwrap().port();
        let mut serve = Command::new(program);
        serve.args(["serve", "--port", &port.to_string(), "--log", "quiet"]);
        serve.stdin(Stdio::null()).stdout(Stdio::null());
        let process = serve.spawn().unwrap();
        let began = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(began.elapsed() < PATIENCE, "dynoxide does not listen");
            std::thread::sleep(Duration::from_millis(20));
        }
        let url = format!("http://127.0.0.1:{port}");
        Some(Self { process, url })
    }
}

impl Drop for Dynoxide {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The lease of a run that died: nobody's any more.
fn lapsed(tables: &Account, account: &Account) {
    let until = OffsetDateTime::now_utc() - time::Duration::minutes(20);
    let input = json!({ "TableName": "people", "Item": {
        "UserName": { "S": format!("rollcall:lease:{}", account.id()) },
        "holder": { "S": "another" }, "until": { "N": until.unix_timestamp().to_string() },
    }});
    assert_eq!(block_on(tables.dynamodb("PutItem", &input)), json!({}));
}

#[test]
fn of_runs_that_race_for_a_lease_one_gets_it() {
    let account = Account::strict();
    let dynoxide = Dynoxide::start();
    let proxy = match &dynoxide {
        Some(dynoxide) => AwsProxy::with_tables_at(&account, &dynoxide.url),
        None => AwsProxy::transparent(&account),
    };
    let is_long = dynoxide.is_some() || std::env::var_os("ROLLCALL_LONG").is_some();
    let rounds = if is_long { ROUNDS_LONG } else { ROUNDS };
    let tables = Account::of_key(&proxy.url(), account.access_key_id());
    let input = json!({
        "TableName": "people", "BillingMode": "PAY_PER_REQUEST",
        "KeySchema": [{ "AttributeName": "UserName", "KeyType": "HASH" }],
        "AttributeDefinitions": [{ "AttributeName": "UserName", "AttributeType": "S" }],
    });
    let made = block_on(tables.dynamodb("CreateTable", &input));
    assert!(made["TableDescription"].is_object(), "{made}");
    let homes: Vec<_> = (0..RUNS).map(|_| tempfile::tempdir().unwrap()).collect();
    let (url, place) = (proxy.url(), "table = \"people\"");
    let runs = homes
        .iter()
        .map(|home| block_on(executor_of(&account, &url, home.path(), place)));
    let runs: Vec<Executor> = runs.collect();
    for round in 0..rounds {
        // There is no lease at first, and in every other round one that has lapsed.
        if round % 2 == 1 {
            lapsed(&tables, &account);
        }
        let taken = block_on(join_all(runs.iter().map(Executor::take_lease)));
        let winners = taken.iter().filter(|it| it.is_ok()).count();
        assert_eq!(winners, 1, "round {round}: {taken:?}");
        for lost in taken.into_iter().filter_map(Result::err) {
            assert!(matches!(lost, ActionError::Lease(_)), "{lost}");
        }
        block_on(join_all(runs.iter().map(Executor::release)));
    }
}
