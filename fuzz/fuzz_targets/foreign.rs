//! The door for what others say: a known secret in any text, in several encodings.

#![no_main]

use std::sync::Once;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use libfuzzer_sys::fuzz_target;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use rollcall::foreign::{Page, Shown, hide};
use rollcall_fuzz::seen::assert_seen;

const SECRETS: [&str; 7] = [
    "kJ8-very_secret/9",
    "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    "6f9619ff-8b86-d011-b42d-00cf4fc964ff",
    "w+Jal+rX/tnF+MI9K7+ENGzb+xRf",
    "s3cr3t-k3y",
    "4dm1n-pa55",
    "zoë's pässwörd 9ß!",
];

/// So many signs of escapes before a secret are each taken for a sign alone, too.
const SIGNS_MAX: usize = 60;

static KNOWN: Once = Once::new();

fn encoded(secret: &str, how: u8) -> String {
    let hex = |form: fn(u8) -> String| secret.bytes().map(form).collect::<String>();
    match how % 7 {
        0 => secret.to_owned(),
        1 => utf8_percent_encode(secret, NON_ALPHANUMERIC).to_string(),
        2 => BASE64_STANDARD.encode(secret),
        3 => BASE64_STANDARD.encode(format!("u{secret}")),
        4 => BASE64_STANDARD.encode(format!("u:{secret}")),
        5 => hex(|byte| format!("{byte:02x}")),
        _ => hex(|byte| format!("%{byte:02X}")),
    }
}

fn assert_hidden(shown: &str, secret: &str, echoed: &str) {
    for form in [secret, echoed] {
        assert!(!shown.contains(form), "{form:?} in {shown:?}");
    }
}

fuzz_target!(|input: (u8, u8, u8, &str)| {
    KNOWN.call_once(|| {
        for secret in SECRETS {
            hide("key", &secret.to_owned().into());
        }
    });
    let (which, how, at, around) = input;
    let secret = SECRETS[usize::from(which) % SECRETS.len()];
    let echoed = encoded(secret, how);
    let at = around.floor_char_boundary(usize::from(at));
    // Behind many signs of escapes, one more may take the beginning of an encoded secret.
    let is_sign = |it: &char| matches!(it, '%' | '\\' | '&');
    let has_many = around.chars().filter(is_sign).count() > SIGNS_MAX;
    let quote = if has_many && echoed.contains('%') {
        "\""
    } else {
        ""
    };
    let (before, after) = around.split_at(at);
    let text = format!("{before}{quote}{echoed}{quote}{after}");
    let line = Shown::of(&text);
    assert_hidden(&line, secret, &echoed);
    assert_seen(&line, &[]);
    let page = Page::of(&text);
    assert_hidden(page.as_str(), secret, &echoed);
    assert_seen(page.as_str(), &['\n', '\t']);
    for document in [
        around.to_owned(),
        serde_json::json!({"why": text}).to_string(),
    ] {
        let page = Page::json(&document);
        assert_seen(page.as_str(), &['\n', '\t', '\r']);
        // What is JSON stays JSON of the same shape.
        let Ok(read) = serde_json::from_str::<serde_json::Value>(&document) else {
            continue;
        };
        let shown: serde_json::Value = serde_json::from_str(page.as_str()).expect("JSON");
        assert_eq!(read.is_object(), shown.is_object());
        assert_eq!(
            read.as_array().map(Vec::len),
            shown.as_array().map(Vec::len)
        );
        if let Some(why) = shown["why"].as_str().filter(|_| document != around) {
            assert_hidden(why, secret, &echoed);
        }
    }
});
