//! Whether an answer is whole, and XML as AWS writes it. The SDK reads one that ends in the middle
//! as one that holds no more: a listing cut short would pass for a complete one.

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

/// An answer with entities of its own, which no XML of AWS's has. The SDK does not read it.
#[derive(Debug, thiserror::Error)]
#[error("the answer has XML entities of its own")]
pub(in crate::aws) struct OwnEntities;

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
            Some(body) if has_own_entities(body) => Err(OwnEntities.into()),
            _ => Ok(()),
        }
    }
}

/// Follows the tags. AWS's answers have neither comments nor CDATA.
fn check(body: &[u8]) -> Result<(), NotWhole> {
    let mut open: Vec<&[u8]> = Vec::new();
    let mut rest = body;
    while let Some(at) = memchr::memchr(b'<', rest) {
        let from_tag = &rest[at + 1..];
        let Some(end) = from_tag.iter().position(|byte| *byte == b'>') else {
            return Err(NotWhole("it ends within a tag".to_owned()));
        };
        let tag = &from_tag[..end];
        rest = &from_tag[end + 1..];
        match tag {
            [b'?' | b'!', ..] | [.., b'/'] => (),
            [b'/', name @ ..] => {
                let name = name.trim_ascii_end();
                if open.pop() != Some(name) {
                    let name = String::from_utf8_lossy(name);
                    return Err(NotWhole(format!("unexpected end of {name:?}")));
                }
            }
            tag => {
                let name = tag.iter().position(u8::is_ascii_whitespace);
                open.push(&tag[..name.unwrap_or(tag.len())]);
            }
        }
    }
    match open.last() {
        Some(name) => {
            let name = String::from_utf8_lossy(name);
            Err(NotWhole(format!("{name:?} does not end")))
        }
        None => Ok(()),
    }
}

/// Whether `body` declares entities, or uses one that XML does not have. Pages of HTML do as well:
/// those are of a proxy, which may let the next call through.
fn has_own_entities(body: &[u8]) -> bool {
    let text = String::from_utf8_lossy(body);
    if text.contains("<!ENTITY") {
        return true;
    }
    let is_page = text.contains("<html") || text.contains("<HTML");
    let mut used = text.split('&').skip(1).filter_map(|rest| {
        let (name, _) = rest.split_once(';')?;
        let is_name = !name.is_empty() && name.bytes().all(|it| it.is_ascii_alphanumeric());
        is_name.then_some(name)
    });
    !is_page && used.any(|name| !matches!(name, "lt" | "gt" | "amp" | "quot" | "apos"))
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
    fn entities_are_an_answers_own_unless_xml_or_html_has_them() {
        for own in ["<!DOCTYPE a [<!ENTITY a \"b\">]><a/>", "<a>&bomb;</a>"] {
            assert!(has_own_entities(own.as_bytes()), "{own}");
        }
        for other in [
            "<a>&lt;&#65;&amp;</a>",
            "<html>&nbsp;</html>",
            "<a>R & D; x</a>",
            "",
        ] {
            assert!(!has_own_entities(other.as_bytes()), "{other}");
        }
    }

    #[test]
    fn an_answer_that_lost_its_middle_is_not_whole() {
        let error = check(b"<A><B><C></C></A>").unwrap_err().to_string();
        assert_eq!(error, "the answer is not whole: unexpected end of \"A\"");
    }
}
