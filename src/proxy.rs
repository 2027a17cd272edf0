//! The proxies that the environment names, as curl reads it.

use reqwest::Url;

const FOR_HTTPS: [&str; 4] = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];
const FOR_HTTP: [&str; 4] = ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"];

/// The variable that names a proxy for addresses of `scheme`, if there is one.
pub fn variable(scheme: &str) -> Option<&'static str> {
    let names = match scheme {
        "https" => FOR_HTTPS,
        _ => FOR_HTTP,
    };
    let is_set = |name: &&str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    names.into_iter().find(is_set).filter(|_| !is_off())
}

/// Whether NO_PROXY leaves out everything: what reads it takes the `*` for names of hosts alone.
pub fn is_off() -> bool {
    let value = ["NO_PROXY", "no_proxy"]
        .into_iter()
        .find_map(|name| std::env::var(name).ok());
    value.is_some_and(|hosts| leaves_out_all(&hosts))
}

fn leaves_out_all(hosts: &str) -> bool {
    hosts.split(',').any(|host| host.trim() == "*")
}

/// The first variable that names no proxy, and why. What cannot be read would be ignored, and
/// calls would go where nobody wants them to.
pub fn check(get: impl Fn(&str) -> Option<String>) -> Result<(), (&'static str, &'static str)> {
    for name in FOR_HTTPS.into_iter().chain(FOR_HTTP) {
        let value = get(name).unwrap_or_default();
        if value.is_empty() {
            continue;
        }
        // It may hold a password: it is not repeated.
        let url = match value.contains("://") {
            true => Url::parse(&value),
            false => Url::parse(&format!("http://{value}")),
        };
        let is_whole = value
            .parse::<hyper::Uri>()
            .is_ok_and(|uri| uri.authority().is_some());
        let why = match url {
            Ok(url) if !matches!(url.scheme(), "http" | "https") => {
                "names a proxy that is neither http:// nor https://; no other is supported"
            }
            Ok(url) if url.host_str().is_some() && is_whole => continue,
            _ => {
                "is no URL of a proxy; write http://HOST:PORT, with `%40` for an `@` in a password"
            }
        };
        return Err((name, why));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variable_that_names_no_proxy_is_refused_by_its_name_alone() {
        let checked = |value: &str| check(|name| (name == "https_proxy").then(|| value.to_owned()));
        for fine in [
            "",
            "http://proxy:3128",
            "proxy:3128",
            "https://us%40er:pa%3Ass@proxy/",
        ] {
            assert_eq!(checked(fine), Ok(()), "{fine}");
        }
        for wrong in [
            "http://",
            "http://proxy:99999",
            "http://user:p ss@proxy",
            "socks5://proxy",
            ":",
        ] {
            let (name, why) = checked(wrong).unwrap_err();
            assert_eq!(name, "https_proxy", "{wrong}");
            assert!(!why.contains("p ss"), "{why}");
        }
    }

    #[test]
    fn an_asterisk_leaves_out_everything_wherever_it_stands() {
        assert!(leaves_out_all("*") && leaves_out_all("localhost, *"));
        assert!(!leaves_out_all("*.internal,10.0.0.0/8") && !leaves_out_all(""));
    }
}
