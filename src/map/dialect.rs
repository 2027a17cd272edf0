//! The two shapes in which the same user is told.

use std::fmt;

use serde::Deserialize;

use super::{Inventoried, RenderError, Rendered, ocsf, rendered, sekoia};

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

    /// The event about one user of whom nothing was known before.
    pub fn render(self, now: &Inventoried<'_>) -> Result<Rendered, RenderError> {
        self.render_against(now, now)
    }

    /// The event about one user as it is `now`, digested as it is `known`: with the last known
    /// value of what is unknown now, so that a call that was denied is no change.
    pub fn render_against(
        self,
        now: &Inventoried<'_>,
        known: &Inventoried<'_>,
    ) -> Result<Rendered, RenderError> {
        match self {
            Self::Ocsf => rendered::seal(ocsf::event(now), &ocsf::event(known), self, now),
            Self::Sekoia => rendered::seal(sekoia::event(now), &sekoia::event(known), self, now),
        }
    }

    /// The event that a user was deleted, with what was last known of it.
    pub fn render_deletion(self, last_known: &Inventoried<'_>) -> Result<Rendered, RenderError> {
        let user = last_known;
        match self {
            Self::Ocsf => rendered::seal(ocsf::deletion(user), &ocsf::deletion(user), self, user),
            Self::Sekoia => {
                rendered::seal(sekoia::deletion(user), &sekoia::deletion(user), self, user)
            }
        }
    }
}

impl fmt::Display for Dialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
