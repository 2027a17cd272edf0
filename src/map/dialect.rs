//! The two shapes in which the same user is told.

use std::fmt;

use serde::Deserialize;

use super::{EventInput, RenderError, ocsf, owed, sekoia, write};
use crate::analyze::AdminVerdict;
use crate::model::{Digest, EventId, Fact, FormerName, Reason, User};

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

    /// The digest of the lasting content of the event about a user: two events with one digest
    /// say the same. Neither the pass, the id, our version nor `changes` and `stale` are in it.
    pub fn digest(self, input: &EventInput<'_>) -> Result<Digest, RenderError> {
        match self {
            Self::Ocsf => write::digest(&ocsf::event(input), input),
            Self::Sekoia => write::digest(&sekoia::event(input), input),
        }
    }

    /// The event about a user: one line of JSON of at most
    /// [`EVENT_BYTES_MAX`](super::EVENT_BYTES_MAX) bytes.
    pub fn write(self, input: &EventInput<'_>, id: &EventId) -> Result<Vec<u8>, RenderError> {
        match self {
            Self::Ocsf => write::write(ocsf::event(input), id, input),
            Self::Sekoia => write::write(sekoia::event(input), id, input),
        }
    }

    /// The digest of the event that a user was deleted.
    pub fn deletion_digest(self, last_known: &EventInput<'_>) -> Result<Digest, RenderError> {
        match self {
            Self::Ocsf => write::digest(&ocsf::deletion(last_known), last_known),
            Self::Sekoia => write::digest(&sekoia::deletion(last_known), last_known),
        }
    }

    /// The event that a user was deleted, with what was last known of it; of too much to fit,
    /// with who it was alone.
    pub fn write_deletion(
        self,
        last_known: &EventInput<'_>,
        id: &EventId,
    ) -> Result<Vec<u8>, RenderError> {
        match self.write_deletion_of(last_known, id) {
            Err(RenderError::TooLarge { .. }) => {
                let user = name_alone(last_known.user);
                let input = EventInput {
                    user: &user,
                    admin: &AdminVerdict::Unknown,
                    privilege: None,
                    ..*last_known
                };
                self.write_deletion_of(&input, id)
            }
            written => written,
        }
    }

    fn write_deletion_of(
        self,
        last_known: &EventInput<'_>,
        id: &EventId,
    ) -> Result<Vec<u8>, RenderError> {
        match self {
            Self::Ocsf => write::write(ocsf::deletion(last_known), id, last_known),
            Self::Sekoia => write::write(sekoia::deletion(last_known), id, last_known),
        }
    }

    /// Whether a receiver knows users by their ARN alone, so that a renamed user's former ARN is
    /// to be closed there.
    pub fn closes_former_arns(self) -> bool {
        match self {
            Self::Ocsf => false,
            Self::Sekoia => true,
        }
    }

    /// The event that nobody can log in any more under the `former` name and ARN of a user.
    pub fn write_closing(
        self,
        input: &EventInput<'_>,
        former: &FormerName,
        id: &EventId,
    ) -> Result<Vec<u8>, RenderError> {
        if !self.closes_former_arns() {
            return Err(RenderError::NoClosing {
                dialect: self,
                arn: former.arn.clone(),
            });
        }
        let user = User {
            name: former.name.clone(),
            arn: former.arn.clone(),
            ..input.user.clone()
        };
        let former = EventInput {
            user: &user,
            ..*input
        };
        self.write_deletion(&former, id)
    }

    /// The names of the facts that the event about a user lacks or, where the dialect has a mark
    /// for that, tells as last known. Once one is known, the event is repeated.
    pub fn owed(self, input: &EventInput<'_>) -> Vec<String> {
        owed::owed(self, input)
    }
}

/// The user without everything that there may be much of.
fn name_alone(user: &User) -> User {
    const WHY: &str = "too large to be sent";
    User {
        tags: Fact::unknown(Reason::NotCollected, WHY),
        groups: Fact::unknown(Reason::NotCollected, WHY),
        attached_policies: Fact::unknown(Reason::NotCollected, WHY),
        inline_policies: Fact::unknown(Reason::NotCollected, WHY),
        access_keys: Fact::unknown(Reason::NotCollected, WHY),
        service_specific_credentials: Fact::unknown(Reason::NotCollected, WHY),
        signing_certificates: Fact::unknown(Reason::NotCollected, WHY),
        ssh_public_keys: Fact::unknown(Reason::NotCollected, WHY),
        mfa: Fact::unknown(Reason::NotCollected, WHY),
        ..user.clone()
    }
}

impl fmt::Display for Dialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
