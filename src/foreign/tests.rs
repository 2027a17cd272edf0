//! Text of many alphabets and of none.

use std::time::{Duration, Instant};

use super::{Page, Shown, hide_while};

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
    let long = Shown::within("x".repeat(100_000), 10);
    assert_eq!(long.as_str(), "xxxxxxxxxx... (99990 more bytes)");
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

#[test]
fn a_secret_that_is_a_name_of_a_field_or_a_number_leaves_json_whole() {
    let secrets = ["waiting", "1234", "true", "k3y\"q", "naZx9Qw7LmR2pTk5Vb8"];
    let _hidden = secrets.map(|secret| hide_while("a \"name\"", secret));
    let document = serde_json::json!({
        "waiting": 1234,
        "ok": true,
        "list": ["waiting", "é waiting", {"true": "1234"}],
        "why": "k3y\"q\nnaZx9Qw7LmR2pTk5Vb8\\",
    });
    let page = Page::json(&format!("{document:#}\n"));
    let read: serde_json::Value = serde_json::from_str(page.as_str()).expect("JSON");
    let name = "[a \"name\"]";
    let expected = serde_json::json!({
        "waiting": 1234,
        "ok": true,
        "list": [name, format!("é {name}"), {"true": name}],
        "why": format!("{name}\n{name}\\"),
    });
    assert_eq!(read, expected);
}

#[test]
fn a_secret_in_base64_after_an_escape_leaves_json_whole() {
    let _hidden = hide_while("key", "wJalrXUtnFEMI/K7MDENG/bPxRfi");
    // Its Base64 after two other bytes, so that characters before it hold a part of it.
    let encoded = "dTp3SmFsclhVdG5GRU1JL0s3TURFTkcvYlB4UmZp";
    for before in ["\n", "\u{1}", "\"", "\\", "a\t"] {
        let document = serde_json::json!({"why": format!("{before}{encoded}")}).to_string();
        let page = Page::json(&document);
        let read: serde_json::Value = serde_json::from_str(page.as_str()).expect("JSON");
        assert_eq!(read["why"], format!("{before}[key]"));
    }
}

#[test]
fn what_is_no_json_is_cleaned_all_the_same() {
    let _hidden = hide_while("key", "aZx9Qw7LmR2pTk5Vb8");
    for (text, shown) in [
        ("nothing aZx9Qw7LmR2pTk5Vb8", "nothing [key]"),
        ("{\"a\": aZx9Qw7LmR2pTk5Vb8}", "{\"a\": [key]}"),
        ("{\"a\": \"aZx9Qw7LmR2pTk5Vb8", "{\"a\": \"[key]"),
        ("\"\\ud800 aZx9Qw7LmR2pTk5Vb8\"", "\"\\ud800 [key]\""),
    ] {
        assert_eq!(Page::json(text).as_str(), shown);
    }
}

#[test]
fn a_long_page_holds_up_nobody_who_hides_a_secret_or_shows_a_line() {
    let text = "User: arn:aws:iam::111122223333:user/x has no MFA.\n".repeat(80_000);
    let _hidden = hide_while("key", "aZx9Qw7LmR2pTk5Vb8");
    std::thread::scope(|threads| {
        let page = threads.spawn(|| Page::of(&text));
        let (start, mut longest) = (Instant::now(), Duration::ZERO);
        while !page.is_finished() {
            let begun = Instant::now();
            let _of_a_session = hide_while("session", "dTp3SmFsclhVdG5GRU1JL0s3T");
            assert_eq!(one_line("aZx9Qw7LmR2pTk5Vb8"), "[key]");
            longest = longest.max(begun.elapsed());
        }
        let took = start.elapsed();
        assert!(longest * 4 < took, "waited {longest:?} of {took:?}");
    });
}

/// Run alone, with `--ignored`, to see its time and memory.
#[test]
#[ignore = "for figures"]
#[expect(clippy::print_stderr, reason = "figures are its result")]
fn figures_of_a_page_of_20_mb() {
    let user = serde_json::json!({"user_id": "AIDA4XKQ7GMW5RT2PLZV", "user_name": "anna", "kind":
        "changed", "changes": [{"field": "mfa", "before": "none", "after": "a token"}]});
    let document = format!("[{}]", vec![user.to_string(); 160_000].join(","));
    let _hidden = hide_while("key", "aZx9Qw7LmR2pTk5Vb8");
    let memory = || {
        let status = std::fs::read_to_string("/proc/self/status").expect("a status");
        let peak = status.lines().find(|line| line.starts_with("VmHWM"));
        peak.expect("the peak").to_owned()
    };
    for (name, make) in [
        ("json", Page::json as fn(&str) -> Page),
        ("table", Page::of),
    ] {
        let (before, start) = (memory(), Instant::now());
        let page = make(&document);
        let took = start.elapsed();
        eprintln!(
            "{name}, {} bytes: {took:?}, {before} -> {}",
            page.as_str().len(),
            memory()
        );
    }
}
