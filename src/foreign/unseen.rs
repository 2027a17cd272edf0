//! Characters that are not seen, and that change how others are.

use std::fmt::Write;

/// Control characters of ASCII and of C1, line separators, and what Unicode has for direction,
/// joining, tagging, filling and byte order: none is seen itself, and each changes how others are
/// read.
pub(super) fn is_unseen(char: char) -> bool {
    let is_line_end = matches!(char, '\n' | '\r' | '\t');
    (char.is_control() && !is_line_end)
        || matches!(char,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}'
            | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{3164}' | '\u{feff}' | '\u{ffa0}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}')
}

/// `text` with what is not seen spelled out, as in `\u{202e}`. Lines and their spaces stay.
pub(super) fn spelled_out(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '\r' => shown.extend(char.escape_unicode()),
            char if is_unseen(char) => shown.extend(char.escape_unicode()),
            char => shown.push(char),
        }
    }
    shown
}

/// JSON `text` with what is not seen as JSON escapes it: the same to who reads JSON.
pub(super) fn escaped_in_json(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for char in text.chars() {
        if is_unseen(char) {
            for unit in char.encode_utf16(&mut [0; 2]) {
                let _ = write!(shown, "\\u{unit:04x}");
            }
        } else {
            shown.push(char);
        }
    }
    shown
}

/// `text` on one line, of at most `chars_max` characters as they are shown: line ends and other
/// spaces are one space each, and what else is not seen is spelled out. So many bytes behind it were
/// cut before.
pub(super) fn one_line(text: &str, (chars_max, bytes_behind): (usize, usize)) -> String {
    let text = text.trim_matches(|char: char| char.is_whitespace() && !is_unseen(char));
    let (mut line, mut chars) = (String::new(), 0);
    for (at, char) in text.char_indices() {
        let is_space = !is_unseen(char) && char.is_whitespace();
        if is_space && line.ends_with(' ') {
            continue;
        }
        let len = match is_unseen(char) {
            true => char.escape_unicode().len(),
            false => 1,
        };
        if chars + len > chars_max {
            let _ = write!(line, "... ({} more bytes)", text.len() - at + bytes_behind);
            break;
        }
        chars += len;
        match char {
            _ if is_space => line.push(' '),
            char if len > 1 => line.extend(char.escape_unicode()),
            char => line.push(char),
        }
    }
    line
}
