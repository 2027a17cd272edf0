//! Where a value is, spelled only when that is asked for.

use std::fmt;

use super::json::{identifier, quoted};

/// A JSON path, as a chain from the value to the event.
#[derive(Debug, Clone, Copy)]
pub(super) enum Path<'p> {
    /// The event.
    Event,
    /// A field of an object.
    Field(&'p Path<'p>, &'p str),
    /// An element of a list.
    Element(&'p Path<'p>, usize),
}

impl<'p> Path<'p> {
    /// The path of the field `name` of what this is the path of.
    pub(super) fn field(&'p self, name: &'p str) -> Self {
        Self::Field(self, name)
    }

    /// The path of an element of it.
    pub(super) fn element(&'p self, at: usize) -> Self {
        Self::Element(self, at)
    }
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Event => f.write_str("$"),
            Self::Field(of, name) if identifier(name) => write!(f, "{of}.{name}"),
            Self::Field(of, name) => write!(f, "{of}[{}]", quoted(name)),
            Self::Element(of, at) => write!(f, "{of}[{at}]"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_quotes_what_is_no_plain_name() {
        let user = Path::Event.field("user");
        let groups = user.field("groups");
        let group = groups.element(2);
        assert_eq!(group.to_string(), "$.user.groups[2]");
        assert_eq!(
            group.field("a b\"").to_string(),
            r#"$.user.groups[2]["a b\""]"#
        );
        assert_eq!(group.field("1a").to_string(), r#"$.user.groups[2]["1a"]"#);
        assert_eq!(group.field("naïve").to_string(), "$.user.groups[2].naïve");
    }
}
