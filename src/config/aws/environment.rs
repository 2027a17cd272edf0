//! AWS's own variables, and those of proxies: one that is empty is absent, and what is set gets the
//! checks that the file gets.

use std::env::VarError;
use std::path::Path;

use crate::config::{ConfigError, base_url};
use crate::proxy;

const KEYS: [&str; 3] = [
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
];
const REGIONS: [&str; 2] = ["AWS_REGION", "AWS_DEFAULT_REGION"];
const URLS: [&str; 5] = [
    "AWS_ENDPOINT_URL",
    "AWS_ENDPOINT_URL_IAM",
    "AWS_ENDPOINT_URL_STS",
    "AWS_ENDPOINT_URL_ORGANIZATIONS",
    "AWS_EC2_METADATA_SERVICE_ENDPOINT",
];

/// The variable `name`, without white space at its ends; `None` if nothing is left of it.
pub fn aws_variable(name: &str) -> Option<String> {
    trimmed(std::env::var(name).ok())
}

fn trimmed(value: Option<String>) -> Option<String> {
    let value = value?.trim().to_owned();
    (!value.is_empty()).then_some(value)
}

/// Whether `region` may be the name of one.
pub fn is_region(region: &str) -> bool {
    let mut bytes = region.bytes();
    !region.is_empty()
        && bytes.all(|it| it.is_ascii_lowercase() || it.is_ascii_digit() || it == b'-')
}

/// Whether `text` may be a key, a secret or a token.
pub fn is_key(text: &str) -> bool {
    text.bytes().all(|it| it.is_ascii_graphic())
}

/// What is wrong with the variables that are read through `get`. No value is repeated: it may be
/// the secret of another one.
pub fn check_aws_environment(
    get: impl Fn(&str) -> Result<String, VarError>,
) -> Result<(), ConfigError> {
    let wrong = |name: &str, why: &str| Err(ConfigError::of_file(Path::new(name), why));
    for name in KEYS.into_iter().chain(REGIONS).chain(URLS) {
        let value = match get(name) {
            Err(VarError::NotUnicode(_)) => return wrong(name, "is no UTF-8; set it again"),
            value => trimmed(value.ok()),
        };
        let Some(value) = value else {
            continue;
        };
        if KEYS.contains(&name) && !is_key(&value) {
            return wrong(
                name,
                "holds a line end, a space or another character that no key has; set it again",
            );
        }
        if REGIONS.contains(&name) && !is_region(&value) {
            return wrong(
                name,
                "is no name of a region such as eu-west-3; correct or unset it",
            );
        }
        if URLS.contains(&name)
            && let Err(why) = base_url::check(&value)
        {
            return wrong(name, &why);
        }
    }
    match proxy::check(|name| get(name).ok()) {
        Ok(()) => Ok(()),
        Err((name, why)) => wrong(name, why),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(name: &str, value: &str) -> Result<(), String> {
        let get = |asked: &str| match asked == name {
            true => Ok(value.to_owned()),
            false => Err(VarError::NotPresent),
        };
        check_aws_environment(get).map_err(|error| error.to_string())
    }

    #[test]
    fn white_space_at_the_ends_is_trimmed_and_an_empty_variable_is_absent() {
        for name in KEYS.into_iter().chain(REGIONS).chain(URLS) {
            for empty in ["", " ", "\r\n"] {
                assert_eq!(checked(name, empty), Ok(()), "{name}");
            }
        }
        assert_eq!(checked("AWS_ACCESS_KEY_ID", "AKIA\r\n"), Ok(()));
        assert_eq!(checked("AWS_REGION", "eu-west-3\n"), Ok(()));
    }

    #[test]
    fn what_is_wrong_is_refused_by_the_variables_name_without_its_value() {
        for (name, value) in [
            ("AWS_ACCESS_KEY_ID", "AKIA\nS3CR3T"),
            ("AWS_SECRET_ACCESS_KEY", "S3CR3T S3CR3T"),
            ("AWS_SESSION_TOKEN", "S3CR3T\u{0}"),
            ("AWS_REGION", "S3CR3T"),
            ("AWS_ENDPOINT_URL", "S3CR3T:8080"),
            ("AWS_ENDPOINT_URL_STS", "https://user:S3CR3T@host"),
            ("HTTPS_PROXY", "http://user:S3CR3T@host:port"),
        ] {
            let error = checked(name, value).unwrap_err();
            assert!(error.starts_with(&format!("{name}: ")), "{error}");
            assert!(!error.contains("S3CR3T"), "{error}");
        }
    }
}
