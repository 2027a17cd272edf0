//! What to do where no answer came, as the last part of a message.

use std::error::Error;
use std::io;

use reqwest::Url;
use rustls::{CertificateError, Error as TlsError};

use crate::trust;

/// What to do about `error`, of an exchange with what is at `url`.
pub(super) fn of_error(error: &reqwest::Error, url: Option<&Url>) -> Option<String> {
    let host = url.and_then(Url::host_str)?;
    if let Some(certificate) = trust::refused_certificate(error) {
        return Some(of_certificate(certificate, host));
    }
    let texts: Vec<String> = trust::causes(error).map(ToString::to_string).collect();
    let says = |part: &str| texts.iter().any(|text| text.contains(part));
    let proxy = url.and_then(proxy_of);
    if says("proxy authorization required") || says("Proxy Authentication Required") {
        return Some(of_proxy_credentials(url?));
    }
    let through = match &proxy {
        Some(proxy) => format!(
            "; the call goes through the proxy of {} unless NO_PROXY names the host",
            proxy.variable
        ),
        None => "; if there is a proxy, name it in HTTPS_PROXY".to_owned(),
    };
    let port = url.and_then(Url::port_or_known_default).unwrap_or_default();
    let remedy = if says("dns error") || says("failed to lookup address") {
        format!("no address is known for {host}: check the sink's url, and DNS")
    } else if is_io(error, io::ErrorKind::ConnectionRefused) {
        format!("nobody listens at {host} on port {port}: check the sink's url and that it runs")
    } else if error.is_timeout() {
        format!("{host} did not answer in time: check the network and firewalls")
    } else if says("received corrupt message") || says("InvalidContentType") {
        format!("what answers at {host} on port {port} speaks no TLS: check the sink's url")
    } else if error.is_connect() {
        format!("{host} could not be reached: check the network and the sink's url")
    } else {
        return None;
    };
    Some(format!("{remedy}{through}"))
}

/// What to do about a proxy on the way to `url` that asks for credentials.
pub(super) fn of_proxy_credentials(url: &Url) -> String {
    match proxy_of(url) {
        Some(Proxy { variable, host }) => format!(
            "the proxy {host}, which {variable} names, asks for credentials: write them there, as \
             http://USER:PASSWORD@{host}, or name the sink's host in NO_PROXY"
        ),
        None => "a proxy on the way asks for credentials: name it in HTTPS_PROXY, with them, as \
                 http://USER:PASSWORD@HOST:PORT"
            .to_owned(),
    }
}

fn of_certificate(error: &TlsError, host: &str) -> String {
    match error {
        TlsError::InvalidCertificate(CertificateError::UnknownIssuer) => format!(
            "{host} has a certificate of an authority that this machine does not know: if a proxy \
             inspects TLS here, or the receiver has a CA of its own, name the CA's PEM file in \
             agent.ca_file"
        ),
        TlsError::InvalidCertificate(
            CertificateError::Expired
            | CertificateError::ExpiredContext { .. }
            | CertificateError::NotValidYet
            | CertificateError::NotValidYetContext { .. },
        ) => format!("renew the certificate of {host}, or set the clock of this machine"),
        TlsError::InvalidCertificate(
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
        ) => format!("the certificate is for another name than {host}: check the sink's url"),
        _ => format!("check the certificate of {host}, and what stands between it and here"),
    }
}

/// A proxy, as a variable of the environment names it.
struct Proxy {
    variable: &'static str,
    /// Without the user and the password.
    host: String,
}

/// The proxy that the environment names for `url`, as the client reads it.
fn proxy_of(url: &Url) -> Option<Proxy> {
    let variables: &[&'static str] = match url.scheme() {
        "https" => &["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"],
        _ => &["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"],
    };
    variables.iter().find_map(|variable| {
        let value = std::env::var(variable).ok()?;
        let proxy = Url::parse(&value).or_else(|_| Url::parse(&format!("http://{value}")));
        let proxy = proxy.ok()?;
        let port = proxy.port().map(|port| format!(":{port}"));
        let host = format!("{}{}", proxy.host_str()?, port.unwrap_or_default());
        Some(Proxy { variable, host })
    })
}

fn is_io(error: &(dyn Error + 'static), kind: io::ErrorKind) -> bool {
    let mut errors = trust::causes(error).filter_map(|cause| cause.downcast_ref::<io::Error>());
    errors.any(|error| error.kind() == kind)
}
