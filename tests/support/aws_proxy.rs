//! A proxy in front of moto: records every call, and answers some in AWS's stead.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Instant;

use bytes::Bytes;
use hyper::Request;

use super::http::Server;
use super::moto::Account;
use super::reply::Reply;

/// One call, as AWS's query protocol writes it; of JSON, the action.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) at: Instant,
    /// AccessKeyId, region and service, as the signature names them.
    scope: Option<[String; 3]>,
    parameters: Vec<(String, String)>,
}

impl Call {
    pub(crate) fn action(&self) -> &str {
        self.parameter("Action").unwrap_or_default()
    }

    /// The region that it is signed for.
    pub(crate) fn region(&self) -> &str {
        self.scope.as_ref().map_or("", |[_, region, _]| region)
    }

    /// The service that it is signed for, as policies spell it.
    pub(crate) fn service(&self) -> &str {
        self.scope.as_ref().map_or("", |[.., service]| service)
    }

    /// The AccessKeyId that it is signed with.
    pub(crate) fn key(&self) -> &str {
        self.scope.as_ref().map_or("", |[key, ..]| key)
    }

    /// Whether the call has this text anywhere, as one in JSON may.
    pub(crate) fn says(&self, text: &str) -> bool {
        let mut parameters = self.parameters.iter();
        parameters.any(|(key, value)| key.contains(text) || value.contains(text))
    }

    pub(crate) fn parameter(&self, name: &str) -> Option<&str> {
        let mut parameters = self.parameters.iter();
        parameters
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }
}

#[derive(Debug)]
pub(crate) struct AwsProxy {
    calls: Arc<Mutex<Vec<Call>>>,
    /// How many calls were carried out and answered otherwise.
    lost: Arc<AtomicUsize>,
    server: Server,
}

impl AwsProxy {
    /// Calls for which `rule` has a reply get it; the others get moto's.
    pub(crate) fn start(
        account: &Account,
        rule: impl Fn(&Call) -> Option<Reply> + Send + Sync + 'static,
    ) -> Self {
        Self::serve(account, None, rule, |_| None, |body| body)
    }

    /// Calls of DynamoDB reach the one at `url`.
    pub(crate) fn with_tables_at(account: &Account, url: &str) -> Self {
        Self::serve(account, Some(url), |_| None, |_| None, |body| body)
    }

    fn serve(
        account: &Account,
        tables: Option<&str>,
        rule: impl Fn(&Call) -> Option<Reply> + Send + Sync + 'static,
        instead: impl Fn(&Call) -> Option<Reply> + Send + Sync + 'static,
        change: impl Fn(Bytes) -> Bytes + Send + Sync + 'static,
    ) -> Self {
        // Only the first call of a process installs it; reqwest is built without a provider.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let calls = Arc::<Mutex<Vec<Call>>>::default();
        let (recorded, url) = (Arc::clone(&calls), account.url().to_owned());
        let tables = tables.map(str::to_owned);
        // Conditions of moto's tables hold for one call after the other alone.
        let gate = Arc::<tokio::sync::Mutex<()>>::default();
        let lost = Arc::<AtomicUsize>::default();
        let counted = Arc::clone(&lost);
        let server = Server::start(move |request: Request<Bytes>| {
            let request = request.map(&change);
            let call = Call::of(&request);
            let (reply, instead) = (rule(&call), instead(&call));
            let is_of_tables = call.service() == "dynamodb";
            let gate = (is_of_tables && tables.is_none()).then(|| Arc::clone(&gate));
            let url = tables.as_ref().filter(|_| is_of_tables).unwrap_or(&url);
            let url = url.clone();
            recorded.lock().unwrap().push(call);
            let (client, lost) = (client.clone(), Arc::clone(&counted));
            async move {
                match reply {
                    Some(reply) => reply,
                    None => {
                        let _alone = match gate {
                            Some(gate) => Some(gate.lock_owned().await),
                            None => None,
                        };
                        let reply = forward(&client, &url, request).await;
                        let Some(instead) = instead else {
                            return reply;
                        };
                        lost.fetch_add(1, Ordering::SeqCst);
                        instead
                    }
                }
            }
        });
        Self {
            calls,
            lost,
            server,
        }
    }

    /// Calls for which `instead` has a reply are carried out, and get it in place of moto's answer.
    pub(crate) fn losing_answers(
        account: &Account,
        instead: impl Fn(&Call) -> Option<Reply> + Send + Sync + 'static,
    ) -> Self {
        Self::serve(account, None, |_| None, instead, |body| body)
    }

    /// What was received of a queue comes again after one second, not thirty.
    pub(crate) fn hurrying(account: &Account) -> Self {
        let hurried = |body: Bytes| match std::str::from_utf8(&body) {
            Ok(text) => {
                Bytes::from(text.replace("\"VisibilityTimeout\":30", "\"VisibilityTimeout\":1"))
            }
            Err(_) => body,
        };
        Self::serve(account, None, |_| None, |_| None, hurried)
    }

    /// Only records.
    pub(crate) fn transparent(account: &Account) -> Self {
        Self::start(account, |_| None)
    }

    pub(crate) fn url(&self) -> String {
        self.server.url()
    }

    /// Every call so far, in order.
    pub(crate) fn calls(&self) -> Vec<Call> {
        self.calls.lock().unwrap().clone()
    }

    /// How many calls were carried out and answered otherwise so far.
    pub(crate) fn lost(&self) -> usize {
        self.lost.load(Ordering::SeqCst)
    }

    /// How many calls of `action` came so far.
    pub(crate) fn count(&self, action: &str) -> usize {
        let calls = self.calls();
        calls.iter().filter(|call| call.action() == action).count()
    }
}

impl Call {
    fn of(request: &Request<Bytes>) -> Self {
        let target = request.headers().get("x-amz-target");
        let query = match target.and_then(|it| it.to_str().ok()) {
            // A service that speaks JSON names the action here alone.
            Some(target) => format!("Action={}", target.rsplit('.').next().unwrap_or(target)),
            None => String::from_utf8_lossy(request.body()).into_owned(),
        };
        let url = reqwest::Url::parse(&format!("http://query/?{query}")).expect("a query");
        let mut parameters: Vec<_> = url.query_pairs().into_owned().collect();
        if target.is_some() {
            let body = String::from_utf8_lossy(request.body()).into_owned();
            parameters.push(("Body".to_owned(), body));
        }
        let signed = request.headers().get("authorization");
        let scope = signed.and_then(|it| scope(it.to_str().ok()?));
        Self {
            at: Instant::now(),
            scope,
            parameters,
        }
    }
}

/// Of `Credential=KEY/DATE/REGION/SERVICE/aws4_request`, key, region and service.
fn scope(signed: &str) -> Option<[String; 3]> {
    let mut parts = signed.split_once("Credential=")?.1.split('/');
    let key = parts.next()?.to_owned();
    let mut parts = parts.skip(1);
    Some([key, parts.next()?.to_owned(), parts.next()?.to_owned()])
}

async fn forward(client: &reqwest::Client, url: &str, request: Request<Bytes>) -> Reply {
    let (head, body) = request.into_parts();
    let mut post = client.post(url).body(body);
    let signed = ["authorization", "x-amz-date"];
    for name in signed.into_iter().chain(["content-type", "x-amz-target"]) {
        if let Some(value) = head.headers.get(name) {
            post = post.header(name, value);
        }
    }
    let answer = post.send().await.expect("moto answers");
    let kind = answer.headers().get("content-type");
    let kind = kind.and_then(|it| it.to_str().ok()).unwrap_or("text/xml");
    let reply = Reply::status(answer.status().as_u16()).header("content-type", kind);
    reply.body(answer.bytes().await.expect("a whole answer of moto"))
}

/// An error as IAM and STS write it.
pub(crate) fn aws_error(status: u16, code: &str) -> Reply {
    let body = format!(
        "<ErrorResponse xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/\"><Error>\
         <Type>Sender</Type><Code>{code}</Code><Message>the test says {code}</Message></Error>\
         <RequestId>00000000-0000-0000-0000-000000000000</RequestId></ErrorResponse>"
    );
    let reply = Reply::status(status).header("content-type", "text/xml");
    reply.body(body)
}
