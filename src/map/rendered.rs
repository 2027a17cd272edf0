//! From an event as a value to its bytes, with its content digest and id.

use serde::Serialize;

use super::{Dialect, Inventoried};
use crate::model::{Digest, EventId};

/// What an event says, in short: enough to know whether it was said before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seal {
    /// Derived from account, user, content and dialect.
    pub id: EventId,
    /// Of the content that lasts: neither the pass, nor our version, nor last-used times.
    pub digest: Digest,
}

/// One event, ready to be stored and sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    /// Derived from account, user, content and dialect.
    pub id: EventId,
    /// Of the content that lasts: neither the pass, nor our version, nor last-used times.
    pub digest: Digest,
    /// The event as one line of JSON, without a line end.
    pub json: Vec<u8>,
}

impl Seal {
    /// The event with this seal, written as `json`.
    pub fn with(self, json: Vec<u8>) -> Rendered {
        Rendered {
            id: self.id,
            digest: self.digest,
            json,
        }
    }
}

/// An event that could not be written as JSON.
#[derive(Debug, thiserror::Error)]
#[error("cannot write the event of user {arn} as JSON: {source}")]
pub struct RenderError {
    arn: String,
    source: serde_json::Error,
}

/// An event whose content stands, and whose stamps are still missing.
pub(super) trait Stamped<'a>: Serialize {
    /// Adds what changes without the user changing: id, pass, versions, last-used times, and the
    /// reasons of unknown facts.
    fn stamp(&mut self, id: &EventId, inventoried: &Inventoried<'a>);
}

/// The seal of `content`, the lasting part of the event about `inventoried`.
pub(super) fn seal(
    content: &impl Serialize,
    dialect: Dialect,
    inventoried: &Inventoried<'_>,
) -> Result<Seal, RenderError> {
    let digest = Digest::of(&json(content, inventoried)?);
    let (account, arn) = (&inventoried.account.id, inventoried.user.arn.as_str());
    let id = EventId::derive(account, arn, &digest, dialect.as_str());
    Ok(Seal { id, digest })
}

/// Stamps and writes `event`, which is known by `id`.
pub(super) fn write<'a>(
    mut event: impl Stamped<'a>,
    id: &EventId,
    inventoried: &Inventoried<'a>,
) -> Result<Vec<u8>, RenderError> {
    event.stamp(id, inventoried);
    json(&event, inventoried)
}

fn json(value: &impl Serialize, inventoried: &Inventoried<'_>) -> Result<Vec<u8>, RenderError> {
    // Most events fit: growing step by step would copy them several times.
    let mut json = Vec::with_capacity(2048);
    match serde_json::to_writer(&mut json, value) {
        Ok(()) => Ok(json),
        Err(source) => Err(RenderError {
            arn: inventoried.user.arn.as_str().to_owned(),
            source,
        }),
    }
}
