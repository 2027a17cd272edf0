//! A small HTTP server on a thread of its own, for fakes of the services we talk to.

use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::thread::JoinHandle;

use bytes::Bytes;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use http_body_util::BodyExt;
use hyper::Request;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

use super::reply::{Cut, Reply};

/// Serves until dropped, which closes every connection.
#[derive(Debug)]
pub(crate) struct Server {
    address: SocketAddr,
    stop: Option<oneshot::Sender<Infallible>>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// The handler is called with each whole request, in the order in which they arrive.
    pub(crate) fn start<F>(handler: impl Fn(Request<Bytes>) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Reply> + Send + 'static,
    {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("its address");
        let (stop, stopped) = oneshot::channel();
        let handler: Arc<Handler> = Arc::new(move |request| handler(request).boxed());
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .expect("a tokio runtime");
            runtime.block_on(async {
                tokio::select! {
                    _ = stopped => (),
                    result = accept(listener, handler) => result.expect("connections come in"),
                }
            });
        });
        Self {
            address,
            stop: Some(stop),
            thread: Some(thread),
        }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

type Handler = dyn Fn(Request<Bytes>) -> BoxFuture<'static, Reply> + Send + Sync;

async fn accept(listener: std::net::TcpListener, handler: Arc<Handler>) -> io::Result<()> {
    listener.set_nonblocking(true)?;
    let listener = TcpListener::from_std(listener)?;
    loop {
        let (stream, _) = listener.accept().await?;
        tokio::spawn(serve(stream, Arc::clone(&handler)));
    }
}

async fn serve(stream: TcpStream, handler: Arc<Handler>) {
    let (stream, same) = twice(stream).expect("a connection");
    let same = &same;
    let service = service_fn(|request: Request<Incoming>| async {
        let (head, body) = request.into_parts();
        let body = body.collect().await.map_err(|_| Cut)?.to_bytes();
        let reply = handler(Request::from_parts(head, body)).await;
        if reply.is_reset() {
            // With nothing left to linger for, a close is a reset.
            same.set_zero_linger().map_err(|_| Cut)?;
        }
        reply.send().await
    });
    // An error here is a cut that the test asked for, or a client that went away.
    let _ = hyper::server::conn::http1::Builder::new()
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

/// One connection under two handles.
fn twice(stream: TcpStream) -> io::Result<(TcpStream, TcpStream)> {
    let stream = stream.into_std()?;
    let same = stream.try_clone()?;
    Ok((TcpStream::from_std(stream)?, TcpStream::from_std(same)?))
}
