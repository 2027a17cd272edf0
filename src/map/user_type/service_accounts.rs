//! Users that are programs, by their ARN or a tag.

use serde::Deserialize;
use wildmatch::WildMatch;

use crate::model::User;

/// Patterns of users that are programs: `*` stands for any text, `?` for one character.
///
/// A pattern is one of an ARN, or `tag:KEY` or `tag:KEY=VALUE` of a tag. Keys are compared without
/// regard to case, as IAM does.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Vec<String>")]
pub struct ServiceAccounts {
    arns: Vec<String>,
    tags: Vec<TagPattern>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct TagPattern {
    key: String,
    value: String,
}

impl TryFrom<Vec<String>> for ServiceAccounts {
    type Error = String;

    fn try_from(patterns: Vec<String>) -> Result<Self, String> {
        let mut found = Self::default();
        for pattern in patterns {
            if let Some(tag) = pattern.strip_prefix("tag:") {
                found.tags.push(tag_pattern(tag)?);
            } else if pattern.starts_with("arn:") {
                found.arns.push(pattern);
            } else {
                return Err(
                    "a service account is a pattern of an ARN (arn:*:iam::*:user/ci/*) or of a tag \
                     (tag:kind=service)"
                        .to_owned(),
                );
            }
        }
        Ok(found)
    }
}

fn tag_pattern(tag: &str) -> Result<TagPattern, String> {
    let (key, value) = tag.split_once('=').unwrap_or((tag, "*"));
    match key.trim().is_empty() {
        true => Err("tag: lacks the key of the tag".to_owned()),
        false => Ok(TagPattern {
            key: key.to_owned(),
            value: value.to_owned(),
        }),
    }
}

fn fits(pattern: &str, text: &str) -> bool {
    WildMatch::new(pattern).matches(text)
}

impl ServiceAccounts {
    /// Whether `user` is a program; `None` if its tags decide, and are unknown.
    pub fn includes(&self, user: &User) -> Option<bool> {
        let is_by_arn = self.arns.iter().any(|arn| fits(arn, user.arn.as_str()));
        if is_by_arn || self.tags.is_empty() {
            return Some(is_by_arn && !user.is_root());
        }
        let tags = user.tags.value()?;
        let is_by_tag = self.tags.iter().any(|pattern| {
            tags.iter().any(|tag| {
                tag.key.eq_ignore_ascii_case(&pattern.key) && fits(&pattern.value, &tag.value)
            })
        });
        Some(is_by_tag)
    }
}

#[cfg(test)]
mod tests {
    use super::ServiceAccounts;

    #[test]
    fn a_pattern_that_is_neither_of_an_arn_nor_of_a_tag_is_refused() {
        for (pattern, said) in [
            ("deploy-*", "arn:*:iam"),
            ("tag:", "key"),
            ("", "arn:*:iam"),
        ] {
            let error = ServiceAccounts::try_from(vec![pattern.to_owned()]).unwrap_err();
            assert!(error.contains(said), "{pattern}: {error}");
        }
    }
}
