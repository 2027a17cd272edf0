//! Text of many alphabets and of none.

use super::{Page, Shown};

fn one_line(text: &str) -> String {
    Shown::of(text).into()
}

#[test]
fn lines_become_one_line_with_single_spaces() {
    let text = " one\r\n\ttwo\u{a0}three\u{3000} four ";
    assert_eq!(one_line(text), "one two three four");
}

#[test]
fn what_is_not_seen_is_spelled_out() {
    for (text, shown) in [
        ("a\u{1b}[31mb", "a\\u{1b}[31mb"),
        ("a\0b\u{7f}\u{7}", "a\\u{0}b\\u{7f}\\u{7}"),
        ("a\u{9b}31mb", "a\\u{9b}31mb"),
        ("user\u{202e}nimda", "user\\u{202e}nimda"),
        ("a\u{2066}b\u{2069}", "a\\u{2066}b\\u{2069}"),
        ("ad\u{200b}min\u{feff}", "ad\\u{200b}min\\u{feff}"),
        ("a\u{2028}b\u{85}c\u{2029}", "a\\u{2028}b\\u{85}c\\u{2029}"),
        ("a\u{e0041}", "a\\u{e0041}"),
    ] {
        assert_eq!(one_line(text), shown);
        assert_eq!(Page::of(text).as_str(), shown);
        let json = serde_json::to_string(text).unwrap();
        let page = Page::json(&json);
        assert_eq!(serde_json::from_str::<String>(page.as_str()).unwrap(), text);
        assert!(page.as_str().is_ascii(), "{page}");
        assert_eq!(Page::events(&json), page);
    }
}

#[test]
fn text_of_any_language_stays_as_it_is() {
    for text in ["Zoë Łukasz", "山田 太郎", "محمد", "e\u{301}", "👩 ok"] {
        assert_eq!(one_line(text), text);
        assert_eq!(Page::of(text).as_str(), text);
    }
}

#[test]
fn long_text_is_cut_and_says_by_how_much() {
    assert_eq!(Shown::within("aéaéa", 3).as_str(), "aéa... (3 more bytes)");
    assert_eq!(Shown::within("aéa", 3).as_str(), "aéa");
    let shown = one_line(&"\u{202e}".repeat(1_000_000));
    assert!(shown.len() < 10_000, "{}", shown.len());
}

#[test]
fn text_of_nothing_but_spaces_is_empty() {
    assert_eq!(one_line(" \n\t\u{a0} "), "");
}

#[test]
fn a_page_keeps_its_lines_and_their_spaces() {
    let text = "a  1\n    b  2\n";
    assert_eq!(Page::of(text).as_str(), text);
}
