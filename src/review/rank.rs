//! Which fields are read first: a change that users share says more than a value that each user has
//! of its own, like a name.

use std::cmp::Ordering;

use super::compare::{FieldDifferences, SameDifference};

/// So many differences of one user each are still read one by one.
const SINGLE_MAX: usize = 5;

impl FieldDifferences {
    /// The differences of several users each, and, where they are many, those of one user each.
    pub(super) fn shared_and_single(&self) -> (&[SameDifference], &[SameDifference]) {
        let shared = self.differences.iter();
        let shared = shared.take_while(|same| same.users.len() > 1).count();
        match self.differences.split_at(shared) {
            (shared, single) if single.len() > SINGLE_MAX => (shared, single),
            _ => (&self.differences, &[]),
        }
    }

    /// Whether its values are another one for most users.
    fn is_one_a_user(&self) -> bool {
        let (_, single) = self.shared_and_single();
        let most_users = self.differences.first().map_or(0, |same| same.users.len());
        single.len() * 2 > self.users && most_users * 2 <= self.users
    }

    /// The order of fields: those with one value a user come last; then most users first, then by
    /// path.
    pub(super) fn order(&self, other: &Self) -> Ordering {
        let by_kind = self.is_one_a_user().cmp(&other.is_one_a_user());
        let by_users = || other.users.cmp(&self.users);
        by_kind
            .then_with(by_users)
            .then_with(|| self.field.cmp(&other.field))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::review::{Comparison, Events, compare};
    use crate::table::Width;

    /// What differs for 40 users between the events that `before` and `after` make of their
    /// numbers.
    fn compared(before: impl Fn(u8) -> Value, after: impl Fn(u8) -> Value) -> Comparison {
        let named = |number: u8| format!("user-{number}");
        compare(
            &Events::of((0..40).map(|it| (named(it), before(it)))),
            &Events::of((0..40).map(|it| (named(it), after(it)))),
        )
    }

    #[test]
    fn a_shared_change_comes_before_values_that_each_user_has_of_its_own() {
        let event = |word: &str, user: u8, type_id: u8| {
            let tag = json!({"key": "team", "value": format!("{word} {user}")});
            let type_id = if user < 2 { type_id } else { 1 };
            json!({"message": format!("{word} {user}"), "tags": [tag], "user": {"type_id": type_id}})
        };
        let found = compared(|user| event("old", user, 1), |user| event("new", user, 2));
        let expected = "40 users before, 40 after: 40 changed, 0 unchanged\n\
             \n\
             user.type_id: 2 users\n  \
               1 → 2: 2 users (user-0, user-1)\n\
             \n\
             message: 40 users\n  \
               old 0 → new 0: 1 user (user-0)\n  \
               old 1 → new 1: 1 user (user-1)\n  \
               old 10 → new 10: 1 user (user-10)\n  \
               and 37 more of one user each (all: --output json)\n\
             \n\
             tags[].value: 40 users\n  \
               of team: old 0 → new 0: 1 user (user-0)\n  \
               of team: old 1 → new 1: 1 user (user-1)\n  \
               of team: old 10 → new 10: 1 user (user-10)\n  \
               and 37 more of one user each (all: --output json)\n";
        assert_eq!(found.text(Width::Pipe), expected);
    }

    #[test]
    fn a_field_with_a_change_that_most_users_share_is_read_by_how_many_they_are() {
        let found = compared(
            |user| json!({"groups": [format!("old-{user}")], "is_new": false}),
            |user| json!({"groups": [format!("new-{user}"), "everyone"], "is_new": user < 2}),
        );
        let fields: Vec<&str> = found.fields.iter().map(|it| it.field.as_str()).collect();
        assert_eq!(fields, ["groups[]", "is_new"]);
        let text = found.text(Width::Pipe);
        for line in [
            "\n  + everyone: 40 users (user-0, ",
            "\n  + new-0: 1 user (user-0)\n",
            "\n  and 77 more of one user each (all: --output json)\n",
        ] {
            assert!(text.contains(line), "{text}");
        }
    }
}
