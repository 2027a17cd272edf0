//! An event against the table of its version.

use super::json::{Json, Object};
use super::observables;
use super::path::Path;
use super::problem::{Code, Problems};
use super::scalar;
use super::table::{Class, Profiles, Table};
use crate::foreign::Shown;

/// So much is shown of a name that is not known.
const NAME_CHARS_MAX: usize = 60;

/// A check of one event.
pub(super) struct Check<'t, 'p> {
    pub(super) table: &'t Table,
    /// Profiles that the event declares.
    pub(super) on: Profiles,
    pub(super) problems: &'p mut Problems,
}

/// Checks `event`, of any class of `table`.
pub(super) fn check(table: &Table, event: &Json<'_>, problems: &mut Problems) {
    let mut check = Check {
        table,
        on: 0,
        problems,
    };
    match event {
        Json::Object(event) => check.event(event),
        other => check.wrong_type(Path::Event, other, "an event, which is an object"),
    }
}

impl Check<'_, '_> {
    fn event(&mut self, event: &Object<'_>) {
        let metadata = event.get("metadata").and_then(Json::object);
        self.version(metadata);
        let uid = event.get("class_uid");
        let class = match uid {
            Some(Json::Integer(uid)) => self.table.class(*uid),
            _ => None,
        };
        let Some(class) = class else {
            return self.no_class(uid);
        };
        let profiles = metadata.and_then(|metadata| metadata.get("profiles"));
        if let Some(Json::Array(profiles)) = profiles {
            self.profiles(class, profiles);
        }
        self.fields(event, &class.shape, Path::Event);
        self.type_uid(event, class);
        if let Some(Json::Array(all)) = event.get("observables") {
            for (at, observable) in all.iter().enumerate() {
                if let Some(observable) = observable.object() {
                    observables::check(self, event, class, observable, at);
                }
            }
        }
    }

    pub(super) fn add(&mut self, path: Path<'_>, code: Code, message: impl std::fmt::Display) {
        self.problems.add(path, code, message);
    }

    fn version(&mut self, metadata: Option<&Object<'_>>) {
        let version = metadata.and_then(|metadata| metadata.get("version"));
        let checked = &self.table.version;
        if let Some(version) = version.and_then(Json::str).filter(|it| *it != checked) {
            let path = Path::Event.field("metadata");
            let version = Shown::within(version, NAME_CHARS_MAX);
            let message = format!("is {version}; checked against {checked}");
            self.add(path.field("version"), Code::VersionMismatch, message);
        }
    }

    /// Reports that `uid` leads to no class, so that nothing else can be checked.
    fn no_class(&mut self, uid: Option<&Json<'_>>) {
        let path = Path::Event.field("class_uid");
        let classes = self.table.classes.iter();
        let known: Vec<String> = classes
            .map(|it| format!("{} {}", it.uid, it.name))
            .collect();
        let (known, version) = (known.join(", "), &self.table.version);
        match uid {
            None => {
                let message = format!("missing; nothing else was checked; allowed is {known}");
                self.add(path, Code::RequiredMissing, message);
            }
            Some(uid @ (Json::Integer(_) | Json::Huge(_))) => {
                let number = scalar::shown(uid);
                let message =
                    format!("{number} is no class that is checked of OCSF {version}: {known}");
                self.add(path, Code::ClassUnknown, message);
            }
            Some(other) => {
                let allowed = format!("integer_t, one of {known}");
                self.wrong_type(path, other, &allowed);
            }
        }
    }

    fn profiles(&mut self, class: &Class, declared: &[Json<'_>]) {
        let metadata = Path::Event.field("metadata");
        let path = metadata.field("profiles");
        for (at, profile) in declared.iter().enumerate() {
            // Whatever is no text is reported as of a wrong type.
            let Some(name) = profile.str() else {
                continue;
            };
            let (path, profile) = (path.element(at), self.table.profile(name));
            let name = Shown::within(name, NAME_CHARS_MAX);
            let Some(profile) = profile else {
                let allowed = self.table.names(Profiles::MAX);
                self.add(
                    path,
                    Code::ProfileUnknown,
                    format!("{name} is none of {allowed}"),
                );
                continue;
            };
            if self.on & profile != 0 {
                self.add(
                    path,
                    Code::ProfileRepeated,
                    format!("{name} is there twice"),
                );
            } else if class.profiles & profile == 0 {
                let allowed = self.table.names(class.profiles);
                let message = format!("{name} is none of those of class {}: {allowed}", class.name);
                self.add(path, Code::ProfileNotRegistered, message);
            }
            self.on |= profile;
        }
    }

    fn type_uid(&mut self, event: &Object<'_>, class: &Class) {
        let integer = |name| match event.get(name) {
            Some(Json::Integer(value)) => Some(i128::from(*value)),
            Some(Json::Huge(digits)) => Some(digits.parse().unwrap_or(i128::MAX)),
            _ => None,
        };
        if let (Some(activity), Some(found)) = (integer("activity_id"), integer("type_uid")) {
            let right = (i128::from(class.uid) * 100).saturating_add(activity);
            if found != right {
                let message = format!("is {found}; class and activity make it {right}");
                self.add(
                    Path::Event.field("type_uid"),
                    Code::TypeUidIncorrect,
                    message,
                );
            }
        }
    }
}
