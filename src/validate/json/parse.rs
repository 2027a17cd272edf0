//! Values, lists and objects.

use std::collections::HashSet;

use super::parser::{Parser, SyntaxError};
use super::{Json, Object, Text};
use crate::foreign::Shown;

/// Deeper documents are refused.
const DEPTH_MAX: usize = 128;
/// In an object of more fields, names are looked up in a set.
const FIELDS_COMPARED_MAX: usize = 32;
/// Room for the fields of most objects.
const FIELDS_USUAL: usize = 8;

/// The one value that `text` is.
pub(in crate::validate) fn parse(text: &str) -> Result<Json<'_>, SyntaxError> {
    let mut parser = Parser::new(text);
    let value = parser.value(0)?;
    parser.end()?;
    Ok(value)
}

impl<'a> Parser<'a> {
    /// That nothing follows.
    pub(super) fn end(&mut self) -> Result<(), SyntaxError> {
        match self.peek() {
            None => Ok(()),
            Some(_) => Err(self.error("more text after the value")),
        }
    }

    pub(super) fn value(&mut self, depth: usize) -> Result<Json<'a>, SyntaxError> {
        if depth > DEPTH_MAX {
            return Err(self.error("more than 128 levels"));
        }
        match self.peek() {
            Some(b'"') => self.string().map(Json::String),
            Some(b'{') => self.object(depth).map(Json::Object),
            Some(b'[') => self.array(depth).map(Json::Array),
            Some(b't') => self.word("true", Json::Bool(true)),
            Some(b'f') => self.word("false", Json::Bool(false)),
            Some(b'n') => self.word("null", Json::Null),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(_) => Err(self.error("this is no value")),
            None => Err(self.error("the text ends where a value is due")),
        }
    }

    fn array(&mut self, depth: usize) -> Result<Vec<Json<'a>>, SyntaxError> {
        self.skip_byte();
        let mut values = Vec::new();
        if self.take(b']') {
            return Ok(values);
        }
        loop {
            values.push(self.value(depth + 1)?);
            if self.take(b']') {
                return Ok(values);
            }
            self.expect(b',', "no comma and no ] after an element")?;
        }
    }

    fn object(&mut self, depth: usize) -> Result<Object<'a>, SyntaxError> {
        self.skip_byte();
        let mut fields: Vec<(Text<'a>, Json<'a>)> = Vec::new();
        if self.take(b'}') {
            return Ok(Object(fields));
        }
        fields.reserve(FIELDS_USUAL);
        let mut names = HashSet::new();
        loop {
            if self.peek() != Some(b'"') {
                return Err(self.error("no field name"));
            }
            let name = self.string()?;
            let is_known = match fields.len() > FIELDS_COMPARED_MAX {
                true => {
                    if names.is_empty() {
                        names.extend(fields.iter().map(|(name, _)| name.to_string()));
                    }
                    !names.insert(name.to_string())
                }
                false => fields.iter().any(|(other, _)| **other == *name),
            };
            if is_known {
                return Err(self.error(&format!("the field {} is there twice", Shown::of(&*name))));
            }
            self.expect(b':', "no colon after a field name")?;
            fields.push((name, self.value(depth + 1)?));
            if self.take(b'}') {
                return Ok(Object(fields));
            }
            self.expect(b',', "no comma and no } after a field")?;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_json_is_not_is_refused() {
        for text in [
            "",
            " ",
            "{",
            "[1,]",
            "{\"a\":1,}",
            "{a:1}",
            "NaN",
            "Infinity",
            "-Infinity",
            "01",
            "1.",
            "-",
            ".5",
            "1e",
            "+1",
            "tru",
            "nulll",
            "\"a",
            "\"\t\"",
            r#""\x""#,
            r#""\u12g4""#,
            "[1] 2",
            "\u{feff}1",
            "\u{a0}1",
            r#"{"a":1,"a":2}"#,
            r#"[{"a":{"b":1,"\u0062":2}}]"#,
            r#""\u12"#,
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
        let deep = "[".repeat(200) + &"]".repeat(200);
        assert!(parse(&deep).is_err());
        let digits = "1".repeat(4_301);
        assert!(parse(&digits).is_err());
        let fields: Vec<String> = (0..40).map(|it| format!("\"f{it}\":1")).collect();
        assert!(parse(&format!("{{{}}}", fields.join(","))).is_ok());
        assert!(parse(&format!("{{{},\"f39\":1}}", fields.join(","))).is_err());
    }

    #[test]
    fn numbers_are_integers_of_64_bits_or_huge_or_floats() {
        assert_eq!(parse("-0").unwrap(), Json::Integer(0));
        assert_eq!(
            parse("-9223372036854775808").unwrap(),
            Json::Integer(i64::MIN)
        );
        assert_eq!(
            parse("9223372036854775808").unwrap(),
            Json::Huge("9223372036854775808")
        );
        assert_eq!(parse("1.0").unwrap(), Json::Float(1.0));
        assert_eq!(parse(" 1e3\r\n").unwrap(), Json::Float(1000.0));
        assert_eq!(parse("1e999").unwrap(), Json::Float(f64::INFINITY));
    }

    #[test]
    fn escapes_are_resolved_and_half_a_surrogate_pair_is_marked() {
        let text = |json: &str| match parse(json).unwrap() {
            Json::String(text) => (text.to_string(), text.has_lone_surrogate),
            other => panic!("{other:?}"),
        };
        assert_eq!(
            text(r#""a\"\\\/\b\f\n\r\té\u00e9""#),
            ("a\"\\/\u{8}\u{c}\n\r\téé".to_owned(), false)
        );
        assert_eq!(text(r#""\ud83d\ude00""#), ("😀".to_owned(), false));
        assert_eq!(text(r#""\ud83dx""#), ("\u{10083d}x".to_owned(), true));
        assert_eq!(
            text(r#""\ud83d\ud83d\ude00""#),
            ("\u{10083d}😀".to_owned(), true)
        );
        assert_eq!(text(r#""\ude00""#), ("\u{100e00}".to_owned(), true));
    }
}
