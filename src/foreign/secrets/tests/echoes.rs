//! Echo shapes times encodings: no part of a secret is left.

use serde_json::{Value, json};

use super::encodings::ENCODINGS;
use crate::foreign::secrets::hide_while;
use crate::foreign::{Page, Shown};

/// A key of Sekoia, a secret of AWS, a token of Splunk, a session's token, short ones, one with
/// plus signs, one of words, and one that looks escaped.
fn secrets() -> Vec<String> {
    let session = "IQoJb3JpZ2luX2VjEJr//////////wEaCXVzLWVhc3QtMSJHMEUCIQD+tok/en=".repeat(9);
    [
        "kJ8-very_secret/9",
        "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        "6f9619ff-8b86-d011-b42d-00cf4fc964ff",
        "s3cr3t-k3y",
        "pa+ss9",
        "w+Jal+rX/tnF+MI9K7+ENGzb+xRf",
        "correct h0rse battery staple",
        "Zk%41q9&lt;x7\\u0062Wm",
        session.as_str(),
    ]
    .map(str::to_owned)
    .to_vec()
}

type Echo = fn(&str) -> String;

const ECHOES: [(&str, Echo); 8] = [
    ("alone", |it| it.to_owned()),
    ("in a sentence", |it| format!("no such key: {it}.")),
    ("in quotes", |it| format!("bad \"{it}\" and '{it}'")),
    ("in a url", |it| format!("https://h/x?key={it}&a=b")),
    ("in a header", |it| {
        format!("Authorization: Bearer {it}\r\nHost: h")
    }),
    ("within letters", |it| format!("xx{it}yy")),
    ("where the text is cut", |it| {
        format!("{}{it} end", "x ".repeat(495))
    }),
    ("after much else", |it| format!("{}{it}", "é".repeat(900))),
];

type Show = fn(&str) -> String;

const PLACES: [(&str, Show); 4] = [
    ("a line", |it| Shown::of(it).into()),
    ("a page", |it| Page::of(it).to_string()),
    ("a value in JSON", |it| in_json(&json!({"why": it, "n": 1}))),
    ("a name in JSON", |it| in_json(&json!({ it: [null, true] }))),
];

/// The strings of `document` as whoever reads the page sees them.
fn in_json(document: &Value) -> String {
    let page = Page::json(&document.to_string()).to_string();
    let read: Value = serde_json::from_str(&page).expect(&page);
    let fields = read.as_object().expect("an object");
    let texts = fields.iter().map(|(name, value)| match value.as_str() {
        Some(value) => value.to_owned(),
        None => name.clone(),
    });
    texts.collect::<Vec<_>>().join("\n")
}

/// Whether eight characters in a row of what was echoed are in `shown`.
fn leaks(shown: &str, encoded: &str) -> bool {
    let chars: Vec<char> = encoded.chars().filter(|it| !it.is_whitespace()).collect();
    let shown: String = shown.chars().filter(|it| !it.is_whitespace()).collect();
    chars
        .windows(8)
        .any(|part| shown.contains(&part.iter().collect::<String>()))
}

#[test]
fn no_secret_is_left_in_any_echo_in_any_encoding() {
    let mut leaked = Vec::new();
    for secret in secrets() {
        let hidden = hide_while("key", &secret);
        for (encoding, encode) in ENCODINGS {
            for (echo, repeat) in ECHOES {
                let encoded = encode(&secret);
                for (place, show) in PLACES {
                    let shown = show(&repeat(&encoded));
                    let is_replaced = shown.contains("[key]") || shown.contains("more bytes");
                    if leaks(&shown, &encoded) || !is_replaced {
                        leaked.push(format!("{encoding}, {echo}, {place}: {shown}"));
                    }
                }
            }
        }
        drop(hidden);
    }
    assert!(
        leaked.is_empty(),
        "{} leaks:\n{}",
        leaked.len(),
        leaked.join("\n")
    );
}

#[test]
fn a_secret_that_a_server_cut_is_hidden_where_half_of_it_and_no_words_are_left() {
    for secret in secrets().into_iter().filter(|secret| secret.len() > 15) {
        let _hidden = hide_while("key", &secret);
        // Half of those is words alone, or too few characters once its escapes are undone.
        if secret.contains("very_secret") || secret.contains("h0rse") || secret.contains('%') {
            continue;
        }
        let half = secret.len().div_ceil(2).max(12);
        for part in [
            &secret[..half],
            &secret[secret.len() - half..],
            &secret[1..=half],
        ] {
            let shown = Shown::of(format!("got {part}... here"));
            assert_eq!(shown.as_str(), "got [key]... here");
        }
    }
}
