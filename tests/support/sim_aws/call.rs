//! A request as the SDK sends it: a form in the body, the caller in a header.

use std::borrow::Cow;

use bytes::Bytes;
use hyper::Request;
use hyper::header::AUTHORIZATION;
use percent_encoding::percent_decode_str;

use super::actions::{ACTIONS, Service};

/// One call.
#[derive(Debug)]
pub(super) struct Call {
    /// Known actions only; `None` is answered with InvalidAction.
    pub(super) action: Option<(&'static str, Service)>,
    pub(super) access_key_id: String,
    /// Whose session the caller has, as AssumeRole gave it.
    pub(super) session_token: Option<String>,
    form: Vec<(String, String)>,
}

impl Call {
    pub(super) fn parse(request: &Request<Bytes>) -> Self {
        let body = std::str::from_utf8(request.body()).unwrap_or_default();
        let pairs = body.split('&').filter_map(|pair| pair.split_once('='));
        let mut form: Vec<_> = pairs
            .map(|(name, value)| (decoded(name), decoded(value)))
            .collect();
        let header = |name: &str| request.headers().get(name)?.to_str().ok();
        if let Some(target) = header("x-amz-target") {
            form = json_form(target, body);
        }
        let action = form
            .iter()
            .find(|(name, _)| name == "Action")
            .and_then(|(_, asked)| ACTIONS.into_iter().find(|(known, _)| known == asked));
        let authorization = header(AUTHORIZATION.as_str()).unwrap_or_default();
        let credential = authorization
            .split_once("Credential=")
            .map_or("", |parts| parts.1);
        Self {
            action,
            access_key_id: credential.split('/').next().unwrap_or_default().to_owned(),
            session_token: header("x-amz-security-token").map(str::to_owned),
            form,
        }
    }

    /// The name of the action, known or not.
    pub(super) fn asked(&self) -> &str {
        self.param("Action").unwrap_or_default()
    }

    pub(super) fn param(&self, name: &str) -> Option<&str> {
        self.form
            .iter()
            .find(|(found, _)| found == name)
            .map(|(_, value)| value.as_str())
    }

    /// The values of `name.member.1`, `name.member.2` and so on.
    pub(super) fn members(&self, name: &str) -> impl Iterator<Item = &str> {
        let prefix = format!("{name}.member.");
        self.form
            .iter()
            .filter(move |(found, _)| found.starts_with(&prefix))
            .map(|(_, value)| value.as_str())
    }

    /// What the call is about, if it is about one thing: `("user", "alice")`.
    pub(super) fn target(&self) -> Option<(&'static str, &str)> {
        let kinds = [
            ("UserName", "user"),
            ("GroupName", "group"),
            ("AccessKeyId", "access key"),
            ("RoleArn", "role"),
        ];
        kinds
            .into_iter()
            .find_map(|(name, kind)| Some((kind, self.param(name)?)))
    }
}

/// A request of the JSON protocol as one of the query protocol: its action is in a header.
fn json_form(target: &str, body: &str) -> Vec<(String, String)> {
    let action = target.rsplit('.').next().unwrap_or_default();
    let fields: serde_json::Map<String, serde_json::Value> =
        serde_json::from_str(body).unwrap_or_default();
    let texts = fields
        .iter()
        .filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned())));
    let action = ("Action".to_owned(), action.to_owned());
    std::iter::once(action).chain(texts).collect()
}

fn decoded(text: &str) -> String {
    let text = match text.contains('+') {
        true => Cow::Owned(text.replace('+', " ")),
        false => Cow::Borrowed(text),
    };
    percent_decode_str(&text).decode_utf8_lossy().into_owned()
}
