//! HTTP: connections that stay open, on a few threads with a runtime each.

use std::convert::Infallible;
use std::io;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream::{self, BoxStream, StreamExt};
use http_body_util::{BodyExt, Either, Full, StreamBody};
use hyper::body::{Frame, Incoming};
use hyper::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderValue};
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use super::answer::{Fate, Sent};
use super::sim::Sim;

const THREADS: usize = 2;
/// Long enough for the first half of a body to reach the client before the cut.
const BEFORE_CUT: Duration = Duration::from_millis(20);

/// Serves until dropped, which closes every connection.
#[derive(Debug)]
pub(super) struct Server {
    stop: Option<watch::Sender<()>>,
    threads: Vec<JoinHandle<()>>,
}

impl Server {
    pub(super) fn start(listener: std::net::TcpListener, sim: &Arc<Sim>) -> Self {
        listener.set_nonblocking(true).expect("a socket option");
        let (stop, stopped) = watch::channel(());
        let threads = (0..THREADS).map(|_| {
            let listener = listener.try_clone().expect("another handle");
            let (sim, mut stopped) = (Arc::clone(sim), stopped.clone());
            std::thread::spawn(move || {
                let runtime = tokio::runtime::Builder::new_current_thread()
                    .enable_all()
                    .build()
                    .expect("a tokio runtime");
                runtime.block_on(async {
                    tokio::select! {
                        _ = stopped.changed() => (),
                        result = accept(listener, sim) => match result.expect("connections come in") {},
                    }
                });
            })
        });
        Self {
            threads: threads.collect(),
            stop: Some(stop),
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.stop.take());
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}

async fn accept(listener: std::net::TcpListener, sim: Arc<Sim>) -> io::Result<Infallible> {
    let listener = TcpListener::from_std(listener)?;
    loop {
        let (stream, _) = listener.accept().await?;
        // Without it, an answer in several packets waits for the client's acknowledgement.
        stream.set_nodelay(true)?;
        tokio::spawn(serve(stream, Arc::clone(&sim)));
    }
}

async fn serve(stream: TcpStream, sim: Arc<Sim>) {
    let service = service_fn(|request: Request<Incoming>| async {
        let (head, body) = request.into_parts();
        let body = body.collect().await.map_err(|_| Cut)?.to_bytes();
        respond(sim.handle(&Request::from_parts(head, body)).await)
    });
    // An error here is a cut that was asked for, or a client that went away.
    let _ = hyper::server::conn::http1::Builder::new()
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

/// hyper closes the connection on any error of a service or a body.
#[derive(Debug, thiserror::Error)]
#[error("the connection is cut on purpose")]
struct Cut;

type Body = Either<Full<Bytes>, StreamBody<BoxStream<'static, Result<Frame<Bytes>, Cut>>>>;

fn respond(sent: Sent) -> Result<Response<Body>, Cut> {
    let length = HeaderValue::from(sent.body.len());
    let body = match sent.fate {
        Fate::Whole => Either::Left(Full::new(sent.body)),
        Fate::CutBefore => return Err(Cut),
        Fate::Endless => {
            let megabyte = Bytes::from(vec![b' '; 1 << 20]);
            let frames = stream::repeat_with(move || Ok(Frame::data(megabyte.clone())));
            let body = StreamBody::new(frames.boxed());
            let response = Response::builder().header(CONTENT_TYPE, sent.content_type);
            return Ok(response.body(Either::Right(body)).expect("a header"));
        }
        Fate::CutWithin => {
            let half = sent.body.slice(..sent.body.len() / 2);
            let cut = stream::once(async {
                tokio::time::sleep(BEFORE_CUT).await;
                Err(Cut)
            });
            let frames = stream::iter([Ok(Frame::data(half))]).chain(cut);
            Either::Right(StreamBody::new(frames.boxed()))
        }
    };
    let response = Response::builder()
        .status(sent.status)
        .header(CONTENT_TYPE, sent.content_type)
        .header(CONTENT_LENGTH, length)
        .body(body);
    Ok(response.expect("a status and two headers"))
}
