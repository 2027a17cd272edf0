//! How much a listing asks for at once: less, once a page does not come in time.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use crate::aws::Action;

/// The most that AWS allows.
const MAX: i32 = 1000;
/// What AWS gives when nothing is asked for.
const MIN: i32 = 100;

/// The sizes of pages that are below the most.
#[derive(Debug, Default)]
pub(in crate::aws) struct PageSizes(Mutex<HashMap<Action, i32>>);

impl PageSizes {
    pub(in crate::aws) fn get(&self, action: Action) -> i32 {
        let sizes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        sizes.get(&action).copied().unwrap_or(MAX)
    }

    /// A page of `action` did not come in time: half of it may.
    pub(super) fn shrink(&self, action: Action) {
        let mut sizes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let size = sizes.entry(action).or_insert(MAX);
        *size = (*size / 2).max(MIN);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_halved_down_to_a_hundred_for_its_action_alone() {
        let sizes = PageSizes::default();
        let of_users = (0..5).map(|_| {
            sizes.shrink(Action::ListUsers);
            sizes.get(Action::ListUsers)
        });
        assert_eq!(of_users.collect::<Vec<_>>(), [500, 250, 125, 100, 100]);
        assert_eq!(sizes.get(Action::ListAccounts), 1000);
    }
}
