//! JSON as strictly as OCSF needs it: no key twice, no number that is none, and half a surrogate
//! pair kept in sight.

mod parse;
mod parser;
mod string;
mod value;
mod write;

pub(super) use parse::parse;
pub(crate) use parser::SyntaxError;
pub(crate) use value::{first_value, value};
pub(super) use write::{identifier, quoted, text_of};

use std::borrow::Cow;
use std::ops::Deref;

/// A value, which borrows from the text it was read from where it can.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Json<'a> {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number without fraction and exponent, of 64 bits.
    Integer(i64),
    /// One of more than 64 bits, as it was spelled.
    Huge(&'a str),
    /// A number with a fraction or an exponent: `1.0` is no integer.
    Float(f64),
    /// A string.
    String(Text<'a>),
    /// A list.
    Array(Vec<Self>),
    /// Fields in their order, each name once.
    Object(Object<'a>),
}

/// A string. What JSON escapes as half a surrogate pair, which no text can hold, stands in it as a
/// character of the last private plane (`U+100000` plus what is left of the half without its `D000`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Text<'a> {
    text: Cow<'a, str>,
    /// Whether it holds half a surrogate pair.
    pub(super) has_lone_surrogate: bool,
}

/// Fields in their order.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Object<'a>(Vec<(Text<'a>, Json<'a>)>);

impl Deref for Text<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        &self.text
    }
}

impl<'a> Object<'a> {
    /// The value of the field `name`.
    pub(super) fn get(&self, name: &str) -> Option<&Json<'a>> {
        let mut fields = self.0.iter();
        fields.find(|(key, _)| **key == *name).map(|(_, it)| it)
    }

    /// The fields.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&Text<'a>, &Json<'a>)> {
        self.0.iter().map(|(key, value)| (key, value))
    }
}

impl<'a> Json<'a> {
    /// The fields of an object.
    pub(super) fn object(&self) -> Option<&Object<'a>> {
        match self {
            Self::Object(object) => Some(object),
            _ => None,
        }
    }

    /// The text of a string.
    pub(super) fn str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    /// What JSON calls its type; a number is an `integer` or a `number`.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "boolean",
            Self::Integer(_) | Self::Huge(_) => "integer",
            Self::Float(_) => "number",
            Self::String(_) => "string",
            Self::Array(_) => "array",
            Self::Object(_) => "object",
        }
    }
}
