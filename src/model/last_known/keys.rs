//! What two answers about a user's access keys make together.

use crate::model::{AccessKey, AccessKeyUse, unix_ms};

/// `now` in the light of `last`: the credential report knows no ids, and the list of keys alone
/// no last use.
pub(super) fn merged(now: &[AccessKey], last: &[AccessKey]) -> Vec<AccessKey> {
    let has_id = |key: &AccessKey| key.id.is_some();
    if last.iter().any(has_id) && !now.iter().any(has_id) && are_same_slots(now, last) {
        return with_later_use(last, |key| {
            let mut slots = now.iter().filter(|other| slot(other) == slot(key));
            // Two equal slots cannot be distinguished.
            slots.next().filter(|_| slots.next().is_none())
        });
    }
    with_later_use(now, |key| {
        let is_same = |before: &&AccessKey| key.id.is_some() && before.id == key.id;
        let without_use = key.last_used.is_none();
        last.iter().find(|before| without_use && is_same(before))
    })
}

/// `keys`, each with the last use of its `twin` where that one is later.
fn with_later_use<'a>(
    keys: &[AccessKey],
    twin: impl Fn(&AccessKey) -> Option<&'a AccessKey>,
) -> Vec<AccessKey> {
    let at = |used: &Option<AccessKeyUse>| used.as_ref().map(|used| used.at);
    let keys = keys.iter().map(|key| {
        let later = twin(key).filter(|twin| at(&twin.last_used) > at(&key.last_used));
        let used = later.map_or(&key.last_used, |twin| &twin.last_used);
        AccessKey {
            last_used: used.clone(),
            ..key.clone()
        }
    });
    keys.collect()
}

/// Whether `now` and `last` are the same keys as far as sources without ids can say.
fn are_same_slots(now: &[AccessKey], last: &[AccessKey]) -> bool {
    let slots = |keys: &[AccessKey]| {
        let mut slots: Vec<_> = keys.iter().map(slot).collect();
        slots.sort_unstable();
        slots
    };
    slots(now) == slots(last)
}

/// What every source has of a key; one of them has whole seconds only.
fn slot(key: &AccessKey) -> (bool, Option<i64>) {
    let second = |at| unix_ms::of(at).div_euclid(1_000);
    (key.active, key.rotated_at.map(second))
}

#[cfg(test)]
mod tests {
    use time::{Duration, OffsetDateTime};

    use super::*;

    fn key(id: Option<&str>, rotated_s: i64, used: Option<i64>) -> AccessKey {
        AccessKey {
            id: id.map(str::to_owned),
            active: true,
            rotated_at: Some(OffsetDateTime::UNIX_EPOCH + Duration::seconds(rotated_s)),
            last_used: used.map(|at| AccessKeyUse {
                at: OffsetDateTime::UNIX_EPOCH + Duration::days(at),
                service: None,
                region: None,
            }),
        }
    }

    #[test]
    fn keys_without_ids_keep_the_known_ids_and_bring_a_later_use() {
        let last = [key(Some("AKIA1"), 1, Some(3)), key(Some("AKIA2"), 2, None)];
        let now = [key(None, 2, Some(4)), key(None, 1, Some(2))];
        let expected = [
            key(Some("AKIA1"), 1, Some(3)),
            key(Some("AKIA2"), 2, Some(4)),
        ];
        assert_eq!(merged(&now, &last), expected);
        // One was rotated: these are other keys.
        let rotated = [key(None, 2, Some(4)), key(None, 9, None)];
        assert_eq!(merged(&rotated, &last), rotated);
        assert_eq!(merged(&[], &last), []);
    }

    #[test]
    fn two_slots_alike_bring_no_use_to_the_wrong_key() {
        let last = [key(Some("AKIA1"), 1, None), key(Some("AKIA2"), 1, None)];
        let now = [key(None, 1, Some(4)), key(None, 1, None)];
        assert_eq!(merged(&now, &last), last);
    }

    #[test]
    fn a_key_listed_without_its_last_use_keeps_the_one_that_is_known() {
        let last = [
            key(Some("AKIA1"), 1, Some(3)),
            key(Some("AKIA2"), 2, Some(3)),
        ];
        let now = [key(Some("AKIA1"), 1, None), key(Some("AKIA3"), 2, None)];
        let expected = [key(Some("AKIA1"), 1, Some(3)), key(Some("AKIA3"), 2, None)];
        assert_eq!(merged(&now, &last), expected);
        let later = [key(Some("AKIA1"), 1, Some(4))];
        assert_eq!(merged(&later, &last), later);
    }

    #[test]
    fn a_later_report_brings_later_uses_of_its_own_slots() {
        let now = [key(None, 1, Some(4))];
        assert_eq!(merged(&now, &[key(None, 1, Some(3))]), now);
    }
}
