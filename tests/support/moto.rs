//! A moto server shared by the tests of this process, with an account of its own for each test.
//!
//! moto finds the account by the access key. AssumeRole makes a key in the account of the role's
//! ARN, without a user or role there: one call and a test has an empty account.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use aws_sdk_iam::config::{BehaviorVersion, Credentials, Region};
use aws_smithy_http_client::Builder;
use serde_json::Value;

use super::block_on;

/// An empty AWS account inside the shared server.
#[derive(Clone, Debug)]
pub(crate) struct Account {
    id: String,
    url: String,
    access_key_id: String,
}

impl Account {
    /// Customer-managed policies only: moto then answers fastest.
    #[track_caller]
    pub(crate) fn new() -> Self {
        static SERVER: OnceLock<Server> = OnceLock::new();
        Self::on(SERVER.get_or_init(|| Server::start(false, &[])))
    }

    /// Where IAM and Parameter Store refuse what AWS refuses, which moto alone does not: see
    /// `strict_iam.py`.
    #[track_caller]
    pub(crate) fn strict() -> Self {
        static SERVER: OnceLock<Server> = OnceLock::new();
        Self::on(SERVER.get_or_init(|| Server::start(false, &["strict"])))
    }

    /// With the 1,500 policies that AWS provides, about a second slower for each pass.
    #[track_caller]
    pub(crate) fn with_aws_policies() -> Self {
        static SERVER: OnceLock<Server> = OnceLock::new();
        Self::on(SERVER.get_or_init(|| Server::start(true, &[])))
    }

    /// The account `id` on a server of its own, which [`Self::obey_policies`] changes.
    #[track_caller]
    pub(crate) fn alone(id: &str) -> (Self, Server) {
        let server = Server::start(false, &["strict"]);
        (Self::at(&server.url, id), server)
    }

    /// From now on the whole server grants what policies grant, and nothing else.
    pub(crate) fn obey_policies(&self) {
        let url = format!("{}/moto-api/reset-auth", self.url);
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let post = client.post(url).header("content-type", "text/plain");
        let answer = block_on(post.body("0").send()).expect("moto answers");
        assert!(answer.status().is_success(), "{answer:?}");
    }

    fn on(server: &Server) -> Self {
        static NEXT_ID: AtomicU64 = AtomicU64::new(210_000_000_001);
        let id = NEXT_ID.fetch_add(1, Ordering::Relaxed).to_string();
        Self::at(&server.url, &id)
    }

    /// The account `id` of the same server.
    pub(crate) fn another(&self, id: &str) -> Self {
        Self::at(&self.url, id)
    }

    fn at(url: &str, id: &str) -> Self {
        Self {
            id: id.to_owned(),
            url: url.to_owned(),
            access_key_id: block_on(assume_role(url, id)),
        }
    }

    /// The account that this access key is of, on the server at `url`: that of another process.
    pub(crate) fn of_key(url: &str, access_key_id: &str) -> Self {
        Self {
            id: String::new(),
            url: url.to_owned(),
            access_key_id: access_key_id.to_owned(),
        }
    }

    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    pub(crate) fn access_key_id(&self) -> &str {
        &self.access_key_id
    }

    /// An SDK client that sees this account.
    pub(crate) fn iam(&self) -> aws_sdk_iam::Client {
        let config = aws_sdk_iam::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .http_client(Builder::new().build_http())
            .endpoint_url(&self.url)
            .region(Region::new("us-east-1"))
            .credentials_provider(credentials(&self.access_key_id))
            .build();
        aws_sdk_iam::Client::from_conf(config)
    }

    /// What Parameter Store answers to `action`, whether it grants it or not.
    pub(crate) async fn ssm(&self, action: &str, input: &Value) -> Value {
        self.posted("ssm", &format!("AmazonSSM.{action}"), input)
            .await
    }

    /// What DynamoDB answers to `action`, whether it grants it or not.
    pub(crate) async fn dynamodb(&self, action: &str, input: &Value) -> Value {
        self.posted("dynamodb", &format!("DynamoDB_20120810.{action}"), input)
            .await
    }

    /// What Organizations answers to `action`. Panics if it refuses.
    #[track_caller]
    pub(crate) fn organizations(&self, action: &str, input: &Value) -> Value {
        let target = format!("AWSOrganizationsV20161128.{action}");
        let answer = block_on(self.posted("organizations", &target, input));
        let is_refused = answer.get("__type").is_some();
        assert!(!is_refused, "{action}: {answer}");
        answer
    }

    async fn posted(&self, service: &str, target: &str, input: &Value) -> Value {
        // Only the first call of a process installs it; reqwest is built without a provider.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        // moto reads the account from the key, and looks at no signature.
        let key = &self.access_key_id;
        let post = client.post(&self.url).body(input.to_string());
        // Others than moto know each service by its own version, and want a date.
        let version = if service == "dynamodb" { "1.0" } else { "1.1" };
        let answer = post
            .header("content-type", format!("application/x-amz-json-{version}"))
            .header("x-amz-date", "20261128T000000Z")
            .header("x-amz-target", target)
            .header(
                "authorization",
                format!(
                    "AWS4-HMAC-SHA256 Credential={key}/20261128/us-east-1/{service}/aws4_request, \
                     SignedHeaders=host, Signature=0"
                ),
            )
            .send()
            .await
            .expect("moto answers");
        answer.json().await.expect("an answer in JSON")
    }
}

async fn assume_role(url: &str, account_id: &str) -> String {
    let config = aws_sdk_sts::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .http_client(Builder::new().build_http())
        .endpoint_url(url)
        .region(Region::new("us-east-1"))
        .credentials_provider(credentials("testing"))
        .build();
    let answer = aws_sdk_sts::Client::from_conf(config)
        .assume_role()
        .role_arn(format!("arn:aws:iam::{account_id}:role/test"))
        .role_session_name("test")
        .send()
        .await
        .expect("moto assumes any role");
    let credentials = answer.credentials.expect("credentials of the role");
    credentials.access_key_id
}

fn credentials(access_key_id: &str) -> Credentials {
    Credentials::new(access_key_id, "testing", None, None, "tests")
}

/// The server process. Statics are never dropped, so its end is the end of its standard input,
/// which is open for as long as this process lives.
#[derive(Debug)]
pub(crate) struct Server {
    url: String,
    _process: Child,
}

impl Server {
    #[track_caller]
    fn start(aws_policies: bool, args: &[&str]) -> Self {
        let python = python();
        let mut process = Command::new(&python)
            .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/support/moto_server.py"))
            .args(args)
            .env("MOTO_IAM_LOAD_MANAGED_POLICIES", aws_policies.to_string())
            .env_remove("MOTO_ACCOUNT_ID")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{}: {error}; {ADVICE}", python.display()));
        let mut port = String::new();
        let stdout = process.stdout.take().expect("a piped output");
        BufReader::new(stdout)
            .read_line(&mut port)
            .expect("moto prints its port");
        let port: u16 = port
            .trim()
            .parse()
            .unwrap_or_else(|_| panic!("moto did not start (see above); {ADVICE}"));
        Self {
            url: format!("http://127.0.0.1:{port}"),
            _process: process,
        }
    }
}

const ADVICE: &str = "run scripts/test, which installs what the tests need";

/// The Python that has moto, and the SDK.
pub(crate) fn python() -> PathBuf {
    std::env::var_os("ROLLCALL_TEST_VENV")
        .map_or_else(
            || Path::new(env!("CARGO_MANIFEST_DIR")).join(".venv"),
            PathBuf::from,
        )
        .join("bin/python")
}
