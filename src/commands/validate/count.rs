//! How many events there were, and what their problems have in common.

use crate::map::Dialect;
use crate::validate::{Code, Problem, Severity};

/// Where an event of one dialect is always wrong by the rules of the other.
const DIALECT_PATH: &str = "$.type_uid";

/// What was found in every file.
#[derive(Debug, Default)]
pub(super) struct Count {
    pub(super) events: u64,
    pub(super) invalid: u64,
    with_warnings: u64,
    /// What is no JSON.
    without_json: u64,
    /// Events whose type is wrong.
    of_other_type: u64,
}

impl Count {
    pub(super) fn add(&mut self, problems: &[Problem]) {
        let has = |is: fn(&Problem) -> bool| u64::from(problems.iter().any(is));
        self.events += 1;
        self.invalid += has(|it| it.severity == Severity::Error);
        self.with_warnings += has(|it| it.severity == Severity::Warning);
        self.without_json += has(|it| it.code == Code::BadJson);
        self.of_other_type += has(|it| it.path.as_str() == DIALECT_PATH);
    }

    /// The counts, and what to do about a file that is another one than `dialect` expects.
    pub(super) fn says(&self, dialect: Dialect) -> String {
        let Self {
            events,
            invalid,
            with_warnings,
            ..
        } = self;
        let s = if *events == 1 { "" } else { "s" };
        let counts = format!("{events} event{s}, {invalid} invalid, {with_warnings} with warnings");
        format!("{counts}\n{}", self.hint(dialect))
    }

    fn hint(&self, dialect: Dialect) -> String {
        let other = match dialect {
            Dialect::Ocsf => Dialect::Sekoia,
            Dialect::Sekoia => Dialect::Ocsf,
        };
        match self.events {
            0 => String::new(),
            all if all == self.without_json => {
                "none of it could be read: give a file of events, one a line or as one JSON document\n"
                    .to_owned()
            }
            all if all == self.of_other_type => {
                format!(
                    "each event is of another type: if it is of dialect {other}, --dialect {other}\n"
                )
            }
            _ => String::new(),
        }
    }
}
