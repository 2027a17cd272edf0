//! A text that two patterns both match: proof that something is covered by each of them.

use std::collections::HashSet;

use super::pattern::{Pattern, Token};

/// What stands where any text would do: no policy names it.
const FILLER: &str = "rollcall-any";

/// A text that both patterns match, or `None` if there is none.
///
/// Where both leave a run open, the text has a word that neither names, so that a third pattern
/// matches it only if it is open there as well.
pub fn witness(a: &Pattern, b: &Pattern) -> Option<String> {
    let mut search = Search {
        a: a.tokens(),
        b: b.tokens(),
        dead: HashSet::new(),
        text: String::new(),
    };
    search.run(0, 0, false).then_some(search.text)
}

struct Search<'a> {
    a: &'a [Token],
    b: &'a [Token],
    /// Positions from which nothing was found.
    dead: HashSet<(usize, usize)>,
    text: String,
}

impl Search<'_> {
    /// Whether the rests of both patterns have a text in common; it is then appended.
    fn run(&mut self, i: usize, j: usize, is_filled: bool) -> bool {
        use Token::{AnyOne, AnyRun, Literal};
        if self.dead.contains(&(i, j)) {
            return false;
        }
        let length = self.text.len();
        let is_found = match (self.a.get(i).copied(), self.b.get(j).copied()) {
            (None, None) => true,
            (Some(AnyRun), Some(AnyRun)) => {
                if !is_filled {
                    self.text.push_str(FILLER);
                }
                self.run(i + 1, j, true) || self.run(i, j + 1, true)
            }
            (Some(AnyRun), None) => self.run(i + 1, j, false),
            (None, Some(AnyRun)) => self.run(i, j + 1, false),
            (None, Some(_)) | (Some(_), None) => false,
            (Some(AnyRun), Some(AnyOne)) => {
                self.step('x', i, j + 1, false) || self.run(i + 1, j, is_filled)
            }
            (Some(AnyRun), Some(Literal(char))) => {
                self.run(i + 1, j, is_filled) || self.step(char, i, j + 1, is_filled)
            }
            (Some(AnyOne), Some(AnyRun)) => {
                self.step('x', i + 1, j, false) || self.run(i, j + 1, is_filled)
            }
            (Some(Literal(char)), Some(AnyRun)) => {
                self.run(i, j + 1, is_filled) || self.step(char, i + 1, j, is_filled)
            }
            (Some(AnyOne), Some(AnyOne)) => self.step('x', i + 1, j + 1, false),
            (Some(AnyOne), Some(Literal(char))) | (Some(Literal(char)), Some(AnyOne)) => {
                self.step(char, i + 1, j + 1, false)
            }
            (Some(Literal(one)), Some(Literal(other))) => {
                one == other && self.step(one, i + 1, j + 1, false)
            }
        };
        if !is_found {
            self.text.truncate(length);
            self.dead.insert((i, j));
        }
        is_found
    }

    fn step(&mut self, char: char, i: usize, j: usize, is_filled: bool) -> bool {
        self.text.push(char);
        let is_found = self.run(i, j, is_filled);
        if !is_found {
            self.text.pop();
        }
        is_found
    }
}

#[cfg(test)]
mod tests {
    use super::{Pattern, witness};
    use proptest::prelude::*;

    #[test]
    fn a_witness_is_matched_by_both_and_names_nothing_that_is_open() {
        let of = |a: &str, b: &str| witness(&Pattern::parse(a), &Pattern::parse(b));
        let function = "arn:aws:lambda:*:123456789012:function:*";
        assert_eq!(of("*", "*").as_deref(), Some("rollcall-any"));
        assert_eq!(
            of("arn:aws:lambda:eu-west-1:*:function:dev-*", function).as_deref(),
            Some("arn:aws:lambda:eu-west-1:123456789012:function:dev-rollcall-any")
        );
        assert_eq!(of("arn:aws:s3:::*", function), None);
        assert_eq!(of("a?", "*b").as_deref(), Some("ab"));
        assert_eq!(of("", "a"), None);
    }

    proptest! {
        #[test]
        fn a_witness_is_found_exactly_where_there_is_one(
            a in "[ab*?]{0,5}", b in "[ab*?]{0,5}", text in "[ab]{0,5}",
        ) {
            let (a, b) = (Pattern::parse(&a), Pattern::parse(&b));
            match witness(&a, &b) {
                Some(found) => prop_assert!(a.matches(&found) && b.matches(&found), "{found}"),
                None => prop_assert!(!(a.matches(&text) && b.matches(&text))),
            }
        }
    }
}
