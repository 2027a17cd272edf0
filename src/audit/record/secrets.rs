//! What is taken out of a record before anything else sees it: the values of fields that hold
//! secrets by their names, at every depth, and in JSON that is a text in it.

use serde_json::{Map, Value};

/// How names of fields that hold secrets end, in lower case and in one word. CloudTrail leaves most of them
/// out itself; session tokens it keeps, and emulators keep passwords and keys as well.
const SECRETS: [&str; 18] = [
    "apikey",
    "apikeyvalue",
    "authenticationcode1",
    "authenticationcode2",
    "authorization",
    "base32stringseed",
    "mfacode",
    "passphrase",
    "password",
    "privatekey",
    "qrcodepng",
    "samlassertion",
    "samlresponse",
    "secret",
    "secretaccesskey",
    "secretkey",
    "secretstring",
    "token",
];
/// Tokens that let nobody in: a place in a list, and the name of a try.
const HARMLESS: [&str; 5] = [
    "clientrequesttoken",
    "clienttoken",
    "idempotencytoken",
    "nexttoken",
    "paginationtoken",
];
/// So much of a name's end is looked at.
const NAME_LEN_MAX: usize = 64;
/// JSON in a text in JSON: deeper ones are dropped as a whole.
const TEXTS_MAX: usize = 4;

/// Removes every secret from `fields`; whether there was any.
pub(super) fn remove(fields: &mut Map<String, Value>) -> bool {
    remove_from(fields, TEXTS_MAX)
}

fn remove_from(fields: &mut Map<String, Value>, texts: usize) -> bool {
    let count = fields.len();
    fields.retain(|name, value| !is_secret(name) || is_no_text(value));
    let mut has_any = fields.len() < count;
    if NAMES.iter().any(|name| says_secret(fields.get(*name))) {
        has_any |= VALUES
            .iter()
            .fold(false, |any, name| fields.remove(*name).is_some() | any);
    }
    for value in fields.values_mut() {
        has_any |= clean(value, texts);
    }
    has_any
}

/// Where a field is an object of its name and its value.
const NAMES: [&str; 4] = ["name", "Name", "key", "Key"];
const VALUES: [&str; 2] = ["value", "Value"];

fn says_secret(name: Option<&Value>) -> bool {
    name.and_then(Value::as_str).is_some_and(is_secret)
}

/// `Password: true` says that there is one, and no more.
fn is_no_text(value: &Value) -> bool {
    matches!(value, Value::Null | Value::Bool(_))
}

fn is_secret(name: &str) -> bool {
    let (mut lower, mut start) = ([0; NAME_LEN_MAX], NAME_LEN_MAX);
    let letters = name.bytes().rev().filter(u8::is_ascii_alphanumeric);
    for letter in letters.take(NAME_LEN_MAX) {
        start -= 1;
        lower[start] = letter.to_ascii_lowercase();
    }
    let name = &lower[start..];
    let ends_in = |end: &&str| name.ends_with(end.as_bytes());
    SECRETS.iter().any(ends_in) && !HARMLESS.iter().any(ends_in)
}

fn clean(value: &mut Value, texts: usize) -> bool {
    match value {
        Value::Object(fields) => remove_from(fields, texts),
        Value::Array(items) => items
            .iter_mut()
            .fold(false, |any, item| clean(item, texts) | any),
        Value::String(text) => clean_text(text, texts),
        _ => false,
    }
}

/// A text that is a JSON document is written again if it held a secret. Any other is cut off where a
/// secret begins.
fn clean_text(text: &mut String, texts: usize) -> bool {
    let whole = text.trim_start_matches('\u{feff}').trim_start();
    if !whole.starts_with(['{', '[', '"']) {
        return cut(text, in_query(text));
    }
    let Ok(mut document) = serde_json::from_str::<Value>(whole) else {
        return cut(text, in_quotes(text).or_else(|| in_query(text)));
    };
    let Some(texts) = texts.checked_sub(1) else {
        text.clear();
        return true;
    };
    let had_any = clean(&mut document, texts);
    if had_any {
        *text = document.to_string();
    }
    had_any
}

fn cut(text: &mut String, at: Option<usize>) -> bool {
    if let Some(at) = at {
        text.truncate(at);
    }
    at.is_some()
}

/// Where the first name of a secret in quotes ends, as in JSON that is broken.
fn in_quotes(text: &str) -> Option<usize> {
    let mut end = 0;
    text.split('"').find_map(|part| {
        end += part.len();
        let at = end;
        end += 1;
        is_secret(part).then_some(at)
    })
}

/// Where the first value of a secret begins, as in the query of a URL.
fn in_query(text: &str) -> Option<usize> {
    let mut start = 0;
    for (at, byte) in text.bytes().enumerate() {
        if byte == b'=' && is_secret(&text[start..at]) {
            return Some(at + 1);
        }
        // Each name is looked at once, however long the text is.
        if b"?&;# =".contains(&byte) {
            start = at + 1;
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn cleaned(value: Value) -> Value {
        let Value::Object(mut fields) = value else {
            panic!("an object");
        };
        remove(&mut fields);
        Value::Object(fields)
    }

    #[test]
    fn a_name_of_a_secret_is_one_however_it_begins_and_is_written() {
        for name in [
            "temporaryPassword",
            "X-Amz-Security-Token",
            "bearer token",
            "service.Api.Key.Value",
            "SAMLResponse",
            "mfaCode",
            "token",
        ] {
            assert!(is_secret(name), "{name}");
        }
        for name in [
            "nextToken",
            "clientRequestToken",
            "accessKeyId",
            "passwordLastUsed",
        ] {
            assert!(!is_secret(name), "{name}");
        }
    }

    #[test]
    fn a_secret_in_a_text_that_is_no_whole_document_is_cut_off() {
        let deep = format!("{}{{\"password\": \"hunter2\"}}", "[".repeat(130));
        for text in [
            r#"{"password": "hunter2"#,
            r#"{"a": 1} {"password": "hunter2"}"#,
            r#"{"password": "hunter2"} and more"#,
            "\u{feff}{\"password\": \"hunter2\"}",
            r#""{\"password\": \"hunter2\"}""#,
            "https://signin.aws.amazon.com/federation?Action=login&SigninToken=hunter2",
            deep.as_str(),
        ] {
            let after = cleaned(json!({ "body": text })).to_string();
            assert!(!after.contains("hunter2"), "{after}");
        }
        let pair = json!({"parameters": [{"name": "password", "value": "hunter2"}]});
        assert!(!cleaned(pair).to_string().contains("hunter2"));
        let long = json!({"a": "=".repeat(1_000_000), "b": "a\"".repeat(500_000)});
        assert_eq!(cleaned(long.clone()), long);
        let whole = json!({"url": "https://a.b/?x=1&nextToken=2", "text": "{ not JSON"});
        assert_eq!(cleaned(whole.clone()), whole);
    }

    #[test]
    fn a_secret_goes_at_every_depth_and_in_every_case() {
        let before = json!({
            "SecretAccessKey": "a", "secret_access_key": "d", "kept": [{"credentials": {"sessionToken": "b", "accessKeyId": "c"}}],
        });
        let after = json!({"kept": [{"credentials": {"accessKeyId": "c"}}]});
        assert_eq!(cleaned(before), after);
    }

    #[test]
    fn a_secret_in_json_that_is_a_text_goes_too() {
        let inner = json!({"password": "p", "userName": "anna"}).to_string();
        let outer = json!({"again": inner}).to_string();
        let after = cleaned(json!({"body": outer})).to_string();
        assert!(!after.contains("\"p"), "{after}");
        assert!(after.contains("anna"), "{after}");
    }

    #[test]
    fn json_in_texts_without_an_end_is_dropped() {
        let mut text = json!({"password": "hunter2hunter2"}).to_string();
        for _ in 0..=TEXTS_MAX {
            text = json!({"body": text}).to_string();
        }
        let after = cleaned(json!({"body": text})).to_string();
        assert!(!after.contains("hunter2"), "{after}");
    }

    #[test]
    fn what_holds_no_secret_stays_byte_for_byte() {
        let before = json!({
            "passwordResetRequired": true, "password": null, "policyDocument": "{ \"Version\": 1 }",
        });
        assert_eq!(cleaned(before.clone()), before);
    }
}
