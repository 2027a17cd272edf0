//! What is wrong with an event.

use std::fmt;

use serde::Serialize;

use super::path::Path;
use crate::foreign::Shown;

/// A line for people is cut at so many characters,
const LINE_CHARS_MAX: usize = 200;
/// and has so many of its message at least, whatever its file and path are called.
const MESSAGE_CHARS_MIN: usize = 60;
/// What stands in place of the rest.
const CUT: &str = " ...";

/// One thing that is wrong, or that could be better.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// Whether the event is invalid because of it.
    pub severity: Severity,
    /// Of which kind it is.
    pub code: Code,
    /// Where it is, as a JSON path.
    pub path: Shown,
    /// What is there, and what is allowed there.
    pub message: Shown,
}

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The event is invalid.
    Error,
    /// It is valid, and could be better.
    Warning,
}

macro_rules! codes {
    ($($severity:ident: $($(#[$doc:meta])* $name:ident = $text:literal,)*;)*) => {
        /// The kind of a problem.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Code {
            $($($(#[$doc])* $name,)*)*
        }

        impl Code {
            /// Its spelling in output.
            pub fn as_str(self) -> &'static str {
                match self {
                    $($(Self::$name => $text,)*)*
                }
            }

            /// How bad a problem of this kind is.
            pub fn severity(self) -> Severity {
                match self {
                    $($(Self::$name)|* => Severity::$severity,)*
                }
            }
        }
    };
}

codes! {
    Error:
        /// The line is no JSON, or none that an event may be.
        BadJson = "bad_json",
        /// There is no table of the version that the event names.
        VersionUnknown = "version_unknown",
        /// The event names another version than the one it is checked against.
        VersionMismatch = "version_mismatch",
        /// The version has no such class among those that are checked.
        ClassUnknown = "class_unknown",
        /// The version has no such profile.
        ProfileUnknown = "profile_unknown",
        /// A profile is declared twice.
        ProfileRepeated = "profile_repeated",
        /// A field belongs to a profile that is not declared.
        ProfileNotDeclared = "profile_not_declared",
        /// There is no such field.
        AttributeUnknown = "attribute_unknown",
        /// A required field is missing.
        RequiredMissing = "required_missing",
        /// A value is of another type.
        WrongType = "wrong_type",
        /// A field is null, and should be left out.
        Null = "null",
        /// A number is outside of its type's range.
        OutOfRange = "out_of_range",
        /// A time is not in milliseconds.
        TimestampImplausible = "timestamp_implausible",
        /// A text is longer than its type allows.
        TooLong = "too_long",
        /// A text has not the form of its type.
        BadFormat = "bad_format",
        /// A text holds half a surrogate pair.
        LoneSurrogate = "lone_surrogate",
        /// An enum has no such value.
        EnumUnknown = "enum_unknown",
        /// A caption is not that of its number.
        SiblingMismatch = "sibling_mismatch",
        /// The type is not that of class and activity.
        TypeUidIncorrect = "type_uid_incorrect",
        /// A date-time is not the time beside it.
        DatetimeMismatch = "datetime_mismatch",
        /// Too few or too many of some fields are there.
        ConstraintFailed = "constraint_failed",
        /// An observable names what the class has not.
        ObservableBadName = "observable_bad_name",
        /// An observable names what the event has not.
        ObservableDangling = "observable_dangling",
        /// An observable is of another type than what it names.
        ObservableType = "observable_type",
        /// An observable has another value than what it names.
        ObservableValue = "observable_value",
        /// A field is another one than its only value.
        ConstantMismatch = "constant_mismatch",
    ;
    Warning:
        /// The class does not register a declared profile.
        ProfileNotRegistered = "profile_not_registered",
        /// A field is deprecated.
        AttributeDeprecated = "attribute_deprecated",
        /// A text is empty.
        EmptyString = "empty_string",
        /// A value of an enum is deprecated.
        EnumDeprecated = "enum_deprecated",
        /// 99 has no caption of its own.
        SiblingOfOtherMissing = "sibling_of_other_missing",
        /// 99 has the caption "Other".
        SiblingOfOtherGeneric = "sibling_of_other_generic",
    ;
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Error => "error",
            Self::Warning => "warning",
        })
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            severity,
            code,
            path,
            message,
        } = self;
        write!(f, "{severity} {code} {path}: {message}")
    }
}

impl Problem {
    /// The problem at `place` in a line of at most 200 characters: code and path stay whole, and the
    /// message ends before the word that has no room, though not before a few of them.
    pub fn line(&self, place: impl fmt::Display) -> String {
        let Self {
            severity,
            code,
            path,
            message,
        } = self;
        let mut line = format!("{place}: {severity} {code} {path}: ");
        let room = LINE_CHARS_MAX.saturating_sub(line.chars().count());
        let room = room.max(MESSAGE_CHARS_MIN);
        if message.chars().count() <= room {
            return line + message;
        }
        let head: String = message.chars().take(room - CUT.len()).collect();
        line.push_str(head.rfind(' ').map_or(&head, |end| &head[..end]));
        line + CUT
    }
}

/// The problems of an event, as they are found.
#[derive(Debug, Default)]
pub(super) struct Problems(pub(super) Vec<Problem>);

impl Problems {
    pub(super) fn add(&mut self, path: Path<'_>, code: Code, message: impl fmt::Display) {
        self.0.push(Problem {
            severity: code.severity(),
            code,
            path: Shown::of(path),
            message: Shown::of(message),
        });
    }
}
