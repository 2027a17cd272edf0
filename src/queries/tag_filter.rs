//! `KEY` or `KEY=VALUE`.

use std::str::FromStr;

use super::who::is_same;
use crate::model::Tag;

/// A tag that a user must have: its key in any case, and its value if one is given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TagFilter {
    key: String,
    value: Option<String>,
}

impl TagFilter {
    /// Whether one of `tags` is such a tag.
    pub(super) fn matches(&self, tags: &[Tag]) -> bool {
        let mut tags = tags.iter();
        tags.any(|tag| {
            let is_value = self.value.as_ref().is_none_or(|value| *value == tag.value);
            is_same(&self.key, &tag.key) && is_value
        })
    }
}

impl FromStr for TagFilter {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (key, value) = match text.split_once('=') {
            Some((key, value)) => (key, Some(value.to_owned())),
            None => (text, None),
        };
        match key {
            "" => Err("expected KEY or KEY=VALUE, as team=platform".to_owned()),
            key => Ok(Self {
                key: key.to_owned(),
                value,
            }),
        }
    }
}
