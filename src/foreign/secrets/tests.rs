//! Echo shapes times encodings: no part of a secret is left.

use base64::Engine;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use super::known::Known;
use super::url::password_of_basic;
use super::windows;
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

type Encode = fn(&str) -> String;

fn hex(text: &str) -> String {
    text.bytes().map(|byte| format!("{byte:02x}")).collect()
}

fn every_percent(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

fn split(text: &str, by: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let pieces = chars
        .chunks(3)
        .map(|piece| piece.iter().collect::<String>());
    pieces.collect::<Vec<_>>().join(by)
}

const ENCODINGS: [(&str, Encode); 32] = [
    ("plain", |it| it.to_owned()),
    ("upper case", |it| it.to_uppercase()),
    ("lower case", |it| it.to_lowercase()),
    ("percent", |it| {
        utf8_percent_encode(it, NON_ALPHANUMERIC).to_string()
    }),
    ("percent of all", every_percent),
    ("percent in lower case", |it| {
        every_percent(it).to_lowercase()
    }),
    ("percent twice", |it| every_percent(&every_percent(it))),
    ("base64", |it| BASE64_STANDARD.encode(it)),
    ("base64 after one", |it| {
        BASE64_STANDARD.encode(format!("u{it}"))
    }),
    ("base64 after two", |it| {
        BASE64_STANDARD.encode(format!("u:{it}"))
    }),
    ("base64 for urls", |it| {
        BASE64_URL_SAFE.encode(format!("-:{it}"))
    }),
    ("base64 in percent", |it| {
        every_percent(&BASE64_STANDARD.encode(it))
    }),
    ("base64 in lines", |it| {
        split(&BASE64_STANDARD.encode(it), "\r\n")
    }),
    ("hex", hex),
    ("hex in upper case", |it| hex(it).to_uppercase()),
    ("hex in pieces", |it| split(&hex(it), " ")),
    ("split by spaces", |it| split(it, "  ")),
    ("split by lines", |it| split(it, "\n\t")),
    ("split by what is not seen", |it| {
        split(it, "\u{200b}\u{1b}")
    }),
    ("JSON's escapes", |it| {
        it.bytes().map(|byte| format!("\\u{byte:04x}")).collect()
    }),
    ("XML's escapes", |it| {
        it.bytes().map(|byte| format!("&#{byte};")).collect()
    }),
    ("Rust's escapes", |it| {
        it.chars().flat_map(char::escape_unicode).collect()
    }),
    ("as a form of the web reads it", |it| it.replace('+', " ")),
    ("as a form of the web writes it", |it| {
        let percent = utf8_percent_encode(it, NON_ALPHANUMERIC).to_string();
        percent.replace("%20", "+")
    }),
    ("spaces as pluses", |it| it.replace(' ', "+")),
    ("base64 as a form of the web reads it", |it| {
        BASE64_STANDARD.encode(it).replace('+', " ")
    }),
    ("hex with colons", |it| {
        each_byte(it, ":", |it| format!("{it:02x}"))
    }),
    ("hex with spaces", |it| {
        each_byte(it, " ", |it| format!("{it:02X}"))
    }),
    ("hex with dashes", |it| {
        each_byte(it, "-", |it| format!("{it:02X}"))
    }),
    ("hex as C has it", |it| {
        each_byte(it, ", ", |it| format!("{it:#04x}"))
    }),
    ("bytes as Rust shows them", |it| {
        format!("{:?}", it.as_bytes())
    }),
    ("bytes as JSON has them", |it| {
        each_byte(it, ",", |it| it.to_string())
    }),
];

fn each_byte(text: &str, by: &str, write: fn(u8) -> String) -> String {
    text.bytes().map(write).collect::<Vec<_>>().join(by)
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
        let hidden = super::hide_while("key", &secret);
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
        let _hidden = super::hide_while("key", &secret);
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

fn taken_out(known: &Known, text: &str) -> String {
    let found = windows::taken_out_of(text, |window, start, found| {
        known.find(window, start, found);
    });
    found.unwrap_or_else(|| text.to_owned())
}

#[test]
fn words_around_a_secret_stay_and_other_text_is_untouched() {
    let mut known = Known::default();
    let id = known.add("key", "kJ8-very_secret/9");
    let text = "zoë said: kJ8-very_secret/9, twice: kJ8-very_secret/9 (\u{202e}E1)";
    let shown = taken_out(&known, text);
    assert_eq!(shown, "zoë said: [key], twice: [key] (\u{202e}E1)");
    for text in [
        "",
        "a",
        "very secret things",
        "100% of é&amp;",
        "kJ8",
        "[key]",
    ] {
        assert_eq!(taken_out(&known, text), text);
    }
    known.remove(id);
    assert_eq!(taken_out(&known, text), text, "forgotten");
}

#[test]
fn a_short_secret_is_hidden_as_it_is_and_a_shorter_one_is_none() {
    let mut known = Known::default();
    known.add_for_good("pin", "k3y7");
    known.add_for_good("nothing", "abc");
    assert_eq!(taken_out(&known, "no k3y7 for abc"), "no [pin] for abc");
}

#[test]
fn the_last_word_of_a_header_and_the_password_in_it_are_secrets_too() {
    let secret = format!("Basic {}", BASE64_STANDARD.encode("collector:0pen-5esame!"));
    super::hide("x-test-authorization", &secret.clone().into());
    for text in [&secret, &secret[6..], "0pen-5esame!"] {
        let shown = Shown::of(format!("bad {text}"));
        assert_eq!(shown.as_str(), "bad [x-test-authorization]");
    }
    assert_eq!(password_of_basic("no base64"), None);
}

#[test]
fn a_key_in_a_url_is_a_secret_and_its_names_are_not() {
    let url =
        "https://u:pa55w0rd-x@siem.example/receiver/v1/http/ZaVnC4dhaV39Tn37?token=t0k-3nt0k3n%2B1";
    super::hide_url("test-url", url);
    let shown = Shown::of(format!("{url} t0k-3nt0k3n+1"));
    let expected = "https://u:[test-url]@siem.example/receiver/v1/http/[test-url]?token=[test-url] \
                    [test-url]";
    assert_eq!(shown.as_str(), expected);
}

#[test]
fn words_and_the_ids_of_accounts_in_a_url_are_no_secrets() {
    let url = "https://siem.example/sink/aws-111122223333-iam/production?source=users&env=name";
    super::hide_url("plain-url", url);
    let text = "users and name of account 111122223333, aws-111122223333-iam";
    assert_eq!(Shown::of(text).as_str(), text);
}

#[test]
fn a_secret_that_is_in_use_is_hidden_however_often_others_are_replaced() {
    let mut known = Known::default();
    known.add_for_good("steady", "the-key-that-stays");
    for number in 0..2_000 {
        known.add_for_good("rotated", &format!("rotated-key-{number:06}"));
    }
    assert_eq!(taken_out(&known, "the-key-that-stays"), "[steady]");
    assert_eq!(taken_out(&known, "rotated-key-001999"), "[rotated]");
    for number in 0..100 {
        known.add_for_good("rotated", "rotated-key-001999");
        known.add_for_good("rotated", &format!("another-key-{number:06}"));
    }
    assert_eq!(taken_out(&known, "rotated-key-001999"), "[rotated]");
}

#[test]
fn many_secrets_and_a_long_text_take_little_time() {
    let mut known = Known::default();
    for number in 0..200 {
        known.add(
            "token",
            &format!("{number:04}{}", "aB3/dE5+gH7=".repeat(80)),
        );
    }
    let text = "User: arn:aws:iam::111122223333:user/x is not authorized. ".repeat(1_000);
    let start = std::time::Instant::now();
    assert_eq!(taken_out(&known, &text), text);
    assert!(start.elapsed().as_secs() < 5, "{:?}", start.elapsed());
}

#[test]
#[expect(clippy::print_stderr, reason = "the time is a figure")]
fn a_thousand_secrets_short_and_long_and_a_megabyte_take_little_time() {
    let mut known = Known::default();
    for number in 0..1_000 {
        known.add("pin", &format!("{number:03}k"));
        known.add(
            "token",
            &format!("IQoJb3JpZ2luX2VjE{number:04}aB3/dE5+gH7="),
        );
    }
    let line = "User: arn:aws:iam::111122223333:user/x is not authorized: AIDA4XKQ7GMW5RT2PLZV. ";
    let text = line.repeat(1_000_000 / line.len());
    let start = std::time::Instant::now();
    let shown = taken_out(&known, &text);
    let took = start.elapsed();
    eprintln!("{} bytes: {took:?}", text.len());
    assert_eq!(shown, text);
    assert!(took.as_secs() < 10, "{took:?}");
}

#[test]
fn a_secret_in_two_windows_of_a_long_text_is_one() {
    let mut known = Known::default();
    known.add("key", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
    let secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
    let token = "aB3/dE5+gH7=xY9".repeat(500);
    known.add("token", &token);
    for window in 1..=3 {
        for before in [0, 1, 20, 39, 40, 41, 5_000] {
            for gap in ["", " ", "\n\t", "é"] {
                let start = format!("{}{gap}", "x. ".repeat((window * 64 * 1024 - before) / 2));
                let text = format!("{start}{secret} {token} end");
                let shown = taken_out(&known, &text);
                assert!(shown.ends_with(&format!("x. {gap}[key] [token] end")));
                assert_eq!(shown.len(), start.len() + "[key] [token] end".len());
            }
        }
    }
}

#[test]
fn text_that_only_shares_words_with_a_secret_stays_as_it_is() {
    let mut known = Known::default();
    for secret in [
        "production-readers-9f8e7d6c5b4a",
        "aws-111122223333-collector-x7Kq93LmZp",
        "kJ8-very_secret_things-2b9XqT7/9",
        "correct horse battery staple",
        "AIDAEXAMPLE-zp29XkQw71",
        "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        "00000000-0000-0000-0000-0000deadbeef",
        "pa+ss9",
    ] {
        known.add("key", secret);
    }
    for text in [
        "the group production-readers of account 111122223333",
        "arn:aws:iam::111122223333:user/production-readers/anna",
        "arn:aws:iam::111122223333:role/aws-111122223333-collector",
        "very_secret_things were said, and very-secret-things-2",
        "a correct horse, a battery",
        "user AIDA4XKQ7GMW5RT2PLZV (AIDAEXAMPLE) and key AKIAIOSFODNN7EXAMPLE",
        "00000000-0000-0000-0000-000000000000",
        "tag: cHJvZHVjdGlvbi1yZWFkZXJz and Y29ycmVjdCBob3JzZQ==",
        "70726f64756374696f6e2d72656164657273",
        "10:20:30:40:50, 2026-11-27T17:03:56Z, [1,2,3,4], fe:ed:fa:ce",
        "password, passed, papas",
        "AdministratorAccess EXAMPLEKEY bPxRfi",
    ] {
        assert_eq!(taken_out(&known, text), text);
    }
}

#[test]
fn words_beside_a_secret_in_base64_stay() {
    let mut known = Known::default();
    known.add("key", "wJalrXUtnFEMI/K7MDENG/bPxRfi");
    let encoded = BASE64_STANDARD.encode("wJalrXUtnFEMI/K7MDENG/bPxRfi");
    assert_eq!(
        taken_out(&known, &format!("got {encoded} said it")),
        "got [key] said it"
    );
}
