//! Who a request is from: a web page must not read the status through the browser of somebody who
//! may, neither directly nor by a name of its own that it lets point here.

use std::net::IpAddr;

use hyper::header::{HOST, HeaderMap, HeaderName, ORIGIN};
use hyper::http::uri::Authority;
use hyper::{Request, StatusCode, Version};

/// Why `request` gets no answer, if it gets none.
pub(super) fn refusal<B>(request: &Request<B>) -> Option<(StatusCode, &'static str)> {
    let host = text(request.headers(), &HOST);
    let is_ours = match host {
        Some(host) => is_address(host),
        // Probes of load balancers speak the earlier version, and no browser does.
        None => request.version() == Version::HTTP_10 && !request.headers().contains_key(HOST),
    };
    if !is_ours {
        let why = "ask by the address of this machine, or as localhost: names may be anybody's\n";
        return Some((StatusCode::MISDIRECTED_REQUEST, why));
    }
    let is_of_another_site = request.headers().contains_key(ORIGIN) && {
        let origin = text(request.headers(), &ORIGIN);
        origin.and_then(|origin| origin.strip_prefix("http://")) != host
    };
    is_of_another_site.then_some((StatusCode::FORBIDDEN, "not for pages of other sites\n"))
}

/// Whether `host` is an address or `localhost`, with or without a port.
fn is_address(host: &str) -> bool {
    let Ok(authority) = host.parse::<Authority>() else {
        return false;
    };
    let name = authority.host();
    let address = name.trim_start_matches('[').trim_end_matches(']');
    name.eq_ignore_ascii_case("localhost") || address.parse::<IpAddr>().is_ok()
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(headers: &[(HeaderName, &str)], version: Version) -> Option<u16> {
        let mut request = Request::builder().version(version);
        for (name, value) in headers {
            request = request.header(name, *value);
        }
        refusal(&request.body(()).unwrap()).map(|(status, _)| status.as_u16())
    }

    #[test]
    fn only_addresses_and_localhost_are_hosts() {
        for host in [
            "127.0.0.1",
            "10.0.0.7:9464",
            "localhost",
            "LocalHost:1",
            "[::1]:9464",
            "[fe80::1]",
        ] {
            assert_eq!(status(&[(HOST, host)], Version::HTTP_11), None, "{host}");
        }
        for host in [
            "evil.example",
            "localhost.evil.example:9464",
            "127.0.0.1.evil.example",
            "",
            "a b",
        ] {
            assert_eq!(
                status(&[(HOST, host)], Version::HTTP_11),
                Some(421),
                "{host}"
            );
        }
        assert_eq!(status(&[], Version::HTTP_11), Some(421));
        assert_eq!(status(&[], Version::HTTP_10), None);
    }

    #[test]
    fn a_page_of_another_site_gets_no_answer() {
        let host = (HOST, "127.0.0.1:9464");
        for origin in [
            "https://evil.example",
            "null",
            "http://127.0.0.1:80",
            "https://127.0.0.1:9464",
        ] {
            let headers = [host.clone(), (ORIGIN, origin)];
            assert_eq!(status(&headers, Version::HTTP_11), Some(403), "{origin}");
        }
        let own = [host, (ORIGIN, "http://127.0.0.1:9464")];
        assert_eq!(status(&own, Version::HTTP_11), None);
    }
}
