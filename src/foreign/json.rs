//! A JSON document without secrets, of the same shape: its strings alone are looked at, as what
//! they stand for, and the names of its fields stay.

use super::secrets::found_out;

/// `document` with names in the places of secrets; `None` if it is no JSON.
pub(super) fn without_secrets(document: &str) -> Option<String> {
    let mut shown = String::with_capacity(document.len());
    let mut rest = document;
    while let Some(start) = rest.find('"') {
        let (between, text) = rest.split_at(start);
        let end = string_len(text)?;
        let (string, after) = text.split_at(end);
        push_between(&mut shown, between)?;
        let is_field = after.trim_start().starts_with(':') && is_field_name(string);
        match is_field {
            true => shown.push_str(string),
            false => push_string(&mut shown, string)?,
        }
        rest = after;
    }
    push_between(&mut shown, rest)?;
    Some(shown)
}

/// The length of the string that `text` begins with, with its quotes.
fn string_len(text: &str) -> Option<usize> {
    let mut is_escaped = false;
    for (at, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = true,
            b'"' => return Some(at + 1),
            _ => {}
        }
    }
    None
}

/// Whether `string`, in its quotes, is the name of a field, and none that somebody else gave.
fn is_field_name(string: &str) -> bool {
    let name = string.trim_matches('"');
    !name.is_empty()
        && name
            .bytes()
            .all(|it| it.is_ascii_alphabetic() || it == b'_')
}

fn push_string(shown: &mut String, string: &str) -> Option<()> {
    let decoded;
    let text = match string.contains('\\') {
        true => {
            decoded = serde_json::from_str::<String>(string).ok()?;
            &decoded
        }
        false => &string[1..string.len() - 1],
    };
    match found_out(text) {
        Some(cleaned) => shown.push_str(&serde_json::to_string(&cleaned).ok()?),
        None => shown.push_str(string),
    }
    Some(())
}

/// What stands between strings: nothing that JSON has no place for.
fn push_between(shown: &mut String, between: &str) -> Option<()> {
    let is_sign = |it: char| "{}[]:,".contains(it) || it.is_ascii_whitespace();
    let mut words = between.split(is_sign).filter(|word| !word.is_empty());
    let is_value = |word: &str| {
        let is_number = || serde_json::from_str::<serde_json::Number>(word).is_ok();
        matches!(word, "true" | "false" | "null") || is_number()
    };
    words.all(is_value).then(|| shown.push_str(between))
}
