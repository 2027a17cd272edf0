//! An intake that takes everything at once, and counts later.

use std::convert::Infallible;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Instant;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use serde_json::value::RawValue;
use tokio::net::TcpListener;

/// A local intake. It ends with the process.
#[derive(Debug)]
pub(crate) struct Intake {
    url: String,
    posts: Posts,
}

/// What was posted, and when.
type Posts = Arc<Mutex<Vec<(Instant, Bytes)>>>;

#[derive(serde::Deserialize)]
struct Batch<'a> {
    #[serde(borrow)]
    items: Vec<&'a RawValue>,
}

impl Intake {
    pub(crate) fn start() -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("its address");
        let posts = Posts::default();
        let taken = Arc::clone(&posts);
        std::thread::spawn(move || serve(listener, taken));
        Self {
            url: format!("http://{address}"),
            posts,
        }
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// How many events came since this was last asked.
    pub(crate) fn take(&self) -> u64 {
        let posts = std::mem::take(&mut *locked(&self.posts));
        posts.iter().map(|(_, post)| events(post)).sum()
    }

    /// When the first post came that is still counted.
    pub(crate) fn first_at(&self) -> Option<Instant> {
        locked(&self.posts).first().map(|(at, _)| *at)
    }
}

fn events(post: &[u8]) -> u64 {
    let batch: Batch<'_> = serde_json::from_slice(post).expect("a batch");
    batch.items.len() as u64
}

fn locked(posts: &Posts) -> MutexGuard<'_, Vec<(Instant, Bytes)>> {
    posts.lock().expect("no panic while counting")
}

#[tokio::main(flavor = "current_thread")]
async fn serve(listener: std::net::TcpListener, posts: Posts) {
    listener.set_nonblocking(true).expect("a socket option");
    let listener = TcpListener::from_std(listener).expect("a listener");
    loop {
        let (stream, _) = listener.accept().await.expect("a connection");
        stream.set_nodelay(true).expect("a socket option");
        let posts = Arc::clone(&posts);
        tokio::spawn(async move {
            let service = service_fn(async |request: Request<Incoming>| {
                let body = request.into_body().collect().await;
                let body = body.expect("a whole request").to_bytes();
                locked(&posts).push((Instant::now(), body));
                Ok::<_, Infallible>(Response::new(Full::new(Bytes::from_static(b"{}"))))
            });
            // An error here is a client that went away.
            let _ = hyper::server::conn::http1::Builder::new()
                .serve_connection(TokioIo::new(stream), service)
                .await;
        });
    }
}
