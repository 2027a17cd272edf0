//! What is given up: that is found out once a pass, not once a user: a permission that is denied, an
//! action that fails every time.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::aws::{Action, AwsError, AwsErrorClass};

/// After so many calls in a row that failed in spite of their retries, an action is given up.
const FAILURES_MAX: u32 = 3;
/// An action that is denied for so many different users is denied for all; for fewer, policies may
/// protect just those.
const DENIED_MAX: usize = 3;

/// What the calls of each action were answered.
#[derive(Debug)]
pub(in crate::aws) struct GivenUp {
    actions: HashMap<Action, Answers>,
}

#[derive(Debug, Default)]
struct Answers {
    /// Held by one call at a time, until it is known whether the action is allowed.
    first: tokio::sync::Mutex<()>,
    found: Mutex<Found>,
}

#[derive(Debug, Default)]
struct Found {
    /// Whether calls go at the same time.
    is_open: bool,
    is_allowed: bool,
    /// Which users, groups or keys it was denied for, while it was allowed for none.
    denied_for: HashSet<String>,
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
        if !answers.found().is_open {
            alone = Some(answers.first.lock().await);
        }
        let found = answers.found();
        if let Some(error) = &found.given_up {
            return Err(error.clone());
        }
        let _alone = alone.filter(|_| !found.is_open);
        drop(found);
        Ok(Some(Admission { answers, _alone }))
    }

    /// The actions that were denied whenever they were called.
    pub(in crate::aws) fn denied(&self) -> Vec<Action> {
        let is_denied = |action: &Action| {
            let answers = self.actions.get(action);
            answers.is_some_and(|answers| answers.found().is_denied())
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
    /// Records the answer, after all retries, to a call about `target`, if it was about one user,
    /// group or key.
    pub(in crate::aws) fn answered<T>(self, target: Option<&str>, answer: &Result<T, AwsError>) {
        let mut found = self.answers.found();
        match answer {
            Err(error) if error.class == AwsErrorClass::Denied => found.deny(target, error),
            Err(error) if error.class == AwsErrorClass::NotOffered => found.give_up(error),
            Err(error) if error.class.is_failure() => found.fail(error),
            _ => found.allow(),
        }
    }
}

impl Found {
    fn allow(&mut self) {
        self.is_open = true;
        self.is_allowed = true;
        self.failures_in_a_row = 0;
        self.denied_for.clear();
    }

    /// A denial is about the action, unless it may be about its target alone: once the action was
    /// allowed, or until it was denied for several.
    fn deny(&mut self, target: Option<&str>, error: &AwsError) {
        self.failures_in_a_row = 0;
        if self.is_allowed {
            return;
        }
        self.denied_for
            .insert(target.unwrap_or_default().to_owned());
        if target.is_none() || self.denied_for.len() >= DENIED_MAX {
            self.give_up(error);
        }
    }

    fn give_up(&mut self, error: &AwsError) {
        self.is_open = true;
        self.given_up = Some(error.clone());
    }

    fn fail(&mut self, error: &AwsError) {
        self.is_open = true;
        self.failures_in_a_row += 1;
        if self.failures_in_a_row >= FAILURES_MAX {
            self.give_up(error);
        }
    }

    fn is_denied(&self) -> bool {
        !self.is_allowed && !self.denied_for.is_empty()
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
            message: crate::foreign::Shown::default(),
            remedy: None,
        })
    }

    /// Whether each of `answers` is still asked for after those before it, and whether the action
    /// counts as denied in the end.
    async fn asked_about(answers: &[(Option<&str>, Result<(), AwsError>)]) -> (Vec<bool>, bool) {
        let given_up = GivenUp::new();
        let mut asked = Vec::new();
        for (target, answer) in answers {
            let admission = given_up.enter(ACTION).await;
            asked.push(admission.is_ok());
            if let Ok(Some(admission)) = admission {
                admission.answered(*target, answer);
            }
        }
        (asked, given_up.denied() == [ACTION])
    }

    async fn asked(answers: &[Result<(), AwsError>]) -> Vec<bool> {
        let answers: Vec<_> = answers.iter().cloned().map(|it| (None, it)).collect();
        asked_about(&answers).await.0
    }

    #[tokio::test]
    async fn a_first_denial_of_an_action_of_the_account_is_the_last_call() {
        let denied = error(AwsErrorClass::Denied);
        assert_eq!(asked(&[denied.clone(), Ok(())]).await, [true, false]);
        assert_eq!(asked(&[Ok(()), denied, Ok(())]).await, [true; 3]);
    }

    #[tokio::test]
    async fn an_action_is_denied_once_three_different_users_were() {
        let denied = |user| (Some(user), error(AwsErrorClass::Denied));
        let allowed = |user| (Some(user), Ok(()));
        let of_three = [denied("a"), denied("b"), denied("c"), allowed("d")];
        assert_eq!(
            asked_about(&of_three).await,
            (vec![true, true, true, false], true)
        );
        let of_two = [
            denied("a"),
            denied("a"),
            denied("b"),
            allowed("c"),
            denied("d"),
        ];
        assert_eq!(asked_about(&of_two).await, (vec![true; 5], false));
        assert_eq!(asked_about(&[denied("a")]).await, (vec![true], true));
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
        first.answered(None, &error(AwsErrorClass::Server));
        let second = second.await.unwrap().unwrap();
        assert!(
            given_up.enter(ACTION).await.is_ok(),
            "both go at the same time"
        );
        second.answered(None, &Ok(()));
    }
}
