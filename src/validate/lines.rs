//! Events of a file, one after the other: a line each, or one JSON document of one or of a list.

use std::fmt;
use std::io::{self, BufRead};

use super::json::{self, Json};
use super::{Problem, Rules, bad_json};
use crate::lines::{Lines, unpacked};

/// Where in its file an event is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// On this line, from 1 on.
    Line(u64),
    /// In the list that the file is, from 0 on.
    Element(usize),
    /// It is the file.
    Whole,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line(line) => write!(f, ":{line}"),
            Self::Element(at) => write!(f, "[{at}]"),
            Self::Whole => Ok(()),
        }
    }
}

/// Checks every event of `input`, packed with gzip or not, by `rules`; `each` takes its problems, which may be none. An
/// error is that of reading, or of `each`.
pub fn read(
    input: impl BufRead,
    rules: Rules,
    mut each: impl FnMut(Place, Vec<Problem>) -> io::Result<()>,
) -> io::Result<()> {
    let mut lines = Lines::new(unpacked(input)?);
    let mut is_first = true;
    while lines.next()? {
        let text = match lines.text() {
            Ok(text) if text.chars().all(is_blank) => continue,
            Ok(text) => text,
            Err(why) => {
                is_first = false;
                each(Place::Line(lines.number()), bad_json(why))?;
                continue;
            }
        };
        let event = json::parse(text);
        let is_document = match &event {
            Ok(event) => is_first && matches!(event, Json::Array(_)),
            Err(_) => is_first && matches!(text.trim(), "{" | "["),
        };
        if is_document {
            return document(lines, rules, each);
        }
        is_first = false;
        let problems = event.map_or_else(bad_json, |event| rules.check_event(&event));
        each(Place::Line(lines.number()), problems)?;
    }
    Ok(())
}

/// Checks the document that begins with the line that was read.
fn document(
    mut lines: Lines<impl BufRead>,
    rules: Rules,
    mut each: impl FnMut(Place, Vec<Problem>) -> io::Result<()>,
) -> io::Result<()> {
    lines.read_rest()?;
    let text = match lines.text() {
        Ok(text) => text,
        Err(why) => return each(Place::Whole, bad_json(why)),
    };
    match json::parse(text) {
        Ok(Json::Array(events)) => {
            for (at, event) in events.iter().enumerate() {
                each(Place::Element(at), rules.check_event(event))?;
            }
            Ok(())
        }
        Ok(event) => each(Place::Whole, rules.check_event(&event)),
        Err(why) => {
            let line = lines.number() + why.lines_before;
            each(Place::Line(line), bad_json(why))
        }
    }
}

fn is_blank(char: char) -> bool {
    char.is_whitespace() || ('\u{1c}'..='\u{1f}').contains(&char)
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;
    use crate::validate::Code;

    /// Where events are, and whether they are JSON.
    fn places(text: &[u8]) -> Vec<(Place, bool)> {
        let mut places = Vec::new();
        let rules = Rules::OwnVersion;
        read(text, rules, |place, problems| {
            places.push((place, problems[0].code != Code::BadJson));
            Ok(())
        })
        .unwrap();
        places
    }

    #[test]
    fn events_are_lines_or_one_document() {
        let line = |at, is_json| (Place::Line(at), is_json);
        assert_eq!(places(b""), []);
        assert_eq!(places(b"{}\n\n \x1c\r\n{}"), [line(1, true), line(4, true)]);
        assert_eq!(places(b"\n{\n}\n"), [(Place::Whole, true)]);
        assert_eq!(
            places(b"[\n{},\n 1]"),
            [(Place::Element(0), true), (Place::Element(1), true)]
        );
        assert_eq!(places(b"[]"), []);
        assert_eq!(places(b"[1]\n[2]"), [line(2, false)]);
        assert_eq!(places(b"\n{\n\"a\": 1,\n\"a\": 1}\n"), [line(4, false)]);
        assert_eq!(places(b"{}\n[1]"), [line(1, true), line(2, true)]);
        assert_eq!(places(b"\xff\n{}"), [line(1, false), line(2, true)]);
    }

    #[test]
    fn a_line_that_is_too_long_is_skipped_in_bounded_memory() {
        let long = io::repeat(b'x').take(3 * crate::lines::BYTES_MAX as u64);
        let input = io::BufReader::new(long.chain(&b"\n{}\n"[..]));
        let mut found = Vec::new();
        read(input, Rules::OwnVersion, |place, problems| {
            found.push((place, problems[0].code));
            Ok(())
        })
        .unwrap();
        let expected = [
            (Place::Line(1), Code::BadJson),
            (Place::Line(2), Code::VersionUnknown),
        ];
        assert_eq!(found, expected);
    }
}
