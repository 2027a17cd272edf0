//! True, false, or not known, with what it depends on.

use std::collections::BTreeSet;

/// How many conditions or documents a residual names; more are not told apart by a reader.
const NAMED_MAX: usize = 12;

/// The three values of a decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Truth {
    /// It holds.
    True,
    /// It does not hold.
    False,
    /// It holds or not, by what the residual names.
    Unknown(Residual),
}

/// What would have to be known for a decision.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Residual {
    /// Conditions on what is not known, as they are written.
    pub conditions: BTreeSet<String>,
    /// Policy documents that are missing or cannot be parsed.
    pub documents: BTreeSet<String>,
}

impl Truth {
    /// Unknown for a condition.
    pub fn on_condition(written: &str) -> Self {
        Self::Unknown(Residual {
            conditions: BTreeSet::from([written.to_owned()]),
            documents: BTreeSet::new(),
        })
    }

    /// Unknown for a document.
    pub fn on_document(name: &str) -> Self {
        Self::Unknown(Residual {
            conditions: BTreeSet::new(),
            documents: BTreeSet::from([name.to_owned()]),
        })
    }

    /// Whether it certainly holds.
    pub fn is_true(&self) -> bool {
        *self == Self::True
    }

    /// Whether it certainly does not hold.
    pub fn is_false(&self) -> bool {
        *self == Self::False
    }

    /// What it depends on, if it is unknown.
    pub fn residual(&self) -> Option<&Residual> {
        match self {
            Self::Unknown(residual) => Some(residual),
            Self::True | Self::False => None,
        }
    }

    /// Both hold.
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::False, _) | (_, Self::False) => Self::False,
            (Self::True, other) => other,
            (one, Self::True) => one,
            (Self::Unknown(one), Self::Unknown(other)) => Self::Unknown(one.with(other)),
        }
    }

    /// Both hold; the other is looked at only if this one may.
    pub fn and_then(self, other: impl FnOnce() -> Self) -> Self {
        match self {
            Self::False => Self::False,
            one => one.and(other()),
        }
    }

    /// At least one holds.
    pub fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::True, _) | (_, Self::True) => Self::True,
            (Self::False, other) => other,
            (one, Self::False) => one,
            (Self::Unknown(one), Self::Unknown(other)) => Self::Unknown(one.with(other)),
        }
    }
}

impl std::ops::Not for Truth {
    type Output = Self;

    fn not(self) -> Self {
        match self {
            Self::True => Self::False,
            Self::False => Self::True,
            unknown @ Self::Unknown(_) => unknown,
        }
    }
}

impl From<bool> for Truth {
    fn from(holds: bool) -> Self {
        if holds { Self::True } else { Self::False }
    }
}

impl Residual {
    /// Whether a document is missing.
    pub fn lacks_documents(&self) -> bool {
        !self.documents.is_empty()
    }

    fn with(mut self, other: Self) -> Self {
        for (into, from) in [
            (&mut self.conditions, other.conditions),
            (&mut self.documents, other.documents),
        ] {
            let room = NAMED_MAX.saturating_sub(into.len());
            into.extend(from.into_iter().take(room));
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::Truth;

    #[test]
    fn what_is_unknown_counts_only_where_it_decides() {
        let unknown = || Truth::on_condition("c");
        assert!(unknown().and(Truth::False).is_false());
        assert!(unknown().or(Truth::True).is_true());
        assert_eq!(unknown().and(Truth::True), unknown());
        assert_eq!(unknown().or(Truth::False), unknown());
        assert_eq!(!unknown(), unknown());
        let both = unknown().and(Truth::on_document("d"));
        let residual = both.residual().unwrap();
        assert!(residual.lacks_documents() && residual.conditions.contains("c"));
    }
}
