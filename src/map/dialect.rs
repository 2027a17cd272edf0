//! The two shapes in which the same user is told.

use std::fmt;

use serde::Deserialize;

use super::{Inventoried, RenderError, Rendered, Seal, ocsf, rendered, sekoia};
use crate::model::EventId;

/// The shape of events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Dialect {
    /// OCSF 1.6.0, strictly valid, with everything that is known.
    Ocsf,
    /// The structure documented for the Sekoia AWS users asset connector.
    Sekoia,
}

impl Dialect {
    /// The spelling used in configuration, event ids and logs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ocsf => "ocsf",
            Self::Sekoia => "sekoia",
        }
    }

    /// The seal of the event about one user as it is `known`: with the last known value of what
    /// is unknown now, so that a call that was denied is no change.
    pub fn seal(self, known: &Inventoried<'_>) -> Result<Seal, RenderError> {
        match self {
            Self::Ocsf => rendered::seal(&ocsf::event(known), self, known),
            Self::Sekoia => rendered::seal(&sekoia::event(known), self, known),
        }
    }

    /// The event about one user as it is `now`, by the id of its seal: one line of JSON.
    pub fn write(self, now: &Inventoried<'_>, id: &EventId) -> Result<Vec<u8>, RenderError> {
        match self {
            Self::Ocsf => rendered::write(ocsf::event(now), id, now),
            Self::Sekoia => rendered::write(sekoia::event(now), id, now),
        }
    }

    /// The event about one user of whom nothing was known before.
    pub fn render(self, now: &Inventoried<'_>) -> Result<Rendered, RenderError> {
        let seal = self.seal(now)?;
        Ok(seal.with(self.write(now, &seal.id)?))
    }

    /// The event that a user was deleted, with what was last known of it.
    pub fn render_deletion(self, last_known: &Inventoried<'_>) -> Result<Rendered, RenderError> {
        let user = last_known;
        match self {
            Self::Ocsf => {
                let seal = rendered::seal(&ocsf::deletion(user), self, user)?;
                Ok(seal.with(rendered::write(ocsf::deletion(user), &seal.id, user)?))
            }
            Self::Sekoia => {
                let seal = rendered::seal(&sekoia::deletion(user), self, user)?;
                Ok(seal.with(rendered::write(sekoia::deletion(user), &seal.id, user)?))
            }
        }
    }
}

impl fmt::Display for Dialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
