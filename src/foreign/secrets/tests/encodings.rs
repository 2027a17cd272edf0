//! The encodings in which somebody may repeat a secret.

use base64::Engine;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

pub(super) type Encode = fn(&str) -> String;

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

pub(super) const ENCODINGS: [(&str, Encode); 35] = [
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
        let units = it.encode_utf16();
        units.map(|unit| format!("\\u{unit:04x}")).collect()
    }),
    ("XML's escapes", |it| {
        let chars = it.chars();
        chars.map(|it| format!("&#{};", u32::from(it))).collect()
    }),
    ("XML's escapes in hex", |it| {
        let chars = it.chars();
        chars.map(|it| format!("&#x{:X};", u32::from(it))).collect()
    }),
    ("C's escapes", |it| {
        it.bytes().map(|byte| format!("\\x{byte:02x}")).collect()
    }),
    ("its bytes read as Latin-1", |it| {
        it.bytes().map(char::from).collect()
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
