//! Text of others (AWS's, a receiver's, a file's), made fit to show.
//!
//! Architecture invariant: foreign text reaches a terminal, a log or a message through
//! [`one_line`] alone. It may be of any length, end lines, hide what follows it, or turn the
//! direction of what is around it.

use std::fmt::Write;

/// Longer text is cut.
const CHARS_MAX: usize = 1_000;

/// `text` on one line, of at most 1,000 characters, with nothing in it that is not seen: line
/// ends and other spaces are one space each, and what else has no shape of its own is spelled
/// out, as in `\u{202e}`.
pub fn one_line(text: &str) -> String {
    one_line_within(text, CHARS_MAX)
}

/// The same, of at most so many characters.
pub fn one_line_within(text: &str, chars_max: usize) -> String {
    let mut line = String::new();
    let mut chars_left = chars_max;
    for (at, char) in text.trim().char_indices() {
        if chars_left == 0 {
            let bytes_left = text.trim().len() - at;
            let _ = write!(line, "... ({bytes_left} more bytes)");
            break;
        }
        if is_space(char) {
            if !line.ends_with(' ') {
                line.push(' ');
                chars_left -= 1;
            }
        } else if is_unseen(char) {
            line.extend(char.escape_unicode());
            chars_left -= 1;
        } else {
            line.push(char);
            chars_left -= 1;
        }
    }
    line
}

/// Spaces and line ends, also those of Unicode.
fn is_space(char: char) -> bool {
    char.is_whitespace()
}

/// Control characters of ASCII and of C1, and what Unicode has for direction, joining, tagging
/// and byte order: none is seen itself, and each changes how others are read.
fn is_unseen(char: char) -> bool {
    char.is_control()
        || matches!(char,
            '\u{ad}' | '\u{61c}' | '\u{180e}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_become_one_line_with_single_spaces() {
        let text = " one\r\n\ttwo\u{85}three\u{2028}four\u{2029} five\u{b}six ";
        assert_eq!(one_line(text), "one two three four five six");
    }

    #[test]
    fn what_is_not_seen_is_spelled_out() {
        for (text, shown) in [
            ("a\u{1b}[31mb", "a\\u{1b}[31mb"),
            ("a\0b\u{7f}", "a\\u{0}b\\u{7f}"),
            ("a\u{9b}31mb", "a\\u{9b}31mb"),
            ("user\u{202e}nimda", "user\\u{202e}nimda"),
            ("a\u{2066}b\u{2069}", "a\\u{2066}b\\u{2069}"),
            ("ad\u{200b}min\u{feff}", "ad\\u{200b}min\\u{feff}"),
            ("a\u{e0041}", "a\\u{e0041}"),
        ] {
            assert_eq!(one_line(text), shown);
        }
    }

    #[test]
    fn text_of_any_language_stays_as_it_is() {
        for text in ["Zoë Łukasz", "山田 太郎", "محمد", "e\u{301}", "👩 ok"] {
            assert_eq!(one_line(text), text);
        }
    }

    #[test]
    fn long_text_is_cut_and_says_by_how_much() {
        assert_eq!(one_line_within("aéaéa", 3), "aéa... (3 more bytes)");
        assert_eq!(one_line_within("aéa", 3), "aéa");
        let shown = one_line(&"\u{202e}".repeat(1_000_000));
        assert!(shown.len() < 10_000, "{}", shown.len());
    }

    #[test]
    fn text_of_nothing_but_spaces_is_empty() {
        assert_eq!(one_line(" \n\t\u{2028} "), "");
    }
}
