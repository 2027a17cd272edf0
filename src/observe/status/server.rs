//! Where a daemon answers over HTTP: bounded in connections and in time.

use std::convert::Infallible;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use secrecy::SecretString;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::platform::PlatformPort;
use super::routes::{Access, Routes, StatusSource};
use super::token::Token;

/// How long a client may take to ask.
const HEADER_TIMEOUT: Duration = Duration::from_secs(5);
/// How long a connection may last, to the last byte of the answer.
const CONNECTION_TIMEOUT: Duration = Duration::from_secs(30);
/// Further ones wait to be taken.
const CONNECTIONS_MAX: usize = 32;
/// The wait after a connection could not be taken: the process may be out of files.
const ACCEPT_PAUSE: Duration = Duration::from_secs(1);

/// The address cannot be listened on.
#[derive(Debug, thiserror::Error)]
#[error("{setting}: cannot listen on {address}: {source}; choose another one")]
pub struct StatusError {
    setting: &'static str,
    address: SocketAddr,
    source: std::io::Error,
}

/// A bound address, and what is answered there.
#[derive(Debug)]
pub struct StatusServer {
    listener: TcpListener,
    offer: Offer,
}

/// What is answered.
#[derive(Debug)]
enum Offer {
    /// All there is, to who has access.
    Status(Access),
    /// What Sekoia's platform asks for.
    Platform(PlatformPort),
}

/// Who answers. Clones share what they answer.
#[derive(Clone)]
enum Answering {
    Status(Routes),
    Platform(PlatformPort, Arc<dyn StatusSource>),
}

impl StatusServer {
    /// Binds `address`. All but probes need `token`, if there is one; with `hides_names`, no user is
    /// named.
    pub async fn bind(
        address: SocketAddr,
        token: Option<SecretString>,
        hides_names: bool,
    ) -> Result<Self, StatusError> {
        let listener = listen("status.listen", address).await?;
        let bound = listener.local_addr().unwrap_or(address);
        tracing::info!(address = %bound, "serving the status");
        let token = token.as_ref().map(Token::new);
        let offer = Offer::Status(Access { token, hides_names });
        Ok(Self { listener, offer })
    }

    /// Binds a port of Sekoia's platform, on every address of this machine as the platform expects.
    pub async fn bind_platform(port: PlatformPort, number: u16) -> Result<Self, StatusError> {
        let address = SocketAddr::from((Ipv4Addr::UNSPECIFIED, number));
        let listener = listen(port.setting(), address).await?;
        let offer = Offer::Platform(port);
        Ok(Self { listener, offer })
    }

    /// Answers with what `source` tells, for ever.
    pub async fn serve(self, source: Arc<dyn StatusSource>) {
        let free = Arc::new(Semaphore::new(CONNECTIONS_MAX));
        let answering = match self.offer {
            Offer::Status(access) => Answering::Status(Routes::new(source, access)),
            Offer::Platform(port) => Answering::Platform(port, source),
        };
        let mut connections = JoinSet::new();
        loop {
            while connections.try_join_next().is_some() {}
            // The semaphore is never closed.
            let Ok(permit) = Arc::clone(&free).acquire_owned().await else {
                return;
            };
            match self.listener.accept().await {
                Ok((stream, _)) => {
                    let answering = answering.clone();
                    connections.spawn(async move {
                        let served = timeout(CONNECTION_TIMEOUT, serve_one(stream, answering));
                        if served.await.is_err() {
                            tracing::debug!("a request for the status took too long");
                        }
                        drop(permit);
                    });
                }
                Err(error) => {
                    tracing::warn!(%error, "a request for the status was not taken");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            }
        }
    }
}

async fn listen(setting: &'static str, address: SocketAddr) -> Result<TcpListener, StatusError> {
    let listener = TcpListener::bind(address).await;
    listener.map_err(|source| StatusError {
        setting,
        address,
        source,
    })
}

async fn serve_one(stream: TcpStream, answering: Answering) {
    let answer = service_fn(move |request: Request<Incoming>| {
        let answering = answering.clone();
        async move {
            let answer = match &answering {
                Answering::Status(routes) => routes.answer(&request).await,
                Answering::Platform(port, source) => port.answer(source, &request).await,
            };
            Ok::<_, Infallible>(answer)
        }
    });
    let ended = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIMEOUT)
        .keep_alive(false)
        .serve_connection(TokioIo::new(stream), answer);
    if let Err(error) = ended.await {
        tracing::debug!(%error, "a request for the status ended early");
    }
}
