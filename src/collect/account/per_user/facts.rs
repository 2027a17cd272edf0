//! What a call about one user yields: a fact, that there is no such user, or the end of the pass.

use time::OffsetDateTime;

use crate::aws::{Action, AwsError, AwsErrorClass};
use crate::model::{Fact, Provenance};

/// `None` if there is no user of the name; an error if every further call would fail as well.
pub(in crate::collect) type UserFact<T> = Result<Option<Fact<T>>, AwsError>;

/// Turns the answer of a call about one user into a fact. It is as of when it was `asked`: what
/// changed since is perhaps not in it, so that a later report has the last word.
pub(super) fn fact<T>(asked: &Provenance, answer: Result<T, AwsError>) -> UserFact<T> {
    match answer {
        Ok(value) => Ok(Some(Fact::known(value, asked))),
        Err(error) if error.class == AwsErrorClass::Gone => Ok(None),
        Err(error) if error.class.ends_the_pass() => Err(error),
        Err(error) => {
            tracing::debug!(%error, "a fact about a user is unknown");
            Ok(Some(error.as_unknown()))
        }
    }
}

/// The provenance of what `action` answers now.
pub(super) fn now(action: Action) -> Provenance {
    Provenance {
        source: action.as_str().into(),
        as_of: OffsetDateTime::now_utc(),
    }
}
