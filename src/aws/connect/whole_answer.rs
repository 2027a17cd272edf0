//! Whether an answer is whole. The SDK reads one that ends in the middle as one that holds no
//! more: a listing cut short would pass for a complete one.

use aws_sdk_iam::config::interceptors::AfterDeserializationInterceptorContextRef;
use aws_sdk_iam::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_iam::error::BoxError;

/// Refuses answers that the SDK could read although not all their elements end.
#[derive(Debug)]
pub(super) struct WholeAnswers;

/// An answer that ends in the middle, or whose tags do not match.
#[derive(Debug, thiserror::Error)]
#[error("the answer is not whole: {0}")]
pub(in crate::aws) struct NotWhole(String);

impl Intercept for WholeAnswers {
    fn name(&self) -> &'static str {
        "WholeAnswers"
    }

    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        match context.response().body().bytes() {
            // What the SDK could not read needs no second opinion.
            Some(body) if context.output_or_error().is_ok() => Ok(check(body)?),
            _ => Ok(()),
        }
    }
}

/// Follows the tags. AWS's answers have neither comments nor CDATA.
fn check(body: &[u8]) -> Result<(), NotWhole> {
    let text = std::str::from_utf8(body).map_err(|error| NotWhole(error.to_string()))?;
    let mut open = Vec::new();
    let mut rest = text;
    while let Some((_, from_tag)) = rest.split_once('<') {
        let (tag, after) = from_tag
            .split_once('>')
            .ok_or_else(|| NotWhole("it ends within a tag".to_owned()))?;
        rest = after;
        if tag.starts_with(['?', '!']) || tag.ends_with('/') {
            continue;
        }
        match tag.strip_prefix('/') {
            None => open.push(tag.split_ascii_whitespace().next().unwrap_or_default()),
            Some(name) if open.pop() == Some(name.trim_end()) => (),
            Some(name) => return Err(NotWhole(format!("unexpected end of {name:?}"))),
        }
    }
    match open.last() {
        Some(name) => Err(NotWhole(format!("{name:?} does not end"))),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: &str = "<?xml version=\"1.0\"?>\n<A xmlns=\"https://x/\">\n <B/><C ></C >\
                         <D>a > b &lt; c</D><E>\u{e9}</E></A>\n";

    #[test]
    fn an_answer_is_whole_as_long_as_nothing_but_the_last_line_feed_is_missing() {
        assert!(check(WHOLE.as_bytes()).is_ok());
        assert!(check(WHOLE.trim_end().as_bytes()).is_ok());
        let root = WHOLE.find("<A").unwrap();
        for length in root + 1..WHOLE.len() - 1 {
            assert!(check(&WHOLE.as_bytes()[..length]).is_err(), "{length}");
        }
    }

    #[test]
    fn an_answer_that_lost_its_middle_is_not_whole() {
        let error = check(b"<A><B><C></C></A>").unwrap_err().to_string();
        assert_eq!(error, "the answer is not whole: unexpected end of \"A\"");
    }
}
