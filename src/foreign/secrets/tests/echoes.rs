//! Echo shapes times encodings: no part of a secret is left.

use serde_json::{Value, json};

use super::encodings::ENCODINGS;
use crate::foreign::secrets::hide_while;
use crate::foreign::{Page, Shown};

/// A key of Sekoia, a secret of AWS, a token of Splunk, a session's token, short ones, one with
/// plus signs, one of words, one that looks escaped, and ones of other letters than those of ASCII:
/// in the same number of bytes in either case, without any case, and of four bytes.
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
        "pä5swörd-zoë9",
        "ключ9-от_Двери7",
        "秘密の鍵4合言葉",
        "k3y🔑9of🚪d00r",
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
    let long = secrets().into_iter().filter(|secret| secret.len() > 15);
    for secret in long.filter(|secret| secret.is_ascii()) {
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

#[test]
fn sixteen_characters_in_a_row_are_hidden_wherever_a_server_cuts_a_secret() {
    const BOUND: usize = 16;
    for secret in [
        "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        "6f9619ff-8b86-d011-b42d-00cf4fc964ff",
        "Zq3vT8xLr2Wn5Kc9Yd4Hb7Mf1Pj6Gs0Ua",
        "w+Jal+rX/tnF+MI9K7+ENGzb+xRfQ2+tY8pLm4",
    ] {
        let _hidden = hide_while("key", secret);
        for (encoding, encode) in ENCODINGS {
            for len in BOUND..=secret.len() {
                let parts = [&secret[..len], &secret[secret.len() - len..]];
                for part in parts {
                    let shown = Shown::of(format!("got {}... here", encode(part)));
                    assert!(shown.contains("[key]"), "{encoding}, {part}: {shown}");
                }
            }
        }
        for start in 0..=secret.len() - BOUND {
            let part = &secret[start..start + BOUND];
            let shown = Shown::of(format!("({part})"));
            assert_eq!(shown.as_str(), "([key])", "{part}");
        }
    }
}

#[test]
fn of_a_secret_of_any_alphabet_nine_tenths_are_hidden() {
    for secret in [
        "pä5swörd-zoë9-und-Ä7hnlich",
        "秘密の鍵の合言葉",
        "ключи_От_Двери",
    ] {
        let _hidden = hide_while("key", secret);
        let chars: Vec<char> = secret.chars().collect();
        for part in [&chars[..chars.len() - 1], &chars[1..]] {
            let part: String = part.iter().collect();
            let shown = Shown::of(format!("got {part}... here"));
            assert_eq!(shown.as_str(), "got [key]... here");
        }
    }
}

#[test]
fn letters_of_other_alphabets_beside_a_secret_stay() {
    let _hidden = hide_while("key", "ключ9-от_Двери7");
    let shown = Shown::of("дверь: ключ9-от_Двери7, ключ от двери; двери7");
    assert_eq!(shown.as_str(), "дверь: [key], ключ от двери; двери7");
}
