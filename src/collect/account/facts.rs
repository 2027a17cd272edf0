//! What a call about one user tells: a fact, that the user is gone, or that the pass is over.

use time::OffsetDateTime;

use crate::aws::{Action, AwsError, AwsErrorClass};
use crate::model::{Fact, Provenance};

/// `None` if the user is gone; an error if every further call would fail as well.
pub(super) type Told<T> = Result<Option<Fact<T>>, AwsError>;

/// Turns the answer of a call about one user into a fact.
pub(super) fn told<T>(action: Action, answer: Result<T, AwsError>) -> Told<T> {
    match answer {
        Ok(value) => Ok(Some(Fact::known(value, &now(action)))),
        Err(error) if error.class == AwsErrorClass::Gone => Ok(None),
        Err(error) if error.class.ends_the_pass() => Err(error),
        Err(error) => {
            tracing::debug!(%error, "a fact about a user is unknown");
            Ok(Some(error.as_unknown()))
        }
    }
}

/// `action` as the source of what it has just told.
pub(super) fn now(action: Action) -> Provenance {
    Provenance {
        source: action.as_str().into(),
        as_of: OffsetDateTime::now_utc(),
    }
}
