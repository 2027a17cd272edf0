//! A denied permission is found out once a pass, not once a user.

use std::collections::HashMap;

use tokio::sync::{Mutex, MutexGuard};

use super::{Action, AwsError, AwsErrorClass};

/// What the first call of each action was answered.
#[derive(Debug)]
pub(super) struct Probes {
    actions: HashMap<Action, Mutex<State>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum State {
    Untried,
    Allowed,
    Denied(AwsError),
}

/// The first call of an action: the others wait until it is answered.
pub(super) struct FirstCall<'a>(MutexGuard<'a, State>);

impl Probes {
    pub(super) fn new() -> Self {
        let untried = |action| (action, Mutex::new(State::Untried));
        Self {
            actions: Action::ALL.into_iter().map(untried).collect(),
        }
    }

    /// Whether `action` may be called: as its first call, as a later one, or not at all since the
    /// first was denied. Once one was allowed, a denial is about its user and decides nothing.
    pub(super) async fn enter(&self, action: Action) -> Result<Option<FirstCall<'_>>, AwsError> {
        let Some(state) = self.actions.get(&action) else {
            return Ok(None);
        };
        let state = state.lock().await;
        match &*state {
            State::Untried => Ok(Some(FirstCall(state))),
            State::Allowed => Ok(None),
            State::Denied(error) => Err(error.clone()),
        }
    }

    /// The actions whose first call was denied.
    pub(super) async fn denied(&self) -> Vec<Action> {
        let mut denied = Vec::new();
        for action in Action::ALL {
            if let Some(state) = self.actions.get(&action)
                && matches!(*state.lock().await, State::Denied(_))
            {
                denied.push(action);
            }
        }
        denied
    }
}

impl FirstCall<'_> {
    /// Records the answer. Only a denial and a success tell something about the permission.
    pub(super) fn answered<T>(mut self, answer: &Result<T, AwsError>) {
        match answer {
            Err(error) if error.class == AwsErrorClass::Denied => {
                *self.0 = State::Denied(error.clone());
            }
            Ok(_) => *self.0 = State::Allowed,
            Err(_) => {}
        }
    }
}
