//! One condition: an operator, a key and the values that the policy gives it.

use super::operator::Operator;
use super::text::Text;

/// A condition of a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// The operator.
    pub operator: Operator,
    /// The condition key in lower case.
    pub key: String,
    /// The values; one that matches is enough, or for a negated operator too much.
    pub values: Vec<Text>,
    /// The condition as it is written, for people.
    pub written: String,
}

impl Condition {
    pub(super) fn new(
        written_operator: &str,
        operator: Operator,
        key: &str,
        values: Vec<String>,
        with_variables: bool,
    ) -> Self {
        let comparison = operator.comparison;
        let with_variables = with_variables && comparison.has_variables();
        let written = format!("{written_operator} {key} {}", values.join(", "));
        let texts = values
            .iter()
            .map(|value| Text::parse(value, with_variables, comparison.has_wildcards()));
        Self {
            operator,
            key: key.to_ascii_lowercase(),
            values: texts.collect(),
            written,
        }
    }

    /// The condition key as it is written: the key of a tag is in it.
    pub fn key_as_written(&self) -> &str {
        let behind = self.written.split_once(' ').map(|(_, behind)| behind);
        let key = behind.and_then(|behind| behind.get(..self.key.len()));
        key.unwrap_or(&self.key)
    }
}
