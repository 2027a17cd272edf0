//! Secrets that are in the environment, whoever reads them.

use super::{hide, hide_url};

/// Variables of AWS's SDK that hold a secret.
const SECRETS: [&str; 4] = [
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_SECURITY_TOKEN",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN",
];
/// Variables that hold a URL, which may have a password.
const URLS: [&str; 6] = [
    "HTTPS_PROXY",
    "https_proxy",
    "HTTP_PROXY",
    "http_proxy",
    "ALL_PROXY",
    "all_proxy",
];

/// Hides the secrets of the environment, by the names of their variables.
pub fn hide_environment() {
    for (names, hide_one) in [
        (
            &SECRETS[..],
            (|name, value| hide(name, &value.into())) as fn(&str, String),
        ),
        (&URLS[..], |name, value| hide_url(name, &value)),
    ] {
        for name in names {
            if let Ok(value) = std::env::var(name) {
                hide_one(name, value);
            }
        }
    }
}
