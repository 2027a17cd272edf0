//! A fake of Sekoia's platform: it has a module's secrets, takes reports on the validation and the
//! log, and says on which ports it asks.

use std::collections::VecDeque;
use std::future::ready;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use hyper::{Method, Request};
use serde_json::{Value, json};

use super::http::Server;
use super::intake::{CONNECTOR_UUID, Intake};
use super::reply::Reply;

pub(crate) const TOKEN: &str = "token-of-the-container";
pub(crate) const API_KEY: &str = "key-of-the-connector";

/// What came in: method, path, the token, the body.
pub(crate) type Asked = (Method, String, String, Value);

#[derive(Debug, Default)]
struct State {
    asked: Vec<Asked>,
    /// Answers to the next questions for secrets, before the good one.
    failures: VecDeque<u16>,
    /// The answer to each post of the log.
    log_reply: Option<Reply>,
    secret: String,
    /// What it keeps of the connector apart from the file.
    node_secrets: Value,
}

#[derive(Debug)]
pub(crate) struct Platform {
    state: Arc<Mutex<State>>,
    server: Server,
    /// Where it asks for health and for metrics.
    ports: [SocketAddr; 2],
}

impl Platform {
    /// One that gives `secret` as `aws_secret_access_key`.
    pub(crate) fn start(secret: &str) -> Self {
        let state = Arc::new(Mutex::new(State {
            secret: secret.to_owned(),
            ..State::default()
        }));
        let shared = Arc::clone(&state);
        let server = Server::start(move |request| ready(shared.lock().unwrap().answer(request)));
        // Both are held at once, so that they differ.
        let held = [(); 2].map(|()| TcpListener::bind("127.0.0.1:0").expect("a port"));
        let ports = held.map(|listener| listener.local_addr().expect("its address"));
        Self {
            state,
            server,
            ports,
        }
    }

    /// Answers the next questions for secrets with these codes.
    pub(crate) fn fail(&self, codes: impl IntoIterator<Item = u16>) {
        self.state.lock().unwrap().failures.extend(codes);
    }

    /// Answers every post of the log with this.
    pub(crate) fn answer_logs(&self, reply: Reply) {
        self.state.lock().unwrap().log_reply = Some(reply);
    }

    /// Keeps this of the connector apart.
    pub(crate) fn keep_of_connector(&self, secrets: Value) {
        self.state.lock().unwrap().node_secrets = secrets;
    }

    /// Where health is asked for.
    pub(crate) fn liveness(&self) -> SocketAddr {
        self.ports[0]
    }

    /// Where metrics are asked for.
    pub(crate) fn metrics(&self) -> SocketAddr {
        self.ports[1]
    }

    /// The posts of the log, each a list of lines.
    pub(crate) fn logs(&self) -> Vec<Vec<Value>> {
        let asked = self.asked().into_iter();
        let logs =
            asked.filter(|(method, path, ..)| *method == Method::POST && path == "/runs/1/logs");
        logs.map(|(.., body)| body["logs"].as_array().cloned().unwrap_or_default())
            .collect()
    }

    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.state.lock().unwrap().asked.clone()
    }

    /// Writes what the platform writes into a container, without the secret.
    pub(crate) fn write(&self, dir: &Path, access_key_id: &str, intake: &Intake) {
        std::fs::create_dir_all(dir).unwrap();
        let write = |name: &str, text: String| std::fs::write(dir.join(name), text).unwrap();
        let module = json!({"aws_access_key": access_key_id, "aws_region_name": "us-east-1",
            "something_new": {"of": "the platform"}});
        write("module_configuration", module.to_string());
        let connector = json!({"sekoia_api_key": API_KEY, "sekoia_base_url": intake.url(),
            "frequency": 3600, "batch_size": 7});
        write("connector_configuration", connector.to_string());
        write(
            "connector_configuration_uuid",
            format!("{CONNECTOR_UUID}\n"),
        );
        write("liveness_port", self.liveness().port().to_string());
        write("metrics_port", self.metrics().port().to_string());
        write("token", format!("{TOKEN}\n"));
        write(
            "url_callback",
            format!("{}/runs/1/callback", self.server.url()),
        );
    }
}

impl State {
    fn answer(&mut self, request: Request<Bytes>) -> Reply {
        let (head, body) = request.into_parts();
        let body: Value = serde_json::from_slice(&body).unwrap_or_default();
        let token = head.headers.get("authorization");
        let token = token.and_then(|it| it.to_str().ok()).unwrap_or_default();
        let path = head.uri.path().to_owned();
        self.asked
            .push((head.method.clone(), path.clone(), token.to_owned(), body));
        match (head.method, path.as_str()) {
            (Method::GET, "/runs/1/secrets") => match self.failures.pop_front() {
                Some(code) => Reply::status(code),
                None => Reply::json(
                    200,
                    &json!({"value": {"aws_secret_access_key": self.secret},
                        "node_value": self.node_secrets}),
                ),
            },
            (Method::POST, "/runs/1/logs") => {
                let reply = self.log_reply.clone();
                reply.unwrap_or_else(|| Reply::json(200, &json!({})))
            }
            (Method::PATCH, "/runs/1/callback") => Reply::json(200, &json!({})),
            _ => Reply::status(404),
        }
    }
}
