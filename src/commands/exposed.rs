//! What a configuration leaves open to others: files, and connections in the clear. It works all
//! the same, so it is said and not refused.

use std::net::IpAddr;
use std::path::Path;

use reqwest::Url;

use crate::cli::GlobalArgs;
use crate::config::{
    AccessKeyId, AwsSettings, Config, DEFAULT_FILE, HeaderText, HttpSettings, HttpShape,
    NdjsonTarget, SecretRef, SinkKind,
};
use crate::file::{OpenTo, open_to};

/// Something that others can reach.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Exposed {
    /// Which part of the configuration it is about.
    pub(super) subject: String,
    /// What others can do, and what to do about it.
    pub(super) what: String,
}

/// Logs everything that others can reach.
pub(super) fn warn(global: &GlobalArgs, config: &Config) {
    for Exposed { subject, what } in find(global, config) {
        tracing::warn!(of = subject, "{what}");
    }
}

/// Everything that others can reach.
pub(super) fn find(global: &GlobalArgs, config: &Config) -> Vec<Exposed> {
    let mut found = Vec::new();
    let mut add = |subject: &str, what: Option<String>| {
        found.extend(what.map(|what| Exposed {
            subject: subject.to_owned(),
            what,
        }));
    };
    let file = global.config_file();
    let file = file.as_deref().unwrap_or(Path::new(DEFAULT_FILE));
    add("configuration", writable(file));
    for secret in secrets_of_aws(&config.aws) {
        add("aws", secret_file(secret));
    }
    let endpoint_url = config.aws.endpoint_url.as_deref();
    add("aws", endpoint_url.and_then(in_the_clear));
    if let Some(token) = &config.status.token {
        add("status", secret_file(token));
    }
    for sink in &config.sinks {
        let subject = format!("sink {}", sink.name);
        let (secrets, url) = secrets_and_url(&sink.kind);
        for secret in secrets {
            add(&subject, secret_file(secret));
        }
        add(&subject, url.and_then(in_the_clear));
        if let SinkKind::Ndjson(NdjsonTarget::File(file)) = &sink.kind {
            add(&subject, events_file(&file.path));
        }
    }
    found
}

fn writable(path: &Path) -> Option<String> {
    let path = (open_to(path) == OpenTo::Writers).then(|| path.display())?;
    Some(format!(
        "others may write {path}, and so decide where users and keys go: chmod go-w {path}"
    ))
}

fn secret_file(secret: &SecretRef) -> Option<String> {
    let SecretRef::File(path) = secret else {
        return None;
    };
    let may = may(open_to(path))?;
    let path = path.display();
    Some(format!(
        "others may {may} the secret file {path}: chmod go= {path}"
    ))
}

fn events_file(path: &Path) -> Option<String> {
    // A terminal, a pipe or a device is open to others by what it is.
    let is_file = std::fs::metadata(path).is_ok_and(|metadata| metadata.is_file());
    let may = may(open_to(path)).filter(|_| is_file)?;
    let path = path.display();
    Some(format!(
        "others may {may} {path}, which names every user: chmod go= {path}"
    ))
}

fn may(open_to: OpenTo) -> Option<&'static str> {
    match open_to {
        OpenTo::Nobody => None,
        OpenTo::Readers => Some("read"),
        OpenTo::Writers => Some("write"),
    }
}

/// Says so of a `url` that is reached over a network without TLS.
fn in_the_clear(url: &str) -> Option<String> {
    let url = Url::parse(url).ok().filter(|url| url.scheme() == "http")?;
    let host = url.host_str()?;
    let address = host.trim_start_matches('[').trim_end_matches(']');
    let address = address.parse::<IpAddr>();
    let is_here = host == "localhost" || address.is_ok_and(|address| address.is_loopback());
    (!is_here).then(|| {
        format!(
            "keys and users travel to {host} in the clear, where others may read and change them: \
             begin the url with https://"
        )
    })
}

fn secrets_of_aws(aws: &AwsSettings) -> Vec<&SecretRef> {
    let id = match &aws.access_key_id {
        Some(AccessKeyId::Reference(id)) => Some(id),
        Some(AccessKeyId::Plain(_)) | None => None,
    };
    let all = [
        id,
        aws.secret_access_key.as_ref(),
        aws.session_token.as_ref(),
    ];
    all.into_iter().flatten().collect()
}

fn secrets_and_url(kind: &SinkKind) -> (Vec<&SecretRef>, Option<&str>) {
    match kind {
        SinkKind::SekoiaAsset(asset) => (vec![&asset.api_key], Some(&asset.url)),
        SinkKind::SekoiaIntake(intake) => (vec![&intake.intake_key], Some(&intake.url)),
        SinkKind::Http(http) => (secrets_of_http(http), Some(&http.url)),
        SinkKind::Ndjson(_) => (Vec::new(), None),
    }
}

fn secrets_of_http(http: &HttpSettings) -> Vec<&SecretRef> {
    let headers = http.headers.values().filter_map(|text| match text {
        HeaderText::Secret(secret) => Some(secret),
        HeaderText::Plain(_) => None,
    });
    let mut secrets: Vec<_> = headers.collect();
    if let HttpShape::SplunkHec(splunk) = &http.shape {
        secrets.push(&splunk.token);
    }
    secrets
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_another_machine_is_reached_in_the_clear() {
        for url in [
            "https://siem.example/in",
            "http://localhost:8088",
            "http://127.0.0.7/in",
            "http://[::1]:8088",
        ] {
            assert_eq!(in_the_clear(url), None, "{url}");
        }
        for (url, host) in [
            ("http://siem.example/in?key=s3cret", "siem.example"),
            ("http://10.0.0.7:8088", "10.0.0.7"),
            ("http://[fd00::7]/", "[fd00::7]"),
            ("http://localhost.siem.example", "localhost.siem.example"),
        ] {
            let what = in_the_clear(url).unwrap();
            assert!(what.contains(host) && !what.contains("s3cret"), "{what}");
        }
    }
}
