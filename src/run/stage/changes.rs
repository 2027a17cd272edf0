//! What changed since a receiver last took an event: an event that replaces a waiting one has the
//! changes of both.

use serde::Deserialize;

use crate::model::FieldChange;

/// The changes that a waiting event has, where its dialect has any.
pub(super) fn of_event(json: &[u8]) -> Vec<FieldChange> {
    #[derive(Deserialize, Default)]
    #[serde(default)]
    struct Event {
        unmapped: Unmapped,
    }
    #[derive(Deserialize, Default)]
    #[serde(default)]
    struct Unmapped {
        aws_iam: AwsIam,
    }
    #[derive(Deserialize, Default)]
    #[serde(default)]
    struct AwsIam {
        changes: Vec<FieldChange>,
    }
    let event: Event = serde_json::from_slice(json).unwrap_or_default();
    event.unmapped.aws_iam.changes
}

/// What changed in all, where `later` followed on `earlier`: a field that came back to what it
/// was has not changed.
pub(super) fn merged(earlier: Vec<FieldChange>, later: &[FieldChange]) -> Vec<FieldChange> {
    let mut all = earlier;
    for change in later {
        match all.iter_mut().find(|known| known.field == change.field) {
            Some(known) => known.after.clone_from(&change.after),
            None => all.push(change.clone()),
        }
    }
    all.retain(|change| change.before != change.after);
    all
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn change(field: &str, before: i64, after: i64) -> FieldChange {
        FieldChange {
            field: field.to_owned(),
            before: json!(before),
            after: json!(after),
        }
    }

    #[test]
    fn changes_of_a_replaced_event_and_of_its_successor_are_one() {
        let earlier = vec![change("a", 1, 2), change("b", 1, 2)];
        let later = [change("a", 2, 3), change("b", 2, 1), change("c", 5, 6)];
        assert_eq!(
            merged(earlier, &later),
            [change("a", 1, 3), change("c", 5, 6)]
        );
    }

    #[test]
    fn changes_are_read_from_an_event_that_has_some() {
        let event = json!({"unmapped": {"aws_iam": {"changes": [change("a", 1, 2)], "path": "/"}}});
        assert_eq!(of_event(event.to_string().as_bytes()), [change("a", 1, 2)]);
        assert!(of_event(b"{\"user\": {}}").is_empty());
    }
}
