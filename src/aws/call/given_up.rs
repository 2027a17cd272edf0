//! What is given up: that is found out once a pass, not once a user: a permission that is denied, an
//! action that fails every time.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::aws::{Action, AwsError, AwsErrorClass};

/// After so many calls in a row that failed in spite of their retries, an action is given up.
const FAILURES_MAX: u32 = 3;

/// What the calls of each action were answered.
#[derive(Debug)]
pub(in crate::aws) struct GivenUp {
    actions: HashMap<Action, Answers>,
}

#[derive(Debug, Default)]
struct Answers {
    /// Held by the first call; the others wait until it is answered.
    first: tokio::sync::Mutex<()>,
    found: Mutex<Found>,
}

#[derive(Debug, Default)]
struct Found {
    is_answered: bool,
    failures_in_a_row: u32,
    given_up: Option<AwsError>,
}

/// The right to call an action; alone, while nobody has had an answer yet.
pub(in crate::aws) struct Admission<'a> {
    answers: &'a Answers,
    _alone: Option<tokio::sync::MutexGuard<'a, ()>>,
}

impl GivenUp {
    pub(in crate::aws) fn new() -> Self {
        let unanswered = |action| (action, Answers::default());
        Self {
            actions: Action::ALL.into_iter().map(unanswered).collect(),
        }
    }

    /// Whether `action` may be called; an error if it was given up.
    pub(in crate::aws) async fn enter(
        &self,
        action: Action,
    ) -> Result<Option<Admission<'_>>, AwsError> {
        let Some(answers) = self.actions.get(&action) else {
            return Ok(None);
        };
        let mut alone = None;
        if !answers.found().is_answered {
            alone = Some(answers.first.lock().await);
        }
        let found = answers.found();
        if let Some(error) = &found.given_up {
            return Err(error.clone());
        }
        let _alone = alone.filter(|_| !found.is_answered);
        drop(found);
        Ok(Some(Admission { answers, _alone }))
    }

    /// The actions that were denied.
    pub(in crate::aws) fn denied(&self) -> Vec<Action> {
        let is_denied = |action: &Action| {
            let given_up = self
                .actions
                .get(action)
                .map(|answers| answers.found().given_up.clone());
            given_up
                .flatten()
                .is_some_and(|error| error.class == AwsErrorClass::Denied)
        };
        Action::ALL.into_iter().filter(is_denied).collect()
    }
}

impl Answers {
    fn found(&self) -> MutexGuard<'_, Found> {
        self.found.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Admission<'_> {
    /// Records the answer, after all retries. A denial of the first call is about the action;
    /// once one was allowed, a denial is about its user and decides nothing.
    pub(in crate::aws) fn answered<T>(self, answer: &Result<T, AwsError>) {
        let mut found = self.answers.found();
        let is_first = !std::mem::replace(&mut found.is_answered, true);
        let failed = answer
            .as_ref()
            .err()
            .filter(|error| error.class.is_retryable());
        found.failures_in_a_row = failed.map_or(0, |_| found.failures_in_a_row + 1);
        let is_given_up = found.failures_in_a_row >= FAILURES_MAX;
        let denied = answer
            .as_ref()
            .err()
            .filter(|error| error.class == AwsErrorClass::Denied);
        if let Some(error) = denied
            .filter(|_| is_first)
            .or(failed.filter(|_| is_given_up))
        {
            found.given_up = Some(error.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ACTION: Action = Action::ListMfaDevices;

    fn error(class: AwsErrorClass) -> Result<(), AwsError> {
        Err(AwsError {
            action: ACTION,
            class,
            code: None,
            message: String::new(),
            remedy: None,
        })
    }

    /// Whether each of `answers` is still asked for after those before it.
    async fn asked(answers: &[Result<(), AwsError>]) -> Vec<bool> {
        let given_up = GivenUp::new();
        let mut asked = Vec::new();
        for answer in answers {
            let admission = given_up.enter(ACTION).await;
            asked.push(admission.is_ok());
            if let Ok(Some(admission)) = admission {
                admission.answered(answer);
            }
        }
        asked
    }

    #[tokio::test]
    async fn a_first_denial_is_the_last_call_and_a_later_one_is_about_its_user() {
        let denied = error(AwsErrorClass::Denied);
        assert_eq!(asked(&[denied.clone(), Ok(())]).await, [true, false]);
        assert_eq!(asked(&[Ok(()), denied, Ok(())]).await, [true; 3]);
    }

    #[tokio::test]
    async fn an_action_that_fails_three_times_in_a_row_is_given_up() {
        let failed = error(AwsErrorClass::Server);
        let in_a_row = [failed.clone(), failed.clone(), failed.clone(), Ok(())];
        assert_eq!(asked(&in_a_row).await, [true, true, true, false]);
        let between = [
            failed.clone(),
            failed.clone(),
            Ok(()),
            failed.clone(),
            failed,
            Ok(()),
        ];
        assert_eq!(asked(&between).await, [true; 6]);
    }

    #[tokio::test]
    async fn only_the_first_call_keeps_the_others_waiting() {
        let given_up = GivenUp::new();
        let first = given_up.enter(ACTION).await.unwrap().unwrap();
        let mut second = std::pin::pin!(given_up.enter(ACTION));
        let early = tokio::time::timeout(std::time::Duration::ZERO, &mut second).await;
        assert!(early.is_err(), "it did not wait");
        first.answered(&error(AwsErrorClass::Server));
        let second = second.await.unwrap().unwrap();
        assert!(
            given_up.enter(ACTION).await.is_ok(),
            "both go at the same time"
        );
        second.answered(&Ok(()));
    }
}
