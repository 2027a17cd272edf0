//! URLs: whole, or as a base that paths are appended to.

use reqwest::Url;

/// `text` as a base URL without a slash at its end. The error reads well after the name of what
/// was set, and does not repeat a text that may hold a password.
pub(crate) fn check(text: &str) -> Result<String, String> {
    let url = parse(text)?;
    if url.query().is_some() || url.fragment().is_some() {
        return Err("goes on after its path; end it before the `?` or `#`".to_owned());
    }
    Ok(text.trim_end_matches('/').to_owned())
}

/// `text` as a whole URL, which may have a query. The error never repeats it.
pub(super) fn check_whole(text: &str) -> Result<String, String> {
    if parse(text)?.fragment().is_some() {
        return Err("has a `#`, and what follows it is never sent".to_owned());
    }
    Ok(text.to_owned())
}

fn parse(text: &str) -> Result<Url, String> {
    let url = match Url::parse(text) {
        Ok(url) if matches!(url.scheme(), "http" | "https") => url,
        // `localhost:8080` parses, with `localhost` for a scheme.
        _ => return Err("is no URL that begins with https:// or http://".to_owned()),
    };
    if !url.username().is_empty() || url.password().is_some() {
        return Err("holds a user name or password, which would end up in logs".to_owned());
    }
    Ok(url)
}
