//! Tags of a desired user, as far as AWS takes them.
//!
//! Source: IAM API reference, "Tag"; IAM User Guide, "Rules for tagging" and "IAM quotas".

use std::collections::BTreeMap;

use crate::lifecycle::{OWNER_TAG, OWNER_VALUE};

/// Characters of a key.
const KEY_LEN_MAX: usize = 128;
/// Characters of a value.
const VALUE_LEN_MAX: usize = 256;
/// Tags of a user.
const TAGS_MAX: usize = 50;
/// The owner's, and those of quarantine and of a key that is inactive.
const TAGS_OF_OURS: usize = 3;

/// What is wrong with `tags`, if AWS would not take them or they are not for a person to set.
pub(super) fn check_tags(tags: &BTreeMap<String, String>) -> Result<(), String> {
    tags.iter().try_for_each(check_tag)?;
    let mut seen = BTreeMap::new();
    for key in tags.keys() {
        if let Some(first) = seen.insert(key.to_lowercase(), key) {
            return Err(format!(
                "tags {first:?} and {key:?} are one to AWS, which does not tell case apart: leave \
                 one of them out"
            ));
        }
    }
    let others = tags.len() - usize::from(tags.keys().any(|key| is_owner(key)));
    match others <= TAGS_MAX - TAGS_OF_OURS {
        true => Ok(()),
        false => Err(format!(
            "{others} tags are too many: a user has {TAGS_MAX} at most, {TAGS_OF_OURS} of them \
             rollcall's own"
        )),
    }
}

fn is_owner(key: &str) -> bool {
    key.eq_ignore_ascii_case(OWNER_TAG)
}

/// The tags by which we know our users are ours to set, and AWS's are AWS's.
fn check_tag((key, value): (&String, &String)) -> Result<(), String> {
    let lower = key.to_ascii_lowercase();
    let is_kept = is_owner(key) || lower.starts_with("rollcall:") || lower.starts_with("aws:");
    if is_kept && !(is_owner(key) && value == OWNER_VALUE) {
        return Err(format!("tag {key:?} is not for the desired state to set"));
    }
    let (keys, values) = (key.chars().count(), value.chars().count());
    if !(1..=KEY_LEN_MAX).contains(&keys) || values > VALUE_LEN_MAX {
        return Err(format!(
            "tag {key:?} is too long or has no key: AWS takes keys of {KEY_LEN_MAX} characters and \
             values of {VALUE_LEN_MAX}"
        ));
    }
    let mut all = key.chars().chain(value.chars());
    match all.find(|&it| !is_allowed(it)) {
        None => Ok(()),
        Some(other) => Err(format!(
            "tag {key:?} holds {other:?}: AWS takes letters, digits, spaces and _.:/=+-@"
        )),
    }
}

/// `[\p{L}\p{Z}\p{N}_.:/=+\-@]`.
fn is_allowed(it: char) -> bool {
    let is_space = it.is_whitespace() && !it.is_control();
    it.is_alphanumeric() || is_space || "_.:/=+-@".contains(it)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(tags: &[(&str, &str)]) -> Result<(), String> {
        let tags = tags.iter();
        let tags = tags.map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
        check_tags(&tags.collect())
    }

    #[test]
    fn tags_that_aws_takes_are_taken() {
        let (key, value) = ("k".repeat(128), "v".repeat(256));
        let tags = [
            (key.as_str(), value.as_str()),
            ("Größe 2", "a@b.c/d:e=f+g-h_i"),
        ];
        check(&tags).unwrap();
        check(&[("team", ""), (OWNER_TAG, OWNER_VALUE)]).unwrap();
    }

    #[test]
    fn tags_that_aws_refuses_are_refused_by_name() {
        let (key, value) = ("k".repeat(129), "v".repeat(257));
        for (tags, part) in [
            (vec![(key.as_str(), "x")], "128"),
            (vec![("team", value.as_str())], "256"),
            (vec![("", "x")], "no key"),
            (vec![("team", "a,b")], "','"),
            (vec![("te;am", "x")], "';'"),
            (vec![("team", "a\nb")], "'\\n'"),
            (vec![("AWS:x", "x")], "AWS:x"),
            (vec![("Team", "x"), ("team", "x")], "case"),
        ] {
            let error = check(&tags).unwrap_err();
            assert!(error.contains(part), "{tags:?}: {error}");
        }
    }

    #[test]
    fn a_user_has_room_for_the_tags_that_rollcall_sets() {
        let names: Vec<String> = (0..48).map(|number| format!("tag-{number}")).collect();
        let mut tags: Vec<_> = names.iter().map(|name| (name.as_str(), "x")).collect();
        assert!(check(&tags).unwrap_err().contains("48 tags"));
        tags.pop();
        tags.push((OWNER_TAG, OWNER_VALUE));
        check(&tags).unwrap();
    }
}
