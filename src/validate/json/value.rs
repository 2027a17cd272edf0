//! Values for who compares events: read as strictly, and none that would become another one.

use serde_json::{Number, Value};

use super::Json;
use super::parser::{Parser, SyntaxError};

/// The one value that `text` is.
pub(crate) fn value(text: &str) -> Result<Value, SyntaxError> {
    let mut parser = Parser::new(text);
    let value = next(&mut parser)?;
    parser.end()?;
    Ok(value)
}

/// The value that `text` begins with, and how many bytes it takes.
pub(crate) fn first_value(text: &str) -> Result<(Value, usize), SyntaxError> {
    let mut parser = Parser::new(text);
    let value = next(&mut parser)?;
    Ok((value, parser.at))
}

fn next(parser: &mut Parser<'_>) -> Result<Value, SyntaxError> {
    parser.peek();
    let start = parser.at;
    let json = parser.value(0)?;
    exact(json).map_err(|why| parser.error_at(start, &why))
}

/// The same value, or why there is none: two numbers that differ must not become the same one.
fn exact(json: Json<'_>) -> Result<Value, String> {
    Ok(match json {
        Json::Null => Value::Null,
        Json::Bool(it) => Value::Bool(it),
        Json::Integer(it) => it.into(),
        Json::Huge(digits) => {
            let number = digits.parse::<u64>();
            number
                .map_err(|_| format!("{digits} does not fit into 64 bits"))?
                .into()
        }
        Json::Float(it) => {
            let number = Number::from_f64(it).ok_or("a number that is too large")?;
            Value::Number(number)
        }
        Json::String(it) => text(it)?.into(),
        Json::Array(items) => {
            let items = items.into_iter().map(exact);
            Value::Array(items.collect::<Result<_, _>>()?)
        }
        Json::Object(object) => {
            let fields = object.0.into_iter();
            let fields = fields.map(|(name, value)| Ok((text(name)?, exact(value)?)));
            Value::Object(fields.collect::<Result<_, String>>()?)
        }
    })
}

fn text(text: super::Text<'_>) -> Result<String, String> {
    match text.has_lone_surrogate {
        true => Err("half a surrogate pair in a text".to_owned()),
        false => Ok(text.text.into_owned()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_are_read_as_they_are() {
        let text = r#" {"a": [null, true, -1, 18446744073709551615, 0.5, "\u00e9"], "b": {}} "#;
        let expected = json!({"a": [null, true, -1, u64::MAX, 0.5, "é"], "b": {}});
        assert_eq!(value(text), Ok(expected));
        assert_eq!(first_value(" {}\n{}"), Ok((json!({}), 3)));
    }

    #[test]
    fn a_value_that_would_become_another_one_is_refused_with_its_place() {
        for (text, why) in [
            ("18446744073709551616", "18446744073709551616 does not fit"),
            (
                r#"{"a": -9223372036854775809}"#,
                "-9223372036854775809 does",
            ),
            ("[1e999]", "too large"),
            (r#""\ud83d""#, "half a surrogate pair"),
            (r#"{"\ude00": 1}"#, "half a surrogate pair"),
            (r#"{"a": 1, "a": 1}"#, "the field a is there twice"),
            ("{} {}", "more text"),
        ] {
            let error = value(text).unwrap_err().to_string();
            assert!(error.contains(why), "{text}: {error}");
        }
        let error = value("{\n\"a\": 1,\n \"a\": 1}").unwrap_err();
        assert_eq!(error.lines_before, 2);
        assert_eq!(error.to_string(), "the field a is there twice, at byte 4");
    }

    #[test]
    fn a_text_that_may_go_on_is_told_from_one_that_is_wrong() {
        for (text, may_go_on) in [
            ("{", true),
            (r#"{"a": 1, "#, true),
            ("[[1]", true),
            ("{a", false),
            (r#"{"a": 1}}"#, false),
        ] {
            assert_eq!(value(text).unwrap_err().is_at_end, may_go_on, "{text}");
        }
    }
}
