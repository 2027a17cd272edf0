//! Values as text again, in the spelling that observables are compared in: ASCII, a space after
//! commas and colons.

use std::fmt::Write;

use super::Json;

/// `value` as an observable would spell it: a string as it is, everything else as JSON.
pub(in crate::validate) fn text_of(value: &Json<'_>) -> String {
    match value {
        Json::String(text) => text.to_string(),
        other => {
            let mut text = String::new();
            write(other, &mut text);
            text
        }
    }
}

/// `text` as a JSON string of ASCII.
pub(in crate::validate) fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for char in text.chars() {
        match char {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            ' '..='~' => out.push(char),
            // Half a surrogate pair: see `Text`.
            '\u{100800}'..='\u{100fff}' => escape(0xd000 + (char as u32 & 0xfff), &mut out),
            _ => {
                let mut units = [0; 2];
                let units = char.encode_utf16(&mut units);
                units
                    .iter()
                    .for_each(|unit| escape((*unit).into(), &mut out));
            }
        }
    }
    out.push('"');
    out
}

/// Whether `name` is a field name that a path has after a dot.
pub(in crate::validate) fn identifier(name: &str) -> bool {
    let mut chars = name.chars();
    let first = chars.next();
    let is_start = first.is_some_and(|char| char.is_ascii_alphabetic() || char == '_');
    is_start && chars.all(|char| char.is_alphanumeric() || char == '_')
}

fn escape(unit: u32, out: &mut String) {
    let _ = write!(out, "\\u{unit:04x}");
}

fn write(value: &Json<'_>, out: &mut String) {
    match value {
        Json::Null => out.push_str("null"),
        Json::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Json::Integer(value) => out.push_str(&value.to_string()),
        Json::Huge(digits) => out.push_str(digits),
        Json::Float(value) => out.push_str(&float(*value)),
        Json::String(text) => out.push_str(&quoted(text)),
        Json::Array(values) => {
            out.push('[');
            for (i, value) in values.iter().enumerate() {
                out.push_str(if i > 0 { ", " } else { "" });
                write(value, out);
            }
            out.push(']');
        }
        Json::Object(object) => {
            out.push('{');
            for (i, (name, value)) in object.iter().enumerate() {
                out.push_str(if i > 0 { ", " } else { "" });
                out.push_str(&quoted(name));
                out.push_str(": ");
                write(value, out);
            }
            out.push('}');
        }
    }
}

/// The shortest digits that mean `value`; with an exponent below 0.0001 and from 10^16 on.
fn float(value: f64) -> String {
    if value.is_infinite() {
        return if value > 0.0 { "Infinity" } else { "-Infinity" }.to_owned();
    }
    let scientific = format!("{value:e}");
    let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    match exponent.parse().unwrap_or(0) {
        -4..=15 => format!("{value:?}"),
        exponent @ 16.. => format!("{digits}e+{exponent:02}"),
        exponent => format!("{digits}e-{:02}", i32::abs(exponent)),
    }
}

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::*;

    #[test]
    fn values_are_spelled_as_observables_spell_them() {
        for (json, text) in [
            (r#""é""#, "é"),
            (r#"[1,"é",{"a":null}]"#, r#"[1, "\u00e9", {"a": null}]"#),
            ("1e16", "1e+16"),
            ("123456789012345680.0", "1.2345678901234568e+17"),
            ("1e15", "1000000000000000.0"),
            ("0.0001", "0.0001"),
            ("0.00001", "1e-05"),
            ("-0.0", "-0.0"),
            ("-1e999", "-Infinity"),
            ("true", "true"),
            (r#"["\ud800", "😀"]"#, r#"["\ud800", "\ud83d\ude00"]"#),
        ] {
            assert_eq!(text_of(&parse(json).unwrap()), text, "{json}");
        }
    }
}
