//! Events against OCSF, strictly: attributes, types, enums and their captions, profiles,
//! constraints, times, observables. Pure: text in, problems out.
//!
//! What is allowed comes from the tables in `schemas/`, one a version of OCSF, of the classes that
//! rollcall knows. The `sekoia` dialect, which is no OCSF, has rules of its own.

mod enums;
mod event;
mod format;
pub(crate) mod json;
mod lines;
mod near;
mod object;
mod observables;
mod path;
mod problem;
mod scalar;
mod sekoia;
mod table;

pub use lines::{Place, read};
pub use problem::{Code, Problem, Severity};
pub use table::Version;

use json::Json;
use path::Path;
use problem::Problems;

use crate::map::Dialect;

/// What events are checked against.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rules {
    /// The version that each event's own `metadata.version` names.
    OwnVersion,
    /// This version.
    Version(Version),
    /// The `sekoia` dialect.
    Sekoia,
}

impl Rules {
    /// What rollcall's own events of `dialect` have to keep.
    pub fn of(dialect: Dialect) -> Self {
        match dialect {
            Dialect::Ocsf => Self::OwnVersion,
            Dialect::Sekoia => Self::Sekoia,
        }
    }

    /// The problems of the event that `text` is, as JSON.
    pub fn check(self, text: &str) -> Vec<Problem> {
        match json::parse(text) {
            Ok(event) => self.check_event(&event),
            Err(why) => bad_json(why),
        }
    }

    fn check_event(self, event: &Json<'_>) -> Vec<Problem> {
        let mut problems = Problems::default();
        match self {
            Self::Sekoia => sekoia::check(event, &mut problems),
            Self::Version(version) => against(version, event, &mut problems),
            Self::OwnVersion => match own_version(event) {
                Ok(version) => against(version, event, &mut problems),
                Err(named) => {
                    let metadata = Path::Event.field("metadata");
                    let all = Version::ALL.map(Version::as_str).join(", ");
                    let message = format!("is {named}; tables are there of {all}");
                    problems.add(metadata.field("version"), Code::VersionUnknown, message);
                }
            },
        }
        problems.0
    }
}

fn against(version: Version, event: &Json<'_>, problems: &mut Problems) {
    match version.table() {
        Ok(table) => event::check(table, event, problems),
        Err(error) => problems.add(Path::Event, Code::VersionUnknown, error),
    }
}

/// The version that the event names, or what it has in place of one.
fn own_version(event: &Json<'_>) -> Result<Version, String> {
    let metadata = event.object().and_then(|event| event.get("metadata"));
    let version = metadata
        .and_then(Json::object)
        .and_then(|it| it.get("version"));
    let known = version.and_then(Json::str).and_then(Version::parse);
    known.ok_or_else(|| match version {
        Some(version) => scalar::shown(version).to_string(),
        None => "missing".to_owned(),
    })
}

/// The one problem of what is no event.
fn bad_json(why: impl std::fmt::Display) -> Vec<Problem> {
    let mut problems = Problems::default();
    problems.add(Path::Event, Code::BadJson, why);
    problems.0
}
