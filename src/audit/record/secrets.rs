//! What is taken out of a record before anything else sees it: the values of fields that hold
//! secrets by their names, at every depth, and in JSON that is a text in it.

use serde_json::{Map, Value};

/// Fields that hold secrets, in lower case and in one word. CloudTrail leaves most of them out itself; session
/// tokens it keeps, and emulators keep passwords and keys as well.
const SECRETS: [&str; 23] = [
    "accesstoken",
    "authenticationcode1",
    "authenticationcode2",
    "base32stringseed",
    "clientsecret",
    "idtoken",
    "newpassword",
    "oldpassword",
    "password",
    "privatekey",
    "qrcodepng",
    "refreshtoken",
    "samlassertion",
    "secret",
    "secretaccesskey",
    "secretkey",
    "secretstring",
    "servicecredentialsecret",
    "servicepassword",
    "sessiontoken",
    "signintoken",
    "tokencode",
    "webidentitytoken",
];
/// No name of theirs is longer.
const NAME_LEN_MAX: usize = 32;
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
    for value in fields.values_mut() {
        has_any |= clean(value, texts);
    }
    has_any
}

/// `Password: true` says that there is one, and no more.
fn is_no_text(value: &Value) -> bool {
    matches!(value, Value::Null | Value::Bool(_))
}

fn is_secret(name: &str) -> bool {
    let (mut lower, mut len) = ([0; NAME_LEN_MAX], 0);
    for letter in name.bytes().filter(|it| !b"_-".contains(it)) {
        let Some(next) = lower.get_mut(len) else {
            return false;
        };
        *next = letter.to_ascii_lowercase();
        len += 1;
    }
    SECRETS
        .binary_search_by(|it| it.as_bytes().cmp(&lower[..len]))
        .is_ok()
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

/// A text that is a JSON document is written again if it held a secret.
fn clean_text(text: &mut String, texts: usize) -> bool {
    if !text.trim_start().starts_with(['{', '[']) {
        return false;
    }
    let Ok(mut document) = serde_json::from_str::<Value>(text) else {
        return false;
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
    fn the_names_are_in_order_so_that_they_are_found() {
        assert!(SECRETS.is_sorted());
        assert!(SECRETS.iter().all(|name| is_secret(name)));
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
