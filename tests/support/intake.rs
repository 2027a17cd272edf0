//! A fake Sekoia intake: records what it is sent, answers as scripted.

use std::collections::{BTreeMap, VecDeque};
use std::future::ready;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Instant;

use bytes::Bytes;
use hyper::{HeaderMap, Method, Request};
use serde_json::{Value, json};

use super::http::Server;
use super::reply::Reply;

const CONNECTOR: &str = "/api/v2/asset-management/asset-connector/";
/// The configured connector's UUID.
pub(crate) const CONNECTOR_UUID: &str = "5b0a5d2c-8f6e-4c1c-9d57-2f1d1d1f6a01";
const TASKS: &str = "/api/v1/tasks/";

/// One request as it came in, and what was decided about it.
#[derive(Clone, Debug)]
pub(crate) struct Recorded {
    pub(crate) at: Instant,
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
    /// Null when it was not JSON.
    pub(crate) body: Value,
    pub(crate) status: u16,
    /// A 2xx that the client could read to its end.
    pub(crate) acknowledged: bool,
}

impl Recorded {
    pub(crate) fn items(&self) -> &[Value] {
        self.body["items"].as_array().map_or(&[], Vec::as_slice)
    }
}

#[derive(Debug, Default)]
struct State {
    requests: Vec<Recorded>,
    replies: VecDeque<Reply>,
    otherwise: Option<Reply>,
    rejected: Option<String>,
    tasks: Option<Tasks>,
}

#[derive(Debug, Default)]
struct Tasks {
    scripts: VecDeque<VecDeque<Value>>,
    started: Vec<VecDeque<Value>>,
}

#[derive(Debug)]
pub(crate) struct Intake {
    state: Arc<Mutex<State>>,
    server: Server,
}

impl Intake {
    pub(crate) fn start() -> Self {
        let state = Arc::new(Mutex::new(State::default()));
        let shared = Arc::clone(&state);
        let server = Server::start(move |request| ready(shared.lock().unwrap().answer(request)));
        Self { state, server }
    }

    pub(crate) fn url(&self) -> String {
        self.server.url()
    }

    /// The address of one connector, as an operator would configure it.
    pub(crate) fn connector_url(&self) -> String {
        format!("{}{CONNECTOR}{CONNECTOR_UUID}", self.url())
    }

    /// Replies for the next posts to a connector, in order.
    pub(crate) fn script(&self, replies: impl IntoIterator<Item = Reply>) {
        self.state().replies.extend(replies);
    }

    /// The reply for every post without a scripted one; `None` is the 200 of a healthy intake.
    pub(crate) fn otherwise(&self, reply: Option<Reply>) {
        self.state().otherwise = reply;
    }

    /// From now on a post that holds an event about the user of this name is rejected.
    pub(crate) fn reject(&self, user: &str) {
        self.state().rejected = Some(user.to_owned());
    }

    /// From now on a healthy 200 carries a `task_id`. Each new task takes the next script, which
    /// holds the statuses of its polls (the last one stays); without a script it is FINISHED.
    pub(crate) fn tasks<const N: usize>(&self, scripts: [&[&str]; N]) {
        let scripts = scripts.map(|script| script.iter().map(|status| task(status)).collect());
        let tasks = &mut self.state().tasks;
        tasks.get_or_insert_default().scripts.extend(scripts);
    }

    /// Takes everything from now on.
    pub(crate) fn calm(&self) {
        let mut state = self.state();
        state.replies.clear();
        state.otherwise = None;
    }

    /// Forgets what came so far.
    pub(crate) fn forget(&self) {
        self.state().requests.clear();
    }

    /// The posts that it took, in order, whether or not the sender heard so; they are forgotten, with
    /// all other requests.
    pub(crate) fn take_posts(&self) -> Vec<Recorded> {
        let mut posts = std::mem::take(&mut self.state().requests);
        posts.retain(|post| (200..300).contains(&post.status) && post.path.starts_with(CONNECTOR));
        posts
    }

    /// How many requests came.
    pub(crate) fn count(&self) -> usize {
        self.state().requests.len()
    }

    /// Every request, in order.
    pub(crate) fn requests(&self) -> Vec<Recorded> {
        self.state().requests.clone()
    }

    /// The posts to a connector, in order, whatever was answered.
    pub(crate) fn posts(&self) -> Vec<Recorded> {
        let mut requests = self.requests();
        requests.retain(|request| request.path.starts_with(CONNECTOR));
        requests
    }

    /// The items of all acknowledged posts, in order. Acknowledged is not ingested: a task may
    /// have failed later.
    pub(crate) fn events(&self) -> Vec<Value> {
        let mut posts = self.posts();
        posts.retain(|post| post.acknowledged);
        posts.iter().flat_map(Recorded::items).cloned().collect()
    }

    /// How many acknowledged events each `user.uid` has.
    pub(crate) fn users(&self) -> BTreeMap<String, usize> {
        let mut users = BTreeMap::new();
        for event in self.events() {
            let uid = event["user"]["uid"].as_str().expect("a user.uid");
            *users.entry(uid.to_owned()).or_default() += 1;
        }
        users
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }
}

impl State {
    fn answer(&mut self, request: Request<Bytes>) -> Reply {
        let (head, body) = request.into_parts();
        let body = serde_json::from_slice(&body).unwrap_or_default();
        let path = head.uri.path().to_owned();
        let reply = match path.strip_prefix(TASKS) {
            Some(id) if head.method == Method::GET => self.poll(id),
            None if head.method == Method::POST && path.starts_with(CONNECTOR) => self.take(&body),
            _ => refusal(404, "no such endpoint"),
        };
        self.requests.push(Recorded {
            at: Instant::now(),
            method: head.method,
            path,
            headers: head.headers,
            body,
            status: reply.code(),
            acknowledged: reply.is_whole() && (200..300).contains(&reply.code()),
        });
        reply
    }

    fn take(&mut self, body: &Value) -> Reply {
        let scripted = self.replies.pop_front().or_else(|| self.otherwise.clone());
        if let Some(reply) = scripted {
            return reply;
        }
        if !body["items"].is_array() {
            return refusal(400, "items: a list is required");
        }
        let is_rejected = |item: &Value| item["user"]["name"].as_str() == self.rejected.as_deref();
        let mut items = body["items"].as_array().into_iter().flatten();
        if self.rejected.is_some() && items.any(is_rejected) {
            return refusal(400, "the test rejects this user");
        }
        let Some(tasks) = &mut self.tasks else {
            return Reply::json(200, &json!({}));
        };
        tasks
            .started
            .push(tasks.scripts.pop_front().unwrap_or_default());
        let id = format!("task-{}", tasks.started.len());
        Reply::json(200, &json!({ "task_id": id }))
    }

    fn poll(&mut self, id: &str) -> Reply {
        let number = id
            .strip_prefix("task-")
            .and_then(|n| n.parse::<usize>().ok());
        let started = self.tasks.as_mut().map(|tasks| &mut tasks.started);
        let statuses = started.zip(number).and_then(|(started, number)| {
            let index = number.checked_sub(1)?;
            started.get_mut(index)
        });
        match statuses {
            None => refusal(404, "no such task"),
            Some(statuses) if statuses.len() > 1 => {
                Reply::json(200, &statuses.pop_front().unwrap_or_default())
            }
            Some(statuses) => {
                let last = statuses.front().cloned();
                Reply::json(200, &last.unwrap_or_else(|| task("FINISHED")))
            }
        }
    }
}

fn task(status: &str) -> Value {
    let error = (status == "FAILED").then_some("the test made it fail");
    json!({ "status": status, "error": error })
}

fn refusal(status: u16, message: &str) -> Reply {
    Reply::json(
        status,
        &json!({ "code": status.to_string(), "message": message }),
    )
}
