//! From an event as a value to its digest and to its bytes.

use serde::Serialize;

use super::{Dialect, EventInput};
use crate::model::{Arn, Digest, EventId};

/// The largest event: what fits into a record of the store, and into a receiver's limits.
pub const EVENT_BYTES_MAX: usize = 40_000;

/// An event that could not be written.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// It is no JSON.
    #[error("cannot write the event of user {arn} as JSON: {source}")]
    Json {
        /// The user's ARN.
        arn: Arn,
        /// Why.
        source: serde_json::Error,
    },
    /// It is too large, even without any tag.
    #[error(
        "the event of user {arn} has {bytes} bytes without its tags, and {EVENT_BYTES_MAX} are \
         the most that can be stored and sent: look at how many groups and policies the user has"
    )]
    TooLarge {
        /// The user's ARN.
        arn: Arn,
        /// How large it is without its tags.
        bytes: usize,
    },
    /// The dialect has no event that closes a former ARN.
    #[error("dialect {dialect} has no event that closes the former ARN {arn}")]
    NoClosing {
        /// The dialect.
        dialect: Dialect,
        /// The former ARN.
        arn: Arn,
    },
}

/// An event whose content stands, and whose stamps are still missing.
pub(super) trait Stamped<'a>: Serialize {
    /// Adds what changes without the user changing: id, pass, versions, last-used times, and
    /// which facts are stale or unknown.
    fn stamp(&mut self, id: &EventId, input: &EventInput<'a>);

    /// Makes the event smaller by what it says of tags; `false` if nothing is left to cut.
    fn cut_tags(&mut self) -> bool;
}

/// The digest of `content`, the lasting part of the event about `input`.
pub(super) fn digest(
    content: &impl Serialize,
    input: &EventInput<'_>,
) -> Result<Digest, RenderError> {
    Ok(Digest::of(&json(content, input)?))
}

/// Stamps and writes `event`, which is known by `id`, with as many tags as there is room for.
pub(super) fn write<'a>(
    mut event: impl Stamped<'a>,
    id: &EventId,
    input: &EventInput<'a>,
) -> Result<Vec<u8>, RenderError> {
    event.stamp(id, input);
    loop {
        let json = json(&event, input)?;
        if json.len() <= EVENT_BYTES_MAX {
            return Ok(json);
        }
        if !event.cut_tags() {
            return Err(RenderError::TooLarge {
                arn: input.user.arn.clone(),
                bytes: json.len(),
            });
        }
    }
}

fn json(value: &impl Serialize, input: &EventInput<'_>) -> Result<Vec<u8>, RenderError> {
    // Most events fit: growing step by step would copy them several times.
    let mut json = Vec::with_capacity(2048);
    match serde_json::to_writer(&mut json, value) {
        Ok(()) => Ok(json),
        Err(source) => Err(no_json(source, input)),
    }
}

fn no_json(source: serde_json::Error, input: &EventInput<'_>) -> RenderError {
    RenderError::Json {
        arn: input.user.arn.clone(),
        source,
    }
}
