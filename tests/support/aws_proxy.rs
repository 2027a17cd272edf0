//! A proxy in front of moto: records every call, and answers some in AWS's stead.

use std::sync::{Arc, Mutex};
use std::time::Instant;

use bytes::Bytes;
use hyper::Request;
use hyper::header::{AUTHORIZATION, CONTENT_TYPE};

use super::http::Server;
use super::moto::Account;
use super::reply::Reply;

/// One call, as AWS's query protocol writes it.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) at: Instant,
    parameters: Vec<(String, String)>,
}

impl Call {
    pub(crate) fn action(&self) -> &str {
        self.parameter("Action").unwrap_or_default()
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
    server: Server,
}

impl AwsProxy {
    /// Calls for which `rule` has a reply get it; the others get moto's.
    pub(crate) fn start(
        account: &Account,
        rule: impl Fn(&Call) -> Option<Reply> + Send + Sync + 'static,
    ) -> Self {
        // Only the first call of a process installs it; reqwest is built without a provider.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let calls = Arc::<Mutex<Vec<Call>>>::default();
        let (recorded, url) = (Arc::clone(&calls), account.url().to_owned());
        let server = Server::start(move |request| {
            let call = Call::of(&request);
            let reply = rule(&call);
            recorded.lock().unwrap().push(call);
            let (client, url) = (client.clone(), url.clone());
            async move {
                match reply {
                    Some(reply) => reply,
                    None => forward(&client, &url, request).await,
                }
            }
        });
        Self { calls, server }
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

    /// How many calls of `action` came so far.
    pub(crate) fn count(&self, action: &str) -> usize {
        let calls = self.calls();
        calls.iter().filter(|call| call.action() == action).count()
    }
}

impl Call {
    fn of(request: &Request<Bytes>) -> Self {
        let query = String::from_utf8_lossy(request.body());
        let url = reqwest::Url::parse(&format!("http://query/?{query}")).expect("a query");
        Self {
            at: Instant::now(),
            parameters: url.query_pairs().into_owned().collect(),
        }
    }
}

async fn forward(client: &reqwest::Client, url: &str, request: Request<Bytes>) -> Reply {
    let (head, body) = request.into_parts();
    let mut post = client.post(url).body(body);
    for name in [AUTHORIZATION, CONTENT_TYPE] {
        post = post.header(name.clone(), &head.headers[name]);
    }
    let answer = post.send().await.expect("moto answers");
    let reply = Reply::status(answer.status().as_u16()).header("content-type", "text/xml");
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
