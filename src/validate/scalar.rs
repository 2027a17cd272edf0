//! Values of one type.

use super::event::Check;
use super::json::{Json, quoted, text_of};
use super::path::Path;
use super::problem::Code;
use super::table::{Attribute, Base, Scalar};
use crate::foreign::Shown;

/// 2000-01-01 and 2100-01-01 in milliseconds: times in other units are far outside.
const TIMESTAMP_MS: std::ops::RangeInclusive<i64> = 946_684_800_000..=4_102_444_800_000;
/// So much of a value is shown.
const VALUE_CHARS_MAX: usize = 60;

impl Check<'_, '_> {
    /// Checks one value of `attribute`, which is a `scalar`.
    pub(super) fn scalar(
        &mut self,
        value: &Json<'_>,
        scalar: &Scalar,
        attribute: &Attribute,
        path: Path<'_>,
    ) {
        match (scalar.base, value) {
            (Base::Json, value) => self.free(value, path),
            (Base::String, Json::String(text)) => {
                if text.has_lone_surrogate {
                    self.lone_surrogate(path);
                }
                self.text(text, scalar, path);
            }
            (Base::Integer, Json::Integer(number)) => self.integer(*number, scalar, path),
            (Base::Integer, Json::Huge(digits)) => {
                let digits = Shown::within(digits, VALUE_CHARS_MAX);
                let message = format!("{digits} does not fit into 64 bits");
                self.add(path, Code::OutOfRange, message);
            }
            (Base::Boolean, Json::Bool(_))
            | (Base::Float, Json::Integer(_) | Json::Huge(_) | Json::Float(_)) => {}
            (_, other) => self.wrong_type(path, other, &attribute.allowed(self.table)),
        }
    }

    pub(super) fn wrong_type(&mut self, path: Path<'_>, value: &Json<'_>, allowed: &str) {
        let kind = value.kind();
        let message = match value {
            Json::Array(_) | Json::Object(_) | Json::Null => {
                format!("is {kind}; allowed is {allowed}")
            }
            _ => format!("is {kind} {}; allowed is {allowed}", shown(value)),
        };
        self.add(path, Code::WrongType, message);
    }

    fn integer(&mut self, number: i64, scalar: &Scalar, path: Path<'_>) {
        if scalar.name == "timestamp_t" && !TIMESTAMP_MS.contains(&number) {
            let unit = match number.checked_mul(1_000) {
                Some(ms) if TIMESTAMP_MS.contains(&ms) => ", it may be seconds",
                _ if number > *TIMESTAMP_MS.end() => ", it may be micro- or nanoseconds",
                _ => "",
            };
            let message = format!("{number} is no time in milliseconds from 2000 to 2100{unit}");
            return self.add(path, Code::TimestampImplausible, message);
        }
        if let Some((min, max)) = scalar
            .range
            .filter(|(min, max)| !(*min..=*max).contains(&number))
        {
            let message = format!("{number} is not within {min} to {max} of {}", scalar.name);
            self.add(path, Code::OutOfRange, message);
        }
    }

    fn text(&mut self, text: &str, scalar: &Scalar, path: Path<'_>) {
        if text.is_empty() {
            self.add(
                path,
                Code::EmptyString,
                "is empty; left out, it is unknown as well",
            );
        }
        if let Some(max) = scalar.chars_max {
            let chars = text.chars().count();
            if chars > max {
                let message = format!("{chars} characters; {} has {max} at most", scalar.name);
                self.add(path, Code::TooLong, message);
            }
        }
        if let Some(format) = scalar.format.filter(|format| !format.matches(text)) {
            let found = Shown::within(quoted(text), VALUE_CHARS_MAX);
            let message = format!("{found} is no {}: {}", scalar.name, format.says());
            self.add(path, Code::BadFormat, message);
        }
    }

    /// Checks what has no shape: every text in it has to be one.
    pub(super) fn free(&mut self, value: &Json<'_>, path: Path<'_>) {
        match value {
            Json::String(text) if text.has_lone_surrogate => self.lone_surrogate(path),
            Json::Array(values) => {
                for (at, value) in values.iter().enumerate() {
                    self.free(value, path.element(at));
                }
            }
            Json::Object(object) => {
                for (name, value) in object.iter() {
                    self.free(value, path.field(name));
                }
            }
            _ => {}
        }
    }

    fn lone_surrogate(&mut self, path: Path<'_>) {
        let message = "holds half a surrogate pair, which is no character";
        self.add(path, Code::LoneSurrogate, message);
    }
}

/// `value`, short enough for a message.
pub(super) fn shown(value: &Json<'_>) -> Shown {
    match value {
        Json::String(text) => Shown::within(quoted(text), VALUE_CHARS_MAX),
        other => Shown::within(text_of(other), VALUE_CHARS_MAX),
    }
}
