//! A receiver of posts in any shape that we send: records them, answers as scripted.

use std::collections::{BTreeMap, VecDeque};
use std::future::ready;
use std::io::Read;
use std::sync::{Arc, Mutex, MutexGuard};

use bytes::Bytes;
use flate2::read::GzDecoder;
use hyper::header::{CONTENT_ENCODING, CONTENT_LENGTH, TRANSFER_ENCODING};
use hyper::{HeaderMap, Method, Request, Uri};
use serde_json::{Value, json};

use super::http::Server;
use super::reply::Reply;

/// One request as it came in.
#[derive(Clone, Debug)]
pub(crate) struct Post {
    pub(crate) method: Method,
    pub(crate) uri: Uri,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    /// A 2xx that the client could read to its end.
    pub(crate) acknowledged: bool,
}

impl Post {
    /// The body, decompressed.
    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        if self.headers.get(CONTENT_ENCODING).is_some() {
            GzDecoder::new(&self.body[..])
                .read_to_string(&mut text)
                .expect("a gzipped text");
        } else {
            text = String::from_utf8(self.body.to_vec()).expect("a text");
        }
        text
    }

    /// Says in a header how long its body is, and comes in one piece.
    #[track_caller]
    pub(crate) fn assert_length(&self) {
        let length = self.headers.get(CONTENT_LENGTH);
        let length = length.map(|it| it.to_str().expect("a number").to_owned());
        assert_eq!(length, Some(self.body.len().to_string()));
        assert_eq!(self.headers.get(TRANSFER_ENCODING), None);
    }

    /// The events in it, whatever is around them.
    pub(crate) fn events(&self) -> Vec<Value> {
        let text = self.text();
        let values = serde_json::Deserializer::from_str(&text).into_iter();
        let values = values.map(|value| value.expect("JSON"));
        values.flat_map(unwrapped).collect()
    }
}

fn unwrapped(value: Value) -> Vec<Value> {
    match value {
        Value::Array(events) => events,
        value if value["items"].is_array() => unwrapped(value["items"].clone()),
        value if value["jsons"].is_array() => {
            let texts = value["jsons"].as_array().into_iter().flatten();
            let texts = texts.map(|text| text.as_str().expect("a text"));
            texts
                .map(|text| serde_json::from_str(text).expect("an event"))
                .collect()
        }
        value if value["event"].is_object() => vec![value["event"].clone()],
        value => vec![value],
    }
}

type Decide = dyn Fn(&Post) -> Option<Reply> + Send;

#[derive(Default)]
struct State {
    requests: Vec<Post>,
    script: VecDeque<Reply>,
    decide: Option<Box<Decide>>,
}

pub(crate) struct Posts {
    state: Arc<Mutex<State>>,
    server: Server,
}

impl Posts {
    /// Answers every request with a 200 and an empty object.
    pub(crate) fn start() -> Self {
        let state = Arc::new(Mutex::new(State::default()));
        let shared = Arc::clone(&state);
        let server = Server::start(move |request| ready(shared.lock().unwrap().answer(request)));
        Self { state, server }
    }

    pub(crate) fn url(&self) -> String {
        self.server.url()
    }

    /// Replies for the next requests, in order.
    pub(crate) fn script(&self, replies: impl IntoIterator<Item = Reply>) {
        self.state().script.extend(replies);
    }

    /// Replies that follow from a request, where the script says nothing.
    pub(crate) fn decide(&self, decide: impl Fn(&Post) -> Option<Reply> + Send + 'static) {
        self.state().decide = Some(Box::new(decide));
    }

    /// Every request, in order.
    pub(crate) fn requests(&self) -> Vec<Post> {
        self.state().requests.clone()
    }

    /// How often each `user.uid` was acknowledged.
    pub(crate) fn users(&self) -> BTreeMap<String, usize> {
        let mut users = BTreeMap::new();
        let requests = self.requests();
        let acknowledged = requests.iter().filter(|post| post.acknowledged);
        for event in acknowledged.flat_map(Post::events) {
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
        let mut post = Post {
            method: head.method,
            uri: head.uri,
            headers: head.headers,
            body,
            acknowledged: false,
        };
        let scripted = self.script.pop_front();
        let decided = || self.decide.as_ref().and_then(|decide| decide(&post));
        let reply = scripted
            .or_else(decided)
            .unwrap_or_else(|| Reply::json(200, &json!({})));
        post.acknowledged = reply.is_whole() && (200..300).contains(&reply.code());
        self.requests.push(post);
        reply
    }
}
