//! Sentences behind a head, broken between words.

use unicode_width::UnicodeWidthStr;

use super::Width;

/// Sentences in a narrower column begin on the line below their head.
const COLUMNS_MIN: usize = 24;
/// How far such sentences are indented.
const INDENT: usize = 4;

/// `head` and then `text`, whose further lines are indented as far as its first.
pub fn paragraph(head: &str, text: &str, width: Width) -> String {
    let Width::Terminal(terminal) = width else {
        return format!("{head}{text}\n");
    };
    let (mut lines, mut indent) = (head.to_owned(), head.width());
    if usize::from(terminal) < indent + COLUMNS_MIN {
        indent = INDENT;
        lines = format!("{}\n{}", head.trim_end(), " ".repeat(INDENT));
    }
    let columns = usize::from(terminal).saturating_sub(indent);
    let mut used = 0;
    for word in text.split(' ') {
        let word_width = word.width();
        if used > 0 && used + 1 + word_width > columns {
            lines.push('\n');
            lines.extend(std::iter::repeat_n(' ', indent));
            used = 0;
        } else if used > 0 {
            lines.push(' ');
            used += 1;
        }
        lines.push_str(word);
        used += word_width;
    }
    lines.push('\n');
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "lost: who there is, and arn:aws:iam::111122223333:role/a-long-name";

    #[test]
    fn a_sentence_is_broken_between_words_and_indented() {
        let expected = "missing  lost: who there is, and\n         \
                        arn:aws:iam::111122223333:role/a-long-name\n";
        assert_eq!(paragraph("missing  ", TEXT, Width::Terminal(40)), expected);
    }

    #[test]
    fn a_sentence_stays_in_one_piece_in_a_pipe() {
        let expected = format!("missing  {TEXT}\n");
        assert_eq!(paragraph("missing  ", TEXT, Width::Pipe), expected);
    }

    #[test]
    fn a_sentence_begins_below_a_head_that_leaves_too_little_room() {
        let expected = "missing\n    lost: who there is,\n    and\n    \
                        arn:aws:iam::111122223333:role/a-long-name\n";
        assert_eq!(paragraph("missing  ", TEXT, Width::Terminal(24)), expected);
    }
}
