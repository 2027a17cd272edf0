//! What was listed about one user: by ListUsers, by the details, or by both.

use time::OffsetDateTime;

use super::super::details::{DetailFacts, UserDetails};
use super::super::listing::{ListedUser, UserIdentity};
use crate::aws::AwsError;
use crate::model::{Arn, Fact, Provenance};

/// What was listed about one user.
#[derive(Debug)]
pub(in crate::collect) struct Entry {
    pub(in crate::collect) identity: UserIdentity,
    /// The ARN that the earlier of two answers has, where it is another.
    pub(in crate::collect) former_arn: Option<Arn>,
    pub(in crate::collect) password_last_used: Fact<Option<OffsetDateTime>>,
    pub(in crate::collect) details: Result<(DetailFacts, Provenance), NoDetails>,
}

/// Why ListUsers does not list a user.
#[derive(Debug, Clone)]
pub(in crate::collect) enum NotListed {
    /// It ended early.
    Failed(AwsError),
    /// It was answered before there was the user.
    Newer,
}

/// Why there are no details of a user.
#[derive(Debug, Clone)]
pub(in crate::collect) enum NoDetails {
    /// Asked for, and not answered.
    Failed(AwsError),
    /// Not part of the plan.
    NotAsked,
    /// They were answered before there was the user.
    Newer,
}

impl Entry {
    /// A user that both listings hold. The name and the ARN of the later answer are the user's:
    /// a rename is all that makes them differ, and the calls to come need its present name.
    pub(super) fn joined(listed: ListedUser, details: UserDetails) -> Self {
        let is_detailed_later = details.provenance.as_of >= listed.as_of;
        let (identity, former) = match is_detailed_later {
            true => (details.identity, listed.identity),
            false => (listed.identity, details.identity),
        };
        Self {
            former_arn: (former.arn != identity.arn).then_some(former.arn),
            identity,
            password_last_used: listed.password_last_used,
            details: facts(details.facts, details.provenance),
        }
    }

    /// A user that the details do not hold.
    pub(in crate::collect) fn without_details(listed: ListedUser, why: NoDetails) -> Self {
        Self {
            identity: listed.identity,
            former_arn: None,
            password_last_used: listed.password_last_used,
            details: Err(why),
        }
    }

    /// A user that ListUsers does not hold.
    pub(super) fn unlisted(details: UserDetails, why: &NotListed) -> Self {
        Self {
            identity: details.identity,
            former_arn: None,
            password_last_used: why.unknown(),
            details: facts(details.facts, details.provenance),
        }
    }

    /// The same user by the name that it has now.
    #[must_use]
    pub(in crate::collect) fn renamed(self, now: UserIdentity) -> Self {
        let former_arn = match now.arn == self.identity.arn {
            true => self.former_arn,
            false => Some(self.identity.arn),
        };
        Self {
            former_arn,
            identity: now,
            ..self
        }
    }
}

fn facts(
    facts: Result<DetailFacts, AwsError>,
    provenance: Provenance,
) -> Result<(DetailFacts, Provenance), NoDetails> {
    match facts {
        Ok(facts) => Ok((facts, provenance)),
        Err(error) => Err(NoDetails::Failed(error)),
    }
}

impl NotListed {
    /// A fact that only ListUsers has.
    fn unknown<F>(&self) -> Fact<F> {
        match self {
            Self::Failed(error) => error.as_unknown(),
            Self::Newer => Fact::not_collected("created during the pass"),
        }
    }
}

impl NoDetails {
    /// A fact that only the details have.
    pub(super) fn unknown<F>(&self) -> Fact<F> {
        match self {
            Self::Failed(error) => error.as_unknown(),
            Self::NotAsked => Fact::not_collected("per-user plan"),
            Self::Newer => Fact::not_collected("newer than the authorization details"),
        }
    }
}
