//! From an event's structure to its bytes, digest and id.

use serde::Serialize;

use super::{Dialect, Inventoried};
use crate::model::{Digest, EventId};

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

/// Digests the lasting content of `known`, then stamps and writes `event`, which tells what is
/// known now.
pub(super) fn seal<'a, E: Stamped<'a>>(
    mut event: E,
    known: &impl Serialize,
    dialect: Dialect,
    inventoried: &Inventoried<'a>,
) -> Result<Rendered, RenderError> {
    let arn = inventoried.user.arn.as_str();
    let failed = |source| RenderError {
        arn: arn.to_owned(),
        source,
    };
    let digest = Digest::of(&serde_json::to_vec(known).map_err(failed)?);
    let id = EventId::derive(&inventoried.account.id, arn, &digest, dialect.as_str());
    event.stamp(&id, inventoried);
    Ok(Rendered {
        id,
        digest,
        json: serde_json::to_vec(&event).map_err(failed)?,
    })
}
