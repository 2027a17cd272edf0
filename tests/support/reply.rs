//! What a fake server does with a request: answers, late or never or only in half.

use std::pin::Pin;
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream::{self, Stream, StreamExt};
use http_body_util::StreamBody;
use hyper::body::Frame;
use hyper::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderValue};
use hyper::{HeaderMap, Response, StatusCode};
use serde_json::Value;

/// Long enough for the first half of a body to reach the client before the cut.
const BEFORE_CUT: Duration = Duration::from_millis(20);

/// Between two bytes of an answer that drips.
const DRIP: Duration = Duration::from_millis(100);

/// What a server does with a request.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
    delay: Duration,
    fate: Fate,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    Whole,
    Silence,
    CutBefore,
    Reset,
    CutHalfway,
    Drip,
}

impl Reply {
    /// A status without a body.
    pub(crate) fn status(status: u16) -> Self {
        Self {
            status: StatusCode::from_u16(status).expect("an HTTP status"),
            headers: HeaderMap::new(),
            body: Bytes::new(),
            delay: Duration::ZERO,
            fate: Fate::Whole,
        }
    }

    pub(crate) fn json(status: u16, body: &Value) -> Self {
        Self::status(status)
            .header(CONTENT_TYPE.as_str(), "application/json")
            .body(body.to_string())
    }

    /// Takes the request and never answers.
    pub(crate) fn silence() -> Self {
        Self::status(200).fate(Fate::Silence)
    }

    /// Takes the request and closes the connection.
    pub(crate) fn cut() -> Self {
        Self::status(200).fate(Fate::CutBefore)
    }

    /// Takes the request and resets the connection, as a crashing machine does.
    pub(crate) fn reset() -> Self {
        Self::status(200).fate(Fate::Reset)
    }

    /// Begins to answer, and sends a byte now and then without end.
    pub(crate) fn drip() -> Self {
        Self::status(200).fate(Fate::Drip)
    }

    /// Sends half of the body, then closes the connection.
    pub(crate) fn cut_halfway(self) -> Self {
        self.fate(Fate::CutHalfway)
    }

    pub(crate) fn header(mut self, name: &'static str, value: &str) -> Self {
        let value = HeaderValue::from_str(value).expect("a header value");
        self.headers.append(name, value);
        self
    }

    pub(crate) fn body(mut self, body: impl Into<Bytes>) -> Self {
        self.body = body.into();
        self
    }

    pub(crate) fn after(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }

    pub(crate) fn code(&self) -> u16 {
        self.status.as_u16()
    }

    /// Whether the client gets all of it, if it waits.
    pub(crate) fn is_whole(&self) -> bool {
        self.fate == Fate::Whole
    }

    /// Whether the connection is to be reset rather than closed.
    pub(crate) fn is_reset(&self) -> bool {
        self.fate == Fate::Reset
    }

    fn fate(mut self, fate: Fate) -> Self {
        self.fate = fate;
        self
    }

    pub(crate) async fn send(self) -> Result<Response<Body>, Cut> {
        tokio::time::sleep(self.delay).await;
        let frames: Frames = match self.fate {
            Fate::Silence => std::future::pending().await,
            Fate::CutBefore | Fate::Reset => return Err(Cut),
            Fate::Drip => drip(),
            Fate::CutHalfway => halfway(self.body.slice(..self.body.len() / 2)),
            Fate::Whole => stream::iter([Ok(Frame::data(self.body.clone()))]).boxed(),
        };
        let mut response = Response::new(StreamBody::new(frames));
        *response.status_mut() = self.status;
        *response.headers_mut() = self.headers;
        if self.fate != Fate::Drip {
            let length = HeaderValue::from(self.body.len());
            response.headers_mut().insert(CONTENT_LENGTH, length);
        }
        Ok(response)
    }
}

pub(crate) type Frames = Pin<Box<dyn Stream<Item = Result<Frame<Bytes>, Cut>> + Send>>;
pub(crate) type Body = StreamBody<Frames>;

/// hyper closes the connection on any error of a service or a body.
#[derive(Debug, thiserror::Error)]
#[error("the test cut the connection")]
pub(crate) struct Cut;

fn halfway(half: Bytes) -> Frames {
    let cut = stream::once(async {
        tokio::time::sleep(BEFORE_CUT).await;
        Err(Cut)
    });
    stream::iter([Ok(Frame::data(half))]).chain(cut).boxed()
}

fn drip() -> Frames {
    let drop = |()| async {
        tokio::time::sleep(DRIP).await;
        Some((Ok(Frame::data(Bytes::from_static(b" "))), ()))
    };
    stream::unfold((), drop).boxed()
}
