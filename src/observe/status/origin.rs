//! Who a request is from: a web page must not read the status through the browser of somebody who
//! may, neither directly nor by a name of its own that it lets point here.

use std::net::IpAddr;

use hyper::header::{HOST, HeaderMap, HeaderName, HeaderValue, ORIGIN};
use hyper::http::uri::Authority;
use hyper::{Method, Request, StatusCode, Version};

/// From which site a browser was made to ask: `none` by its user.
const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
/// How a browser asks: `navigate` to show the answer as a page.
const FETCH_MODE: HeaderName = HeaderName::from_static("sec-fetch-mode");
/// Where a browser shows the answer: `document` in a window of its own, in none of another page.
const FETCH_DEST: HeaderName = HeaderName::from_static("sec-fetch-dest");

/// Why `request` gets no answer, if it gets none.
pub(super) fn refusal<B>(request: &Request<B>) -> Option<(StatusCode, &'static str)> {
    let headers = request.headers();
    if headers.get_all(HOST).iter().count() > 1 {
        return Some((StatusCode::BAD_REQUEST, "give one Host, not several\n"));
    }
    let host = text(headers, &HOST);
    let is_ours = match host {
        Some(host) => is_address(host),
        // Probes of load balancers speak the earlier version, and no browser does.
        None => request.version() == Version::HTTP_10 && !headers.contains_key(HOST),
    };
    if !is_ours {
        let why = "ask by the address of this machine, or as localhost: names may be anybody's\n";
        return Some((StatusCode::MISDIRECTED_REQUEST, why));
    }
    // Browsers say who makes them ask, also where they name no origin; nobody else does.
    let is_own_origin = |origin: &HeaderValue| {
        let origin = origin.to_str().ok();
        origin.and_then(|origin| origin.strip_prefix("http://")) == host
    };
    let may_follow = follows_a_link(request);
    let is_own_fetch = |site: &HeaderValue| match site.as_bytes() {
        b"none" | b"same-origin" => true,
        b"cross-site" | b"same-site" => may_follow,
        _ => false,
    };
    let is_of_another_site = !headers.get_all(ORIGIN).iter().all(is_own_origin)
        || !headers.get_all(FETCH_SITE).iter().all(is_own_fetch);
    is_of_another_site.then_some((StatusCode::FORBIDDEN, "not for pages of other sites\n"))
}

/// Whether a person follows a link to here: what is answered is seen by that person, and not by
/// the page that has the link.
fn follows_a_link<B>(request: &Request<B>) -> bool {
    let is = |name: &HeaderName, value: &str| {
        let mut values = request.headers().get_all(name).iter();
        values.next().is_some_and(|it| it == value) && values.next().is_none()
    };
    request.method() == Method::GET && is(&FETCH_MODE, "navigate") && is(&FETCH_DEST, "document")
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
        for site in ["cross-site", "same-site", "Cross-Site", "", "else"] {
            let headers = [host.clone(), (FETCH_SITE, site)];
            assert_eq!(status(&headers, Version::HTTP_11), Some(403), "{site}");
        }
        let own = "http://127.0.0.1:9464";
        for [first, second] in [["https://evil.example", own], [own, "https://evil.example"]] {
            let headers = [host.clone(), (ORIGIN, first), (ORIGIN, second)];
            assert_eq!(status(&headers, Version::HTTP_11), Some(403));
        }
        for site in ["none", "same-origin"] {
            let headers = [host.clone(), (FETCH_SITE, site)];
            assert_eq!(status(&headers, Version::HTTP_11), None, "{site}");
        }
        let own = [host, (ORIGIN, "http://127.0.0.1:9464")];
        assert_eq!(status(&own, Version::HTTP_11), None);
    }
    #[test]
    fn who_names_two_hosts_gets_no_answer() {
        let own = (HOST, "127.0.0.1:9464");
        for other in ["127.0.0.1:9464", "localhost", "evil.example"] {
            for version in [Version::HTTP_10, Version::HTTP_11] {
                let mut hosts = [own.clone(), (HOST, other)];
                assert_eq!(status(&hosts, version), Some(400), "{other}");
                hosts.reverse();
                assert_eq!(status(&hosts, version), Some(400), "{other}");
            }
        }
    }
}
