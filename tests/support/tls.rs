//! TLS in front of a server without: a certificate authority that nobody knows, as a proxy that
//! inspects TLS has one.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::thread::JoinHandle;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio_rustls::TlsAcceptor;

/// Serves until dropped.
#[derive(Debug)]
pub(crate) struct TlsFront {
    address: SocketAddr,
    ca_pem: String,
    stop: Option<oneshot::Sender<Infallible>>,
    thread: Option<JoinHandle<()>>,
}

impl TlsFront {
    /// Passes what comes in over TLS on to `url`, and answers back.
    pub(crate) fn start(url: &str) -> Self {
        let upstream = url.trim_start_matches("http://").to_owned();
        let (ca_pem, config) = certificates();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
        listener.set_nonblocking(true).expect("a socket option");
        let address = listener.local_addr().expect("its address");
        let (stop, stopped) = oneshot::channel();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .expect("a tokio runtime");
            runtime.block_on(async {
                let listener = TcpListener::from_std(listener).expect("a listener");
                tokio::select! {
                    _ = stopped => (),
                    () = accept(&listener, &acceptor, &upstream) => (),
                }
            });
        });
        Self {
            address,
            ca_pem,
            stop: Some(stop),
            thread: Some(thread),
        }
    }

    pub(crate) fn url(&self) -> String {
        format!("https://{}", self.address)
    }

    /// The certificate of the authority.
    pub(crate) fn ca_pem(&self) -> &str {
        &self.ca_pem
    }
}

impl Drop for TlsFront {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

async fn accept(listener: &TcpListener, acceptor: &TlsAcceptor, upstream: &str) {
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            return;
        };
        let (acceptor, upstream) = (acceptor.clone(), upstream.to_owned());
        tokio::spawn(async move {
            // A client that does not trust us hangs up in the middle.
            let Ok(mut stream) = acceptor.accept(stream).await else {
                return;
            };
            let mut upstream = TcpStream::connect(upstream).await.expect("the server");
            let _ = copy_bidirectional(&mut stream, &mut upstream).await;
        });
    }
}

/// A new authority, and a server's configuration with a certificate of it.
fn certificates() -> (String, ServerConfig) {
    let mut authority = CertificateParams::default();
    let name = &mut authority.distinguished_name;
    name.push(DnType::CommonName, "Corporate CA");
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority_key = KeyPair::generate().expect("a key");
    let ca_pem = authority.self_signed(&authority_key).expect("a CA").pem();
    let issuer = Issuer::new(authority, authority_key);
    let key = KeyPair::generate().expect("a key");
    let server = CertificateParams::new(vec!["127.0.0.1".to_owned()]).expect("an address");
    let server = server.signed_by(&key, &issuer).expect("a certificate");
    let key = PrivateKeyDer::try_from(key.serialize_der()).expect("a key in DER");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("TLS 1.2 and 1.3")
        .with_no_client_auth()
        .with_single_cert(vec![server.der().clone()], key)
        .expect("a certificate and its key");
    (ca_pem, config)
}
